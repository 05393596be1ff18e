"""Claims, findings, and what was not checked, as the texts of JSON objects, with which the JSON formats write reports of any size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from cleanclaim.report.result import CLAIM_KEYS, JSON_KEYS, NOT_CHECKED_KEYS, Results
from cleanclaim.text.escaping import json_safe

_EVIDENCE: Final = JSON_KEYS.index("evidence")
_AT_ONCE: Final = 10_000
"""How many objects are held as text at a time."""


def findings(results: Results) -> Iterator[list[str]]:
    """The findings in order, some thousand objects at a time."""
    for part in results.findings_parts():
        yield from _texts(part, _finding())


def not_checked(results: Results) -> Iterator[list[str]]:
    """What was not checked, some thousand objects at a time."""
    for part in results.not_checked_parts():
        yield from _texts(part, pl.struct(NOT_CHECKED_KEYS).struct.json_encode())


def claims(results: Results) -> Iterator[list[str]]:
    """The claims with their verdicts, some thousand objects at a time."""
    for part, gaps in zip(results.claims_parts(), results.not_checked_parts(), strict=True):
        of_claims = _gaps_of_claims(gaps)
        rows = part.drop("not_checked").join(
            of_claims, on="claim_key", how="left", maintain_order="left"
        )
        rows = rows.with_columns(pl.col("not_checked").fill_null([]))
        yield from _texts(rows, pl.struct(CLAIM_KEYS).struct.json_encode())


def _gaps_of_claims(not_checked: pl.DataFrame) -> pl.DataFrame:
    """What was not checked about each claim: the edits, the line and the reason, one object per line and reason."""
    return (
        not_checked.filter(pl.col("claim_key").is_not_null())
        .group_by("claim_key", "line_number", "reason", maintain_order=True)
        .agg(pl.col("code").unique(maintain_order=True).alias("codes"))
        .group_by("claim_key", maintain_order=True)
        .agg(pl.struct("codes", "line_number", "reason").alias("not_checked"))
    )


def _finding() -> pl.Expr:
    """One finding; its evidence is JSON already and is inserted as it is."""
    return pl.concat_str(
        pl.struct(JSON_KEYS[:_EVIDENCE]).struct.json_encode().str.strip_suffix("}"),
        pl.lit(',"evidence":'),
        pl.col("evidence").fill_null("{}"),
        pl.lit(","),
        pl.struct(JSON_KEYS[_EVIDENCE + 1 :]).struct.json_encode().str.strip_prefix("{"),
    )


def _texts(rows: pl.DataFrame, text: pl.Expr) -> Iterator[list[str]]:
    for chunk in rows.iter_slices(_AT_ONCE):
        yield [json_safe(one) for one in chunk.select(text).to_series()]
