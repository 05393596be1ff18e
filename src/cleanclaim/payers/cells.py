"""The cells of a pack's tables: what each form may hold, and what is wrong with one that doesn't."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from cleanclaim.model import PAYER_CLASSES, is_state
from cleanclaim.payers.kinds import CLAIM_TYPES, Column
from cleanclaim.text.hints import hint

_CODE: Final = re.compile(r"[0-9A-Z]{5}")
_DAY: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LIMIT: Final = re.compile(r"(\d{1,4}) (day|month|year)s?|end of (month|year) \+(\d{1,2})")
_PERIOD: Final = re.compile(r"day|calendar_year|lifetime|days:\d{1,4}|months:\d{1,3}")
_SEVERAL: Final = re.compile(r"[|;,\s]+")
_LONGEST: Final = 40


class CellError(ValueError):
    """A cell doesn't hold what its column needs; the message says what was found and expected."""


def parsed(column: Column, text: str, lists: Mapping[str, tuple[str, ...]]) -> Any:
    """The value of a cell.

    Args:
        column: its column.
        text: what is written in it, without spaces around it; not blank.
        lists: the pack's lists of codes, by name.

    Returns:
        A text, a number, a date, or a tuple of texts. Codes become `low-high` spans.

    Raises:
        CellError: it can't be right.
    """
    if column.choices:
        if text not in column.choices:
            raise CellError(
                f"expected {', '.join(column.choices)}, found {shown(text)}{hint(text, column.choices)}"
            )
        return text
    if column.form == "codes":
        return tuple(span for part in _parts(text) for span in _codes(part, lists))
    return _READERS[column.form](text)


def shown(text: str) -> str:
    """A value for a message, shortened."""
    return repr(text[:_LONGEST])


def spans_of(codes: str) -> tuple[str, str]:
    """The first and last code of a span."""
    low, _, high = codes.partition("-")
    return low, high or low


def _parts(text: str) -> list[str]:
    return [part for part in _SEVERAL.split(text.strip()) if part]


def _codes(part: str, lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if part.startswith("@"):
        if part[1:] not in lists:
            raise CellError(
                f"no list {shown(part[1:])} in code_lists.csv{hint(part[1:], list(lists))}"
            )
        return lists[part[1:]]
    low, high = spans_of(part.upper())
    if not (_CODE.fullmatch(low) and _CODE.fullmatch(high)):
        raise CellError(
            f"expected a procedure code of five characters, a range such as 99241-99245 or @list, found {shown(part)}"
        )
    if high < low or low[0].isdigit() != high[0].isdigit():
        raise CellError(f"the range {shown(part)} ends before it begins")
    return (f"{low}-{high}",)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellError(f"expected a date as YYYY-MM-DD, found {shown(text)}") from None


def source_day(text: str) -> date:
    """The first day of a source's date, which may lack its day or month.

    Raises:
        CellError: it isn't a date.
    """
    if not _DAY.fullmatch(text):
        raise CellError(f"expected a date as YYYY, YYYY-MM or YYYY-MM-DD, found {shown(text)}")
    return _day((text + "-01-01")[:10])


def _source_day(text: str) -> str:
    source_day(text)
    return text


def _each(is_one: Callable[[str], bool], expected: str) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        values = _parts(text)
        wrong = next((value for value in values if not is_one(value)), None)
        if wrong is not None:
            raise CellError(f"expected {expected}, found {shown(wrong)}")
        return tuple(values)

    return read


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise CellError(f"expected {expected}, found {shown(text)}")
        return text

    return read


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text):
        raise CellError(f"expected a whole number, found {shown(text)}")
    return int(text)


def _percent(text: str) -> float:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text):
        raise CellError(f"expected a percentage such as 62.5, found {shown(text)}")
    return float(text)


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": lambda text: text,
    "day": _day,
    "source day": _source_day,
    "places": _each(re.compile(r"\d{2}").fullmatch, "places of service of two digits"),  # type: ignore[arg-type]
    "modifiers": _each(re.compile(r"[0-9A-Z]{2}").fullmatch, "modifiers of two characters"),  # type: ignore[arg-type]
    "states": _each(is_state, "states of two letters"),
    "classes": _each(PAYER_CLASSES.__contains__, f"payer classes ({', '.join(PAYER_CLASSES)})"),
    "filing": _each(re.compile(r"[0-9A-Z]{2}").fullmatch, "claim filing indicators such as 16"),  # type: ignore[arg-type]
    "types": _each(CLAIM_TYPES.__contains__, f"claim types ({', '.join(CLAIM_TYPES)})"),
    "whole number": _whole,
    "percent": _percent,
    "limit": _matching(_LIMIT, "90 days, 12 months, 1 year, end of month +6 or end of year +1"),
    "period": _matching(_PERIOD, "day, calendar_year, lifetime, days:N or months:N"),
}
