"""The last day on which each claim can be filed, as far as its payer's limit is known."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.pay.filing import last_day
from cleanclaim.edits.pay.packs import met_claims
from cleanclaim.model.expressions import IS_MEDICARE, in_force
from cleanclaim.reference import Reference

_SHOWN: Final = ("claim_key", "last_day")
_IS_ASKED: Final = ~pl.col("is_history").fill_null(value=False) & ~pl.col("claim_frequency_code").is_in(["7", "8"]).fill_null(value=False)  # fmt: skip
"""Replacements and voids have other limits."""


def last_filing_days(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The last day to file each claim: `claim_key` and `last_day`; claims of payers without a known limit are left out.

    Medicare's limit is one calendar year (42 CFR 424.44). Another payer's is from an imported table of filing limits (by payer ID, then by payer class), else
    from its pack; if a pack's limits differ by network, which a claim doesn't show, the shortest counts.
    """
    own = claims.claims.filter(_IS_ASKED, pl.col("to_date").is_not_null())
    medicare = own.filter(IS_MEDICARE).select("claim_key", pl.col("to_date").dt.offset_by("1y").alias("last_day"))  # fmt: skip
    parts = [medicare]
    others = own.filter(~IS_MEDICARE.fill_null(value=False))
    if "filing_limits" in reference.names():
        parts.append(_by_table(others, reference.table("filing_limits")))
    parts.append(_by_pack(claims, reference, others))
    return pl.concat(parts).unique("claim_key", keep="first", maintain_order=True)


def _by_table(own: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    counted = pl.when(pl.col("counted_from") == "from_date").then("from_date").otherwise("to_date")
    met = [
        own.join(limits, left_on=name, right_on="code")
        .filter(in_force("to_date"))
        .select("claim_key", (counted + pl.duration(days=pl.col("days"))).alias("last_day"))
        for name in ("payer_id", "payer_class")
    ]
    return pl.concat(met).unique("claim_key", keep="first", maintain_order=True)


def _by_pack(claims: Claims, reference: Reference, own: pl.DataFrame) -> pl.DataFrame:
    met = met_claims(claims, reference, "filing_limits", "from_date")
    rank = pl.col("states").is_not_null().cast(pl.Int8) * 2 + pl.col("filing_codes").is_not_null().cast(pl.Int8)  # fmt: skip
    return (
        met.join(own, on="claim_key", how="semi")
        .with_columns(last_day().alias("last_day"), rank.alias("_rank"))
        .filter(pl.col("_rank") == pl.col("_rank").max().over("claim_key"))
        .group_by("claim_key", maintain_order=True)
        .agg(pl.col("last_day").min())
        .select(_SHOWN)
    )
