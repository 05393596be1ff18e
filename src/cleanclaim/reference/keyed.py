"""One table's rows by key: found by binary search in memory, or read from the sorted file block by block.

A question about one code needs a few rows of each table. Loading whole tables for that takes seconds
and hundreds of megabytes with everything imported, so a stored table's file is read only where the
key is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

import polars as pl

from cleanclaim.reference.layers import Span, in_order, within

BLOCK: Final = 8_192
"""The number of rows that are read together."""
_KEPT: Final = 24
"""The blocks of a file that are kept for the next questions."""
_ANSWERS: Final = 512
"""The keys whose rows are kept."""
_NEXT: Final = "\0"
"""A key with this at its end is the next possible key."""


class Source(Protocol):
    """One release's rows, sorted by a key."""

    columns: list[str]

    def between(self, low: str, high: str) -> list[pl.DataFrame]:
        """Return the rows with keys from `low` up to but not including `high`, in order, in parts that aren't empty."""
        ...


class Held:
    """Rows in memory.

    Args:
        table: the rows, sorted by `key`.
        key: the column.
    """

    def __init__(self, table: pl.DataFrame, key: str) -> None:
        self.columns = table.columns
        self._table = table
        self._keys: list[str] = table[key].to_list()

    def between(self, low: str, high: str) -> list[pl.DataFrame]:
        """Return the rows with keys from `low` up to but not including `high`, in order."""
        first = bisect_left(self._keys, low)
        last = bisect_left(self._keys, high, first)
        return [self._table.slice(first, last - first)] if last > first else []


class Filed:
    """Rows in a sorted Parquet file, of which only the blocks that a question needs are read.

    Args:
        file: the file's rows.
        key: the column that the file is sorted by.
        starts: the key of the first row of each block of `BLOCK` rows.
        checked: runs a read, and turns its errors into ones about the release.
    """

    def __init__(
        self,
        file: pl.LazyFrame,
        key: str,
        starts: Sequence[str],
        checked: Callable[[Callable[[], pl.DataFrame]], pl.DataFrame],
    ) -> None:
        self.columns = [*file.collect_schema(), "release"]
        self._file = file
        self._key = key
        self._starts = starts
        self._checked = checked
        self._block = lru_cache(_KEPT)(self._read)

    def _read(self, number: int) -> Held:
        rows = self._checked(lambda: self._file.slice(number * BLOCK, BLOCK).collect())
        return Held(rows, self._key)

    def between(self, low: str, high: str) -> list[pl.DataFrame]:
        """Return the rows with keys from `low` up to but not including `high`, in order."""
        first = max(bisect_left(self._starts, low) - 1, 0)
        last = max(bisect_left(self._starts, high), first + 1)
        return [rows for n in range(first, last) for rows in self._block(n).between(low, high)]


class Part(NamedTuple):
    """One release's rows, and the days on which it decides."""

    source: Source
    days: list[Span]


class KeyedTable:
    """A table's rows by key, with several releases layered.

    Args:
        parts: the releases.
        key: the column.
    """

    def __init__(self, parts: list[Part], key: str) -> None:
        self._parts = [part for part in parts if part.days]
        self._key = key
        self._empty = dict.fromkeys(name for part in parts for name in part.source.columns)
        self._rows = lru_cache(_ANSWERS)(self._rows_of)

    def frame(self, key: str) -> pl.DataFrame:
        """Return a key's rows; without columns if there are none."""
        found = [
            within(rows, part.days)
            for part in self._parts
            for rows in part.source.between(key, key + _NEXT)
        ]
        return found[0] if len(found) == 1 else in_order(found) if found else pl.DataFrame()

    def rows(self, key: str) -> list[dict[str, Any]]:
        """Return a key's rows with every column, the earliest first."""
        return [dict(row) for row in self._rows(key)]

    def starting_with(self, key: str) -> list[str]:
        """Return the longer keys that start with a key, each once."""
        low, high = key + _NEXT, key + "~"
        found = (one for part in self._parts for one in part.source.between(low, high))
        return sorted({key for rows in found for key in rows[self._key].to_list()})

    def _rows_of(self, key: str) -> tuple[dict[str, Any], ...]:
        found = [
            {**self._empty, **row, "valid_from": first, "valid_to": last}
            for part in self._parts
            for rows in part.source.between(key, key + _NEXT)
            for row in rows.iter_rows(named=True)
            for first, last in _cut(row["valid_from"], row["valid_to"], part.days)
        ]
        return tuple(sorted(found, key=lambda row: row["valid_from"]))


def _cut(first: date, last: date, days: Sequence[Span]) -> Iterator[Span]:
    """Yield a row's days, limited to those on which its release decides."""
    for low, high in days:
        if first <= high and low <= last:
            yield max(first, low), min(last, high)
