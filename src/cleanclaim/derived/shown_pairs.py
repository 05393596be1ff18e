"""What claims show of pairs: how often a procedure comes with a category of diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cleanclaim.model.expressions import IS_REFUSED


def pairs_shown(
    claims: pl.DataFrame,
    lines: pl.DataFrame,
    line_diagnoses: pl.DataFrame,
    *,
    only_history: bool = False,
) -> pl.DataFrame:
    """How often claims show each procedure with each category of diagnosis (its first three characters), by line.

    Voided and replaced claims don't count, nor do lines that the payer denied.

    Args:
        claims: the table of claims.
        lines: the table of lines.
        line_diagnoses: the table of lines and the diagnoses they point at.
        only_history: count only claims of the history.

    Returns:
        procedure_code, category (null for all lines with a diagnosis), lines.
    """
    counted = claims.filter("stands", (pl.col("is_history") if only_history else True))
    refused = lines.lazy().filter(IS_REFUSED).select("claim_key", "line_number")
    pointed = (
        line_diagnoses.lazy()
        .join(counted.lazy().select("claim_key"), on="claim_key", how="semi")
        .join(refused, on=["claim_key", "line_number"], how="anti")
    )
    category = pl.col("diagnosis_code").str.slice(0, 3).alias("category")
    by_category = pointed.with_columns(category)
    whole = pointed.with_columns(pl.lit(None, pl.String).alias("category"))
    return (
        pl.concat([by_category, whole])
        .group_by("procedure_code", "category")
        .agg(pl.struct("claim_key", "line_number").n_unique().cast(pl.Int64).alias("lines"))
        .sort("procedure_code", "category")
        .collect()
    )


def pairs_together(counted: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What several groups of claims show (`pairs_shown`), in all."""
    return (
        pl.concat(counted)
        .group_by("procedure_code", "category")
        .agg(pl.col("lines").sum())
        .sort("procedure_code", "category")
    )
