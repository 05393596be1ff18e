"""PAY101: a rule of the payer about a code."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.availability import on_uncovered_days
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, Tables, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import ANATOMIC_MODIFIERS, MODIFIERS, daily_units, has_modifier, in_force, is_missing, names_payer
from cleanclaim.reference import Reference

_A_DAY = 1440
_VALUE = pl.col("value").fill_null("")
_NUMBER = pl.col("value").cast(pl.Int64, strict=False)
_WANTED = _VALUE.str.split(" ")
_NOBODY = is_missing("referring_npi") & is_missing("ordering_npi")
_NONE_OF_WANTED = pl.concat_list(MODIFIERS).list.set_intersection(_WANTED).list.drop_nulls().list.len() == 0
_BROKEN: dict[str, tuple[pl.Expr, str]] = {
    "side_required": (~has_modifier(*ANATOMIC_MODIFIERS, "50"), "a modifier that names the side"),
    "referring_required": (_NOBODY, "a referring or ordering provider"),
    "clia_required": (is_missing("clia_number"), "a CLIA number"),
    "clia_waived_qw": (~has_modifier("QW"), "modifier QW"),
    "therapy_always": (_NONE_OF_WANTED, "the modifier of the plan of care"),
    "timed_minutes": (daily_units() * _NUMBER > _A_DAY, "no more time than a day has"),
    "single_dose": (~has_modifier("JW", "JZ"), "JW or JZ"),
    "age_from": (pl.col("patient_age") < _NUMBER, "an older patient"),
    "age_to": (pl.col("patient_age") > _NUMBER, "a younger patient"),
    "sex": (pl.col("patient_sex").is_in(["F", "M"]) & (pl.col("patient_sex") != _VALUE), "a patient of the other sex"),
    "prior_authorization": (is_missing("prior_authorization_number"), "a prior authorization"),
}
"""When a rule is broken, and what it wants."""


def _has_rule(reference: Reference) -> pl.Expr:
    rules = reference.table("code_rules").filter(pl.col("rule").is_in(list(_BROKEN)))
    return pl.col("procedure_code").is_in(rules["code"].unique().implode())


def _ruled(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines for whose payer there is a rule about the code, on whatever day, each with the rule."""
    lines = claims.lines.filter(_has_rule(reference), ~pl.col("is_history").fill_null(value=False)).join(
        claims.claims.select("claim_key", "payer_id"), on="claim_key", how="left"
    )
    rules = reference.narrow("code_rules", lines["procedure_code"]).rename({"code": "procedure_code"})
    return lines.join(rules, on="procedure_code").filter(names_payer())


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    return on_uncovered_days(_ruled(claims, reference), reference, "code_rules")


def _rule(rule: str, value: str | None = None) -> Tables:
    """A rule about office visits, for examples."""
    row = {"code": "99213", "rule": rule, "value": value, "citation": "an example", "payers": ["medicare"]}
    return {"code_rules": [row]}


