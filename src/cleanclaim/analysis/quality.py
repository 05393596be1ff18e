"""How clean the claims are, by payer, provider and edit, from a check of any number of claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from cleanclaim.report.result import Results

HARD: Final = ("reject", "return", "deny-claim", "deny-line", "suspend")
"""With one of these a claim doesn't pass at the first try."""
AMOUNTS: Final = ("charge_amount", "at_risk_amount")


def quality_of(results: Results) -> dict[str, pl.DataFrame]:
    """Claims, the clean-claim rate, the first-pass yield and dollars at risk, by payer and provider; and findings by edit.

    The clean-claim rate counts claims that are clean, or clean as far as they were checked. The first-pass yield counts claims without a finding that a payer
    would act on: none harder than a warning.
    """
    claims = [_counted(part) for part in results.claims_parts()]
    findings = [_edits(part) for part in results.findings_parts()]
    return {
        "claims_by_payer": rates(_by(claims, "payer")),
        "claims_by_provider": rates(_by(claims, "provider")),
        "findings_by_edit": findings_by_edit(findings),
    }


def _counted(part: pl.DataFrame) -> pl.DataFrame:
    verdict = pl.col("verdict").cast(pl.String)
    return (
        part.with_columns(
            pl.coalesce("payer_name", "payer_id", "payer_class").fill_null("unknown").alias("payer"),
            pl.coalesce("rendering_npi", "billing_npi").fill_null("unknown").alias("provider"),
        )
        .group_by("payer", "provider")
        .agg(
            pl.len().cast(pl.Int64).alias("claims"),
            (verdict == "clean").sum().cast(pl.Int64).alias("clean"),
            (verdict == "clean as far as checked").sum().cast(pl.Int64).alias("clean_as_far_as_checked"),
            (~pl.col("hardest").cast(pl.String).is_in(HARD).fill_null(value=False) & (verdict != "not checked")).sum().cast(pl.Int64).alias("first_pass"),
            pl.col(AMOUNTS).cast(pl.Float64).sum(),
        )
    )  # fmt: skip


def _by(parts: Iterable[pl.DataFrame], name: str) -> pl.DataFrame:
    return pl.concat(parts).drop("provider" if name == "payer" else "payer").group_by(name).sum()


def rates(table: pl.DataFrame) -> pl.DataFrame:
    """Counted claims with the clean-claim rate and the first-pass yield."""
    rate = ((pl.col("clean") + pl.col("clean_as_far_as_checked")) / pl.col("claims")).round(4)
    passed = (pl.col("first_pass") / pl.col("claims")).round(4)
    name = table.columns[0]
    return table.with_columns(
        rate.alias("clean_claim_rate"), passed.alias("first_pass_yield"), pl.col(AMOUNTS).round(2)
    ).sort("at_risk_amount", name, descending=[True, False])


def _edits(part: pl.DataFrame) -> pl.DataFrame:
    return part.group_by("code", "name", pl.col("disposition").cast(pl.String)).agg(
        pl.len().cast(pl.Int64).alias("findings"),
        pl.col("claim_key").drop_nulls().n_unique().cast(pl.Int64).alias("claims"),
        pl.col("at_risk_amount").cast(pl.Float64).sum(),
    )


def findings_by_edit(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Findings, claims and dollars at risk by edit, from those of groups of claims."""
    keys = ["code", "name", "disposition"]
    return (
        pl.concat(parts)
        .group_by(keys)
        .sum()
        .with_columns(pl.col("at_risk_amount").round(2))
        .sort("at_risk_amount", "findings", "code", descending=[True, True, False])
    )
