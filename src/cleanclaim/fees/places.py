"""Where a line is priced: its locality, by ZIP code or by a state that has one locality only, and whether in a facility."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derive import Claims
from cleanclaim.reference import Reference
from cleanclaim.terms import in_force

_KEYS: Final = ["claim_key", "line_number"]


def placed(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines that are not history, each with its locality.

    Args:
        claims: the claims.
        reference: the dated tables; `zip_localities`, `gpci` and `place_of_service` are asked.

    Returns:
        All columns of `Claims.lines`, and `mac_locality` (contractor and locality; null where it is not known), `is_facility`.
    """
    above = claims.claims.select(
        "claim_key",
        pl.coalesce("facility_zip_code", "billing_zip_code").str.slice(0, 5).alias("_zip"),
        pl.coalesce("facility_state", "billing_state").alias("_state"),
    )
    lines = claims.lines.filter(~pl.col("is_history").fill_null(value=False)).join(
        above, on="claim_key", how="left", maintain_order="left"
    )
    by_zip = _by_zip(lines, reference)
    by_state = _by_state(lines, reference)
    facilities = reference.table("place_of_service").filter("facility")["code"].unique().implode()
    return (
        lines.join(by_zip, on=_KEYS, how="left", maintain_order="left")
        .join(by_state, on=_KEYS, how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("_by_zip", "_by_state").alias("mac_locality"),
            pl.col("place_of_service_code")
            .is_in(facilities)
            .fill_null(value=False)
            .alias("is_facility"),
        )
        .drop("_by_zip", "_by_state")
    )


def _by_zip(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    asked = lines.select(*_KEYS, "_zip", "from_date")
    if "zip_localities" not in reference.names():
        return asked.select(*_KEYS, pl.lit(None, pl.String).alias("_by_zip"))
    rows = reference.narrow("zip_localities", asked["_zip"])
    return (
        asked.join(rows, left_on="_zip", right_on="code")
        .filter(in_force("from_date"))
        .unique(_KEYS, keep="last")
        .select(*_KEYS, (pl.col("mac") + pl.col("locality")).alias("_by_zip"))
    )


def _by_state(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    asked = lines.select(*_KEYS, "_state", "from_date")
    if "gpci" not in reference.names():
        return asked.select(*_KEYS, pl.lit(None, pl.String).alias("_by_state"))
    rows = reference.table("gpci").select("code", "state", "valid_from", "valid_to")
    return (
        asked.join(rows, left_on="_state", right_on="state")
        .filter(in_force("from_date"))
        .group_by(_KEYS)
        .agg(pl.col("code").n_unique().alias("_count"), pl.col("code").first().alias("_by_state"))
        .filter(pl.col("_count") == 1)
        .select(*_KEYS, "_by_state")
    )
