"""Find a sorted table's rows for a few keys by binary search."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.model.arrays import Ints

_MANY: Final = 1_000
"""The most keys to look up one by one; beyond that, one pass over the table is faster."""
_HANDFUL: Final = 12
"""The most keys for which a search of our own is faster than starting one of Polars."""


def rows_of(table: pl.DataFrame, keys: pl.Series, by: str = "code") -> pl.DataFrame:
    """Return the rows that have one of the keys, so that checking one claim doesn't scan the table.

    Args:
        table: sorted by the column `by`.
        keys: the keys, in any order, with or without repeats; nulls are ignored.
        by: the key column.

    Returns:
        The rows, in the table's order.
    """
    wanted = keys.cast(pl.String)
    if wanted.len() > _MANY:
        distinct = wanted.drop_nulls().unique().to_frame(by)
        return table.join(distinct, on=by, how="semi", maintain_order="left")
    few = sorted({key for key in wanted.to_list() if key is not None})
    first, end = _places(table[by], few)
    counts = end - first
    starts = np.cumsum(counts) - counts
    return table[np.repeat(first - starts, counts) + np.arange(counts.sum())]


def _places(column: pl.Series, keys: list[str]) -> tuple[Ints, Ints]:
    """Where the rows of each key begin and end."""
    if len(keys) <= _HANDFUL and not column.null_count():
        first = [bisect_left(column, key) for key in keys]
        end = [bisect_right(column, key, lo=at) for key, at in zip(keys, first, strict=True)]
        return np.array(first, np.int64), np.array(end, np.int64)
    wanted = pl.Series(keys, dtype=pl.String).set_sorted()
    before = column.search_sorted(wanted, side="left").to_numpy()
    after = column.search_sorted(wanted, side="right").to_numpy()
    return before.astype(np.int64), after.astype(np.int64)
