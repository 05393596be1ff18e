"""Dates as people write them, and what a whole column says about how its dates are written.

`2026-05-12`, `5/12/26`, `12-May-2026`, `20260512`, `2026-05-12 00:00:00` and Excel's `46154` are the
same day. Two questions can only be answered by the whole column: whether `05/12` is May 12 or
December 5, and whether `30125` is a serial number or 3/01/25.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from typing import Final

import polars as pl

_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of Excel's serial numbers from March 1900 on."""
_LAST_SERIAL: Final = 80_000
"""A serial number in the year 2119."""
_YEARS: Final = range(1850, 2150)
PIVOT: Final = 70
"""Two-digit years below it are in this century, others in the last one."""
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_FULL: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
_TIME: Final = re.compile(
    r"(?:[T ,]\s*|(?<=\d{8}))\d{1,2}:?\d{2}(?::?\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_SERIAL_TIME: Final = re.compile(r"\d{4,5}\.\d+")
_WEEKDAY: Final = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+", re.IGNORECASE)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})")
_DAY_NAME: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[-/. ,]*([a-z]{3,9})[-/. ,]*(\d{4}|'?\d{2})"
)
_NAME_DAY: Final = re.compile(
    r"([a-z]{3,9})[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[-/. ,]+(\d{4}|'?\d{2})"
)
_YEAR_NAME: Final = re.compile(r"(\d{4})[-/. ]([a-z]{3,9})[-/. ](\d{1,2})")
PLAIN: Final = r"^\s*\d{4}-\d\d-\d\d\s*$"
"""Matches a date that says nothing about how others are written."""


class Clue(Enum):
    """What one value says about how its column writes dates."""

    DAY_FIRST = "the day first"
    MONTH_FIRST = "the month first"
    EITHER_ORDER = "either order"
    SERIAL = "a serial number"
    COMPACT = "month, day and year without separators"


@dataclass(frozen=True, slots=True)
class Style:
    """How a column writes dates.

    Attributes:
        day_first: whether `05/12/2026` is December 5; None if nothing shows it: then it is May 12,
            as Americans write, and `05.12.2026` isn't read, as most who use dots write the day first.
        serial: whether a number of up to five digits is Excel's serial number (True) or month, day
            and year whose leading zero was dropped (False); None if each value must show it.
    """

    day_first: bool | None = None
    serial: bool | None = None


AMERICAN: Final = Style()


@dataclass(frozen=True, slots=True)
class Day:
    """A date that was read.

    Attributes:
        date: the date; if its year was written with two digits, by `PIVOT`.
        is_short: whether the year was written with two digits.
    """

    date: date
    is_short: bool = False


@lru_cache(maxsize=100_000)
def parse(text: str, style: Style = AMERICAN) -> Day | None:
    """Read a date; None if it isn't one, or if it could be two.

    >>> parse("5/12/26").date, parse("12-May-2026 08:30").date, parse("46154").date
    (datetime.date(2026, 5, 12), datetime.date(2026, 5, 12), datetime.date(2026, 5, 12))
    """
    value = _without_time(text)
    if value.isdecimal() and value.isascii():
        return _of_digits(value, style)
    if found := _YEAR_FIRST.fullmatch(value):
        return _day(found[1], found[3], found[4])
    if found := _YEAR_LAST.fullmatch(value):
        first, second, year = found[1], found[3], found[4]
        if _is_unclear(found, style):
            return None
        month, day = (second, first) if style.day_first else (first, second)
        return _day(year, month, day)
    return _named(value.lower())


def clue(text: str) -> Clue | None:
    """What a value says about its column's way of writing dates; None if it says nothing."""
    value = _without_time(text)
    if found := _YEAR_LAST.fullmatch(value):
        return None if _may_start_with_year(found) else _clue_of(int(found[1]), int(found[3]))
    if value.isdecimal() and len(value) == 6:
        return Clue.COMPACT
    if value.isdecimal() and len(value) == 5 and _compact(value) is None:
        return Clue.SERIAL
    return None


def _clue_of(first: int, second: int) -> Clue | None:
    if first == second or max(first, second) > 31 or min(first, second) > 12:
        return None
    if max(first, second) <= 12:
        return Clue.EITHER_ORDER
    return Clue.DAY_FIRST if first > 12 else Clue.MONTH_FIRST


