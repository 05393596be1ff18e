"""A dated table as sorted arrays, for asking after many codes and days at once.

A code of up to eight bytes is packed into one number that sorts as the code does, so that looking it up is a binary search over numbers
and no join.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.reference import Reference

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
"""Days since 1970-01-01; `NO_DAY` for none."""
NO_DAY: Final = np.int32(-(2**31))
_WIDTH: Final = 8
_FEW: Final = 64
"""Up to so many codes are quicker packed one by one."""


def packed(codes: pl.Series) -> npt.NDArray[np.uint64]:
    """Codes as numbers that sort alike; 0 for a null. What is longer than eight bytes equals no code of a table."""
    if len(codes) <= _FEW:
        return np.array([_number(code) for code in codes], dtype=np.uint64)
    text = pl.col("code").str.slice(0, _WIDTH).str.pad_end(_WIDTH, " ")
    number = (
        text.cast(pl.Binary).bin.slice(0, _WIDTH).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    )
    return codes.rename("code").to_frame().select(number.fill_null(0)).to_series().to_numpy()


def _number(code: str | None) -> int:
    return 0 if code is None else int.from_bytes(code[:_WIDTH].ljust(_WIDTH).encode()[:_WIDTH])


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of many rows, each met with a table once.

    Attributes:
        numbers: the packed code of each row.
        distinct: those that there are, sorted.
        at: for each row its place among them.
    """

    numbers: npt.NDArray[np.uint64]
    distinct: npt.NDArray[np.uint64]
    at: Ints

    @classmethod
    def of(cls, codes: pl.Series) -> Codes:
        """Of a column of codes, null for none."""
        numbers = packed(codes)
        distinct, at = np.unique(numbers, return_inverse=True)
        return cls(numbers, distinct, at)


def days(dates: pl.Series) -> Days:
    """Dates as days since 1970-01-01."""
    numbers = dates.to_physical()
    return (numbers.fill_null(int(NO_DAY)) if numbers.null_count() else numbers).to_numpy()


class Periods:
    """The rows of one dated table by code.

    Attributes:
        table: the table, sorted by `code` and `valid_from`.
    """

    def __init__(self, table: pl.DataFrame, index: pl.DataFrame) -> None:
        """Take a table and, for each of its rows, the packed code and both days."""
        self.table = table
        self._codes = index["code"].to_numpy()
        self._from = index["from"].to_numpy()
        self._to = index["to"].to_numpy()

    @classmethod
    def of(cls, reference: Reference, name: str, keep: pl.Expr | None = None) -> Periods:
        """The periods of a table of the reference, or of some of its rows; both are kept.

        Args:
            reference: the dated tables.
            name: the table.
            keep: true on the rows that count; the same for a table each time.
        """
        table = reference.table(name)
        if keep is not None:
            whole = table
            table = reference.derived(f"some of {name}", lambda: whole.filter(keep))
        return cls(
            table, reference.derived(f"index of {name} {keep is None}", lambda: _index(table))
        )

    def spans(self, codes: Codes) -> tuple[Ints, Ints]:
        """For each code its first row, and how many rows it has."""
        first = np.searchsorted(self._codes, codes.distinct)
        count = np.searchsorted(self._codes, codes.distinct, side="right") - first
        count[codes.distinct == 0] = 0
        return first[codes.at], count[codes.at]

    def rows_on(self, spans: tuple[Ints, Ints], on: Days) -> Ints:
        """For each span the row in force on a day, -1 for none."""
        first, count = spans
        found = np.full(len(first), -1, dtype=np.int64)
        for n in range(int(count.max()) if len(count) else 0):
            row = np.minimum(first + n, len(self._codes) - 1)
            fits = (n < count) & (self._from[row] <= on) & (on <= self._to[row])
            found = np.where(fits, row, found)
        return found


def _index(table: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "code": packed(table["code"]),
            "from": days(table["valid_from"]),
            "to": days(table["valid_to"]),
        }
    )


def is_among(
    values: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]
) -> npt.NDArray[np.bool_]:
    """For each value whether it is one of some sorted ones."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[at] == values)


def taken(table: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    """Rows of a frame by number; a row of nulls for a negative number."""
    at = pl.Series(rows.astype(np.uint32))
    missing = rows < 0
    return table[at.set(pl.Series(missing), None) if missing.any() else at]
