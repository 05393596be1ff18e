"""The values in a block of claims, one column at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from cleanclaim.read.x837.composites import Composites, composites
from cleanclaim.read.x837.loops import Loops
from cleanclaim.x12.index import Rows, Segments, first_in, word
from cleanclaim.x12.strings import Ints, nulls
from cleanclaim.x12.values import Values


@dataclass(frozen=True, slots=True)
class Origin:
    """The position of a block in its file.

    Attributes:
        file: the file name in findings.
        first_claim_key: the key of the block's first claim.
        offsets: for each segment, the difference between its offset in the file and in the block.
        numbers: for each segment, its ordinal in the file.
    """

    file: str
    first_claim_key: int
    offsets: Ints
    numbers: Ints


class Cells(Values):
    """The cells of one block of claims.

    Attributes:
        loops: which segment belongs to which claim and line.
        origin: the block's position in its file.
    """

    def __init__(self, segments: Segments, carried: int, origin: Origin) -> None:
        """Find the loops of a block."""
        super().__init__(segments)
        self.loops = Loops(segments, carried)
        self.origin = origin

    # -- providers

    def npi(self, rows: Rows) -> pl.Series:
        """NM109 if NM108 says that it is an NPI."""
        start, length = self.s.element(rows, 9)
        if not length.any():
            return nulls(len(rows), pl.String)
        is_npi = self.s.is_code(self.s.element(rows, 8), "XX")
        return self.text((start, np.where(is_npi, length, 0)))

    # -- choosing rows

    def named(self, low: Ints, high: Ints, *codes: str) -> Rows:
        """For each span its first NM1 of one of these kinds, or -1."""
        return first_in(self.qualified("NM1", *codes), low, high)

    def named_in_line(self, *codes: str) -> Rows:
        """For each line its first NM1 of one of these kinds, or -1."""
        loops = self.loops
        if not len(self._line_names):
            return np.full(len(loops.line), -1, dtype=np.int64)
        words = self.s.words(self.s.element(self._line_names, 1))
        rows = self._line_names[np.isin(words, [word(code) for code in codes])]
        return first_in(rows, loops.line, loops.line_end)

    @cached_property
    def _line_names(self) -> Rows:
        """NM1 segments in lines: there are few or none, so lines needn't be searched among all."""
        rows, loops = self.s.find("NM1"), self.loops
        if not len(loops.line) or not len(rows):
            return rows[:0]
        owner = np.searchsorted(loops.line, rows, side="right") - 1
        return rows[(owner >= 0) & (rows < loops.line_end[np.maximum(owner, 0)])]

    @cached_property
    def composites(self) -> Composites:
        """The composites of the claims' HI segments."""
        return composites(self.s, self.loops)

    # -- places

    @cached_property
    def keys(self) -> Ints:
        """The key of each claim."""
        return self.origin.first_claim_key + np.arange(len(self.loops.claim), dtype=np.int64)

    def position(self, starts: Ints, rows: Rows) -> Ints:
        """Offsets in the file for offsets in the block, in these segments."""
        return starts + self.origin.offsets[np.maximum(rows, 0)]

    # -- dates

    def span(self, dtp: Rows) -> tuple[pl.Series, pl.Series]:
        """First and last day of a DTP segment; the same day if it has only one."""
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
