"""A stream of X12 bytes, divided into blocks of whole units such as claims.

The stream is read in chunks and cut before certain segments, so that no unit is divided. A
transaction set's `Layout` says which. Segments that later blocks still need, such as the envelope,
are carried over: their bytes are put in front of the next block. An interchange with other
separators starts its own block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

import numpy as np

from cleanclaim.x12.index import Segments, last_before
from cleanclaim.x12.separators import (
    HEADER,
    LONGEST_ISA,
    Separators,
    component_in_use,
    find_isa,
    is_standard,
    same_repetition,
    separators,
    without_interchange,
)
from cleanclaim.x12.strings import Ints

_LONGEST_UNIT: Final = 32 << 20
"""After this many bytes without a segment to cut at, the block ends at any segment."""
MOST_SWITCHES: Final = 10_000
"""The most small blocks to read from a file: each costs as much as hundreds of claims."""
_SMALL_BLOCK: Final = 1 << 16
_BLANKS: Final = b"\r\n\t \x00"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the transactions of a stream are divided into blocks.

    Attributes:
        cuts: the segments, besides ST and ISA, that a block may end before.
        composites: segments that start with a composite, which shows the component separator in use.
        carried: the segments of a block to carry over to the next one.
    """

    cuts: tuple[str, ...]
    composites: tuple[str, ...]
    carried: Callable[[Segments], Ints]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of whole units.

    Attributes:
        segments: its index.
        carried: how many of its first segments are carried over from earlier blocks.
        offsets: for each segment, the difference between its offset in the file and in the block.
        numbers: for each segment, its ordinal in the file, 1 for the first.
        is_interrupted: True if another interchange, or the end of the file, cuts off the last
            segment.
    """

    segments: Segments
    carried: int
    offsets: Ints
    numbers: Ints
    is_interrupted: bool


@dataclass(slots=True)
class Outside:
    """What a file has outside readable interchanges, by offset.

    Attributes:
        byte_order_mark: whether the file starts with one.
        preamble: the number of nonblank bytes before the first interchange.
        broken: offsets of interchange headers whose separators can't be read.
        odd: offsets of headers that are read although their elements don't have the fixed lengths.
        component: offsets of headers that declare a different component separator than their
            composites use.
        repetition: offsets of headers that declare the same separator for components and
            repetitions.
        interchanges: how many interchanges there are, including those with a broken header and one
            that starts without its header.
        unread: offset from which the file isn't read, because too many of its interchanges must be
            read separately.
    """

    byte_order_mark: bool = False
    preamble: int = 0
    broken: list[int] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    component: list[int] = field(default_factory=list)
    repetition: list[int] = field(default_factory=list)
    interchanges: int = 0
    unread: int | None = None


class Stream:
    """The blocks of a stream.

    Attributes:
        outside: what is outside readable interchanges; complete after the last piece.
    """

    def __init__(self, source: BinaryIO, chunk_size: int, layout: Layout) -> None:
        """Start at the beginning of a stream."""
        self.outside = Outside()
        self._source = source
        self._layout = layout
        names = "|".join((*layout.cuts, "ST", "ISA"))
        self._cuts = rb"[\r\n\t ]*(?:" + names.encode() + rb")"
        self._chunk = max(chunk_size, 1 << 10)
        self._data = b""
        self._from = 0
        self._at = 0
        self._ended = False
        self._separators: Separators | None = None
        self._declared: Separators | None = None
        self._context = _Context()

    def pieces(self) -> Iterator[Piece]:
        """Every block, in order; none if there is no readable interchange header."""
        number = 1
        switches = 0
        wanted = self._chunk
        while self._fill(wanted):
            if self._separators is None and not self._next_interchange():
                wanted = len(self._data) - self._from + self._chunk
                continue
            end, is_switch = self._end_of_block()
            if end == self._from:
                wanted = 2 * (len(self._data) - self._from)
                continue
            piece = self._piece(
                end, number, is_end=is_switch or (self._ended and end == len(self._data))
            )
            number += len(piece.segments) - piece.carried
            yield piece
            self._context.remember(piece, self._layout.carried(piece.segments))
            switches += is_switch and end - self._from < _SMALL_BLOCK
            self._drop(end)
            if switches > MOST_SWITCHES:
                self.outside.unread = self._at
                return
            # Small interchanges with their own separators shouldn't move the remaining bytes each time.
            wanted = self._chunk // 2 if is_switch else self._chunk
            if is_switch:
                self._separators, self._context = None, _Context()

    def _fill(self, wanted: int) -> bool:
        """Read until `wanted` bytes are available; False at the end of the stream."""
        size = len(self._data) - self._from
        if size < wanted and not self._ended:
            parts = [self._data[self._from :]]
            while size < wanted and not self._ended:
                more = self._source.read(max(wanted, self._chunk) - size)
                self._ended = not more
                parts.append(more)
                size += len(more)
            self._data, self._from = b"".join(parts), 0
        return size > 0

    def _drop(self, end: int) -> None:
        """Discard the bytes before an offset."""
        self._at += end - self._from
        self._from = end

    def _next_interchange(self) -> bool:
        """Move to the next readable interchange header; False if more bytes are needed or none is left."""
        data, outside = self._data, self.outside
        if self._starts_without_interchange():
            return True
        isa = find_isa(data, self._from)
        if not outside.interchanges:
            self._note_preamble(data[self._from : isa if isa >= 0 else self._all_but_a_header()])
        while isa >= 0 and (self._ended or len(data) - isa >= LONGEST_ISA):
            declared = separators(data, isa, self._layout.composites)
            outside.interchanges += 1
            if declared is not None:
                if not is_standard(data, isa):
                    outside.odd.append(self._at + isa - self._from)
                if same_repetition(data, isa, declared):
                    outside.repetition.append(self._at + isa - self._from)
                used = component_in_use(data, isa, declared, self._layout.composites)
                if used != declared.component:
                    outside.component.append(self._at + isa - self._from)
                self._declared = declared
                self._separators = replace(declared, component=used)
                self._drop(isa)
                return True
            outside.broken.append(self._at + isa - self._from)
            isa = find_isa(data, isa + 3)
        self._drop(isa if isa >= 0 else self._all_but_a_header())
        return False

    def _starts_without_interchange(self) -> bool:
        """True if the stream starts with a group or transaction of claims; its separators are then set."""
        if self._at or self.outside.interchanges:
            return False
        start = len(self._data) - len(self._data.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANKS))
        found = without_interchange(self._data, start, self._layout.composites)
        if found is None:
            return False
        self.outside.byte_order_mark = self._data.startswith(_BYTE_ORDER_MARK)
        self.outside.interchanges = 1
        self._declared = self._separators = found
        self._drop(start)
        return True

    def _all_but_a_header(self) -> int:
        """How many bytes without a header can be discarded: the last few may be the start of one."""
        return len(self._data) if self._ended else max(len(self._data) - 3, self._from)

    def _note_preamble(self, gone: bytes) -> None:
        if self._at == 0 and gone.startswith(_BYTE_ORDER_MARK):
            self.outside.byte_order_mark = True
            gone = gone[3:]
        self.outside.preamble += len(gone.strip(_BLANKS))

    def _end_of_block(self) -> tuple[int, bool]:
        """The end of the block, and whether a separate interchange starts there.

        The end equals the start if more bytes are needed.
        """
        now = self._separators
        assert now is not None  # noqa: S101 - for the type checker: `_next_interchange` has set it
        for found in HEADER.finditer(self._data, self._from + 3):
            if self._starts_another(found.start(), now):
                return found.start(), True
        if self._ended:
            return len(self._data), False
        return self._last_cut(now), False

    def _starts_another(self, isa: int, now: Separators) -> bool:
        """True for a later header that can't be read as a segment of this block."""
        before = self._data[max(isa - 64, self._from) : isa]
        is_segment = before.rstrip(_BLANKS)[-1:] == bytes([now.terminator]) or (
            before.endswith(bytes([now.terminator]))
        )
        if len(self._data) - isa < LONGEST_ISA and not self._ended:
            return is_segment
        declared = separators(self._data, isa, self._layout.composites)
        if is_segment:
            return declared != self._declared
        return declared is not None and (before[-1:] == b"\n" or is_standard(self._data, isa))

    def _last_cut(self, now: Separators) -> int:
        """The offset of the last segment that a block may end before."""
        mark = re.compile(
            re.escape(bytes([now.terminator])) + self._cuts + re.escape(bytes([now.element]))
        )
        window = 1 << 16
        while True:
            start = max(len(self._data) - window, self._from)
            last = 0
            for found in mark.finditer(self._data, start):
                last = found.start() + 1
            if last:
                return last
            if start == self._from:
                break
            window *= 4
        if len(self._data) - self._from < _LONGEST_UNIT:
            return self._from
        return self._data.rfind(bytes([now.terminator]), self._from) + 1 or len(self._data)

    def _piece(self, end: int, number: int, *, is_end: bool) -> Piece:
        now = self._separators
        assert now is not None  # noqa: S101 - for the type checker: `_next_interchange` has set it
        context = self._context
        segments = Segments(context.prefix + self._data[self._from : end], now)
        carried = len(context.offsets)
        size = len(segments) - carried
        offsets = np.full(size, self._at - len(context.prefix), dtype=np.int64)
        numbers = np.arange(number, number + size, dtype=np.int64)
        return Piece(
            segments,
            carried,
            np.concatenate([context.offsets, offsets]),
            np.concatenate([context.numbers, numbers]),
            is_end and not segments.is_terminated,
        )


