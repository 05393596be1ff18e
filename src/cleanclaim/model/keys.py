"""Rows of a batch by position: tables are sorted by key, so a binary search replaces a join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl

from cleanclaim.model import Batch
from cleanclaim.model.arrays import Ints

_ORDER: Final = {
    "claims": ("claim_key",),
    "diagnoses": ("claim_key", "diagnosis_number"),
    "lines": ("claim_key", "line_number"),
}
MOST_NUMBERS: Final = 1 << 20
"""More than any line or diagnosis number, so that a claim key and a number make one sortable number."""


def in_order(batch: Batch) -> Batch:
    """The batch with every table sorted by its key, as readers leave them."""
    frames = batch.frames()
    unordered: dict[str, Any] = {
        name: frame.sort(keys, maintain_order=True)
        for name, keys in _ORDER.items()
        if not _is_sorted(frame := frames[name], keys)
    }
    return replace(batch, **unordered) if unordered else batch


def numbered(batch: Batch, first: int) -> Batch:
    """The sorted batch with claims renumbered from a key; rows without a claim stay without one."""
    batch = in_order(batch)
    keys = keys_of(batch.claims)
    frames: dict[str, Any] = {}
    for name, frame in batch.frames().items():
        own = frame["claim_key"]
        at = found_in(keys, own.fill_null(-1).to_numpy()) + first
        places = pl.Series("claim_key", at, dtype=pl.Int64)
        frames[name] = frame.with_columns(
            pl.when(own.is_not_null()).then(places).alias("claim_key")
        )
    return replace(batch, **frames)


def _is_sorted(frame: pl.DataFrame, keys: tuple[str, ...]) -> bool:
    order = keys_of(frame)
    if len(keys) > 1:
        order = order * MOST_NUMBERS + whole_numbers(frame[keys[1]])
    return bool((order[1:] >= order[:-1]).all())


def keys_of(frame: pl.DataFrame) -> Ints:
    """The claim key of each row."""
    return frame["claim_key"].to_numpy()


def whole_numbers(column: pl.Series) -> Ints:
    """A whole-number column as an array, 0 for a null."""
    return (column.fill_null(0) if column.null_count() else column).to_numpy()


def found_in(sorted_keys: Ints, wanted: Ints) -> Ints:
    """For each wanted key, the first row that equals it, or -1."""
    count = len(sorted_keys)
    if not count:
        return np.full(len(wanted), -1, dtype=np.int64)
    if _follow_each_other(sorted_keys):  # as the keys of whole batches do: no search is needed
        at = wanted - sorted_keys[0]
        return np.where((at >= 0) & (at < count), at, -1)
    at = np.minimum(np.searchsorted(sorted_keys, wanted), count - 1)
    return np.where(sorted_keys[at] == wanted, at, -1)


def _follow_each_other(sorted_keys: Ints) -> bool:
    """Whether each key is one more than the key before it."""
    span = int(sorted_keys[-1]) - int(sorted_keys[0])
    return span == len(sorted_keys) - 1 and bool((sorted_keys[1:] > sorted_keys[:-1]).all())


def counts_of(sorted_keys: Ints, wanted: Ints) -> Ints:
    """How many of the sorted keys equal each wanted key."""
    low = np.searchsorted(sorted_keys, wanted)
    return np.searchsorted(sorted_keys, wanted, side="right") - low


def numbers_of(frame: pl.DataFrame, claims: pl.DataFrame, of_claim: Ints) -> Ints:
    """The number of each row's claim; 0 for a row that belongs to no claim."""
    at = found_in(keys_of(claims), whole_numbers(frame["claim_key"].fill_null(-1)))
    if claims.is_empty():
        return np.zeros(frame.height, dtype=np.int64)
    return np.where(at < 0, 0, of_claim[at])


def unpivoted(frame: pl.DataFrame, columns: Sequence[str]) -> tuple[Ints, Ints, pl.Series]:
    """The non-null values of several columns: row, column number, value; sorted by row and column."""
    there = frame.select(pl.col(columns).is_not_null()).to_numpy()
    rows, numbers = np.nonzero(there)
    every = pl.concat([frame[name] for name in columns])
    return rows, numbers, every.gather(numbers * frame.height + rows)


def groups(frame: pl.DataFrame, keys: Sequence[str]) -> Ints:
    """A number for each row, the same for rows that agree in all of some columns; nulls agree with nulls.

    The columns are hashed to one 64-bit number for each row, as patients are.
    """
    hashed = frame.select(pl.struct(keys).hash()).to_series().to_numpy()
    return np.unique(hashed, return_inverse=True)[1]
