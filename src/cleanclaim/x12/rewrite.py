"""A lossless view of an X12 file: chosen elements are replaced, and every other byte is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from cleanclaim.errors import RewriteError, UnknownFormat
from cleanclaim.x12.separators import Separators
from cleanclaim.x12.stream import Layout, Stream
from cleanclaim.x12.strings import Ints

_CHUNK: Final = 1 << 20
_ELEMENT: Final = re.compile(r"([A-Z][A-Z0-9]{1,2})([0-9]{2})(?:-([1-9][0-9]?))?")
_SEPARATORS_OF_ISA: Final = (11, 16)
"""ISA11 and ISA16 declare separators; other values there would change how the whole file reads."""


class Address(NamedTuple):
    """The location of an element.

    Attributes:
        segment_number: ordinal of its segment in the file, 1 for the first.
        element: its name, such as CLM02 or HI01-2.
    """

    segment_number: int
    element: str


class X12File:
    r"""An X12 file in memory whose elements can be read and replaced.

    Segments are numbered as in the `segment_number` of tables, and positions are the byte offsets
    of the reader's tables.

    >>> from cleanclaim.read.x837.layout import CLAIMS
    >>> file = X12File(
    ...     b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    ...     b"*260101*1200*^*00501*000000001*0*T*:~\nCLM*1*10***11:B:1~\n",
    ...     CLAIMS,
    ... )
    >>> file.replace(2, "CLM05-3", "7")
    >>> file.to_bytes().splitlines()[1]
    b'CLM*1*10***11:B:7~'
    """

    def __init__(self, data: bytes, layout: Layout) -> None:
        """Find the segments of a file.

        Args:
            data: its bytes.
            layout: the layout that its reader uses, so that segments have the same numbers.

        Raises:
            UnknownFormat: the file has no interchange header.
        """
        self._data = data
        self._changed: dict[int, list[bytes]] = {}
        self._inserted: dict[int, list[list[bytes]]] = {}
        starts: list[Ints] = []
        ends: list[Ints] = []
        self._first_rows: list[int] = []
        self._separators: list[Separators] = []
        count = 0
        stream = Stream(io.BytesIO(data), _CHUNK, layout)
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

    def segment(self, segment_number: int) -> list[str]:
        """A segment's name and elements, including replacements (bytes outside ASCII as Latin-1)."""
        return [part.decode("latin-1") for part in self._elements(segment_number)]

    def separators(self, segment_number: int) -> Separators:
        """The separators of the interchange that a segment is in."""
        return self._separators_of(segment_number)

    def gap(self, segment_number: int) -> bytes:
        """What follows a segment: its terminator and any line end."""
        row = segment_number - 1
        end = int(self._ends[row])
        if row + 1 < len(self):
            return self._data[end : int(self._starts[row + 1])]
        return bytes([self._separators_of(segment_number).terminator])

    def element(self, segment_number: int, element: str) -> str | None:
        """The value of an element, including replacements.

        Args:
            segment_number: ordinal of the segment in the file.
            element: its name, such as CLM02 or HI01-2.

        Returns:
            The text (bytes outside ASCII as Latin-1). Empty for an empty element; None if the
            segment ends before it.

        Raises:
            RewriteError: the file has no such segment, or the segment has another name.
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
        """The element or component at a byte offset of the original file.

        Args:
            position: byte offset, as in the tables.

        Returns:
            Its address; None if the byte is in a segment's name or between segments.
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
        """Replace the value of an element.

        If the segment ends before the element or component, the missing separators are added.

        Args:
            segment_number: ordinal of the segment in the file.
            element: its name, such as CLM02 or HI01-2; replace a composite component by component.
            value: the new value; empty to clear the element.

        Raises:
            RewriteError: the file has no such segment or element, or the value contains a separator
                or a character that X12 doesn't allow.
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

    def tidy(self, segment_number: int) -> None:
        """Remove empty elements and components from the end of a segment, as X12 requires."""
        component = self._component(segment_number)
        elements = [part.rstrip(component) for part in self._elements(segment_number)]
        while len(elements) > 1 and not elements[-1]:
            elements.pop()
        if elements != self._elements(segment_number):
            self._changed[segment_number - 1] = elements

    def insert_after(self, segment_number: int, elements: Sequence[str]) -> None:
        """Add a segment after another one, with the same terminator and line end.

        Args:
            segment_number: ordinal of the segment before it; numbers don't change.
            elements: its name and elements.

        Raises:
            RewriteError: a value contains a separator or a character that X12 doesn't allow.
        """
        encoded = [self._encoded(segment_number, elements[0], value) for value in elements]
        self._inserted.setdefault(segment_number - 1, []).append(encoded)

    @property
    def inserted(self) -> dict[int, int]:
        """How many segments are added after each segment."""
        return {row + 1: len(added) for row, added in self._inserted.items()}

    def added(self, segment_number: int) -> list[list[str]]:
        """The segments added after a segment."""
        added = self._inserted.get(segment_number - 1, ())
        return [[part.decode("ascii") for part in elements] for elements in added]

    def to_bytes(self) -> bytes:
        """The file with all replacements and new segments; the original bytes if there are none."""
        parts: list[bytes | memoryview] = []
        kept = memoryview(self._data)
        at = 0
        for row in sorted({*self._changed, *self._inserted}):
            mark = bytes([self._separators_of(row + 1).element])
            own = (
                mark.join(self._changed[row])
                if row in self._changed
                else kept[int(self._starts[row]) : int(self._ends[row])]
            )
            parts += [kept[at : int(self._starts[row])], own]
            for elements in self._inserted.get(row, ()):
                parts += [self.gap(row + 1), mark.join(elements)]
            at = int(self._ends[row])
        return b"".join([*parts, kept[at:]])

    def _place(self, segment_number: int, element: str) -> tuple[int, int]:
        """The element and component number (0 for none) of an address, if the segment has that name."""
        parsed = _ELEMENT.fullmatch(element)
        if parsed is None or parsed[2] == "00":
            raise RewriteError("expected an element such as CLM02 or HI01-2")
        found = self.name(segment_number)
        if found != parsed[1]:
            kind = found if re.fullmatch("[A-Z][A-Z0-9]{1,2}", found) else "no known segment"
            raise RewriteError(f"segment {segment_number} is {kind}, not {parsed[1]}")
        return int(parsed[2]), int(parsed[3] or 0)

    def _elements(self, segment_number: int) -> list[bytes]:
        """A segment's name and elements, with replacements."""
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
        """The value as bytes; no message shows it, since it may be a patient's."""
        if not (value.isascii() and (value.isprintable() or not value)):
            raise RewriteError(
                f"the value for {element} contains a character that X12 doesn't allow"
            )
        new = value.encode("ascii")
        marks = self._separators_of(segment_number)
        for byte in new:
            if byte in marks:
                raise RewriteError(
                    f"the value for {element} holds {chr(byte)!r}, a separator of this file"
                )
        return new


def _check_header(elements: list[bytes], number: int, new: bytes) -> None:
    """Refuse changes to separators and to the header's fixed lengths."""
    if number in _SEPARATORS_OF_ISA:
        raise RewriteError(
            f"ISA{number:02d} declares one of the file's separators and can't be changed"
        )
    if number >= len(elements) or len(new) != len(elements[number]):
        raise RewriteError("ISA elements have fixed lengths; give a value of the same length")
