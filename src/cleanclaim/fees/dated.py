"""Lines met with the rows of a table that are in force on their day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

PRICE: Final = pl.Decimal(38, 16)
"""Exact for every product of values, place and factor; rounded once, when all is done."""


def met(
    lines: pl.DataFrame,
    reference: Reference,
    table: str,
    columns: Sequence[str],
    *,
    code: str,
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """The rows of a table for the lines' codes on their days.

    Args:
        lines: with `row` (unique), `from_date`, the columns `code` and `by`.
        reference: the dated tables.
        table: the table; where it is not loaded, nothing is found.
        columns: of the table; those that it does not have are null.
        code: the column of `lines` that holds the code.
        by: columns that lines and table have in common and must agree in; null agrees with null.

    Returns:
        `row` and the columns, at most one row a line; lines without a row are not in it.
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
    """True where a whole release of a table covers the line's day."""
    days = pl.lit(value=False)
    for first, last in reference.whole(table):
        days |= pl.col("from_date").is_between(pl.lit(first), pl.lit(last))
    return days.fill_null(value=False)


def quarter() -> pl.Expr:
    """The line's quarter as releases are named: 2025Q4."""
    day = pl.col("from_date").dt
    return worded("{}Q{}", day.year(), day.quarter())