def days(values: pl.Series, style: Style) -> tuple[pl.Series, pl.Series | None]:
    """Read a column of texts.

    Args:
        values: the texts; blank ones are null.
        style: how the column writes dates.

    Returns:
        The dates, null if a text isn't one; and for each whether its year was written with two
        digits, None if none was.
    """
    plain = values.str.to_date("%Y-%m-%d", strict=False)
    is_plain = plain.is_not_null() & plain.dt.year().is_in(list(_YEARS))
    if bool((is_plain.fill_null(value=False) | values.is_null()).all()):
        return plain, None
    other = values.filter(~is_plain.fill_null(value=False)).unique().drop_nulls()
    read = {text: found for text in other.to_list() if (found := parse(text, style))}
    plain = plain.set(~is_plain.fill_null(value=False), None)
    given = values.replace_strict(
        {text: found.date for text, found in read.items()}, default=None, return_dtype=pl.Date
    )
    short = [text for text, found in read.items() if found.is_short]
    is_short = values.is_in(short).fill_null(value=False) if short else None
    return plain.to_frame().select(pl.coalesce(pl.col(values.name), given)).to_series(), is_short


def is_serial(values: Iterable[Clue]) -> bool | None:
    """Whether a column's numbers of up to five digits are serial numbers; None if nothing says so."""
    clues = set(values)
    if Clue.COMPACT in clues:
        return False
    return True if Clue.SERIAL in clues else None


def birth_date(day: Day, latest: date) -> date:
    """A birth date: one with a two-digit year is in the last century if it would otherwise be after a day."""
    born = day.date if not day.is_short else _in_this_century(day.date)
    return _century_earlier(born) if day.is_short and born > latest else born


def _in_this_century(day: date) -> date:
    return day.replace(year=day.year + 100) if day.year < 2000 else day


def _century_earlier(day: date) -> date:
    return date(day.year - 100, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _without_time(text: str) -> str:
    value = _WEEKDAY.sub("", text.strip())
    if _SERIAL_TIME.fullmatch(value):
        return value.partition(".")[0]
    has_time = ":" in value or (value.isdecimal() and len(value) in {12, 14})
    return _TIME.sub("", value).rstrip() if has_time else value


def _of_digits(value: str, style: Style) -> Day | None:
    if len(value) == 8:
        return _day(value[:4], value[4:6], value[6:]) or _compact(value)
    if len(value) in {6, 7}:
        return _compact(value)
    if not 4 <= len(value) <= 5:
        return None
    compact = _compact(value) if len(value) == 5 else None
    if style.serial is False:
        return compact
    is_number = style.serial or (len(value) == 5 and compact is None)
    return Day(_EPOCH + timedelta(int(value))) if is_number and 60 < int(value) <= _LAST_SERIAL else None  # fmt: skip


def _is_unclear(found: re.Match[str], style: Style) -> bool:
    """True if nothing shows which part is the month."""
    first, second = int(found[1]), int(found[3])
    is_either = first != second and max(first, second) <= 12
    return _may_start_with_year(found) or (found[2] == "." and is_either and style.day_first is None)  # fmt: skip


def _may_start_with_year(found: re.Match[str]) -> bool:
    """True for a date such as 26-05-12."""
    return len(found[4]) == 2 and found[2] == "-" and int(found[1]) > 12


def _compact(value: str) -> Day | None:
    """Month, day and year without separators, as on a CMS-1500: MMDDYY or MMDDYYYY; a leading zero may be missing."""
    size = 6 if len(value) <= 6 else 8
    full = value.zfill(size)
    return _day(full[4:], full[:2], full[2:4])


def _named(value: str) -> Day | None:
    if found := _DAY_NAME.fullmatch(value):
        day, name, year = found.groups()
    elif found := _NAME_DAY.fullmatch(value):
        name, day, year = found.groups()
    elif found := _YEAR_NAME.fullmatch(value):
        year, name, day = found.groups()
    else:
        return None
    if name not in {*_MONTHS, *_FULL, "sept"}:
        return None
    return _day(year.lstrip("'"), str(_MONTHS.index(name[:3]) + 1), day)


def _day(year: str, month: str, day: str) -> Day | None:
    number = int(year)
    is_short = len(year) == 2
    if is_short:
        number += 2000 if number < PIVOT else 1900
    if number not in _YEARS:
        return None
    try:
        return Day(date(number, int(month), int(day)), is_short)
    except ValueError:
        return None