class _Context:
    """The carried segments, as bytes to put in front of the next block."""

    def __init__(self) -> None:
        self.prefix = b""
        self.offsets = np.zeros(0, np.int64)
        self.numbers = np.zeros(0, np.int64)

    def remember(self, piece: Piece, rows: Ints) -> None:
        s = piece.segments
        terminator = bytes([s.separators.terminator])
        parts = [s.data[s.start[row] : s.end[row]] + terminator for row in rows]
        self.prefix = b"".join(parts)
        starts = np.cumsum([0] + [len(part) for part in parts[:-1]])[: len(parts)]
        self.offsets = s.start[rows] + piece.offsets[rows] - starts
        self.numbers = piece.numbers[rows]


def open_envelopes(s: Segments) -> Ints:
    """The headers of a block's last interchange, group and transaction, unless they are closed."""
    if not len(s):
        return np.zeros(0, dtype=np.int64)
    at = np.array([len(s) - 1], dtype=np.int64)
    closed = last_before(s.find("SE", "GE", "IEA"), at)[0]
    transaction = int(last_before(s.find("ST"), at)[0])
    rows = {int(last_before(s.find(name), at)[0]) for name in ("ISA", "GS")}
    if transaction > closed:
        rows.add(transaction)
    return np.array(sorted(rows - {-1}), dtype=np.int64)
