"""A batch: the tables of some claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from cleanclaim.model.tables import CLAIM_CODES, OTHER_PAYERS, SYNTAX_FAULTS, TABLES


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables of one batch of claims. A batch holds whole patients.

    Attributes hold one frame for each table of this package, with exactly that table's schema.
    `has_history` is true if earlier claims were given, even if none of them belongs to these
    patients. `history_pairs` holds the pairs of codes in all patients' earlier claims
    (`cleanclaim.derived.shown_pairs.pairs_shown`) if an edit asks.
    """

    claims: pl.DataFrame
    diagnoses: pl.DataFrame
    lines: pl.DataFrame
    other_payers: pl.DataFrame = field(default_factory=OTHER_PAYERS.empty)
    claim_codes: pl.DataFrame = field(default_factory=CLAIM_CODES.empty)
    syntax_faults: pl.DataFrame = field(default_factory=SYNTAX_FAULTS.empty)
    has_history: bool = False
    history_pairs: pl.DataFrame | None = None

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Batch:
        """Build a batch from frames by table name, cast to each table's schema; missing tables are empty."""
        own: dict[str, Any] = {
            name: table.conform(frames[name]) if name in frames else table.empty()
            for name, table in TABLES.items()
        }
        return cls(**own)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by table name."""
        return {name: getattr(self, name) for name in TABLES}


def concat(batches: Iterable[Batch]) -> Batch:
    """Combine batches whose claim keys don't overlap."""
    parts = list(batches)
    if len(parts) == 1:
        return parts[0]
    frames = [batch.frames() for batch in parts]
    whole = Batch.of(
        {
            name: pl.concat([part[name] for part in frames], rechunk=True)
            for name in TABLES
            if frames
        }
    )
    pairs = [batch.history_pairs for batch in parts if batch.history_pairs is not None]
    return replace(
        whole,
        has_history=any(batch.has_history for batch in parts),
        history_pairs=pairs[0] if pairs else None,
    )
