"""PX123: one of Medicare's preventive services at an age for which it isn't covered."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.lnk.policies import NOTICE_MODIFIERS
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier, in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


def _has_an_age(reference: Reference) -> pl.Expr:
    return IS_MEDICARE & pl.col("procedure_code").is_in(reference.table("medicare_ages")["code"].implode()) & ~has_modifier(*NOTICE_MODIFIERS)


@query_edit(
    code="PX123",
    name="outside-the-age-covered",
    disposition=Disposition.DENY_LINE,
    carc="6",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("National Coverage Determinations; 42 CFR 410", "named in the finding", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="Medicare covers {procedure_code} at {ages} ({service}; {policy}); the patient is {patient_age} on {from_date}.",
    suggestion="Check the birth date. If the patient had a complaint, bill the diagnostic service.",
    fix="proposed",
    when={"lines": _has_an_age},
    examples=(
        fails("lung cancer screening at 45", medicare(patient_birth_date="1981-01-05", diagnoses=["Z12.2"], lines=["71271"]), line_number=1, says="50 to 77"),
        passes("at 70", medicare(patient_birth_date="1956-01-05", diagnoses=["Z12.2"], lines=["71271"])),
        fails(
            "at 52 in 2021",
            medicare(patient_birth_date="1969-01-05", from_date="2021-06-01", submitted_date="2021-06-08", as_of="2021-06-08", lines=["G0296"]),
            line_number=1,
        ),
        fails("a screening mammogram at 30", medicare(patient_birth_date="1996-01-05", diagnoses=["Z12.31"], lines=["77067"]), line_number=1),
        passes("with a notice that Medicare may not pay", medicare(patient_birth_date="1996-01-05", diagnoses=["Z12.31"], lines=["77067-GA"])),
        passes("another payer", professional(patient_birth_date="1981-01-05", lines=["71271"])),
        passes("no birth date", medicare(patient_birth_date=None, lines=["71271"])),
    ),
)
def outside_the_age_covered(claims: Claims, reference: Reference) -> Rows:
    """A screening that Medicare covers only from or to a certain age, for a patient of another age.

    What to do: check the birth date; otherwise the patient must be told before, and a notice modifier added.
    """
    ages = reference.table("medicare_ages").rename({"code": "procedure_code"}).drop("release")
    age = pl.col("patient_age")
    return (
        claims.lines.filter(_has_an_age(reference), age.is_between(0, 124), ~pl.col("is_history").fill_null(value=False))
        .join(ages, on="procedure_code")
        .filter(in_force("from_date"), (age < pl.col("age_from")) | (age > pl.col("age_to")).fill_null(value=False))
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "patient_age",
            "from_date",
            "service",
            "policy",
            pl.when(pl.col("age_to").is_null())
            .then(worded("ages {} and over", "age_from"))
            .otherwise(worded("ages {} to {}", "age_from", "age_to"))
            .alias("ages"),
        )
    )
