"""What stands in the segments of a block: text, dates, numbers and identifiers, cut out a column at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.read.x12.index import Rows, Segments, Slices, first_in, word
from cleanclaim.read.x12.loops import Loops
from cleanclaim.read.x12.numbers import decimal_places
from cleanclaim.read.x12.strings import Ints, nulls

_MONTH_DAYS: Final = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0])
_DIGITS: Final = np.uint64(0x3030303030303030)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a block stands in its file.

    Attributes:
        file: the file's name for findings.
        first_claim_key: the key of the block's first claim.
        offsets: for each segment, how far its offset in the file is from its offset in the block.
        numbers: for each segment, its ordinal in the file.
    """

    file: str
    first_claim_key: int
    offsets: Ints
    numbers: Ints


class Cells:
    """The cells of one block.

    Attributes:
        s: the block's index.
        loops: which segment belongs to which claim and line.
        origin: where the block stands in its file.
    """

    def __init__(self, segments: Segments, carried: int, origin: Origin) -> None:
        self.s = segments
        self.loops = Loops(segments, carried)
        self.origin = origin
        self._kinds: dict[tuple[str, int], npt.NDArray[np.uint64]] = {}

    # -- text

    def text(self, slices: Slices) -> pl.Series:
        """The slices as text; blank ones are null."""
        return self.s.block.strings(*slices)

    def element(self, rows: Rows, number: int) -> pl.Series:
        """Element `number` of each row as text."""
        return self.text(self.s.element(rows, number))

    def component(self, rows: Rows, number: int, part: int) -> pl.Series:
        """Component `part` of element `number` of each row as text."""
        return self.text(self.s.component(self.s.element(rows, number), part))

    def npi(self, rows: Rows) -> pl.Series:
        """NM109 where NM108 says that it is an NPI."""
        start, length = self.s.element(rows, 9)
        is_npi = self.s.is_code(self.s.element(rows, 8), "XX")
        return self.text((start, np.where(is_npi, length, 0)))

    # -- choosing rows

    def qualified(self, name: str, *codes: str, by: int = 1) -> Rows:
        """All segments of a name whose element `by` is one of these codes."""
        rows = self.s.find(name)
        key = (name, by)
        if key not in self._kinds:
            slices = self.s.element(rows, by)
            self._kinds[key] = np.where(slices[1] <= 8, self.s.words(slices), np.uint64(0))
        kinds = self._kinds[key]
        found = kinds == word(codes[0])
        for code in codes[1:]:
            found |= kinds == word(code)
        return rows[found]

    def named(self, low: Ints, high: Ints, *codes: str) -> Rows:
        """For each span its first NM1 of one of these kinds, or -1."""
        return first_in(self.qualified("NM1", *codes), low, high)

    # -- places

    @cached_property
    def keys(self) -> Ints:
        """The key of each claim."""
        return self.origin.first_claim_key + np.arange(len(self.loops.claim), dtype=np.int64)

    def position(self, starts: Ints, rows: Rows) -> Ints:
        """Offsets in the file of what starts at these offsets of the block, in these segments."""
        return starts + self.origin.offsets[np.maximum(rows, 0)]

    # -- dates

    def days(self, slices: Slices) -> pl.Series:
        """The first eight characters of each slice as a date (D8, the start of RD8 and DT)."""
        numbers, is_day = self.day_numbers(slices)
        return dates(numbers, is_day)

    def day_numbers(self, slices: Slices) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """The same as days since 1970-01-01, and whether there is such a day."""
        start, length = slices
        if not length.any():
            return length, np.zeros(len(length), dtype=bool)
        return day_numbers(self.s.words((start, np.where(length >= 8, 8, 0))))

    def span(self, dtp: Rows) -> tuple[pl.Series, pl.Series]:
        """First and last day of a DTP segment; one day where it names one."""
        start, length = self.s.element(dtp, 3)
        is_span = self.s.is_code(self.s.element(dtp, 2), "RD8") & (length >= 17)
        first = self.days((start, length))
        if not is_span.any():
            return first, first
        return first, self.days((np.where(is_span, start + 9, start), np.where(is_span, 8, length)))

    def hour(self, dtp: Rows) -> pl.Series:
        """HHMM of a DT or TM value."""
        start, length = self.s.element(dtp, 3)
        is_time = self.s.is_code(self.s.element(dtp, 2), "TM")
        is_both = self.s.is_code(self.s.element(dtp, 2), "DT")
        size = np.where(is_time, length, np.where(is_both, np.maximum(length - 8, 0), 0))
        return self.text((np.where(is_time, start, start + 8), np.minimum(size, 4)))

    # -- numbers

    def number(self, slices: Slices, dtype: pl.Decimal) -> pl.Series:
        """The slices as exact decimals; what is no number, or finer than the type, is null."""
        start, length = slices
        if not length.any():
            return nulls(len(length), dtype)
        places = decimal_places(self.s.block, slices)
        fits = (places >= 0) & (places <= dtype.scale)
        return self.text((start, np.where(fits, length, 0))).cast(dtype, strict=False)


def day_numbers(words: npt.NDArray[np.uint64]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """CCYYMMDD in eight bytes each as days since 1970-01-01, and whether there is such a day.

    The arithmetic is Howard Hinnant's `days_from_civil` (https://howardhinnant.github.io/date_algorithms.html).
    """
    digits = (words ^ _DIGITS).view(np.uint8).reshape(-1, 8)
    is_day = ~(digits > 9).any(axis=1)
    d = np.where(is_day[:, None], digits, 0).astype(np.int32)
    year = d[:, 0] * 1000 + d[:, 1] * 100 + d[:, 2] * 10 + d[:, 3]
    month, day = d[:, 4] * 10 + d[:, 5], d[:, 6] * 10 + d[:, 7]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _MONTH_DAYS[np.minimum(month, 13)] - ((month == 2) & ~is_leap)
    is_day &= (year > 0) & (day > 0) & (day <= longest)
    shifted = year - (month <= 2)
    era, of_era = shifted // 400, shifted % 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    number = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return number.astype(np.int64), is_day


def dates(numbers: Ints, is_day: npt.NDArray[np.bool_]) -> pl.Series:
    """Days since 1970-01-01 as dates; null where there is no such day."""
    if not is_day.any():
        return nulls(len(numbers), pl.Date)
    series = pl.Series(numbers.astype(np.int32)).cast(pl.Date)
    return series if is_day.all() else series.set(pl.Series(~is_day), None)


def frame(columns: dict[str, object]) -> pl.DataFrame:
    """A frame of Series and numpy columns."""
    return pl.DataFrame(
        {
            name: values if isinstance(values, pl.Series) else pl.Series(np.asarray(values))
            for name, values in columns.items()
        }
    )


def only(slices: Slices, kept: npt.NDArray[np.bool_]) -> Slices:
    """The slices, empty where they are not to be kept."""
    return slices[0], np.where(kept, slices[1], 0)


def merge(slices: Slices, other: Slices, where: npt.NDArray[np.bool_]) -> Slices:
    """The slices, those of `other` where it says so."""
    return np.where(where, other[0], slices[0]), np.where(where, other[1], slices[1])
