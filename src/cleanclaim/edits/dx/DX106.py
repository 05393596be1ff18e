"""DX106: one diagnosis twice on a claim."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, is_missing
from cleanclaim.reference import Reference


@query_edit(
    code="DX106",
    name="diagnosis-twice",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    source=(
        Source(
            "ICD-10-CM Official Guidelines for Coding and Reporting",
            "section I.B.12 (reporting the same diagnosis code more than once)",
            "CMS and NCHS",
            date(2026, 11, 23),
        ),
        Source("Definitions of Medicare Code Edits", "edit 3, duplicate of principal diagnosis", "CMS", date(2026, 11, 28)),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is already on the claim, as diagnosis {first_number}.",
    suggestion="Remove the duplicate and point its lines at diagnosis {first_number}.",
    fix="proposed",
    when={"diagnoses": pl.col("has_sibling")},
    examples=(
        fails("the same code second", professional(diagnoses=["I10", "E11.9", "I10"]), diagnosis_number=3, says="as diagnosis 1"),
        passes("codes that differ", professional(diagnoses=["I10", "E11.9"])),
        passes("two entries without a code", professional(diagnoses=["I10", "", " ", ""])),
        passes("left and right", professional(diagnoses=["M25.561", "M25.562"])),
        passes("the admitting diagnosis repeats the principal", institutional(diagnoses=["I10", {"diagnosis_code": "I10", "diagnosis_type": "admitting"}])),
    ),
)
def diagnosis_twice(claims: Claims, reference: Reference) -> Rows:  # noqa: ARG001 - the signature of every query
    """The same diagnosis code twice among the diagnoses of a claim.

    Each code is reported once for an encounter, even where it holds for both sides and no code tells them apart. A repetition takes the place of
    another diagnosis.

    On a stay, the Medicare Code Editor reports a repetition of the principal diagnosis (edit 3), and the payer leaves it out.

    What to do: leave it out and let lines point at the first.
    """
    billing = claims.diagnoses.lazy().filter(IS_BILLING_DIAGNOSIS, ~is_missing("diagnosis_code"))
    rows = billing.with_columns(pl.col("diagnosis_number").min().over("claim_key", "diagnosis_code").alias("first_number"))
    repeats_principal = pl.col("is_inpatient") & (pl.col("first_number") == 1)
    return rows.filter(pl.col("diagnosis_number") > pl.col("first_number")).select(
        "claim_key", "diagnosis_number", "diagnosis_code", "first_number", pl.when(repeats_principal).then(3).alias("mce_edit")
    )
