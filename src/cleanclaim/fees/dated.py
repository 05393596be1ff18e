"""Join lines with the rows of a table that are in force on their date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

PRICE: Final = pl.Decimal(38, 16)
"""Exact for every product of values, locality and factor; rounded once, at the end."""


def rows_for(
    lines: pl.DataFrame,
    reference: Reference,
    table: str,
    columns: Sequence[str],
    *,
    code: str,
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """Return a table's rows for the lines' codes on their dates.

    Args:
        lines: with `row` (unique), `from_date`, the columns `code` and `by`.
        reference: the dated tables.
        table: the table; if it isn't loaded, the result is empty.
        columns: the table's columns to return; columns it doesn't have are null.
        code: the column of `lines` with the code.
        by: columns that the lines and the table share and that must match; null matches null.

    Returns:
        `row` and the columns, at most one row per line; lines without a match are left out.
    """
    if table not in reference.names():
        return pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(columns, pl.Null)})
    rows = reference.narrow(table, lines[code])
    known = [name for name in columns if name in rows.columns]
    lacking = [pl.lit(None).alias(name) for name in columns if name not in rows.columns]
    taken = list(dict.fromkeys(["code", "valid_from", "valid_to", *by, *known]))
    return (
        lines.select("row", "from_date", *by, pl.col(code).alias("code"))
        .join(rows.select(taken), on=["code", *by], nulls_equal=True)
        .filter(pl.col("code").is_not_null() & in_force("from_date"))
        .unique("row", keep="first", maintain_order=True)
        .with_columns(lacking)
        .select("row", *columns)
    )


def covers(reference: Reference, table: str) -> pl.Expr:
    """Return an expression, true if a complete release of a table covers the line's date."""
    days = pl.lit(value=False)
    for first, last in reference.whole(table):
        days |= pl.col("from_date").is_between(pl.lit(first), pl.lit(last))
    return days.fill_null(value=False)


def quarter() -> pl.Expr:
    """Return the line's quarter, as releases name it: 2025Q4."""
    day = pl.col("from_date").dt
    return worded("{}Q{}", day.year(), day.quarter())
