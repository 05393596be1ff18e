"""A stream of X12 bytes as blocks of whole claims.

The stream is read in chunks and cut before a claim or a level, so that no claim is divided. What the next block needs of those before it (interchange,
group, transaction, billing provider, subscriber, patient) is carried over as bytes in front of it; every segment keeps how far its offset in the
file is from its offset in the block. An interchange with other separators starts a block of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np

from cleanclaim.errors import UnknownFormat
from cleanclaim.read.x12.index import Rows, Segments, last_before
from cleanclaim.read.x12.separators import Separators, find_isa, separators
from cleanclaim.read.x12.strings import Ints

CHUNK: Final = 8 << 20
LONGEST_CLAIM: Final = 64 << 20
"""A stretch without a place to cut is not read on beyond this many bytes."""
_LOOPS_ABOVE: Final = ("ISA", "GS", "ST", "BHT")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of whole claims.

    Attributes:
        segments: its index.
        carried: how many of its first segments repeat what stood before it.
        offsets: for each segment, its offset in the file less its offset in the block.
        first_number: the ordinal in the file of the first segment not carried, 1 for the first of all.
        is_last: nothing follows in the file.
    """

    segments: Segments
    carried: int
    offsets: Ints
    first_number: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Preamble:
    """What stood before the first interchange: where it starts and how many bytes that are not blank."""

    offset: int
    length: int


class Stream:
    """The blocks of a stream.

    Attributes:
        preamble: bytes before the first ISA, if any.
        broken_isa: offsets of interchange headers whose separators cannot be told.
    """

    def __init__(self, source: BinaryIO, file: str, chunk: int = CHUNK) -> None:
        self._source = source
        self._file = file
        self._chunk = chunk
        self.preamble: Preamble | None = None
        self.broken_isa: list[int] = []

    def pieces(self) -> Iterator[Piece]:
        """Every block in order.

        Raises:
            UnknownFormat: no ISA segment with readable separators is found in the whole stream.
        """
        data, at = b"", 0  # bytes not yet worked on, and the offset of the first of them
        context = _Context()
        number, found, ended = 1, False, False
        while not ended or data:
            if not ended:
                more = self._source.read(self._chunk)
                ended = not more
                data += more
            if not context.separators:
                isa, context.separators = self._next_interchange(data, at, found=found)
                if context.separators is None:
                    if ended:
                        break
                    at, data = (at + isa, data[isa:]) if isa > 0 else (at, data)
                    continue
                found = True
                at, data = at + isa, data[isa:]
            piece, used, switch = self._cut(data, at, context, number, ended=ended)
            if piece is None:
                continue
            number += len(piece.segments) - piece.carried
            yield piece
            context.remember(piece)
            data, at = data[used:], at + used
            if switch:
                context = _Context()
            if ended and not data:
                break
        if not found:
            raise UnknownFormat(
                f"{self._file}: no interchange header (ISA) with readable separators was found"
            )

    def _next_interchange(
        self, data: bytes, at: int, *, found: bool
    ) -> tuple[int, Separators | None]:
        """Offset in `data` of the next readable ISA; without one, how many bytes can be let go."""
        isa = find_isa(data)
        while isa >= 0:
            declared = separators(data, isa)
            if declared is not None:
                if not found and data[:isa].strip(b"\xef\xbb\xbf\r\n\t ") and self.preamble is None:
                    self.preamble = Preamble(at, isa)
                return isa, declared
            if len(data) - isa < 200:
                return isa, None
            self.broken_isa.append(at + isa)
            isa = find_isa(data, isa + 3)
        return max(len(data) - 3, 0), None

    def _cut(
        self, data: bytes, at: int, context: _Context, number: int, *, ended: bool
    ) -> tuple[Piece | None, int, bool]:
        separators_now = context.separators
        if separators_now is None:  # pragma: no cover - the caller has just set it
            return None, 0, False
        other = self._other_interchange(data, separators_now)
        used = (
            other
            if other is not None
            else len(data)
            if ended
            else self._last_cut(data, separators_now)
        )
        if used <= 0:
            if len(data) < LONGEST_CLAIM and not ended:
                return None, 0, False
            used = len(data)
        segments = Segments(context.prefix + data[:used], separators_now)
        carried = context.count
        offsets = np.full(len(segments), at - len(context.prefix), dtype=np.int64)
        is_last = ended and used == len(data)
        return Piece(segments, carried, offsets, number, is_last), used, other is not None

    @staticmethod
    def _other_interchange(data: bytes, now: Separators) -> int | None:
        """The offset of a later ISA in `data` that declares other separators, if there is one."""
        isa = find_isa(data, 3)
        while isa >= 0:
            before = data[:isa].rstrip(b"\r\n\t ")
            declared = separators(data, isa)
            if (
                before.endswith(bytes([now.terminator]))
                and declared is not None
                and declared != now
            ):
                return isa
            isa = find_isa(data, isa + 3)
        return None

    @staticmethod
    def _last_cut(data: bytes, now: Separators) -> int:
        """The offset of the last claim, level or envelope segment in `data`, before which a block may end."""
        best = 0
        tail = data[-(2 << 20) :] if len(data) > (2 << 20) else data
        for part, base in ((tail, len(data) - len(tail)), (data, 0)):
            for name in (b"CLM", b"HL", b"ST", b"ISA"):
                best = (
                    max(best, _last_segment(part, name, now) + base)
                    if _last_segment(part, name, now) > 0
                    else best
                )
            if best:
                break
        return best


