"""INS108: a principal diagnosis that seldom justifies a hospital stay."""

from __future__ import annotations

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, READ
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import CODES_NOT_LOADED, IS_FIRST_LISTED

_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}


@row_edit(
    table="diagnoses",
    code="INS108",
    name="questionable-admission",
    disposition=Disposition.SUSPEND,
    carc="50",
    needs=("icd10cm_attributes",),
    payers=("medicare",),
    others="off",
    source=(
        Source(MANUAL, "edit 8, questionable admission", "CMS", READ),
        Source("Medicare Claims Processing Manual", "chapter 3, section 20.2.1 (Medicare Code Editor)", "CMS", READ),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "on_date", pl.lit(8).alias("mce_edit")),
    message="{diagnosis_code:icd} alone seldom justifies a hospital stay.",
    suggestion="List the condition that made the stay necessary first, if the record names one; otherwise the payer may ask for the record.",
    unchecked=CODES_NOT_LOADED & IS_FIRST_LISTED & pl.col("is_inpatient"),
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("a stay for high blood pressure", institutional(**_STAY, diagnoses=["I10", "E11.65"]), diagnosis_number=1),
        passes("behind the reason for the stay", institutional(**_STAY, diagnoses=["I50.21", "I10"])),
        passes("an outpatient visit for it", institutional(diagnoses=["I10"])),
        passes("an outpatient visit of a year without a table", institutional(diagnoses=["I10"], from_date="2031-05-12")),
        passes("another payer", institutional(**_STAY, diagnoses=["I10"], payer_class="commercial", claim_filing_code="CI")),
        unchecked("a year without a table", institutional(bill_type_code="111", admission_date="2031-05-10", from_date="2031-05-12")),
    ),
)
def questionable_admission() -> pl.Expr:
    """A principal diagnosis that the Medicare Code Editor lists as seldom sufficient for admission (edit 8).

    The stay may be right. The payer may review the record before it pays.

    What to do: check whether another condition was the reason for the stay.
    """
    return pl.col("questionable_admission") & IS_FIRST_LISTED & pl.col("is_inpatient")
