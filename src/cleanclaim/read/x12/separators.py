"""The separators of an interchange, read from its ISA segment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ISA_LENGTH: Final = 106
_ISA: Final = re.compile(rb"ISA(?P<element>[^A-Za-z0-9 \r\n])")
_ELEMENT_ENDS: Final = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
"""Where the element separators of a well-formed ISA stand, counted from its first byte."""


@dataclass(frozen=True, slots=True)
class Separators:
    """The four separators of an interchange, as byte values.

    Attributes:
        element: between elements.
        component: between the parts of a composite.
        repetition: between repetitions of an element; None before version 00501.
        terminator: ends a segment.
    """

    element: int
    component: int
    repetition: int | None
    terminator: int


def find_isa(data: bytes, start: int = 0) -> int:
    """The offset of the next ISA segment, or -1."""
    found = _ISA.search(data, start)
    return found.start() if found else -1


def separators(data: bytes, isa: int) -> Separators | None:
    """The separators that an ISA segment declares.

    Args:
        data: bytes that hold the whole ISA.
        isa: its offset.

    Returns:
        The separators; None where the segment is too short or too broken to tell. An ISA whose elements were trimmed is still read, by
        counting sixteen element separators.
    """
    if len(data) < isa + 4:
        return None
    element = data[isa + 3]
    at = isa + 3
    for _ in range(15):
        at = data.find(element, at + 1)
        if at < 0:
            return None
    if at + 2 >= len(data):
        return None
    component, terminator = data[at + 1], data[at + 2]
    if (
        len({element, component, terminator}) < 3
        or chr(terminator).isalnum()
        or chr(component).isalnum()
    ):
        return None
    fields = data[isa : at + 1].split(bytes([element]))
    repetition = (
        fields[11][0]
        if len(fields) > 12 and len(fields[11]) == 1 and not chr(fields[11][0]).isalnum()
        else None
    )
    return Separators(element, component, repetition, terminator)


def is_standard(data: bytes, isa: int) -> bool:
    """True where the ISA has the fixed lengths that the standard asks for."""
    element = data[isa + 3]
    return len(data) >= isa + ISA_LENGTH and all(data[isa + at] == element for at in _ELEMENT_ENDS)
