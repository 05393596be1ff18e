"""Check characters, trailing separators and empty segments (ENV006)."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x837.form.block import FormBlock
from cleanclaim.x12.index import tag

_EXTENDED: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>#$"
"""The basic and extended character sets of X12.6.

Letters outside ASCII are left out, since trading partners rarely accept them.
"""


@cache
def _outside(allowed: bytes) -> npt.NDArray[np.bool_]:
    table = np.ones(256, dtype=bool)
    table[np.frombuffer(_EXTENDED + allowed, dtype=np.uint8)] = False
    return table


def check_characters(block: FormBlock) -> None:
    """Report characters outside the extended set, and unused separators, in the block's new segments."""
    s = block.s
    if len(s) <= block.carried:
        return
    marks = s.separators
    own = bytes([marks.element, marks.component, marks.terminator, marks.repetition or 0x20])
    raw = np.frombuffer(s.data, dtype=np.uint8)
    first = int(s.start[block.carried])
    strange = np.zeros(0, np.int64)
    if s.data.translate(None, _EXTENDED + own + b"\r\n\t"):
        strange = np.flatnonzero(_outside(own + b"\r\n\t")[raw[first:]]) + first
    if not _ends_between_only(block, raw):
        strange = np.append(strange, _line_ends_inside(block, raw, first))
    if len(strange):
        rows = np.unique(np.searchsorted(s.start, np.sort(strange), side="right") - 1)
        _note_strange(block, rows[rows >= block.carried])
    _check_trailing(block, raw)


def _ends_between_only(block: FormBlock, raw: npt.NDArray[np.uint8]) -> bool:
    """True if a quick check shows that all line ends are between segments, at most one each."""
    s = block.s
    count = s.data.count(b"\n")
    if b"\r" in s.data or b"\t" in s.data:
        return False
    if not count:
        return True
    parted = s.start[1:] - s.end[:-1] == 2
    between = int((raw[s.start[1:][parted] - 1] == ord("\n")).sum())
    return count == between + s.data.endswith(b"\n")


def _line_ends_inside(
    block: FormBlock, raw: npt.NDArray[np.uint8], first: int
) -> npt.NDArray[np.int64]:
    """Line ends and tabs inside a segment, not between two."""
    s = block.s
    at = np.flatnonzero((raw[first:] == 10) | (raw[first:] == 13) | (raw[first:] == 9)) + first
    if not len(at):
        return at
    row = np.searchsorted(s.start, at, side="right") - 1
    return at[(row >= 0) & (at < s.end[np.maximum(row, 0)])]


def _note_strange(block: FormBlock, rows: npt.NDArray[np.int64]) -> None:
    room = block.faults.room("ENV006", "characters", "character")
    for row in rows[: max(room, 0)].tolist():
        block.note(
            np.array([row]),
            "ENV006",
            "characters",
            "character",
            f"{block.name(row)} contains a character outside the extended character set; many payers reject such files.",
            expected="letters, digits, spaces and common punctuation",
        )
    block.faults.count(
        "ENV006", "characters", "character", len(rows) - max(min(room, len(rows)), 0)
    )


def _check_trailing(block: FormBlock, raw: npt.NDArray[np.uint8]) -> None:
    s = block.s
    rows = np.arange(block.carried, len(s))
    last = raw[s.end[rows] - 1]
    trailing = (last == s.separators.element) | (last == s.separators.component)
    rows = rows[trailing & (s.tags[rows] != tag("ISA"))]
    if len(rows):
        block.note(
            rows,
            "ENV006",
            "separators",
            "trailing",
            "The segment ends with extra separators that no value follows.",
            expected="the segment to end with its last value",
        )
