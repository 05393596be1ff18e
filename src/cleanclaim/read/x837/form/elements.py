"""Check elements: present, of the right length and type, and on their code list (ENV002, ENV003)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x837.form.block import FormBlock
from cleanclaim.read.x837.form.guide import MOST_COMPONENTS, MOST_ELEMENTS, Element, elements
from cleanclaim.x12.index import Rows, Slices
from cleanclaim.x12.numbers import decimal_places
from cleanclaim.x12.strings import Ints
from cleanclaim.x12.values import day_numbers

_TYPES: Final = {
    "N0": "a whole number",
    "R": "a number",
    "D8": "a date as CCYYMMDD",
    "TM": "a time as HHMM",
}
_WRONG_TYPE: Final = "wrong type"
_SHOWN: Final = 18
"""Numbers and dates up to this many characters are shown."""
_DATE_FORMS: Final = {
    "D8": "a date as CCYYMMDD",
    "RD8": "two dates as CCYYMMDD-CCYYMMDD",
    "DT": "a date and time as CCYYMMDDHHMM",
    "TM": "a time as HHMM",
}


@dataclass(frozen=True, slots=True)
class _ElementColumn:
    """One element of all segments with a name: its position in each, and the requirements."""

    block: FormBlock
    rows: Rows
    slices: Slices
    element: Element

    def note(self, wrong: npt.NDArray[np.bool_], kind: str, expected: str, longest: int) -> None:
        """Report the wrong rows, showing values up to `longest` characters."""
        if not wrong.any():
            return
        name = self.element.name
        problem = f"not {expected}" if kind == _WRONG_TYPE else kind
        self.block.note(
            self.rows[wrong],
            "ENV003",
            name,
            kind,
            f"{name} is {problem}.",
            expected=expected,
            slices=(self.slices[0][wrong], self.slices[1][wrong]),
            longest=longest,
        )

    def note_absent(self) -> None:
        """Report the rows without the element."""
        absent = self.slices[1] == 0
        if not absent.any():
            return
        element = self.element
        self.block.note(
            self.rows[absent],
            "ENV002",
            element.name,
            "absent",
            f"{element.name} is empty; every {element.segment} segment must have it.",
            expected=_wanted(element),
        )


def check_elements(block: FormBlock) -> None:
    """Report every element of the new segments that is missing, invalid or not on its code list."""
    for segment, required in elements().items():
        rows = block.find(segment)
        if not len(rows):
            continue
        longest = int(block.s.counts[rows].max())
        if longest > MOST_ELEMENTS[segment]:
            _too_many(block, rows, segment)
        _too_many_components(block, rows, segment, longest)
        for element in required:
            is_required = element.is_required and block.is_current
            if element.number > longest and not is_required:
                continue
            slices = block.s.element(rows, element.number)
            if element.part:
                slices = block.s.component(slices, element.part)
            one = _ElementColumn(block, rows, slices, element)
            if is_required:
                one.note_absent()
            _check(one)


def _too_many(block: FormBlock, rows: Rows, segment: str) -> None:
    most = MOST_ELEMENTS[segment]
    block.note(
        rows[block.s.counts[rows] > most],
        "ENV003",
        segment,
        "too many elements",
        f"{segment} has more elements than allowed; a separator is probably wrong.",
        expected=f"at most {most} elements",
    )


def _too_many_components(block: FormBlock, rows: Rows, segment: str, longest: int) -> None:
    for number, most in MOST_COMPONENTS.get(segment, {}).items():
        if number > longest:
            continue
        slices = block.s.element(rows, number)
        if int(slices[1].max()) < most:  # too short to hold that many separators
            continue
        over = block.s.components(slices) > most
        if over.any():
            name = f"{segment}{number:02d}"
            block.note(
                rows[over],
                "ENV003",
                name,
                "too many components",
                f"{name} has more components than allowed; the extra ones aren't read.",
                expected=f"at most {most} components",
            )


def _check(column: _ElementColumn) -> None:
    """Check the length, and then the code list, the date format or the type."""
    element, length = column.element, column.slices[1]
    longest = int(length.max())
    if not longest:
        return
    there = length > 0
    if longest > element.most:
        too_long = length > element.most
        column.note(too_long, "too long", f"at most {_characters(element.most)}", 0)
    if element.least > 1:
        too_short = there & (length < element.least)
        column.note(too_short, "too short", f"at least {_characters(element.least)}", element.most)
    if element.codes:
        if column.block.is_current:
            other = there & ~column.block.s.is_code(column.slices, *element.codes)
            size = max(len(code) for code in element.codes)
            column.note(other, "not an allowed code", ", ".join(element.codes), size)
    elif element.kind == "DTP":
        _check_dates(column)
    elif element.kind in _TYPES:
        wrong = there & ~_is_type(column.block, column.slices, element.kind)
        column.note(wrong, _WRONG_TYPE, _TYPES[element.kind], _SHOWN)


def _characters(count: int) -> str:
    return f"{count} character{'s' if count != 1 else ''}"


def _wanted(element: Element) -> str:
    if element.codes:
        return ", ".join(element.codes)
    return _TYPES.get(element.kind, f"{element.least} to {element.most} characters")


def _is_type(block: FormBlock, slices: Slices, kind: str) -> npt.NDArray[np.bool_]:
    start, length = slices
    data = block.s.block
    if kind == "R":
        return decimal_places(data, slices) >= 0
    if kind == "D8":
        is_day = day_numbers(data.words(start, np.minimum(length, 8)))[1]
        return np.asarray((length == 8) & is_day)
    if kind == "TM":
        return _is_time(block, start, length)
    return _are_digits(block, start, length)


def _are_digits(block: FormBlock, start: Ints, length: Ints) -> npt.NDArray[np.bool_]:
    """True if a slice of up to sixteen bytes is digits only."""
    if int(length.max()) <= 8:
        return block.s.block.all_digits(start, length)
    words = [block.s.block.words(start + 8 * n, np.clip(length - 8 * n, 0, 8)) for n in (0, 1)]
    count = np.zeros(len(start), np.int64)
    for word in words:
        count += (((word.view(np.uint8).reshape(-1, 8)) - np.uint8(48)) < 10).sum(axis=1)
    return np.asarray(count == length)


def _is_time(block: FormBlock, start: Ints, length: Ints) -> npt.NDArray[np.bool_]:
    """HHMM, optionally with seconds and hundredths."""
    raw = block.s.block.bytes
    hours = (raw[start].astype(np.int64) - 48) * 10 + raw[start + 1] - 48
    minutes = (raw[start + 2].astype(np.int64) - 48) * 10 + raw[start + 3] - 48
    fits = np.isin(length, (4, 6, 7, 8)) & _are_digits(block, start, length)
    return np.asarray(fits & (hours < 24) & (minutes < 60))


def _check_dates(column: _ElementColumn) -> None:
    """Check DTP03 against the format in DTP02."""
    s, data = column.block.s, column.block.s.block
    start, length = column.slices
    form = s.element(column.rows, 2)
    is_day = day_numbers(data.words(start, np.minimum(length, 8)))[1]
    for code, expected in _DATE_FORMS.items():
        of_form = s.is_code(form, code) & (length > 0)
        if not of_form.any():
            continue
        if code == "D8":
            right = (length == 8) & is_day
        elif code == "RD8":
            is_last = day_numbers(data.words(start + 9, np.clip(length - 9, 0, 8)))[1]
            dash = data.bytes[start + 8] == ord("-")
            right = (length == 17) & is_day & is_last & dash
        elif code == "DT":
            time = _is_time(column.block, start + 8, np.maximum(length - 8, 0))
            right = (length >= 12) & is_day & time
        else:
            right = _is_time(column.block, start, length)
        column.note(of_form & ~right, _WRONG_TYPE, expected, _SHOWN)
