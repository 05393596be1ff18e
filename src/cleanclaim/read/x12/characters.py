"""Checks of characters and of what is more than needed: the extended set, trailing separators, empty segments (ENV006)."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x12.ground import Ground
from cleanclaim.read.x12.index import tag

_EXTENDED: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>#$"
"""The basic and extended character sets of X12.6 without letters outside ASCII, which the guides' trading partners rarely take."""


@cache
def _outside(allowed: bytes) -> npt.NDArray[np.bool_]:
    table = np.ones(256, dtype=bool)
    table[np.frombuffer(_EXTENDED + allowed, dtype=np.uint8)] = False
    return table


def check_characters(ground: Ground) -> None:
    """Note characters outside the extended set, and separators that close nothing, in the block's new segments."""
    s = ground.s
    if len(s) <= ground.carried:
        return
    marks = s.separators
    own = bytes([marks.element, marks.component, marks.terminator, marks.repetition or 0x20])
    raw = np.frombuffer(s.data, dtype=np.uint8)
    first = int(s.start[ground.carried])
    if not _may_be_strange(s.data, raw, own):
        return _check_trailing(ground, raw)
    strange = np.flatnonzero(_outside(own + b"\r\n\t")[raw[first:]]) + first
    strange = np.append(strange, _line_ends_inside(ground, raw, first))
    if len(strange):
        rows = np.unique(np.searchsorted(s.start, np.sort(strange), side="right") - 1)
        _note_strange(ground, rows[rows >= ground.carried])
    return _check_trailing(ground, raw)


def _may_be_strange(data: bytes, raw: npt.NDArray[np.uint8], own: bytes) -> bool:
    """False where a quick look shows that every byte is printable, allowed ASCII."""
    if int(raw.max()) > 0x7E or int(raw.min()) < 0x20:
        return True
    return any(mark in data for mark in (b"^", b"`") if mark not in own)


def _line_ends_inside(
    ground: Ground, raw: npt.NDArray[np.uint8], first: int
) -> npt.NDArray[np.int64]:
    """Line ends and tabs that stand inside a segment, not between two."""
    s = ground.s
    at = np.flatnonzero((raw[first:] == 10) | (raw[first:] == 13) | (raw[first:] == 9)) + first
    if not len(at):
        return at
    row = np.searchsorted(s.start, at, side="right") - 1
    return at[(row >= 0) & (at < s.end[np.maximum(row, 0)])]


def _note_strange(ground: Ground, rows: npt.NDArray[np.int64]) -> None:
    room = ground.faults.room("ENV006", "characters", "character")
    for row in rows[: max(room, 0)].tolist():
        ground.note(
            np.array([row]),
            "ENV006",
            "characters",
            "character",
            f"{ground.name(row)} holds a character outside the extended character set; many payers refuse the file for it.",
            expected="letters, digits, blanks and the common punctuation marks",
        )
    ground.faults.count(
        "ENV006", "characters", "character", len(rows) - max(min(room, len(rows)), 0)
    )


def _check_trailing(ground: Ground, raw: npt.NDArray[np.uint8]) -> None:
    s = ground.s
    rows = np.arange(ground.carried, len(s))
    last = raw[s.end[rows] - 1]
    trailing = (last == s.separators.element) | (last == s.separators.component)
    rows = rows[trailing & (s.tags[rows] != tag("ISA"))]
    if len(rows):
        ground.note(
            rows,
            "ENV006",
            "separators",
            "trailing",
            "The segment ends in separators with nothing after them.",
            expected="the segment ending with its last value",
        )
