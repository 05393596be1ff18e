"""Checks of elements: present, of the right length and type, and from their list of codes (ENV002, ENV003)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x12.cells import day_numbers
from cleanclaim.read.x12.ground import Ground
from cleanclaim.read.x12.guide import MOST_ELEMENTS, Element, elements
from cleanclaim.read.x12.index import Rows, Slices
from cleanclaim.read.x12.numbers import decimal_places
from cleanclaim.read.x12.strings import Ints

_TYPES: Final = {
    "N0": "a whole number",
    "R": "a number",
    "D8": "a day as CCYYMMDD",
    "TM": "a time as HHMM",
}
_DATE_FORMS: Final = {
    "D8": "a day as CCYYMMDD",
    "RD8": "two days as CCYYMMDD-CCYYMMDD",
    "DT": "a day and time as CCYYMMDDHHMM",
    "TM": "a time as HHMM",
}


def check_elements(ground: Ground) -> None:
    """Note every element of the block's new segments that is absent, misshapen or not on its list."""
    for segment, asked in elements().items():
        rows = ground.find(segment)
        if not len(rows):
            continue
        _too_many(ground, rows, segment)
        composites: dict[int, Slices] = {}
        longest = int(ground.s.counts[rows].max())
        for element in asked:
            if element.number > longest:
                if element.is_required and ground.is_current and not element.part:
                    _note_absent(ground, rows, np.zeros(len(rows), np.int64), element)
                continue
            slices = composites.get(element.number)
            if slices is None:
                slices = composites[element.number] = ground.s.element(rows, element.number)
            if element.part:
                slices = ground.s.component(slices, element.part)
            _check(ground, rows, slices, element)


def _too_many(ground: Ground, rows: Rows, segment: str) -> None:
    most = MOST_ELEMENTS[segment]
    over = ground.s.counts[rows] > most
    if over.any():
        ground.note(
            rows[over],
            "ENV003",
            segment,
            "too many elements",
            f"{segment} has more elements than it can have; its end, or a separator, is probably wrong.",
            expected=f"at most {most} elements",
        )


def _check(ground: Ground, rows: Rows, slices: Slices, element: Element) -> None:
    length = slices[1]
    name = element.name
    longest = int(length.max())
    if ground.is_current and element.is_required and int(length.min()) == 0:
        _note_absent(ground, rows, length, element)
    if not longest:
        return
    if longest > element.most:
        _note(ground, rows, slices, length > element.most, name, "too long", f"at most {element.most} characters")
    if element.least > 1:
        short = (length > 0) & (length < element.least)
        if short.any():
            _note(ground, rows, slices, short, name, "too short", f"at least {element.least} characters")
    if element.codes and ground.is_current:
        other = (length > 0) & ~ground.s.is_code(slices, *element.codes)
        if other.any():
            _note(ground, rows, slices, other, name, "not on its list", ", ".join(element.codes))
    elif element.kind == "DTP":
        _check_dates(ground, rows, slices, name)
    elif element.kind in _TYPES:
        wrong = (length > 0) & ~_is_type(ground, slices, element.kind)
        if wrong.any():
            _note(ground, rows, slices, wrong, name, "not of its type", _TYPES[element.kind])


def _note_absent(ground: Ground, rows: Rows, length: Ints, element: Element) -> None:
    absent = rows[length == 0]
    ground.note(
        absent,
        "ENV002",
        element.name,
        "absent",
        f"{element.name} is empty; every {element.segment} must have it.",
        expected=_wanted(element),
    )


def _wanted(element: Element) -> str:
    if element.codes:
        return ", ".join(element.codes)
    return _TYPES.get(element.kind, f"{element.least} to {element.most} characters")


def _note(  # noqa: PLR0913
    ground: Ground,
    rows: Rows,
    slices: Slices,
    wrong: npt.NDArray[np.bool_],
    name: str,
    kind: str,
    expected: str,
) -> None:
    ground.note(
        rows[wrong],
        "ENV003",
        name,
        kind,
        f"{name} is {kind}.",
        expected=expected,
        slices=(slices[0][wrong], slices[1][wrong]),
    )


def _is_type(ground: Ground, slices: Slices, kind: str) -> npt.NDArray[np.bool_]:
    start, length = slices
    block = ground.s.block
    if kind == "R":
        return decimal_places(block, slices) >= 0
    if kind == "D8":
        return (length == 8) & day_numbers(block.words(start, np.minimum(length, 8)))[1]
    if kind == "TM":
        return _is_time(ground, start, length)
    return _are_digits(ground, start, length)


def _are_digits(ground: Ground, start: Ints, length: Ints) -> npt.NDArray[np.bool_]:
    """True where a slice of up to sixteen bytes is digits only."""
    if int(length.max()) <= 8:
        return ground.s.block.all_digits(start, length)
    words = [ground.s.block.words(start + 8 * n, np.clip(length - 8 * n, 0, 8)) for n in (0, 1)]
    count = np.zeros(len(start), np.int64)
    for word in words:
        count += (((word.view(np.uint8).reshape(-1, 8)) - np.uint8(48)) < 10).sum(axis=1)
    return np.asarray(count == length)


def _is_time(ground: Ground, start: Ints, length: Ints) -> npt.NDArray[np.bool_]:
    """HHMM, perhaps with seconds and hundredths."""
    raw = ground.s.block.bytes
    hours = (raw[start].astype(np.int64) - 48) * 10 + raw[start + 1] - 48
    minutes = (raw[start + 2].astype(np.int64) - 48) * 10 + raw[start + 3] - 48
    fits = np.isin(length, (4, 6, 7, 8)) & _are_digits(ground, start, length)
    return np.asarray(fits & (hours < 24) & (minutes < 60))


def _check_dates(ground: Ground, rows: Rows, slices: Slices, name: str) -> None:
    """DTP03 by the format that DTP02 names."""
    s = ground.s
    start, length = slices
    form = s.element(rows, 2)
    block = s.block
    _, is_day = day_numbers(block.words(start, np.minimum(length, 8)))
    is_form = {code: s.is_code(form, code) for code in _DATE_FORMS}
    good = {"D8": (length == 8) & is_day, "DT": None, "RD8": None, "TM": None}
    for code, of_form in is_form.items():
        if not of_form.any():
            continue
        right = good[code]
        if code == "RD8":
            _, is_last = day_numbers(block.words(start + 9, np.clip(length - 9, 0, 8)))
            dash = block.bytes[np.minimum(start + 8, len(block.bytes) - 1)] == ord("-")
            right = (length == 17) & is_day & is_last & dash
        elif code == "DT":
            time = _is_time(ground, start + 8, np.maximum(length - 8, 0))
            right = (length >= 12) & is_day & time
        elif code == "TM":
            right = _is_time(ground, start, length)
        wrong = of_form & (length > 0) & ~np.asarray(right)
        if wrong.any():
            _note(ground, rows, slices, wrong, name, "not of its type", _DATE_FORMS[code])
