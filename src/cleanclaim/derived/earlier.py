"""Find the nearest earlier row of the same patient in one pass over two sorted tables.

Joining all of a patient's lines with each other would take quadratic time.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def latest_before(
    asked: pl.LazyFrame, past: pl.LazyFrame, by: Sequence[str], past_day: str
) -> pl.LazyFrame:
    """Join each row with the latest row of another table that is on an earlier day and agrees in some columns.

    Args:
        asked: rows with a `from_date`.
        past: the other table; if several rows have the same day, the last one is used.
        by: columns of both tables that must agree; a null never agrees.
        past_day: the day column of `past`.

    Returns:
        The columns of both, sorted by day; rows without an earlier one are left out.
    """
    known = past.drop_nulls([*by, past_day]).with_columns(pl.col(past_day).alias("_past_day"))
    return (
        asked.drop_nulls([*by, "from_date"])
        .sort("from_date")
        .join_asof(
            known.sort("_past_day", maintain_order=True),
            left_on="from_date",
            right_on="_past_day",
            by=list(by),
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .filter(pl.col(past_day).is_not_null())
        .drop("_past_day", strict=False)
    )
