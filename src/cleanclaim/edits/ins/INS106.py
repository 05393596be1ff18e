"""INS106: a procedure code that is not in force on the day of discharge."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.validity import ICD10_BEGINS
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, ON_STAYS, READ, Mce, is_covered, on_their_day, procedures
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_SYSTEMS = ((10, "icd10pcs", "ICD-10-PCS"), (9, "icd9pcs", "ICD-9-CM"))
_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}


def _code(code: str, qualifier: str = "BBR") -> list[dict[str, str]]:
    return [{"kind": "procedure", "code_qualifier": qualifier, "code": code}]


def _wrong_system() -> pl.Expr:
    """ICD-9-CM for discharges through 2015-09-30, ICD-10-PCS from then on (45 CFR 162.1002)."""
    return (pl.col("icd_version") == 9) != (pl.col("on_date") < ICD10_BEGINS)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    rows = procedures(claims, reference).filter(~_wrong_system())
    parts = [rows.filter(pl.col("icd_version") == number, ~is_covered(reference, table)) for number, table, _ in _SYSTEMS]
    return pl.concat(parts).select("claim_key").unique(maintain_order=True)


@query_edit(
    code="INS106",
    name="procedure-code-invalid",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA66",
    scope="claim",
    source=(
        Source(MANUAL, "edit 1, invalid diagnosis or procedure code", "CMS", READ),
        Source("45 CFR 162.1002", "(b) and (c): inpatient procedures in ICD-9-CM through 2015-09-30, in ICD-10-PCS from 2015-10-01", "HHS", READ),
    ),
    column="claim_codes.code",
    message="Procedure {procedure_code} {what}.",
    suggestion="Use the code that was in force on the day of discharge.",
    when=ON_STAYS,
    unchecked=_unchecked,
    unchecked_reason="no table of inpatient procedure codes covers the day of discharge",
    supply="a version of cleanclaim with the procedure codes of that year",
    examples=(
        fails("no such code", institutional(**_STAY, claim_codes=_code("0TY00Z9")), says="not an ICD-10-PCS code"),
        passes("a kidney transplant", institutional(**_STAY, claim_codes=_code("0TY00Z0"))),
        fails("ended", institutional(**_STAY, claim_codes=_code("02RK0JZ", "BBQ"), from_date="2015-09-01"), says="ICD-10-PCS"),
        fails("after its end", institutional(**_STAY, claim_codes=_code("30230AZ")), says="ended on 2021-09-30"),
        passes("on its last day", institutional(bill_type_code="111", admission_date="2021-09-28", from_date="2021-09-30", claim_codes=_code("30230AZ"))),
        fails("the old code system", institutional(**_STAY, claim_codes=_code("5569", "BR")), says="ICD-9-CM"),
        passes(
            "the old code system in its day",
            institutional(bill_type_code="111", admission_date="2015-09-28", from_date="2015-09-30", claim_codes=_code("5569", "BR")),
        ),
        fails(
            "the day before its first",
            institutional(bill_type_code="111", admission_date="2016-09-28", from_date="2016-09-30", claim_codes=_code("0210083")),
            says="starts on 2016-10-01",
        ),
        passes("on its first day", institutional(bill_type_code="111", admission_date="2016-09-28", from_date="2016-10-01", claim_codes=_code("0210083"))),
        passes(
            "the new code system on its first day",
            institutional(bill_type_code="111", admission_date="2015-09-28", from_date="2015-10-01", claim_codes=_code("0TY00Z0")),
        ),
        passes("no dates", institutional(bill_type_code="111", from_date=None, to_date=None, claim_codes=_code("0TY00Z9"))),
        passes("an outpatient bill is not judged", institutional(claim_codes=_code("0TY00Z9"))),
        passes("a stay without a procedure", institutional(**_STAY)),
        unchecked(
            "a year without a table", institutional(bill_type_code="111", admission_date="2031-05-10", from_date="2031-05-12", claim_codes=_code("0TY00Z0"))
        ),
    ),
)
def procedure_code_invalid(claims: Claims, reference: Reference) -> Rows:
    """An inpatient procedure code that never was one, is not in force on the day of discharge, or belongs to the other code system.

    The Medicare Code Editor (edit 1) checks every procedure of a stay; the payer returns the claim.

    What to do: code the procedure anew in the release of the day of discharge.
    """
    parts = [_judged(procedures(claims, reference), reference, *system) for system in _SYSTEMS]
    rarc = pl.when(pl.col("number") > 1).then(pl.lit("M67")).alias("rarc")
    return pl.concat(parts).select("claim_key", "procedure_code", "on_date", "what", "position", Mce.INVALID_CODE.evidence, rarc)


def _judged(rows: pl.DataFrame, reference: Reference, number: int, table: str, name: str) -> pl.DataFrame:
    """The procedures of one code system with what is wrong with them."""
    own = rows.filter(pl.col("icd_version") == number, pl.col("on_date").is_not_null()).with_row_index("row")
    periods = reference.narrow(table, own["procedure_code"])
    spans = periods.group_by("code").agg(pl.col("valid_from").min().alias("first"), pl.col("valid_to").max().alias("last"))
    in_force = on_their_day(own, periods, ["release"])["row"].implode()
    return (
        own.join(spans, left_on="procedure_code", right_on="code", how="left", maintain_order="left")
        .with_columns(
            pl.when(_wrong_system())
            .then(pl.lit(f"is an {name} code, the wrong code system for the day of discharge"))
            .when(~is_covered(reference, table) | pl.col("row").is_in(in_force))
            .then(None)
            .when(pl.col("first").is_null())
            .then(pl.lit(f"is not an {name} code"))
            .when(pl.col("on_date") < pl.col("first"))
            .then(worded("starts on {}", "first"))
            .otherwise(worded("ended on {}", "last"))
            .alias("what")
        )
        .filter(pl.col("what").is_not_null())
    )
