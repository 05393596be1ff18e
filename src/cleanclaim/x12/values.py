"""The values in a block's segments: text, dates and numbers, one column at a time."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.x12.index import Rows, Segments, Slices, word
from cleanclaim.x12.numbers import decimal_places
from cleanclaim.x12.strings import Ints, nulls

_MONTH_DAYS: Final = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0])
_DIGITS: Final = np.uint64(0x3030303030303030)
_LOW_BITS: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_ONES: Final = np.uint64(0x0101010101010101)
_POINTS: Final = np.uint64(0x2E2E2E2E2E2E2E2E)
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_ABOVE_NINE: Final = np.uint64(0x7676767676767676)


class Values:
    """The values of one block.

    Attributes:
        s: the block's index.
    """

    def __init__(self, segments: Segments) -> None:
        """Read values from these segments."""
        self.s = segments
        self._kinds: dict[tuple[str, int], npt.NDArray[np.uint64]] = {}

    # -- text

    def text(self, slices: Slices) -> pl.Series:
        """The slices as text; blank ones are null."""
        return self.s.block.strings(*slices)

    def code(self, slices: Slices) -> pl.Series:
        """The slices as text in upper case; blank ones are null."""
        text = self.text(slices)
        return text.str.to_uppercase() if self.s.block.has_lower(*slices) else text

    def element(self, rows: Rows, number: int) -> pl.Series:
        """Element `number` of each row as text."""
        return self.text(self.s.element(rows, number))

    def component(self, rows: Rows, number: int, part: int) -> pl.Series:
        """Component `part` of element `number` of each row as text."""
        return self.text(self.s.component(self.s.element(rows, number), part))

    def has_point(self, slices: Slices) -> bool:
        """True if any slice has a point in its first eight bytes."""
        apart = self.s.words(slices) ^ _POINTS
        zero = (apart - _ONES) & ~apart & _HIGH_BITS
        return bool(zero.any())

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
        return np.asarray(rows[found])

    # -- dates

    def days(self, slices: Slices) -> pl.Series:
        """The first eight characters of each slice as a date (D8, the start of RD8 and DT)."""
        numbers, is_day = self.day_numbers(slices)
        return dates(numbers, is_day)

    def day_numbers(self, slices: Slices) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """The same as days since 1970-01-01, and whether the day exists."""
        start, length = slices
        if not length.any():
            return length, np.zeros(len(length), dtype=bool)
        return day_numbers(self.s.words((start, np.where(length >= 8, 8, 0))))

    # -- numbers

    def number(self, slices: Slices, dtype: pl.Decimal) -> pl.Series:
        """The slices as exact decimals; null if a slice isn't a number or has too many decimals."""
        start, length = slices
        if not length.any():
            return nulls(len(length), dtype)
        block = self.s.block
        if block.all_digits(start, length).all():
            return pl.Series(block.whole_numbers(start, length)).cast(dtype)
        places = decimal_places(block, slices)
        fits = (places >= 0) & (places <= dtype.scale)
        return self.text((start, np.where(fits, length, 0))).cast(dtype, strict=False)


def calendar(words: npt.NDArray[np.uint64]) -> tuple[Ints, Ints, Ints]:
    """Year, month and day of CCYYMMDD in eight bytes; year -1 if a byte isn't a digit."""
    away = words ^ _DIGITS
    is_number = ((((away & _LOW_BITS) + _ABOVE_NINE) | away) & _HIGH_BITS) == 0
    # Combine digits in pairs, in 16 bits each: 10 a + b, with a in the lower byte.
    pairs = ((away * np.uint64(10)) + (away >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    parts = pairs.view(np.uint16).reshape(-1, 4).astype(np.int64)
    year = parts[:, 0] * 100 + parts[:, 1]
    return np.where(is_number, year, -1), parts[:, 2], parts[:, 3]


def day_numbers(words: npt.NDArray[np.uint64]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """CCYYMMDD in eight bytes as days since 1970-01-01, and whether the day exists.

    The arithmetic is Howard Hinnant's `days_from_civil`
    (https://howardhinnant.github.io/date_algorithms.html).
    """
    if not len(words):
        return np.zeros(0, np.int64), np.zeros(0, dtype=bool)
    year, month, day = calendar(words)
    if bool((year == year[0]).all()) and bool((month == month[0]).all()):
        # Most files hold claims of one month, so one date's arithmetic is enough for all.
        first, is_day = _civil(year[:1], month[:1], np.ones(1, np.int64))
        longest = int(_longest(year[:1], month[:1])[0])
        return int(first[0]) + day - 1, bool(is_day[0]) & (day > 0) & (day <= longest)
    return _civil(year, month, day)


def _longest(year: Ints, month: Ints) -> Ints:
    """The number of days in a month; 0 if there is no such month."""
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return np.asarray(_MONTH_DAYS[np.minimum(month, 13)] - ((month == 2) & ~is_leap))


def _civil(year: Ints, month: Ints, day: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    is_day = (year > 0) & (day > 0) & (day <= _longest(year, month))
    shifted = year - (month <= 2)
    era, of_era = shifted // 400, shifted % 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    number = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return number, is_day


def dates(numbers: Ints, is_day: npt.NDArray[np.bool_]) -> pl.Series:
    """Days since 1970-01-01 as dates; null if the day doesn't exist."""
    if not is_day.any():
        return nulls(len(numbers), pl.Date)
    series = pl.Series(numbers.astype(np.int32)).cast(pl.Date)
    return series if is_day.all() else series.set(pl.Series(~is_day), None)


def coalesced(first: pl.Series, second: pl.Series) -> pl.Series:
    """The first column, or the second if the first is null."""
    if second.null_count() == len(second):
        return first
    if first.null_count() == len(first):
        return second
    return first.zip_with(first.is_not_null(), second)


def frame(columns: dict[str, object]) -> pl.DataFrame:
    """A frame from Series and numpy columns."""
    return pl.DataFrame(
        {
            name: values if isinstance(values, pl.Series) else pl.Series(np.asarray(values))
            for name, values in columns.items()
        }
    )


def only(slices: Slices, kept: npt.NDArray[np.bool_]) -> Slices:
    """The slices to keep; the others become empty."""
    return slices[0], np.where(kept, slices[1], 0)


def merge(slices: Slices, other: Slices, where: npt.NDArray[np.bool_]) -> Slices:
    """The slices, with those of `other` if `where` is true."""
    return np.where(where, other[0], slices[0]), np.where(where, other[1], slices[1])
