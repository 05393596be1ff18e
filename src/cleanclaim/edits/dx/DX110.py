"""DX110: a diagnosis that may not be the first one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import CODES_NOT_LOADED, IS_FIRST_LISTED, IS_ICD10

_UNDERDOSING = r"^T(3[6-9]|4[0-9]|50)(..6|.6X)"


@row_edit(
    table="diagnoses",
    code="DX110",
    name="unacceptable-first-diagnosis",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA63",
    needs=("icd10cm_attributes",),
    source=(
        Source("Definitions of Medicare Code Edits", "edit 9, unacceptable principal diagnosis", "CMS", date(2026, 11, 23)),
        Source(
            "ICD-10-CM Official Guidelines for Coding and Reporting",
            "section I.C.19.e.5.c (underdosing is never listed first)",
            "CMS and NCHS",
            date(2026, 11, 23),
        ),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "on_date", pl.lit(9).alias("mce_edit")),
    message="{diagnosis_code:icd} can't be the principal or first-listed diagnosis.",
    suggestion="List the condition that was the reason for the stay or visit first.",
    fix="proposed",
    unchecked=CODES_NOT_LOADED & IS_FIRST_LISTED & pl.col("is_inpatient"),
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("a status code as the reason for a hospital stay", institutional(diagnoses=["Z37.0"], bill_type_code="111"), diagnosis_number=1),
        passes("the same code second", institutional(diagnoses=["O80", "Z37.0"], bill_type_code="111")),
        passes("outpatient claims are not judged by the inpatient list", institutional(diagnoses=["Z37.0"], bill_type_code="131")),
        fails("a drug not taken, first on an office claim", professional(diagnoses=["T46.4X6A", "I10"]), diagnosis_number=1),
        passes("behind the condition", professional(diagnoses=["I10", "T46.4X6A"])),
        fails(
            "the diagnosis that a status code needs is missing",
            institutional(diagnoses=["Z51.89"], bill_type_code="111", admission_date="2026-05-12"),
            diagnosis_number=1,
        ),
        passes("with the diagnosis that it needs", institutional(diagnoses=["Z51.89", "I10"], bill_type_code="111", admission_date="2026-05-12")),
        fails(
            "a status code first, before another diagnosis",
            institutional(diagnoses=["Z85.3", "I10"], bill_type_code="111", admission_date="2026-05-12"),
            diagnosis_number=1,
        ),
        passes("an ICD-9 code that begins as a drug not taken does", professional(diagnoses=[{"diagnosis_code": "T38.3X6A", "icd_version": 9}])),
        passes("a drug not taken, before the code was in force", professional(diagnoses=["T40.416A"], from_date="2018-05-12")),
        passes("an office claim of a year without a table", professional(from_date="2031-05-12")),
        unchecked("a year without a table", institutional(diagnoses=["Z37.0"], bill_type_code="111", from_date="2031-05-12")),
    ),
)
def unacceptable_first_diagnosis() -> pl.Expr:
    """A diagnosis that does not say why the patient was treated, in first place.

    The Medicare Code Editor lists codes that are no reason for a hospital stay; they are judged on inpatient claims. On every claim, a code for a drug
    taken too little never stands first. Codes that are acceptable together with another diagnosis pass when there is one.

    What to do: list the condition first.
    """
    listed = pl.col("is_inpatient") & pl.col("unacceptable_principal") & ~(pl.col("requires_secondary") & (pl.col("diagnosis_count") > 1))
    underdosing = IS_ICD10 & pl.col("in_force") & pl.col("diagnosis_code").str.contains(_UNDERDOSING)
    return IS_FIRST_LISTED & (listed | underdosing)
