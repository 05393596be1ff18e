"""Which slices are numbers, and how many decimals they have."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.strings import Block, Ints

_LONG: Final = re.compile(rb"-?(?:[0-9]+(?:\.([0-9]*))?|\.([0-9]+))")
_SUM: Final = np.uint64(0x0101010101010101)
_TOP: Final = np.uint64(56)


def decimal_places(block: Block, slices: tuple[Ints, Ints]) -> Ints:
    """How many decimals each slice has, ignoring trailing zeros; -1 if it isn't a number.

    A number is digits with at most one decimal point. It may have a minus sign in front and blanks
    around it.

    Args:
        block: the bytes.
        slices: starts and lengths.

    Returns:
        The number of decimals of each slice.
    """
    start, length = slices
    places = block.all_digits(start, length).astype(np.int64) - 1
    rest = np.flatnonzero((places < 0) & (length > 0))
    if len(rest):
        start, length = block.trimmed((start[rest], length[rest]))
        places[rest] = _other_places(block, start, length)
    return places


def _other_places(block: Block, start: Ints, length: Ints) -> Ints:
    """The same for slices that aren't one to eight digits."""
    places = np.full(len(start), -1, dtype=np.int64)
    short = (length > 0) & (length <= 8)
    places[short] = _short_places(block, start[short], length[short])
    for row in np.flatnonzero(length > 8).tolist():
        text = block.bytes[start[row] : start[row] + min(int(length[row]), 40)].tobytes()
        number = _LONG.fullmatch(text)
        if number:
            places[row] = len((number[1] or number[2] or b"").rstrip(b"0"))
    return places


def _short_places(block: Block, start: Ints, length: Ints) -> Ints:
    """The same for slices of one to eight bytes, eight bytes at a time."""
    characters = block.words(start, length).view(np.uint8).reshape(-1, 8)
    digits = _row_sums((characters - np.uint8(48)) < 10)
    dot = characters == ord(".")
    dots = _row_sums(dot)
    sign = characters[:, 0] == ord("-")
    is_number = (digits > 0) & (dots <= 1) & (digits + dots + sign == length)
    places = np.where(is_number, 0, -1)
    pointed = np.flatnonzero(is_number & (dots > 0))
    if len(pointed):
        after = length[pointed] - 1 - np.argmax(dot[pointed], axis=1)
        last = length[pointed] - 1
        rows = characters[pointed]
        for _ in range(8):
            idle = (after > 0) & (rows[np.arange(len(rows)), np.maximum(last, 0)] == ord("0"))
            if not idle.any():
                break
            after, last = after - idle, last - idle
        places[pointed] = after
    return places


def _row_sums(marks: npt.NDArray[np.bool_]) -> Ints:
    """How many of the eight marks in each row are set."""
    words = np.ascontiguousarray(marks).view(np.uint64).reshape(-1)
    with np.errstate(over="ignore"):
        return ((words * _SUM) >> _TOP).astype(np.int64)
