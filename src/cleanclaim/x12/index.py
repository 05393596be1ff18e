"""The byte index of a block: where each segment, element and component is, as numpy arrays."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.separators import Separators
from cleanclaim.x12.strings import Block, Ints

Rows = npt.NDArray[np.int64]
Slices = tuple[Ints, Ints]
_IS_BLANK: Final = np.isin(np.arange(256), list(b"\r\n \t"))
_FEW_COMPONENTS: Final = 8
_MOST_LINE_ENDS: Final = 4
"""At most this many blanks before a segment are skipped one by one; more are searched for."""


@cache
def tag(name: str) -> int:
    """A segment's name as the number that `Segments.tags` holds."""
    return int.from_bytes(name.encode().ljust(3, b"\0"), "little")


_NAMES: Final = """
ISA GS ST SE GE IEA TA1 BHT HL NM1 N2 N3 N4 REF PER PRV CUR SBR PAT DMG CLM DTP CL1 DN1
DN2 PWK CN1 AMT K3 NTE CR1 CR2 CR3 CR5 CR6 CR7 HSD CRC HI HCP QTY DSB UR CAS OI MIA MOA
LX SV1 SV2 SV3 SV4 SV5 SV6 SV7 TOO MEA PS1 IMM LIN CTP LQ FRM SVD
"""
INDEXED: Final = tuple(_NAMES.split())
"""The segment names that a block is indexed by; any other name is searched for."""


@cache
def _code_table() -> npt.NDArray[np.uint8]:
    """The number of each segment name in `INDEXED`, from 1, by its tag.

    Memory pages that are never touched take no memory.
    """
    table = np.zeros(1 << 24, dtype=np.uint8)
    for number, name in enumerate(INDEXED, start=1):
        table[tag(name)] = number
    return table


@cache
def _code(of_tag: int) -> int:
    return int(_code_table()[of_tag])


