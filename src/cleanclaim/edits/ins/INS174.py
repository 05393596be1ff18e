"""INS174: a statement that covers more than its period."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL

_READ = date(2026, 11, 28)
_MANUAL = "Medicare Claims Processing Manual"
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_FIRST: Final = pl.col("from_date")
_LAST: Final = pl.col("to_date")
_HOME: Final = _BILL.str.contains(r"^32[79]") & _FIRST.ge(date(2020, 1, 1)) & ((_LAST - _FIRST).dt.total_days() > 29)
_MONTHLY: Final = _BILL.str.contains(r"^(72|8[12])[1-47]") & (_FIRST.dt.month_start() != _LAST.dt.month_start())
_WHY: Final = pl.when(_HOME.fill_null(value=False)).then(pl.lit("30 days of home health"))


def _bill(kind: str, first: str, last: str) -> dict[str, object]:
    return institutional(bill_type_code=kind, from_date=first, to_date=last)


@row_edit(
    table="claims",
    code="INS174",
    name="statement-longer-than-its-period",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA31",
    payers=("medicare",),
    others="off",
    source=(
        Source(_MANUAL, "chapter 10, section 10.1.5 (periods of 30 days since 2020)", "CMS", _READ),
        Source(_MANUAL, "chapter 11, section 90, and chapter 8, section 50.3 (hospice and dialysis: bills by calendar month)", "CMS", _READ),
    ),
    column="claims.to_date",
    evidence=("bill_type_code", "from_date", "to_date", _WHY.otherwise(pl.lit("a calendar month")).alias("period")),
    message="The statement from {from_date} to {to_date} covers more than {period}, the most of a bill of type {bill_type_code}.",
    suggestion="Send a bill for each period.",
    fix="proposed",
    examples=(
        fails("sixty days of home health", _bill("329", "2026-03-01", "2026-04-29"), says="30 days"),
        passes("thirty days", _bill("329", "2026-03-01", "2026-03-30")),
        passes("sixty days before 2020", _bill("329", "2019-03-01", "2019-04-29")),
        fails("hospice in two months", _bill("812", "2026-03-15", "2026-04-14"), says="month"),
        passes("a month of hospice", _bill("812", "2026-03-01", "2026-03-31")),
        fails("dialysis in two months", _bill("721", "2026-03-15", "2026-04-14"), says="month"),
        passes("a stay in two months", institutional(bill_type_code="111", admission_date="2026-03-25", from_date="2026-03-25", to_date="2026-04-02")),
    ),
)
def statement_longer_than_its_period() -> pl.Expr:
    """A home health bill of more than 30 days, or a hospice's or dialysis facility's bill that isn't in one calendar month.

    What to do: split the bill.
    """
    return (IS_INSTITUTIONAL & (_HOME | _MONTHLY)).fill_null(value=False)
