"""A batch: the tables of some claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from cleanclaim.model.note_facts import NOTE_FACTS
from cleanclaim.model.spans import Spans, spans_of, spans_together
from cleanclaim.model.tables import CLAIM_CODES, OTHER_PAYERS, SYNTAX_FAULTS, TABLES


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables of one batch of claims. A batch holds whole patients.

    Attributes hold one frame for each table of this package, with exactly that table's schema.
    `covered` says which days all claims that are known are from: those of other patients and of
    other batches too. It is None if no others are known. `covered_apart` says it for each claim by
    its key, in a batch whose claims know nothing of each other: claims of different callers that are
    checked together, each of a patient of its own. `history_pairs` holds the pairs of codes
    in all patients' earlier claims (`cleanclaim.derived.shown_pairs.pairs_shown`) if an edit asks.
    `note_facts` holds what notes say, if notes were given; it is made just before the check, and
    isn't one of the frames.
    """

    claims: pl.DataFrame
    diagnoses: pl.DataFrame
    lines: pl.DataFrame
    other_payers: pl.DataFrame = field(default_factory=OTHER_PAYERS.empty)
    claim_codes: pl.DataFrame = field(default_factory=CLAIM_CODES.empty)
    syntax_faults: pl.DataFrame = field(default_factory=SYNTAX_FAULTS.empty)
    covered: Spans | None = None
    covered_apart: Mapping[int, Spans] | None = None
    history_pairs: pl.DataFrame | None = None
    note_facts: pl.DataFrame = field(default_factory=NOTE_FACTS.empty)

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Batch:
        """Build a batch from frames by table name, cast to each table's schema; missing tables are empty."""
        own: dict[str, Any] = {
            name: table.conform(frames[name]) if name in frames else table.empty()
            for name, table in TABLES.items()
        }
        return cls(**own)

    @property
    def days(self) -> Spans:
        """The days that are covered: `covered`, or the days of these claims."""
        if self.covered is not None:
            return self.covered
        claims = self.claims
        return spans_of(self.lines["from_date"], claims["from_date"], claims["to_date"])

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
    is_known = any(batch.covered is not None for batch in parts)
    return replace(
        whole,
        covered=spans_together(batch.days for batch in parts) if is_known else None,
        history_pairs=pairs[0] if pairs else None,
    )
