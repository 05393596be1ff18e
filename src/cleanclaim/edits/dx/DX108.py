"""DX108: a manifestation listed first."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import CODES_NOT_LOADED, IS_FIRST_LISTED


@row_edit(
    table="diagnoses",
    code="DX108",
    name="manifestation-first",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="MA63",
    needs=("icd10cm_attributes",),
    source=(
        Source(
            "ICD-10-CM Official Guidelines for Coding and Reporting", "section I.A.13 (etiology/manifestation convention)", "CMS and NCHS", date(2026, 11, 23)
        ),
        Source("Definitions of Medicare Code Edits", "edit 6, manifestation code as principal diagnosis", "CMS", date(2026, 11, 23)),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "on_date", pl.lit(6).alias("mce_edit")),
    message="{diagnosis_code:icd} is a manifestation of another disease and can't be listed first.",
    suggestion="List the underlying disease first, then {diagnosis_code:icd}.",
    fix="proposed",
    unchecked=CODES_NOT_LOADED & IS_FIRST_LISTED,
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("dementia in another disease, alone", professional(diagnoses=["F02.80"]), diagnosis_number=1, says="F02.80"),
        passes("behind its disease", professional(diagnoses=["G30.9", "F02.80"])),
        fails("on a hospital claim too", institutional(diagnoses=["D63.0", "C18.9"]), diagnosis_number=1),
        passes("anemia that stands for itself", professional(diagnoses=["D64.9"])),
        unchecked("a manifestation second is not asked about, the first diagnosis is", professional(diagnoses=["I10", "F02.80"], from_date="2031-05-12")),
        passes(
            "a second diagnosis of a year without a table",
            professional(diagnoses=["I10", "E11.9"], lines=[{}, {"from_date": "2031-05-12", "diagnosis_pointers": (2,)}]),
        ),
        unchecked("a year without a table", professional(diagnoses=["F02.80"], from_date="2031-05-12")),
    ),
)
def manifestation_first() -> pl.Expr:
    """A manifestation code in first place.

    Codes for a disease as it shows in another ("in diseases classified elsewhere") follow the disease that causes them. Listed first they leave the
    claim without a reason for the visit.

    What to do: list the underlying disease first.
    """
    return pl.col("manifestation") & IS_FIRST_LISTED
