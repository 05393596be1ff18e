"""The dollars that findings put at risk: the charge, or the price if a fee schedule has one."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition
from cleanclaim.fees import allowed
from cleanclaim.model import MONEY, Batch
from cleanclaim.model.arrays import taken
from cleanclaim.model.keys import MOST_NUMBERS, found_in, in_order, keys_of, whole_numbers
from cleanclaim.reference import Reference

_WHOLE: Final = [d.value for d in Disposition if d.rank <= Disposition.DENY_CLAIM.rank]
CONCERNS_WHOLE_CLAIM: Final = (
    pl.col("disposition").cast(pl.String).is_in(_WHOLE) | pl.col("line_number").is_null()
)
"""True for findings that put the whole claim at risk: those without a line, and those for which the claim is refused, returned or denied."""
IS_SERIOUS: Final = pl.col("disposition").cast(pl.String) != Disposition.INFO.value
"""True for findings that put something at risk."""
_LINE: Final = ("claim_key", "line_number")


def amounts_at_risk(batch: Batch, findings: pl.DataFrame, reference: Reference) -> pl.Series:
    """The dollars that each finding puts at risk.

    A finding on a line puts the line at risk, any other the claim. If the claim is refused,
    returned or denied, all of it is at risk, whatever the finding names. A line is worth its
    charge; for Medicare's professional claims the fee schedule's amount if that is lower. A claim
    is worth the sum of its lines if one of them is priced, else its total charge.

    Args:
        batch: the claims, in any order.
        findings: with claim_key, line_number and disposition.
        reference: the dated tables.

    Returns:
        `at_risk_amount` in dollars: 0 for information, null if there is no charge, or if the
        finding is on a whole file.
    """
    batch = in_order(batch)
    prices = _prices(batch, findings, reference)
    lines, claims = _worth(batch, prices)
    known = keys_of(lines) * MOST_NUMBERS + whole_numbers(lines["line_number"])
    claim = whole_numbers(findings["claim_key"].fill_null(-1))
    of_line = found_in(known, claim * MOST_NUMBERS + whole_numbers(findings["line_number"]))
    has_line = findings["line_number"].is_not_null().to_numpy()
    return (
        findings.select("disposition", "line_number")
        .hstack(taken(lines.select("of_line"), np.where(has_line, of_line, -1)))
        .hstack(taken(claims.select("of_claim"), found_in(keys_of(claims), claim)))
        .select(
            pl.when(~IS_SERIOUS)
            .then(pl.lit(0, MONEY))
            .when(CONCERNS_WHOLE_CLAIM)
            .then("of_claim")
            .otherwise("of_line")
            .alias("at_risk_amount")
        )
        .to_series()
    )


def _worth(batch: Batch, prices: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What lines (`of_line`) and claims (`of_claim`) are worth."""
    lines = batch.lines.select(*_LINE, pl.col("charge_amount").alias("of_line"))
    claims = batch.claims.select("claim_key", pl.col("charge_amount").alias("of_claim"))
    if prices is None:
        return lines, claims
    lines = lines.join(prices, on=_LINE, how="left", maintain_order="left").with_columns(
        pl.min_horizontal("of_line", "allowed").alias("of_line")
    )
    priced = (
        lines.filter(pl.col("allowed").is_not_null().any().over("claim_key"))
        .group_by("claim_key")
        .agg(pl.col("of_line").sum().cast(MONEY).alias("_priced"))
    )
    claims = claims.join(priced, on="claim_key", how="left", maintain_order="left").with_columns(
        pl.coalesce("_priced", "of_claim").alias("of_claim")
    )
    return lines, claims


def _prices(batch: Batch, findings: pl.DataFrame, reference: Reference) -> pl.DataFrame | None:
    """The prices of the lines of Medicare's claims with findings; None if there are none.

    All claims of their patients are looked at, since several procedures of a day are paid less.
    """
    if not reference.whole("mpfs") or findings.is_empty():
        return None
    serious = findings.filter(IS_SERIOUS)["claim_key"].drop_nulls().unique().implode()
    is_medicare = pl.coalesce("rules_of", "payer_class") == "medicare"
    asked = batch.claims.filter(
        is_medicare, pl.col("claim_type") == "professional", pl.col("claim_key").is_in(serious)
    ).select("claim_key", "patient_key")
    if asked.is_empty():
        return None
    patients = asked["patient_key"].drop_nulls().unique().implode()
    theirs = batch.claims.filter(
        pl.col("patient_key").is_in(patients)
        | pl.col("claim_key").is_in(asked["claim_key"].implode())
    )
    keys = theirs["claim_key"].implode()
    part = Batch.of(
        {n: f.filter(pl.col("claim_key").is_in(keys)) for n, f in batch.frames().items()}
    )
    priced = allowed(Claims.of(part, reference), reference)
    return (
        priced.filter(pl.col("allowed").is_not_null())
        .join(asked.select("claim_key"), on="claim_key", how="semi")
        .select(*_LINE, "allowed")
    )