class Segments:
    """Every segment of a block, numbered from 0.

    Attributes:
        data: the bytes as given.
        block: the same bytes, to cut columns from.
        start: offset of each segment's first byte, after any blanks and line ends.
        end: offset just past each segment's last byte, without the terminator.
        tags: each segment's name as a number (see `tag`); 0 if the name doesn't have two or three
            characters.
        counts: how many element separators each segment has.
    """

    def __init__(self, data: bytes, separators: Separators) -> None:
        """Index the bytes of a block."""
        self.data = data
        self.block = Block(data)
        self.separators = separators
        # Search the bytes as given: the block replaces those outside ASCII.
        raw = self._raw = np.frombuffer(data, dtype=np.uint8)
        marks = np.flatnonzero((raw == separators.element) | (raw == separators.terminator))
        self.is_terminated = not len(data) or (bool(len(marks)) and self._ends_well(data, marks))
        if not self.is_terminated:
            marks = np.append(marks, len(data))
        closing = (
            np.flatnonzero(raw[np.minimum(marks, len(data) - 1)] == separators.terminator)
            if len(marks)
            else marks
        )
        if not self.is_terminated and (not len(closing) or closing[-1] != len(marks) - 1):
            closing = np.append(closing, len(marks) - 1)
        opening = np.append(np.int64(0), closing[:-1] + 1) if len(closing) else closing
        ends = marks[closing] if len(closing) else closing
        starts = np.append(np.int64(0), ends[:-1] + 1) if len(ends) else ends
        starts = self._skip_blanks(raw, starts, ends)
        kept = starts < ends
        if not kept.all():
            starts, ends, opening, closing = starts[kept], ends[kept], opening[kept], closing[kept]
        self.start, self.end = starts, ends
        self._marks = marks
        self._opening = opening
        self.counts = closing - opening
        self.tags = self._read_tags()
        self.block.is_padded = self._is_padded()
        self._slices: dict[tuple[int, int], tuple[Rows, Slices]] = {}
        self._found: dict[tuple[str, ...], Rows] = {}
        self._openings: dict[int, tuple[Rows, tuple[Ints, Ints, bool]]] = {}
        self._ends: dict[tuple[int, int], tuple[Rows, Ints]] = {}
        self._words: dict[tuple[int, int], tuple[Slices, npt.NDArray[np.uint64]]] = {}
        self._composites: dict[int, tuple[Ints, tuple[Ints, Ints]]] = {}

    def _is_padded(self) -> bool:
        """Whether a blank is next to a separator, interchange headers aside: those are always padded."""
        header = tag("ISA")
        first = 0
        for row in range(min(len(self), 2)):
            first = int(self.end[row]) if self.tags[row] == header else first
        own = self.separators
        is_mark = np.zeros(256, dtype=bool)
        is_mark[[own.element, own.component, own.terminator]] = True
        blanks = np.flatnonzero(self._raw[first:] == ord(" ")) + first
        return any(
            bool(is_mark[self._raw.take(blanks + side, mode="clip")].any()) for side in (-1, 1)
        )

    def _ends_well(self, data: bytes, marks: Ints) -> bool:
        last = int(marks[-1])
        return data[last] == self.separators.terminator and not data[last + 1 :].strip()

    def __len__(self) -> int:
        """How many segments the block has."""
        return len(self.start)

    def find(self, *names: str) -> Rows:
        """The numbers of all segments with these names."""
        if names not in self._found:
            if len(names) == 1:
                found = self._named(names[0])
            else:
                parts = [part for name in names if len(part := self.find(name))] or [
                    self.find(names[0])
                ]
                # Use one name's own array as it is, so that cached results for it can be reused.
                found = (
                    parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts), kind="stable")
                )
            self._found[names] = found
        return self._found[names]

    def _named(self, name: str) -> Rows:
        code = _code(tag(name))
        if not code:
            return np.flatnonzero(self.tags == tag(name))
        return self._by_code[self._code_starts[code] : self._code_starts[code + 1]]

    @cached_property
    def codes(self) -> npt.NDArray[np.uint8]:
        """The number of each segment's name in `INDEXED`, from 1; 0 for any other name."""
        return _code_table()[self.tags]

    @cached_property
    def _by_code(self) -> Rows:
        return np.argsort(self.codes, kind="stable")

    @cached_property
    def _code_starts(self) -> Ints:
        counts = np.bincount(self.codes, minlength=256)
        return np.append(np.int64(0), np.cumsum(counts))

    def element(self, rows: Rows, number: int) -> Slices:
        """The position of element `number` in each row.

        Args:
            rows: segment numbers; -1 for none.
            number: 1 for the first element after the name.

        Returns:
            Starts and lengths; length 0 if the row has no such element.
        """
        key = (id(rows), number)
        kept = self._slices.get(key)
        if kept is not None and kept[0] is rows:
            return kept[1]
        slices = self._cut(rows, number)
        self._slices[key] = (rows, slices)
        return slices

    def _cut(self, rows: Rows, number: int) -> Slices:
        if len(self) == 0 or not len(rows):
            return np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        first, held, is_whole = self._first_marks(rows)
        start = self._mark(rows, first, number - 1) + 1
        length = self._mark(rows, first, number) - start
        there = held >= number
        return start, length if is_whole and there.all() else np.where(there, length, 0)

    def _first_marks(self, rows: Rows) -> tuple[Ints, Ints, bool]:
        """Each row's first mark and element count (0 for row -1), and whether no row is -1."""
        kept = self._openings.get(id(rows))
        if kept is not None and kept[0] is rows:
            return kept[1]
        is_whole = bool(rows[0] >= 0) and bool(rows.min() >= 0)
        held = self.counts[rows]
        opened = self._opening[rows], held if is_whole else np.where(rows >= 0, held, 0), is_whole
        self._openings[id(rows)] = (rows, opened)
        return opened

    def _mark(self, rows: Rows, first: Ints, number: int) -> Ints:
        """The offset of mark `number` in each row: one element's end and the next one's start."""
        key = (id(rows), number)
        kept = self._ends.get(key)
        if kept is not None and kept[0] is rows:
            return kept[1]
        marks = self._marks.take(first + number, mode="clip")
        self._ends[key] = (rows, marks)
        return marks

    def component(self, slices: Slices, number: int) -> Slices:
        """The position of component `number` (1 for the first) in each composite."""
        start, length = slices
        if not length.any() or not len(self._components):
            return (start, length) if number == 1 else (start, np.zeros_like(length))
        first, inside = self._inside(slices)
        if int(inside.max()) < number - 1:
            return start, np.zeros_like(length)
        end = start + length
        last = len(self._components) - 1
        from_ = (
            start if number == 1 else self._components[np.minimum(first + (number - 2), last)] + 1
        )
        to = np.where(
            inside >= number, self._components[np.minimum(first + (number - 1), last)], end
        )
        there = (inside >= number - 1) & (length > 0)
        return np.where(there, from_, 0), np.where(there, to - from_, 0)

    def components(self, slices: Slices) -> Ints:
        """How many components each composite has."""
        if not slices[1].any() or not len(self._components):
            return np.ones_like(slices[1])
        return self._inside(slices)[1] + 1

    def _inside(self, slices: Slices) -> tuple[Ints, Ints]:
        """For each composite, the number of its first component separator and how many it has."""
        kept = self._composites.get(id(slices[0]))
        if kept is None or kept[0] is not slices[0]:
            first = np.searchsorted(self._components, slices[0])
            inside = self._separators_in(first, slices[0] + slices[1])
            kept = self._composites[id(slices[0])] = (slices[0], (first, inside))
        return kept[1]

    def _separators_in(self, first: Ints, end: Ints) -> Ints:
        """How many component separators lie between number `first` and an offset.

        There are few, so counting them is faster than searching.
        """
        inside = np.zeros(len(first), dtype=np.int64)
        for n in range(_FEW_COMPONENTS):
            is_in = self._components_and_end.take(first + n, mode="clip") < end
            if not is_in.any():
                return inside
            inside += is_in
        return np.asarray(np.searchsorted(self._components, end) - first)

    def words(self, slices: Slices) -> npt.NDArray[np.uint64]:
        """Up to eight bytes of each slice as a number, for comparing."""
        key = (id(slices[0]), id(slices[1]))
        kept = self._words.get(key)
        if kept is None or kept[0][0] is not slices[0] or kept[0][1] is not slices[1]:
            kept = self._words[key] = (slices, self.block.words(*slices))
        return kept[1]

    def is_code(self, slices: Slices, *codes: str) -> npt.NDArray[np.bool_]:
        """True where a slice is one of these codes (of up to eight bytes)."""
        words = self.words(slices)
        if len(words) and (words == words[0]).all():
            is_one = any(words[0] == word(code) for code in codes)
            found = np.full(len(words), is_one)
        else:
            found = np.zeros(len(words), dtype=bool)
            for code in codes:
                found |= words == word(code)
        return found & (slices[1] <= 8)

    def where(self, name: str, number: int, *codes: str) -> Rows:
        """The numbers of all segments with this name whose element is one of these codes."""
        rows = self.find(name)
        return rows[self.is_code(self.element(rows, number), *codes)]

    @cached_property
    def _components(self) -> Ints:
        return np.flatnonzero(self._raw == self.separators.component)

    @cached_property
    def _components_and_end(self) -> Ints:
        """The component separators, followed by one past the end of the block."""
        return np.append(self._components, np.int64(len(self.data) + 1))

    def _read_tags(self) -> Ints:
        if len(self) == 0:
            return np.zeros(0, np.int64)
        length = self._marks[self._opening] - self.start
        names = self.block.words(self.start, length).astype(np.int64)
        # Two letters and a zero byte aren't a name, though they pack like the two letters alone.
        return np.where((length == 2) | ((length == 3) & (names >= 1 << 16)), names, 0)

    @staticmethod
    def _skip_blanks(raw: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> Ints:
        """Move each start past the line ends and blanks before the segment."""
        for _ in range(_MOST_LINE_ENDS if len(raw) else 0):
            blank = _IS_BLANK[raw.take(starts, mode="clip")] & (starts < ends)
            if not blank.any():
                return starts
            starts = starts + blank
        solid = np.flatnonzero(~_IS_BLANK[raw])
        if not len(solid):
            return ends
        index = np.searchsorted(solid, starts)
        moved = np.where(index < len(solid), solid[np.minimum(index, len(solid) - 1)], ends)
        return np.minimum(moved, ends)


@cache
def word(code: str) -> np.uint64:
    """A code of up to eight ASCII characters, packed as in `Segments.words`."""
    return np.uint64(int.from_bytes(code.encode()[:8].ljust(8, b"\0"), "little"))


def first_in(rows: Rows, low: Ints, high: Ints) -> Rows:
    """For each span [low, high), the first of the sorted `rows` in it, or -1."""
    return nth_in(rows, low, high, 0)


def nth_in(rows: Rows, low: Ints, high: Ints, number: int) -> Rows:
    """For each span [low, high), the row with this ordinal (0 for the first) in it, or -1."""
    if len(rows) == 0:
        return np.full(len(low), -1, dtype=np.int64)
    at = np.searchsorted(rows, low) + number
    found = rows[np.minimum(at, len(rows) - 1)]
    return np.where((at < len(rows)) & (found < high), found, -1)


def last_before(rows: Rows, at: Ints) -> Rows:
    """For each number, the last of the sorted `rows` that is at most that number, or -1."""
    if len(rows) == 0:
        return np.full(len(at), -1, dtype=np.int64)
    index = np.searchsorted(rows, at, side="right") - 1
    return np.where(index >= 0, rows[np.maximum(index, 0)], -1)


def next_after(rows: Rows, at: Ints, end: int) -> Rows:
    """For each number, the first of the sorted `rows` that is greater, or `end`."""
    if len(rows) == 0:
        return np.full(len(at), end, dtype=np.int64)
    index = np.searchsorted(rows, at, side="right")
    return np.where(index < len(rows), rows[np.minimum(index, len(rows) - 1)], end)


def count_in(rows: Rows, low: Ints, high: Ints) -> Ints:
    """How many of the sorted `rows` lie in each span [low, high)."""
    return np.asarray(np.maximum(np.searchsorted(rows, high) - np.searchsorted(rows, low), 0))