class _Context:
    """The loops that are open at the end of a block, as bytes to set before the next one."""

    def __init__(self) -> None:
        self.separators: Separators | None = None
        self.prefix = b""
        self.count = 0

    def remember(self, piece: Piece) -> None:
        s = piece.segments
        rows = _open_loops(s)
        raw = s.block.bytes
        end = bytes([s.separators.terminator])
        parts = [raw[s.start[row] : s.end[row]].tobytes() + end for row in rows]
        self.prefix = b"".join(parts)
        self.count = len(parts)


def _open_loops(s: Segments) -> list[int]:
    """The segments that tell of a claim to come: envelope, and the headers of the levels above it, without any claim."""
    size = len(s)
    at = np.array([size - 1], dtype=np.int64)
    closed = last_before(s.find("SE", "GE", "IEA"), at)[0]
    transaction = last_before(s.find("ST"), at)[0]
    kept = [int(last_before(s.find(name), at)[0]) for name in _LOOPS_ABOVE]
    if transaction < 0 or closed > transaction:
        return sorted(row for row in kept[:2] if row >= 0)
    levels = s.find("HL")
    levels = levels[levels > transaction]
    code = s.element(levels, 3)
    loops: list[Rows] = []
    billing = levels[s.is_code(code, "20")]
    subscriber = levels[s.is_code(code, "22")]
    patient = levels[s.is_code(code, "23")]
    last_subscriber = subscriber[-1] if len(subscriber) else -1
    chosen = [group[-1] for group in (billing, subscriber) if len(group)]
    chosen += [patient[-1]] if len(patient) and patient[-1] > last_subscriber else []
    ends = s.find("HL", "CLM", "SE")
    for start in chosen:
        later = ends[ends > start]
        loops.append(np.arange(start, later[0] if len(later) else size))
    rows = {row for row in kept if row >= 0} | {int(row) for loop in loops for row in loop}
    return sorted(rows)


def _last_segment(data: bytes, name: bytes, now: Separators) -> int:
    """The offset of the last segment of a name in `data`, or -1: after a terminator and line ends, before an element separator."""
    wanted = name + bytes([now.element])
    at = data.rfind(wanted)
    while at > 0:
        if data[max(at - 200, 0) : at].rstrip(b"\r\n\t ").endswith(bytes([now.terminator])):
            return at
        at = data.rfind(wanted, 0, at)
    return -1
