"""The tables of a report for the formats that write one at a time: findings, claims, what was not checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.report.coding import without_note_words
from cleanclaim.report.result import CLAIM_KEYS, JSON_KEYS, NOT_CHECKED_KEYS, Results
from cleanclaim.verdicts import FINDINGS
from cleanclaim.verdicts.claims import CLAIMS

_OF_CLAIM: Final = ("charge_amount", "payer_id", "payer_name", "billing_npi", "rendering_npi", "from_date")  # fmt: skip
"""What each finding also says about its claim."""


def table(name: str, results: Results) -> tuple[pl.DataFrame, Iterator[pl.DataFrame]]:
    """One table of a report.

    Args:
        name: findings, claims or not-checked.
        results: what was found.

    Returns:
        The table without rows, and its parts.
    """
    if name == "claims":
        empty = pl.DataFrame(schema=CLAIMS).select(CLAIM_KEYS)
        return empty, (part.select(CLAIM_KEYS) for part in results.claims_parts())
    if name == "not-checked":
        empty = pl.DataFrame(schema=NOT_CHECKED).select(NOT_CHECKED_KEYS)
        return empty, (part.select(NOT_CHECKED_KEYS) for part in results.not_checked_parts())
    return _with_claims(pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=CLAIMS)), (
        _with_claims(*both)
        for both in zip(results.findings_parts(), results.claims_parts(), strict=True)
    )


def _with_claims(findings: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Findings with the charge, payer, providers and first date of their claims."""
    of_claim = claims.select("claim_key", *_OF_CLAIM)
    joined = without_note_words(findings).join(
        of_claim, on="claim_key", how="left", maintain_order="left"
    )
    return joined.select(*JSON_KEYS, *_OF_CLAIM)
