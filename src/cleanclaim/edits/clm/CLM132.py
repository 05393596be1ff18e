"""CLM132: a line with a negative amount."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.text.masking import number_words
from cleanclaim.text.wording import worded

_CHARGE = pl.col("charge_amount")
_NON_COVERED = pl.col("non_covered_amount")


@row_edit(
    table="lines",
    code="CLM132",
    name="line-amount-negative",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M79",
    source=(
        Source("837 implementation guides", "SV102, SV203, SV302 and SV207 (zero is allowed)", "ASC X12N", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24F; chapter 25, section 75.5, FL 47 and 48", "CMS", date(2026, 11, 28)),
    ),
    column="lines.charge_amount",
    evidence=(
        pl.when(_CHARGE < 0)
        .then(worded("The charge of ${}", number_words(_CHARGE)))
        .otherwise(worded("The non-covered charge of ${}", number_words(_NON_COVERED)))
        .alias("what"),
    ),
    message="{what} is negative.",
    suggestion="Charge what was done; to take back an earlier claim, send a replacement or void of it.",
    examples=(
        fails("a charge taken back", professional(charge_amount="75.00", lines=[{}, {"charge_amount": "-50.00"}]), line_number=2, says="-50.00"),
        fails("a cent", professional(charge_amount="124.99", lines=[{}, {"charge_amount": "-0.01"}]), line_number=2),
        fails("not covered, negative", institutional(lines=[{"non_covered_amount": "-5.00"}]), line_number=1, says="non-covered"),
        passes("not covered", institutional(lines=[{"non_covered_amount": "5.00"}])),
        passes("all covered", institutional(lines=[{"non_covered_amount": "0.00"}])),
        fails("a dollar less than nothing not covered", institutional(lines=[{"non_covered_amount": "-0.50"}]), line_number=1),
        passes("nothing charged", professional(charge_amount="125.00", lines=[{}, {"procedure_code": "3044F", "charge_amount": "0.00"}])),
        passes("no charge known", professional(charge_amount="125.00", lines=[{}, {"procedure_code": "83036", "charge_amount": None}])),
    ),
)
def line_amount_negative() -> pl.Expr:
    """A charge or non-covered charge of a line that is below zero.

    The total may hide it. A claim can't take back an earlier charge; a replacement or a void does.

    What to do: correct the charge.
    """
    return ((_CHARGE < 0) | (_NON_COVERED < 0)).fill_null(value=False)
