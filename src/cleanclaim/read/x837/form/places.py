"""The place of each segment in a block: the header, a level, a claim, a line and so on."""

from __future__ import annotations

from typing import Final

import numpy as np

from cleanclaim.read.x837.form.block import FormBlock
from cleanclaim.read.x837.form.guide import Place
from cleanclaim.x12.index import Rows
from cleanclaim.x12.strings import Ints

_LEVELS: Final = {"20": Place.BILLING, "22": Place.SUBSCRIBER, "23": Place.PATIENT}


class Places:
    """The place of each segment in a block.

    Attributes:
        opener: for each segment, the ordinal of the segment that opened its place; 0 before the
            first one.
        place: for each segment its `Place`.
    """

    def __init__(self, block: FormBlock) -> None:
        """Find the place of each segment."""
        s, loops = block.s, block.cells.loops
        levels = s.find("HL")
        code = s.element(levels, 3)
        sbr = s.find("SBR")
        inside, owner = loops.owner_of(sbr)
        other = sbr[inside]
        other = other[other < loops.header_end[owner]]
        groups: list[tuple[Rows, int]] = [
            (s.find("ISA", "GS", "SE", "GE", "IEA"), Place.ENVELOPE),
            (s.find("ST"), Place.HEADER),
            (levels, Place.BILLING),
            (s.find("CLM"), Place.CLAIM),
            (other, Place.OTHER_PAYER),
            (loops.line, Place.LINE),
            (_in_lines(loops.line, loops.line_end, s.find("SVD")), Place.DECISION),
        ]
        place = np.full(len(s), -1, dtype=np.int64)
        for rows, value in groups:
            place[rows] = value
        for name, value in _LEVELS.items():
            place[levels[s.is_code(code, name)]] = value
        opens = place >= 0
        self.opener = np.cumsum(opens, dtype=np.int64)
        given = np.append(np.int64(Place.ENVELOPE), place[opens])
        self.place = given[self.opener]


def _in_lines(line: Rows, line_end: Ints, rows: Rows) -> Rows:
    if not len(line) or not len(rows):
        return rows[:0]
    owner = np.searchsorted(line, rows, side="right") - 1
    return rows[(owner >= 0) & (rows < line_end[np.maximum(owner, 0)])]
