"""INS102: a revenue code missing or malformed."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.text.wording import worded


@row_edit(
    table="lines",
    code="INS102",
    name="revenue-code-malformed",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M50",
    source=Source("Medicare Claims Processing Manual", "chapter 25, section 75.4, FL 42", "CMS", date(2026, 11, 23)),
    column="lines.revenue_center_code",
    evidence=(
        "revenue_center_code",
        pl.when(pl.col("revenue_center_code").is_null())
        .then(pl.lit("is missing"))
        .when(pl.col("revenue_center_code") == "0001")
        .then(pl.lit("0001 is the total line of a paper claim and isn't used on an electronic claim"))
        .otherwise(worded("{} doesn't have four digits", "revenue_center_code"))
        .alias("what"),
    ),
    message="The revenue code {what}.",
    suggestion="Use four digits, with the leading zero.",
    examples=(
        fails("three digits", institutional(lines=[{"revenue_center_code": "510"}]), line_number=1, says="510"),
        fails("missing", institutional(lines=[{"revenue_center_code": None}]), line_number=1, says="missing"),
        fails("five digits", institutional(lines=[{"revenue_center_code": "05100"}]), line_number=1),
        fails("a letter behind", institutional(lines=[{"revenue_center_code": "0510A"}]), line_number=1),
        fails("a letter in front", institutional(lines=[{"revenue_center_code": "A0510"}]), line_number=1),
        passes("a pharmacy", institutional(lines=[{"revenue_center_code": "0250"}])),
        passes("a doctor's line may have what it likes", professional(lines=[{"revenue_center_code": "510"}])),
        fails("the paper total", institutional(lines=[{}, {"revenue_center_code": "0001"}]), line_number=2, says="total"),
    ),
)
def revenue_code_malformed() -> pl.Expr:
    """A hospital line whose revenue code is missing or not of four digits, or that repeats the paper form's total.

    Every hospital line is paid by its revenue code.

    What to do: take the code from the charge master.
    """
    code = pl.col("revenue_center_code")
    return IS_INSTITUTIONAL & (code.is_null() | ~code.str.contains(r"^[0-9]{4}$") | (code == "0001"))
