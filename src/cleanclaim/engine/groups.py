"""Groups of whole patients, which bound the memory that edits need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from cleanclaim.model import Batch
from cleanclaim.model.keys import in_order, numbers_of

CLAIMS_AT_ONCE: Final = 35_000
"""About how many claims a group holds."""


def whole_patients(batch: Batch, at_once: int = CLAIMS_AT_ONCE) -> Iterator[Batch]:
    """The batch in groups of whole patients; faults of form outside any claim go with the first.

    Args:
        batch: all claims.
        at_once: about how many claims a group holds.

    Yields:
        Groups; no patient is in two of them.
    """
    groups = -(-batch.claims.height // at_once)
    if groups <= 1:
        yield batch
        return
    batch = in_order(batch)
    number = (batch.claims["patient_key"].fill_null(0) % groups).to_numpy()
    covered, history_pairs = batch.days, batch.history_pairs
    frames = batch.frames()
    of_row = {name: numbers_of(frame, batch.claims, number) for name, frame in frames.items()}
    for group in range(groups):
        own = {
            name: frame.filter(pl.Series(of_row[name] == group)) for name, frame in frames.items()
        }
        yield replace(Batch.of(own), covered=covered, history_pairs=history_pairs)
