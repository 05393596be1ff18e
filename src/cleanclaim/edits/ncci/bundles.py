"""Pairs of procedures that NCCI bundles: what the edits of the family NCCI share."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.reference import Reference

SHOWN: Final = (
    "claim_key", "line_number", "column_1", "column_2", "other_line_number", "indicator", "valid_from", "valid_to", "rationale", "release",
)  # fmt: skip
"""What a finding on a pair of one claim shows."""
IS_CURRENT: Final = ~pl.col("is_history").fill_null(value=False)
IS_ONE_CLAIM: Final = pl.col("claim_key") == pl.col("other_claim_key")
NO_ROWS: Final = pl.DataFrame(schema={"claim_key": pl.Int64})
"""What an edit finds if no codes of a day are bundled."""


def is_visit(reference: Reference) -> pl.Expr:
    """True for pairs whose denied code is a visit; MOD104 judges those."""
    visits = reference.derived("codes of visits", reference.table("visit_codes")["code"].unique)
    return pl.col("column_2").is_in(visits.implode())


def unjudged(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines with a pair that no table of pairs covers."""
    del reference
    return claims.uncompared_lines
