"""The verdict on every claim: clean, clean as far as checked, or with findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Disposition
from cleanclaim.failures import Failure
from cleanclaim.model import MONEY, Batch
from cleanclaim.text.masking import showable_table
from cleanclaim.verdicts.at_risk import CONCERNS_WHOLE_CLAIM, IS_SERIOUS

CLEAN: Final = "clean"
AS_FAR_AS_CHECKED: Final = "clean as far as checked"
WITH_FINDINGS: Final = "findings"
UNCHECKED: Final = "not checked"
VERDICTS: Final = (CLEAN, AS_FAR_AS_CHECKED, WITH_FINDINGS, UNCHECKED)
"""`clean`: everything was checked, and no finding is more severe than info.

`clean as far as checked`: no such finding, but something wasn't checked. `findings`: there is one.
`not checked`: the claim couldn't be checked at all.
"""
CLAIMS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "claim_id": pl.String,
    "file": pl.String,
    "position": pl.Int64,
    "verdict": pl.Enum(VERDICTS),
    "hardest": pl.Enum([d.value for d in Disposition]),
    "findings": pl.Int64,
    "not_checked": pl.List(pl.String),
    "charge_amount": MONEY,
    "at_risk_amount": MONEY,
    "payer_id": pl.String,
    "payer_name": pl.String,
    "billing_npi": pl.String,
    "rendering_npi": pl.String,
    "from_date": pl.Date,
    "to_date": pl.Date,
    "claim_type": pl.String,
    "payer_class": pl.String,
    "as_of": pl.Date,
    "claim_key": pl.Int64,
}
"""Columns of the claims of a report, one row per claim.

`hardest` is the most severe disposition among its findings, `findings` their number, and
`not_checked` the edits that couldn't check something about it.
"""
_OF_CLAIM: Final = (
    "claim_id", "file", "position", "charge_amount", "payer_id", "payer_name", "billing_npi", "rendering_npi", "from_date", "to_date",
    "claim_type", "payer_class", "as_of", "claim_key",
)  # fmt: skip


def verdicts_of(
    batch: Batch,
    findings: pl.DataFrame,
    not_checked: pl.DataFrame,
    failures: Sequence[Failure] = (),
) -> pl.DataFrame:
    """The verdict on each claim that was checked, earlier claims left out.

    Args:
        batch: the claims.
        findings: the findings that are reported, with `at_risk_amount`.
        not_checked: what couldn't be checked.
        failures: what failed: an edit, so that no claim was fully checked; or the whole group.

    Returns:
        Columns `CLAIMS`, in the order of the claims.
    """
    own = batch.claims.filter(~pl.col("is_history").fill_null(value=False)).select(_OF_CLAIM)
    claims = showable_table("claims", own)
    of_claims = findings.filter(pl.col("claim_key").is_not_null())
    joined = claims
    for table in (_counted(of_claims), _at_risk(of_claims), _gaps(not_checked)):
        joined = joined.join(table, on="claim_key", how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("findings").fill_null(0),
        pl.col("not_checked").fill_null([]),
        pl.col("at_risk_amount").fill_null(pl.lit(0, MONEY)),
        _verdict({failure.kind for failure in failures}).alias("verdict"),
    ).select(pl.col(name).cast(dtype) for name, dtype in CLAIMS.items())


def _counted(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.group_by("claim_key").agg(
        pl.len().cast(pl.Int64).alias("findings"),
        pl.col("disposition").min().alias("hardest"),
    )  # fmt: skip


def _at_risk(findings: pl.DataFrame) -> pl.DataFrame:
    """The dollars at risk: the whole claim if a finding concerns all of it, else its lines, each counted once."""
    serious = findings.filter(IS_SERIOUS)
    whole = serious.filter(CONCERNS_WHOLE_CLAIM)
    lines = serious.filter(~CONCERNS_WHOLE_CLAIM).unique(["claim_key", "line_number"])
    amount = pl.col("at_risk_amount")
    return (
        pl.concat(
            [
                whole.group_by("claim_key").agg(amount.max()),
                lines.join(whole, on="claim_key", how="anti").group_by("claim_key").agg(amount.sum()),
            ]
        )
    )  # fmt: skip


def _gaps(not_checked: pl.DataFrame) -> pl.DataFrame:
    of_claims = not_checked.filter(pl.col("claim_key").is_not_null())
    distinct = of_claims.select("claim_key", "code").unique().sort("claim_key", "code")
    codes = pl.col("code").alias("not_checked")
    return distinct.group_by("claim_key", maintain_order=True).agg(codes)


def _verdict(failed: set[str]) -> pl.Expr:
    if "claims" in failed:
        return pl.lit(UNCHECKED)
    is_checked = pl.lit(value=False) if failed else pl.col("not_checked").is_null()
    return (
        pl.when(pl.col("hardest").to_physical() < Disposition.INFO.rank)
        .then(pl.lit(WITH_FINDINGS))
        .when(is_checked)
        .then(pl.lit(CLEAN))
        .otherwise(pl.lit(AS_FAR_AS_CHECKED))
    )
