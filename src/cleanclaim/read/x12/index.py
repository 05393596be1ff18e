"""The byte index of a block of segments: where every segment, element and component stands, as numpy arrays."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x12.separators import Separators
from cleanclaim.read.x12.strings import Block, Ints

Rows = npt.NDArray[np.int64]
Slices = tuple[Ints, Ints]
_BLANKS: Final = np.frombuffer(b"\r\n \t", dtype=np.uint8)


def tag(name: str) -> int:
    """A segment's name as the number that `Segments.tags` holds."""
    return int.from_bytes(name.encode().ljust(3, b"\0"), "little")


class Segments:
    """Every segment of a block, by number from 0.

    Attributes:
        block: the bytes.
        start: offset of each segment's first byte, blanks and line ends before it passed over.
        end: offset just past its last byte, the terminator not counted.
        tags: each segment's name as a number (see `tag`); 0 where the name has not two or three characters.
        counts: how many element separators each has.
    """

    def __init__(self, data: bytes, separators: Separators) -> None:
        self.block = Block(data)
        self.separators = separators
        raw = self.block.bytes[: len(data)]
        ends = np.flatnonzero(raw == separators.terminator).astype(np.int64)
        self.is_terminated = bool(len(data) == 0 or (len(ends) and not data[int(ends[-1]) + 1 :].strip()))
        if not self.is_terminated:
            ends = np.append(ends, len(data))
        starts = np.append(np.int64(0), ends[:-1] + 1) if len(ends) else ends
        starts = self._skip_blanks(raw, starts, ends)
        kept = starts < ends
        self.start, self.end = starts[kept], ends[kept]
        self.blank_segments = int(len(kept) - kept.sum())
        self._elements = np.flatnonzero(raw == separators.element).astype(np.int64)
        self._first = np.searchsorted(self._elements, self.start)
        self.counts = np.searchsorted(self._elements, self.end) - self._first
        self.tags = self._read_tags()

    def __len__(self) -> int:
        return len(self.start)

    def find(self, *names: str) -> Rows:
        """The numbers of all segments of these names."""
        found = np.zeros(len(self), dtype=bool)
        for name in names:
            found |= self.tags == tag(name)
        return np.flatnonzero(found)

    def element(self, rows: Rows, number: int) -> Slices:
        """Where element `number` of each row stands.

        Args:
            rows: segment numbers; -1 for none.
            number: 1 for the first element after the name.

        Returns:
            Starts and lengths; length 0 where the row has no such element.
        """
        safe = np.maximum(rows, 0)
        if len(self) == 0:
            return np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        there = (rows >= 0) & (self.counts[safe] >= number)
        last = max(len(self._elements) - 1, 0)
        opening = np.minimum(self._first[safe] + number - 1, last)
        closing = np.minimum(opening + 1, last)
        start = self._elements[opening] + 1 if len(self._elements) else np.zeros(len(rows), np.int64)
        is_last = self.counts[safe] == number
        end = np.where(is_last, self.end[safe], self._elements[closing] if len(self._elements) else 0)
        return np.where(there, start, 0), np.where(there, end - start, 0)

    def component(self, slices: Slices, number: int) -> Slices:
        """Where component `number` (1 for the first) of each composite stands."""
        start, length = slices
        end = start + length
        positions = self._components
        first = np.searchsorted(positions, start)
        inside = np.searchsorted(positions, end) - first
        if not len(positions):
            return (start, length) if number == 1 else (start, np.zeros_like(length))
        last = len(positions) - 1
        from_ = start if number == 1 else positions[np.minimum(first + number - 2, last)] + 1
        to = np.where(inside >= number, positions[np.minimum(first + number - 1, last)], end)
        there = (inside >= number - 1) & (length > 0)
        return np.where(there, from_, 0), np.where(there, to - from_, 0)

    def words(self, slices: Slices) -> npt.NDArray[np.uint64]:
        """Up to eight bytes of each slice as a number, for comparing."""
        return self.block.words(*slices)

    def is_code(self, slices: Slices, *codes: str) -> npt.NDArray[np.bool_]:
        """True where a slice is one of these codes (of up to eight bytes)."""
        words = self.words(slices)
        found = np.zeros(len(words), dtype=bool)
        for code in codes:
            found |= words == word(code)
        return found & (slices[1] <= 8)

    def where(self, name: str, number: int, *codes: str) -> Rows:
        """The numbers of all segments of a name whose element is one of some codes."""
        rows = self.find(name)
        return rows[self.is_code(self.element(rows, number), *codes)]

    @cached_property
    def _components(self) -> Ints:
        raw = self.block.bytes[: len(self.block.bytes) - 16]
        return np.flatnonzero(raw == self.separators.component).astype(np.int64)

    def _read_tags(self) -> Ints:
        if len(self) == 0:
            return np.zeros(0, np.int64)
        last = max(len(self._elements) - 1, 0)
        until = np.where(self.counts > 0, self._elements[np.minimum(self._first, last)] if len(self._elements) else 0, self.end)
        length = until - self.start
        names = self.block.words(self.start, length).astype(np.int64)
        return np.where((length == 2) | (length == 3), names, 0)

    @staticmethod
    def _skip_blanks(raw: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> Ints:
        """Move each start past line ends and blanks before it."""
        first = raw[np.minimum(starts, max(len(raw) - 1, 0))] if len(raw) else raw
        if not (np.isin(first, _BLANKS) & (starts < ends)).any():
            return starts
        solid = np.flatnonzero(~np.isin(raw, _BLANKS)).astype(np.int64)
        if not len(solid):
            return ends
        index = np.searchsorted(solid, starts)
        moved = np.where(index < len(solid), solid[np.minimum(index, len(solid) - 1)], ends)
        return np.minimum(moved, ends)


def word(code: str) -> np.uint64:
    """A code of up to eight ASCII characters as `Segments.words` gives it."""
    return np.uint64(int.from_bytes(code.encode()[:8].ljust(8, b"\0"), "little"))


def first_in(rows: Rows, low: Ints, high: Ints) -> Rows:
    """For each span [low, high) the first of the sorted `rows` in it, or -1."""
    return nth_in(rows, low, high, 0)


def nth_in(rows: Rows, low: Ints, high: Ints, number: int) -> Rows:
    """For each span [low, high) the row of that ordinal (0 for the first) in it, or -1."""
    if len(rows) == 0:
        return np.full(len(low), -1, dtype=np.int64)
    at = np.searchsorted(rows, low) + number
    found = rows[np.minimum(at, len(rows) - 1)]
    return np.where((at < len(rows)) & (found < high), found, -1)


def last_before(rows: Rows, at: Ints) -> Rows:
    """For each number the last of the sorted `rows` that is smaller or equal, or -1."""
    if len(rows) == 0:
        return np.full(len(at), -1, dtype=np.int64)
    index = np.searchsorted(rows, at, side="right") - 1
    return np.where(index >= 0, rows[np.maximum(index, 0)], -1)


def next_after(rows: Rows, at: Ints, end: int) -> Rows:
    """For each number the first of the sorted `rows` that is greater, or `end`."""
    if len(rows) == 0:
        return np.full(len(at), end, dtype=np.int64)
    index = np.searchsorted(rows, at, side="right")
    return np.where(index < len(rows), rows[np.minimum(index, len(rows) - 1)], end)


def count_in(rows: Rows, low: Ints, high: Ints) -> Ints:
    """How many of the sorted `rows` lie in each span [low, high)."""
    return np.maximum(np.searchsorted(rows, high) - np.searchsorted(rows, low), 0)
