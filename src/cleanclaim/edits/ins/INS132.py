"""INS132: a final stay without the hour of discharge."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, is_missing


@row_edit(
    table="claims",
    code="INS132",
    name="discharge-hour-missing",
    disposition=Disposition.INFO,
    carc="16",
    rarc="N317",
    source=Source(
        "837 institutional implementation guide; Medicare Claims Processing Manual",
        "loop 2300, DTP 096; chapter 25, FL 16 (discharge hour)",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="claims.discharge_hour",
    evidence=("bill_type_code",),
    message="The stay is billed to its end (type of bill {bill_type_code}) without the hour of discharge.",
    suggestion="Add the hour of discharge.",
    fix="proposed",
    examples=(
        fails("a whole stay", institutional(bill_type_code="111", from_date="2026-05-10", to_date="2026-05-12", admission_date="2026-05-10"), says="hour"),
        passes(
            "with the hour", institutional(bill_type_code="111", from_date="2026-05-10", to_date="2026-05-12", admission_date="2026-05-10", discharge_hour="10")
        ),
        passes(
            "an interim bill",
            institutional(bill_type_code="112", from_date="2026-05-10", to_date="2026-05-12", admission_date="2026-05-10", discharge_disposition_code="30"),
        ),
        passes("an outpatient", institutional()),
    ),
)
def discharge_hour_missing() -> pl.Expr:
    """An inpatient hospital's final bill without the hour of discharge.

    What to do: add the hour.
    """
    return IS_INSTITUTIONAL & pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^11[14]").fill_null(value=False) & is_missing("discharge_hour")
