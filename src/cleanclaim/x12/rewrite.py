"""A lossless view of an X12 file: chosen elements replaced, every other byte as it was."""

from __future__ import annotations

import io
import re
from typing import Final, NamedTuple

import numpy as np

from cleanclaim.errors import RewriteError, UnknownFormat
from cleanclaim.x12.separators import Separators
from cleanclaim.x12.stream import Stream
from cleanclaim.x12.strings import Ints

_CHUNK: Final = 1 << 20
_ELEMENT: Final = re.compile(r"([A-Z][A-Z0-9]{1,2})([0-9]{2})(?:-([1-9][0-9]?))?")
_SEPARATORS_OF_ISA: Final = (11, 16)
"""ISA11 and ISA16 declare separators; other values there would change how the whole file reads."""


class Address(NamedTuple):
    """Where an element stands.

    Attributes:
        segment_number: ordinal of its segment in the file, 1 for the first.
        element: its name, such as CLM02 or HI01-2.
    """

    segment_number: int
    element: str


class X12File:
    r"""An X12 file in memory, whose elements can be read and replaced.

    Segments are numbered as in the `segment_number` of tables, and positions are the byte offsets
    of the reader's tables.

    >>> file = X12File(
    ...     b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    ...     b"*260101*1200*^*00501*000000001*0*T*:~\nCLM*1*10***11:B:1~\n"
    ... )
    >>> file.replace(2, "CLM05-3", "7")
    >>> file.to_bytes().splitlines()[1]
    b'CLM*1*10***11:B:7~'
    """

    def __init__(self, data: bytes) -> None:
        """Find the segments of a file.

        Args:
            data: its bytes.

        Raises:
            UnknownFormat: there is no interchange header in it.
        """
        self._data = data
        self._changed: dict[int, list[bytes]] = {}
        starts: list[Ints] = []
        ends: list[Ints] = []
        self._first_rows: list[int] = []
        self._separators: list[Separators] = []
        count = 0
        stream = Stream(io.BytesIO(data), _CHUNK)
        for piece in stream.pieces():
            offsets = piece.offsets[piece.carried :]
            starts.append(piece.segments.start[piece.carried :] + offsets)
            ends.append(piece.segments.end[piece.carried :] + offsets)
            self._first_rows.append(count)
            self._separators.append(piece.segments.separators)
            count += len(offsets)
        if not stream.outside.interchanges:
            raise UnknownFormat("no interchange header (ISA) was found")
        none = np.zeros(0, dtype=np.int64)
        self._starts = np.concatenate([none, *starts])
        self._ends = np.concatenate([none, *ends])

    def __len__(self) -> int:
        """How many segments the file has."""
        return len(self._starts)

    def name(self, segment_number: int) -> str:
        """A segment's name."""
        return self._elements(segment_number)[0].decode("latin-1")

    def element(self, segment_number: int, element: str) -> str | None:
        """What stands in an element, replacements included.

        Args:
            segment_number: ordinal of the segment in the file.
            element: its name, such as CLM02 or HI01-2.

        Returns:
            The text (bytes outside ASCII as Latin-1); empty for an empty element, None where the
            segment ends before it.

        Raises:
            RewriteError: there is no such segment, or it has another name.
        """
        number, part = self._place(segment_number, element)
        elements = self._elements(segment_number)
        if number >= len(elements):
            return None
        value = elements[number]
        if part:
            parts = value.split(self._component(segment_number))
            if part > len(parts):
                return None
            value = parts[part - 1]
        return value.decode("latin-1")

    def address_at(self, position: int) -> Address | None:
        """The element, or component of a composite, that holds a byte of the file as given.

        Args:
            position: byte offset, as the tables have it.

        Returns:
            Its address; None where the byte lies in a segment's name or between segments.
        """
        row = int(np.searchsorted(self._starts, position, side="right")) - 1
        if row < 0 or position > int(self._ends[row]):
            return None
        start, end = int(self._starts[row]), int(self._ends[row])
        marks = self._separators_of(row + 1)
        before = self._data[start : min(position, end)].split(bytes([marks.element]))
        if len(before) == 1:
            return None
        name = before[0].decode("latin-1")
        place = f"{name}{len(before) - 1:02d}"
        component = bytes([marks.component])
        whole = before[-1] + self._data[position:end].split(bytes([marks.element]), 1)[0]
        if name != "ISA" and component in whole:
            place += f"-{before[-1].count(component) + 1}"
        return Address(row + 1, place)

    def replace(self, segment_number: int, element: str, value: str) -> None:
        """Put another value into an element.

        An element or component that the segment does not reach yet is added, with the separators
        it needs.

        Args:
            segment_number: ordinal of the segment in the file.
            element: its name, such as CLM02 or HI01-2; a composite is replaced by components.
            value: what is to stand there; empty to clear it.

        Raises:
            RewriteError: there is no such segment or element, or the value holds a separator or a
                character that X12 has not.
        """
        number, part = self._place(segment_number, element)
        new = self._encoded(segment_number, element, value)
        elements = list(self._elements(segment_number))
        if elements[0] == b"ISA":
            _check_header(elements, number, new)
        elements += [b""] * (number + 1 - len(elements))
        component = self._component(segment_number)
        if part:
            parts = elements[number].split(component)
            parts += [b""] * (part - len(parts))
            parts[part - 1] = new
            elements[number] = component.join(parts)
        elif component in elements[number] and elements[0] != b"ISA":
            raise RewriteError(f"{element} is a composite: replace its components, {element}-1 on")
        else:
            elements[number] = new
        self._changed[segment_number - 1] = elements

    def to_bytes(self) -> bytes:
        """The file with all replacements; the very bytes given where there are none."""
        parts: list[bytes | memoryview] = []
        kept = memoryview(self._data)
        at = 0
        for row in sorted(self._changed):
            mark = bytes([self._separators_of(row + 1).element])
            parts += [kept[at : int(self._starts[row])], mark.join(self._changed[row])]
            at = int(self._ends[row])
        return b"".join([*parts, kept[at:]])

    def _place(self, segment_number: int, element: str) -> tuple[int, int]:
        """Element and component number (0 for none) of an address, if the segment has that name."""
        parsed = _ELEMENT.fullmatch(element)
        if parsed is None or parsed[2] == "00":
            raise RewriteError("an element is named like CLM02 or HI01-2")
        found = self.name(segment_number)
        if found != parsed[1]:
            kind = found if re.fullmatch("[A-Z][A-Z0-9]{1,2}", found) else "no known segment"
            raise RewriteError(f"segment {segment_number} is {kind}, not {parsed[1]}")
        return int(parsed[2]), int(parsed[3] or 0)

    def _elements(self, segment_number: int) -> list[bytes]:
        """A segment's name and elements as they now are."""
        row = segment_number - 1
        if not 0 <= row < len(self):
            raise RewriteError(f"the file has {len(self)} segments, no segment {segment_number}")
        if row in self._changed:
            return self._changed[row]
        text = self._data[int(self._starts[row]) : int(self._ends[row])]
        return text.split(bytes([self._separators_of(segment_number).element]))

    def _separators_of(self, segment_number: int) -> Separators:
        piece = int(np.searchsorted(self._first_rows, segment_number - 1, side="right")) - 1
        return self._separators[piece]

    def _component(self, segment_number: int) -> bytes:
        return bytes([self._separators_of(segment_number).component])

    def _encoded(self, segment_number: int, element: str, value: str) -> bytes:
        """The value as bytes; no message holds it, as it may be a patient's."""
        if not (value.isascii() and (value.isprintable() or not value)):
            raise RewriteError(f"the value for {element} holds a character that X12 has not")
        new = value.encode("ascii")
        marks = self._separators_of(segment_number)
        for byte in new:
            if byte in marks:
                raise RewriteError(
                    f"the value for {element} holds {chr(byte)!r}, a separator of this file"
                )
        return new


def _check_header(elements: list[bytes], number: int, new: bytes) -> None:
    """Refuse what would change how the file reads: separators and fixed lengths of the header."""
    if number in _SEPARATORS_OF_ISA:
        raise RewriteError(f"ISA{number:02d} declares a separator of the file and stays as it is")
    if number >= len(elements) or len(new) != len(elements[number]):
        raise RewriteError("elements of ISA have fixed lengths; give a value as long as before")
