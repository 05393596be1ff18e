"""Units of service against the limits of a line and of a day: what the edits of the family QTY share."""

from __future__ import annotations

from typing import Final

import polars as pl

MUE_MANUAL: Final = "Medicare NCCI Policy Manual"
HAS_LIMIT: Final = pl.col("units").is_not_null() & ((pl.col("unit_basis_code") != "MJ").fill_null(value=True))
"""Lines whose units are units; minutes of anesthesia are not limited by unit."""


def over_the_day(adjudication: int) -> pl.Expr:
    """Of `Claims.line_fees`: true where the units of a code on a day exceed a limit of the day with that indicator.

    Args:
        adjudication: 2 or 3.
    """
    return (
        pl.col("stands")
        & HAS_LIMIT
        & pl.col("patient_key").is_not_null()
        & (pl.col("unit_adjudication") == adjudication)
        & (pl.col("unit_limit") > 0)
        & (pl.col("day_units") > pl.col("unit_limit"))
    )


OF_THE_DAY: Final = (
    "procedure_code",
    pl.col("day_units").cast(pl.Decimal(15, 3)),
    pl.col("unit_limit").alias("most_units"),
    pl.col("unit_adjudication").alias("adjudication"),
    pl.col("unit_release").alias("release"),
)
"""What a finding about the units of a day tells."""
