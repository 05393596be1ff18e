"""Units of service against the limits of a line and of a day."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derive import Claims

MUE_MANUAL: Final = "Medicare NCCI Policy Manual"
HAS_LIMIT: Final = pl.col("units").is_not_null() & (
    (pl.col("unit_basis_code") != "MJ").fill_null(value=True)
)
"""Lines whose units are units; minutes of anesthesia are not limited by unit."""


def daily_units() -> pl.Expr:
    """Units of a line; for a span of days those of its average day, rounded to a whole.

    Source: Medicare NCCI Policy Manual, chapter I, section V.
    """
    units = pl.col("units").cast(pl.Float64)
    length = (pl.col("to_date") - pl.col("from_date")).dt.total_days() + 1
    return pl.when(length > 1).then((units / length).round(0)).otherwise(units)


def units_of_days(claims: Claims, adjudication: int) -> pl.DataFrame:
    """The lines of codes whose units of a day exceed the limit of a day.

    Args:
        claims: the claims; history counts with them.
        adjudication: the indicator of the limits that are looked at: 2 or 3.

    Returns:
        One row a line of claims that are not history: keys, procedure_code, `day_units` (those of patient, provider, code and day together),
        `line_count` (over how many
        lines), `most_units`, `adjudication`, release.
    """
    limited = claims.line_fees.filter(
        "stands",
        HAS_LIMIT,
        pl.col("unit_adjudication") == adjudication,
        pl.col("unit_limit") > 0,
        pl.col("patient_key").is_not_null(),
    ).with_columns(daily_units().alias("_units"))
    day = ["patient_key", "provider_npi", "procedure_code", "from_date", "unit_release"]
    return (
        limited.with_columns(
            pl.col("_units").sum().over(day).alias("day_units"),
            pl.len().over(day).cast(pl.Int64).alias("line_count"),
        )
        .filter(
            pl.col("day_units") > pl.col("unit_limit"),
            ~pl.col("is_history").fill_null(value=False),
        )
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            pl.col("day_units").cast(pl.Decimal(15, 3)),
            "line_count",
            pl.col("unit_limit").alias("most_units"),
            pl.col("unit_adjudication").alias("adjudication"),
            pl.col("unit_release").alias("release"),
        )
    )
