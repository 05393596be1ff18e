"""DX137: the weeks of pregnancy are missing."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_ASKED = r"^O(09|1|2|3|4|6|7[0-7]|8[028]|98|99|9A)"
"""Codes of a pregnancy or a delivery; not abortive outcomes (O00-O08), the puerperium and late effects."""
_AFTERWARDS = r"(?i)puerper|postpartum|lactation|breast-?feeding|unspecified trimester"


@query_edit(
    code="DX137",
    name="weeks-of-pregnancy-missing",
    disposition=Disposition.INFO,
    carc="16",
    rarc="M76",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(
        GUIDELINES,
        "section I.C.21.c.11 (weeks of gestation); note at chapter 15 of the Tabular List (use an additional code of Z3A)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is a code of pregnancy, but the weeks (Z3A.-) are missing.",
    suggestion="Add the Z3A code of the weeks if the record says them.",
    fix="proposed",
    when={"diagnoses": IS_CODED & pl.col("diagnosis_code").str.contains(_ASKED)},
    examples=(
        fails("anemia in pregnancy", professional(patient_sex="F", diagnoses=["O99.012"]), diagnosis_number=1, says="Z3A"),
        passes("with the weeks", professional(patient_sex="F", diagnoses=["O99.012", "Z3A.20"])),
        passes("after the delivery", professional(patient_sex="F", diagnoses=["O99.03"])),
        passes("a miscarriage", professional(patient_sex="F", diagnoses=["O03.9"])),
        passes("an infection of the breast after delivery", professional(patient_sex="F", diagnoses=["O91.02"])),
        fails("a delivery", professional(patient_sex="F", diagnoses=["O80", "Z37.0"]), diagnosis_number=1),
        passes("a normal pregnancy", professional(patient_sex="F", diagnoses=["Z34.02"])),
    ),
)
def weeks_of_pregnancy_missing(claims: Claims, reference: Reference) -> Rows:
    """A code of pregnancy or delivery without the weeks of gestation.

    Chapter 15 asks for a code of Z3A if the weeks are known. They aren't coded for abortive outcomes and after the delivery. Several Medicaid programs return
    claims without them.

    What to do: add the weeks of the day of the encounter, or of the admission.
    """
    diagnoses = coded(claims)
    code = pl.col("diagnosis_code")
    weeks = diagnoses.filter(code.str.starts_with("Z3A")).select("claim_key").unique()
    asked = diagnoses.filter(code.str.contains(_ASKED)).join(weeks, on="claim_key", how="anti")
    afterwards = reference.derived("pregnancy_afterwards", lambda: _afterwards(reference))
    longest = asked.with_columns(code.str.head(6).str.strip_chars_end("X").alias("code"))
    left = longest.join(afterwards, on="code", how="anti").sort("claim_key", "diagnosis_number")
    return left.unique("claim_key", keep="first", maintain_order=True).select("claim_key", "diagnosis_number", "diagnosis_code")


def _afterwards(reference: Reference) -> pl.DataFrame:
    """Codes of chapter 15 whose title says that the delivery is over."""
    return reference.table("icd10cm_tabular").filter(pl.col("code").str.starts_with("O"), pl.col("title").str.contains(_AFTERWARDS)).select("code")
