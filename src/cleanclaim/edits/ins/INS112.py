"""INS112: a wrong procedure on a claim for payment."""

from __future__ import annotations

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, READ
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import CODES_NOT_LOADED

_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}


@row_edit(
    table="diagnoses",
    code="INS112",
    name="wrong-procedure-performed",
    disposition=Disposition.DENY_CLAIM,
    carc="96",
    needs=("icd10cm_attributes",),
    payers=("medicare",),
    source=(
        Source(MANUAL, "edit 18, wrong procedure performed", "CMS", READ),
        Source("Medicare Claims Processing Manual", "chapter 32, section 230 (wrong surgical or other invasive procedures)", "CMS", READ),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "bill_type_code", "on_date", pl.lit(18).alias("mce_edit")),
    message="{diagnosis_code:icd} says that a wrong procedure was performed; Medicare doesn't pay for it.",
    suggestion="Bill what belongs to the wrong procedure on a no-payment claim (type of bill 110), and what is covered on a claim without this code.",
    fix="proposed",
    unchecked=CODES_NOT_LOADED & pl.col("is_inpatient") & pl.col("diagnosis_code").str.starts_with("Y65"),
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("the wrong side, billed for payment", institutional(**_STAY, diagnoses=["S72.001A", "Y65.53"]), diagnosis_number=2),
        passes("on a no-payment claim", institutional(**{**_STAY, "bill_type_code": "110"}, claim_frequency_code="0", diagnoses=["S72.001A", "Y65.53"])),
        passes("an outpatient bill", institutional(diagnoses=["S72.001A", "Y65.53"])),
        passes("another mishap", institutional(**_STAY, diagnoses=["S72.001A", "Y65.8"])),
        unchecked("a year without a table", institutional(bill_type_code="111", admission_date="2031-05-10", from_date="2031-05-12", diagnoses=["Y65.53"])),
    ),
)
def wrong_procedure_performed() -> pl.Expr:
    """A diagnosis for a wrong operation, patient or side on an inpatient claim that asks for payment.

    The Medicare Code Editor (edit 18) denies it. The stay is split: a no-payment claim (type of bill 110) with the code, and a claim for what is covered.

    What to do: split the stay.
    """
    is_no_payment = pl.col("bill_type_code").str.ends_with("0")
    return pl.col("wrong_procedure") & pl.col("is_inpatient") & ~is_no_payment
