"""The last day to file a claim, from a row of a payer pack's filing limits."""

from __future__ import annotations

import polars as pl


def last_day() -> pl.Expr:
    """The last day on which the claim may be filed."""
    start = pl.when(pl.col("counted_from") == "from_date").then("from_date").otherwise("to_date")
    count = pl.col("limit").str.extract(r"([0-9]+)")
    many = count.cast(pl.Int64)
    kind = pl.col("limit").str.extract(r"(end of month|end of year|day|month|year)")
    day = (
        pl.when(kind == "day")
        .then(start + pl.duration(days=many))
        .when(kind == "month")
        .then(start.dt.offset_by(count + "mo"))
        .when(kind == "year")
        .then(start.dt.offset_by(count + "y"))
        .when(kind == "end of month")
        .then(start.dt.month_start().dt.offset_by(count + "mo").dt.month_end())
        .otherwise(pl.date(start.dt.year() + many.cast(pl.Int32), 12, 31))
    )
    beyond = (8 - day.dt.weekday()) % 7  # days from Saturday or Sunday to Monday
    moved = day + pl.duration(days=pl.when(day.dt.weekday() > 5).then(beyond).otherwise(0))
    return pl.when(pl.col("weekends") == "extend").then(moved).otherwise(day)
