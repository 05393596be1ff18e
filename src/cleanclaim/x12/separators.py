"""The separators of an interchange, read from its ISA segment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ISA_LENGTH: Final = 106
LONGEST_ISA: Final = 200
"""The longest ISA that is read, even if it has too many blanks."""
HEADER: Final = re.compile(rb"ISA(?=[^A-Za-z0-9 \r\n])")
_ELEMENT_ENDS: Final = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
"""Offsets of the element separators in a well-formed ISA."""
_BLANKS: Final = b"\r\n\t "
_GROUP: Final = re.compile(
    rb"GS([^A-Za-z0-9 \r\n])(?:HC|HP|HN|FA)\1(?:[^\r\n]{0,80}?\1){4}X\1\d{6}[0-9XA]{0,6}\s?([^A-Za-z0-9 ])"
)
_TRANSACTION: Final = re.compile(
    rb"ST([^A-Za-z0-9 \r\n])(?:837|835|277|999)\1[A-Za-z0-9]{1,9}(?:\1\d{6}[0-9XA]{0,6})?\s?([^A-Za-z0-9 ])"
)
_COMPONENT: Final = ord(":")
_REPETITION: Final = ord("^")


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

    def __contains__(self, byte: object) -> bool:
        """Whether a byte is one of them."""
        return byte in {self.element, self.component, self.repetition, self.terminator}


def find_isa(data: bytes, start: int = 0) -> int:
    """The offset of the next ISA segment, or -1."""
    found = HEADER.search(data, start)
    return found.start() if found else -1


def without_interchange(data: bytes, start: int, composites: tuple[str, ...]) -> Separators | None:
    """The separators of a file that starts at its group or transaction header, without an ISA.

    The header shows its element separator and its terminator. The component separator is the one
    that composites use. The repetition separator is the usual one.

    Args:
        data: bytes that hold the header.
        start: the header's offset.
        composites: see `component_in_use`.

    Returns:
        The separators; None if there is no such header at the offset.
    """
    found = _GROUP.match(data, start) or _TRANSACTION.match(data, start)
    if not found or found[1] == found[2]:
        return None
    usual = Separators(found[1][0], _COMPONENT, _REPETITION, found[2][0])
    used = component_in_use(data, start, usual, composites)
    return Separators(usual.element, used, _REPETITION, usual.terminator)


def separators(data: bytes, isa: int, composites: tuple[str, ...]) -> Separators | None:
    """The separators that an ISA segment declares.

    An ISA whose elements were trimmed or padded can still be read: its sixteen element separators
    are counted. If the byte that should end the ISA isn't the one before the group header, that one
    is used.

    Args:
        data: bytes that hold the whole ISA and the start of what follows.
        isa: its offset.
        composites: see `component_in_use`.

    Returns:
        The separators; None if the segment is too short or too damaged.
    """
    if len(data) < isa + 4:
        return None
    element = data[isa + 3]
    ends = [isa + 3]
    for _ in range(15):
        ends.append(data.find(element, ends[-1] + 1, isa + LONGEST_ISA))
        if ends[-1] < 0:
            return None
    after = ends[-1] + 2
    if after >= len(data):
        return None
    component = data[after - 1]
    terminator = _terminator(data, isa, after, element)
    # A terminator inside the header would split it.
    if terminator is None or terminator in data[isa : after - 1]:
        return None
    given = data[ends[10] + 1 : ends[11]]
    is_mark = len(given) == 1 and not given.isalnum() and given not in {b" ", bytes([component])}
    declared = Separators(element, component, given[0] if is_mark else None, terminator)
    return declared if _are_valid(data, isa, declared, composites) else None


def _are_valid(data: bytes, isa: int, declared: Separators, composites: tuple[str, ...]) -> bool:
    """True if the separators differ and the component separator is plausible.

    It must not be a letter, digit or blank, unless composites use another one.
    """
    if len({declared.element, declared.component, declared.terminator}) < 3:
        return False
    is_part_of_values = chr(declared.component).isalnum() or declared.component in _BLANKS
    return (
        not is_part_of_values
        or component_in_use(data, isa, declared, composites) != declared.component
    )


def same_repetition(data: bytes, isa: int, declared: Separators) -> bool:
    """True if ISA11 declares the component separator as the repetition separator too."""
    elements = data[isa : isa + LONGEST_ISA].split(bytes([declared.element]), 12)
    return elements[11] == bytes([declared.component])


def component_in_use(
    data: bytes, isa: int, declared: Separators, composites: tuple[str, ...]
) -> int:
    """The component separator that composites use: some senders declare one and write another.

    Args:
        data: bytes from the header on.
        isa: offset of the header.
        declared: the header's separators.
        composites: names of segments whose first element is a composite that starts with a qualifier.

    Returns:
        The byte after the qualifier in the first of these segments; the declared one if there is none.
    """
    mark = re.escape(bytes([declared.element]))
    end = re.escape(bytes([declared.terminator]))
    names = "|".join(composites).encode()
    first = re.compile(
        end + rb"[\r\n\t ]*(?:" + names + rb")" + mark + rb"[A-Z]{2,3}([:<>|\\^!])[A-Z0-9]"
    )
    later = re.compile(end + rb"[\r\n\t ]*ISA[^A-Za-z0-9]").search(data, isa)
    found = first.search(data, isa, later.start() if later else len(data))
    return (
        found[1][0]
        if found and found[1][0] not in {declared.element, declared.terminator}
        else declared.component
    )


def is_standard(data: bytes, isa: int) -> bool:
    """True if the ISA has the fixed lengths of the standard."""
    element = data[isa + 3]
    return len(data) >= isa + ISA_LENGTH and all(data[isa + at] == element for at in _ELEMENT_ENDS)


def _terminator(data: bytes, isa: int, after: int, element: int) -> int | None:
    """The byte after the ISA; if no group header follows it, the byte before the group header."""
    declared = data[after]
    group = data.find(b"GS" + bytes([element]), isa, isa + LONGEST_ISA)
    before = data[isa:group].rstrip(_BLANKS)[-1:] if group > 0 else b""
    follows = data[after + 1 : isa + LONGEST_ISA].lstrip(_BLANKS)
    is_plausible = not chr(declared).isalnum() and declared != element
    if is_plausible and (group < 0 or follows.startswith((b"GS", b"TA1"))):
        return declared
    if group > after and not before.isalnum() and before[0] != data[after - 1]:
        return before[0]
    return declared if is_plausible else None
