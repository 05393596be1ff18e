"""The nearest earlier row of the same patient, found by one pass over both tables in order of their days.

Joining every line of a patient with every other would cost the square of their number.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def latest_before(
    asked: pl.LazyFrame, past: pl.LazyFrame, by: Sequence[str], past_day: str
) -> pl.LazyFrame:
    """Each row with the latest row of another table on an earlier day that agrees in some columns.

    Args:
        asked: rows with a `from_date`.
        past: the other table; of several rows on one day the last counts.
        by: columns of both that must agree; a null agrees with nothing.
        past_day: the day in `past`.

    Returns:
        The columns of both, by day; rows without an earlier one are left out.
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
