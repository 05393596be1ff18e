"""The rows of a sorted table for a few keys, found by binary search."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

_FEW: Final = 1_000
"""Up to so many keys are looked up one by one; beyond, one pass over the table is quicker."""


def rows_of(table: pl.DataFrame, keys: pl.Series, by: str = "code") -> pl.DataFrame:
    """The rows whose key is among `keys`, so that one claim does not pay for a scan.

    Args:
        table: sorted by the column `by`.
        keys: the keys, in any order, repeated or not; nulls are passed over.
        by: the key column.

    Returns:
        Those rows, in the table's order.
    """
    wanted = keys.cast(pl.String).drop_nulls()
    if wanted.len() > _FEW:
        return table.join(wanted.unique().to_frame(by), on=by, how="semi", maintain_order="left")
    wanted = wanted.unique().sort()
    column = table[by]
    first = column.search_sorted(wanted, side="left").to_numpy().astype(np.int64)
    counts = column.search_sorted(wanted, side="right").to_numpy().astype(np.int64) - first
    starts = np.cumsum(counts) - counts
    rows = np.repeat(first - starts, counts) + np.arange(counts.sum())
    return table[rows]
