"""Ages in completed years."""

from __future__ import annotations

from functools import cache

import polars as pl


@cache
def completed_years(born: str, on: str) -> pl.Expr:
    """Completed years between two date columns; null where either is missing, negative where `on` is before `born`."""
    before_birthday = (pl.col(on).dt.month().cast(pl.Int32) * 100 + pl.col(on).dt.day()) < (
        pl.col(born).dt.month().cast(pl.Int32) * 100 + pl.col(born).dt.day()
    )
    return (pl.col(on).dt.year() - pl.col(born).dt.year() - before_birthday.cast(pl.Int32)).cast(
        pl.Int64
    )
