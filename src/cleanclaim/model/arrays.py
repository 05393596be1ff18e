"""Columns as numpy arrays: packed codes, days, and rows by number.

A code of up to eight bytes is packed into one number that sorts like the code, so a look-up is a
binary search over numbers instead of a join.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
"""Days since 1970-01-01; `NO_DAY` if there is none."""
NO_DAY: Final = np.int32(-(2**31))
_WIDTH: Final = 8
_FEW: Final = 64
"""Up to this many codes are faster to pack one by one."""


def packed(codes: pl.Series) -> npt.NDArray[np.uint64]:
    """Codes as numbers that sort the same way; 0 for a null. A code over eight bytes matches no table."""
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
    """The codes of many rows, with each distinct code looked up once.

    Attributes:
        numbers: the packed code of each row.
        distinct: the distinct codes, sorted.
        at: for each row, the index of its code in `distinct`.
    """

    numbers: npt.NDArray[np.uint64]
    distinct: npt.NDArray[np.uint64]
    at: Ints

    @classmethod
    def of(cls, codes: pl.Series) -> Codes:
        """From a column of codes, with null for none."""
        numbers = packed(codes)
        distinct, at = np.unique(numbers, return_inverse=True)
        return cls(numbers, distinct, at)


def days(dates: pl.Series) -> Days:
    """Dates as days since 1970-01-01."""
    numbers = dates.cast(pl.Int32)
    return (numbers.fill_null(int(NO_DAY)) if numbers.null_count() else numbers).to_numpy()


def is_among(
    values: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]
) -> npt.NDArray[np.bool_]:
    """For each value, whether it is among some sorted ones."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[at] == values)


def taken(table: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    """Rows of a frame by number; a negative number gives a row of nulls."""
    at = pl.Series(rows.astype(np.uint32))
    missing = rows < 0
    return table[at.set(pl.Series(missing), None) if missing.any() else at]
