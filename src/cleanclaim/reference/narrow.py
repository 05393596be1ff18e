"""Find a sorted table's rows for a few keys by binary search."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

_FEW: Final = 1_000
"""The most keys to look up one by one; beyond that, one pass over the table is faster."""


def rows_of(table: pl.DataFrame, keys: pl.Series, by: str = "code") -> pl.DataFrame:
    """Return the rows that have one of the keys, so that checking one claim doesn't scan the table.

    Args:
        table: sorted by the column `by`.
        keys: the keys, in any order, with or without repeats; nulls are ignored.
        by: the key column.

    Returns:
        The rows, in the table's order.
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
