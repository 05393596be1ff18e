"""A file with chosen elements replaced, and every other byte as it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from cleanclaim.errors import InputError, UnknownFormat
from cleanclaim.read.x12.index import Segments
from cleanclaim.read.x12.separators import Separators
from cleanclaim.read.x12.stream import Piece, Stream

_ADDRESS: Final = re.compile(r"([A-Z][A-Z0-9]{1,2})(\d{2})(?:-(\d{1,2}))?")
_WHOLE: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Span:
    """Where an element stands: offsets of its first byte and past its last, and the separators that hold there."""

    start: int
    end: int
    separators: Separators


@dataclass(slots=True)
class X12File:
    r"""The bytes of an X12 file, with replacements for some of its elements.

        >>> file = X12File(_EXAMPLE)
        >>> file.read(4, "REF02")
        'A1'
        >>> file.replace(4, "REF02", "B22")
        >>> file.to_bytes().split(b"~")[3]
        b'REF*D9*B22'

    Attributes:
        data: the bytes as read.
    """

    data: bytes
    _pieces: list[Piece] = field(init=False, repr=False)
    _replacements: dict[tuple[int, int], bytes] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._pieces = list(Stream(_Whole(self.data), len(self.data) + 1).pieces())
        if not self._pieces:
            raise UnknownFormat("no interchange header (ISA) was found")

    def read(self, segment_number: int, element: str) -> str:
        """An element as it stands in the file, replacements not counted.

        Args:
            segment_number: ordinal of the segment in the file, ISA being 1.
            element: its address, such as CLM05-3.

        Returns:
            Its text; empty where it is absent.
        """
        span = self.locate(segment_number, element)
        return self.data[span.start : span.end].decode("latin-1")

    def locate(self, segment_number: int, element: str) -> Span:
        """Where an element stands.

        Raises:
            InputError: there is no such segment, or it ends before the element.
        """
        address = _ADDRESS.fullmatch(element)
        if not address:
            raise InputError(f"'{element}' is no address of an element; write it as CLM05 or CLM05-3")
        piece, row = self._segment(segment_number)
        s = piece.segments
        marks = s.separators
        first = int(s.start[row])
        text = s.data[first : int(s.end[row])]
        parts = text.split(bytes([marks.element]))
        name, number = parts[0].decode("ascii", "replace"), int(address[2])
        if name != address[1]:
            raise InputError(f"segment {segment_number} is {name}, not {address[1]}")
        if not 1 <= number < len(parts):
            raise InputError(f"segment {segment_number} ends before {element}")
        start = first + sum(len(part) + 1 for part in parts[:number])
        piece_of = parts[number]
        if address[3]:
            start, piece_of = _component(start, piece_of, int(address[3]), marks, element)
        offset = int(piece.offsets[row])
        return Span(start + offset, start + len(piece_of) + offset, marks)

    def replace(self, segment_number: int, element: str, value: str) -> None:
        """Put another value in an element's place.

        Args:
            segment_number: ordinal of the segment in the file, ISA being 1.
            element: its address, such as CLM05-3.
            value: the new value; may be empty.

        Raises:
            InputError: there is no such element, the value holds a separator or a character outside ASCII, or it overlaps
                an element replaced before.
        """
        self._put(self.locate(segment_number, element), value, element)

    def replace_at(self, position: int, value: str) -> None:
        """Put another value in the place of the element or component that starts at an offset, as findings name it.

        Args:
            position: offset in the file of its first byte.
            value: the new value.

        Raises:
            InputError: no element starts there, or the value cannot stand there.
        """
        for piece in self._pieces:
            s = piece.segments
            at = position - int(piece.offsets[0]) if len(s) else -1
            if not 0 < at <= len(s.data) or not len(s):
                continue
            marks = s.separators
            if s.data[at - 1] not in {marks.element, marks.component}:
                break
            end = at
            while end < len(s.data) and s.data[end] not in {
                marks.element,
                marks.component,
                marks.terminator,
            }:
                end += 1
            offset = position - at
            return self._put(Span(position, end + offset, marks), value, f"offset {position}")
        raise InputError(f"no element starts at offset {position}")

    def to_bytes(self) -> bytes:
        """The file with its replacements; every other byte is as it was."""
        parts, at = [], 0
        for (start, end), value in sorted(self._replacements.items()):
            parts += [self.data[at:start], value]
            at = end
        return b"".join([*parts, self.data[at:]])

    def _put(self, span: Span, value: str, element: str) -> None:
        if not value.isascii():
            raise InputError(f"the new value of {element} holds characters outside ASCII")
        given = value.encode("ascii")
        for byte in given:
            if byte in span.separators or byte < 0x20:
                raise InputError(
                    f"the new value of {element} holds {chr(byte)!r}, which is a separator of this file or no printable character"
                )
        for start, end in self._replacements:
            is_same = (start, end) == (span.start, span.end)
            if not is_same and start < span.end and span.start < end:
                raise InputError(f"{element} overlaps an element that was replaced before")
        self._replacements[span.start, span.end] = given

    def _segment(self, number: int) -> tuple[Piece, int]:
        for piece in self._pieces:
            if len(piece.segments) and piece.numbers[0] <= number <= piece.numbers[-1]:
                return piece, number - int(piece.numbers[0])
        raise InputError(f"the file has no segment {number}")


class _Whole:
    """Bytes as a stream that is read in one piece."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002 - the protocol's form
        """All bytes, then none."""
        data, self._data = self._data, b""
        return data


def _component(
    start: int, text: bytes, number: int, marks: Separators, element: str
) -> tuple[int, bytes]:
    parts = text.split(bytes([marks.component]))
    if not 1 <= number <= len(parts):
        raise InputError(f"the composite ends before {element}")
    return start + sum(len(part) + 1 for part in parts[: number - 1]), parts[number - 1]


def segments_of(piece: Piece) -> Segments:
    """The index of a piece."""
    return piece.segments
