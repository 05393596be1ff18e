"""INS119: a Medicare stay without a known sex, while Medicare needed one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional

_ENDED = date(2024, 10, 1)
_STAY = {"bill_type_code": "111", "admission_date": "2024-09-27", "from_date": "2024-09-30"}


@row_edit(
    table="claims",
    code="INS119",
    name="sex-unknown-on-stay",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA39",
    payers=("medicare",),
    others="off",
    source=Source("Definitions of Medicare Code Edits", "edit 15, invalid sex (unknown is accepted from 2024-10-01)", "CMS", date(2026, 11, 28)),
    column="claims.patient_sex",
    evidence=("patient_sex", pl.lit(15).alias("mce_edit")),
    message="The patient's sex is U (unknown); for stays that ended before 2024-10-01, Medicare needs M or F.",
    suggestion="Enter the sex in Medicare's records.",
    examples=(
        fails("unknown, on the last day of the rule", institutional(**_STAY, patient_sex="U")),
        passes("unknown, from the next day on", institutional(**{**_STAY, "from_date": "2024-10-01"}, patient_sex="U")),
        passes("known", institutional(**_STAY, patient_sex="M")),
        passes("an outpatient visit", institutional(from_date="2024-09-30", patient_sex="U")),
        passes("another payer", institutional(**_STAY, patient_sex="U", payer_class="commercial", claim_filing_code="CI")),
    ),
)
def sex_unknown_on_stay() -> pl.Expr:
    """An unknown sex on a Medicare stay that ended before 2024-10-01.

    The Medicare Code Editor (edit 15) returned such claims. Since that day it accepts an unknown sex.

    What to do: take the sex from the eligibility response.
    """
    discharged = pl.coalesce("discharge_date", "to_date", "from_date")
    return pl.col("is_inpatient") & (pl.col("patient_sex") == "U") & (discharged < _ENDED)