@query_edit(
    code="PAY101",
    name="payer-rule-about-code-broken",
    disposition=Disposition.RETURN,
    carc="16",
    needs=("code_rules",),
    scope="claim",
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="The payer requires {wanted}[ ({value})] for {procedure_code}: {citation}.",
    suggestion="Add what the payer requires if the record supports it.",
    fix="proposed",
    when={"lines": _has_rule},
    unchecked=_unchecked,
    examples=(
        fails("nutrition therapy that nobody referred to", medicare(diagnoses=["E11.9"], lines=["97802"]), line_number=1, says=("referring", "42 CFR 410.132")),
        passes("with the referral", medicare(diagnoses=["E11.9"], referring_npi="1234567893", lines=["97802"])),
        passes("ordered on the line", medicare(lines=[{"procedure_code": "97802", "ordering_npi": "1245319599"}], diagnoses=["E11.9"])),
        passes(
            "a rule that begins tomorrow",
            medicare(lines=["99213"]),
            tables={
                "code_rules": [{"code": "99213", "rule": "side_required", "citation": "an example", "payers": ["medicare"], "valid_from": date(2026, 5, 13)}]
            },
        ),
        fails("no side", medicare(), line_number=1, tables=_rule("side_required")),
        passes("a side", medicare(lines=["99213-LT"]), tables=_rule("side_required")),
        passes("both sides", medicare(lines=["99213-50"]), tables=_rule("side_required")),
        fails("no CLIA number", medicare(), line_number=1, tables=_rule("clia_required")),
        passes("a CLIA number", medicare(clia_number="99D9999999"), tables=_rule("clia_required")),
        fails("no QW", medicare(), line_number=1, tables=_rule("clia_waived_qw")),
        passes("QW", medicare(lines=["99213-QW"]), tables=_rule("clia_waived_qw")),
        fails("no plan of care", medicare(lines=["99213-25"]), line_number=1, tables=_rule("therapy_always", "GP GO")),
        passes("a plan of care", medicare(lines=["99213-GO"]), tables=_rule("therapy_always", "GP GO")),
        fails("97 quarter hours on a day", medicare(lines=["99213 x97"]), line_number=1, tables=_rule("timed_minutes", "15")),
        passes("96 quarter hours on a day", medicare(lines=["99213 x96"]), tables=_rule("timed_minutes", "15")),
        fails("a minute more than the day has", medicare(lines=["99213 x1441"]), line_number=1, tables=_rule("timed_minutes", "1")),
        fails("nothing said of the rest of a dose", medicare(), line_number=1, tables=_rule("single_dose")),
        passes("the rest of a dose thrown away", medicare(lines=["99213-JW"]), tables=_rule("single_dose")),
        passes("nothing left of a dose", medicare(lines=["99213-JZ"]), tables=_rule("single_dose")),
        fails("a year too young", medicare(), line_number=1, tables=_rule("age_from", "77")),
        passes("just old enough", medicare(), tables=_rule("age_from", "76")),
        fails("a year too old", medicare(), line_number=1, tables=_rule("age_to", "75")),
        passes("just young enough", medicare(), tables=_rule("age_to", "76")),
        passes("the age is not known", medicare(patient_birth_date=None), tables=_rule("age_to", "75")),
        fails("a man", medicare(patient_sex="M"), line_number=1, tables=_rule("sex", "F")),
        fails("a woman", medicare(), line_number=1, tables=_rule("sex", "M")),
        passes("the right sex", medicare(), tables=_rule("sex", "F")),
        passes("the sex is not known", medicare(patient_sex="U"), tables=_rule("sex", "F")),
        fails("no authorization", medicare(), line_number=1, tables=_rule("prior_authorization")),
        passes("an authorization", medicare(prior_authorization_number="EXAMPLE"), tables=_rule("prior_authorization")),
        unchecked("before the rules that are loaded", medicare(from_date="2001-05-12", diagnoses=["250.00"], lines=["97802"])),
        passes("another payer has no such rule", professional(diagnoses=["E11.9"], lines=["97802"])),
    ),
)
def payer_rule_about_code_broken(claims: Claims, reference: Reference) -> Rows:
    """A line breaks a rule about its code that the payer's own table holds: side, referral, CLIA number, QW, plan of care, time, JW or JZ, age, sex, prior authorization.

    The rules come from an imported table of code rules, each with payers, days and citation. A rule binds claims of its payers, by payer id, payer
    class, or the programme whose rules the payer adopted.

    What to do: see the payer's policy.
    """
    met = _ruled(claims, reference).filter(in_force("from_date"))
    shown = ["claim_key", "line_number", "procedure_code", "rule", "value", "citation", "release"]
    return pl.concat(
        met.filter(pl.col("rule") == rule, is_broken.fill_null(value=False)).select(*shown, pl.lit(wanted).alias("wanted"))
        for rule, (is_broken, wanted) in _BROKEN.items()
    )
