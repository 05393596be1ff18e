"""Check the envelopes: ISA/IEA, GS/GE and ST/SE in order, with matching numbers and counts (ENV001, ENV005)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from cleanclaim.read.x837.cells import Cells
from cleanclaim.read.x837.form.block import is_plain_number
from cleanclaim.read.x837.form.faults import Faults
from cleanclaim.read.x837.form.guide import OTHER_TRANSACTIONS
from cleanclaim.x12.index import Segments
from cleanclaim.x12.stream import Outside, Piece

_CLOSERS: Final = {"ISA": "IEA", "GS": "GE", "ST": "SE"}
_OPENERS: Final = {closer: opener for opener, closer in _CLOSERS.items()}
_CONTROL: Final = {"ISA": 13, "GS": 6, "ST": 2}
_COUNTED: Final = {"IEA": "groups", "GE": "transactions", "SE": "segments"}
_INSIDE: Final = {"GS": "ISA", "ST": "GS"}
_NAMES: Final = {"ISA": "interchange", "GS": "group", "ST": "transaction"}
_OLD: Final = "0040"
_VERSION: Final = re.compile(r"0040\d\d(?:X\d{3}(?:A\d)?)?")


class _HeaderFault(NamedTuple):
    """A fault of an interchange header; `offset` is the element's place in the header."""

    element: str
    offset: int
    kind: str
    explanation: str
    expected: str | None = None


_BROKEN: Final = _HeaderFault(
    "ISA",
    0,
    "broken",
    "The interchange header is damaged, so its separators can't be read.",
    "four different separators that aren't letters, digits or spaces",
)
_LENGTHS: Final = _HeaderFault(
    "ISA",
    0,
    "lengths",
    "The interchange header's elements don't have their fixed lengths.",
    "106 characters",
)
_COMPONENT: Final = _HeaderFault(
    "ISA16",
    104,
    "component",
    "Composites use a different component separator than ISA16 declares; they are read with the one they use.",
)
_REPETITION: Final = _HeaderFault(
    "ISA11",
    82,
    "repetition",
    "ISA11 and ISA16 declare the same separator; it is used as the component separator.",
)
_MOST_HEADERS: Final = 100


@dataclass(frozen=True, slots=True)
class _Site:
    """The position of an envelope segment: its ordinal in the file and its offset."""

    number: int
    position: int


@dataclass(slots=True)
class _Open:
    """An open envelope: its start, its control number and what it has held so far."""

    control: bytes
    site: _Site
    held: int
    kind: str = ""


class Envelopes:
    """The state of a file's envelopes, from piece to piece.

    Attributes:
        transactions: how many ST segments were read.
        claims: how many claims were read.
    """

    def __init__(self, faults: Faults) -> None:
        """Start without open envelopes."""
        self._faults = faults
        self._open: dict[str, _Open] = {}
        self._noted_old = False
        self._claims_at_start = 0
        self.transactions = 0
        self.claims = 0

    def read(self, piece: Piece, cells: Cells) -> None:
        """Check the envelope segments of a piece.

        Args:
            piece: the piece.
            cells: its cells, which tell the claim that a truncated segment is in.
        """
        s = piece.segments
        rows = s.find("ISA", "GS", "ST", "SE", "GE", "IEA")
        rows = rows[rows >= piece.carried]
        claims = s.find("CLM")
        before = self.claims + np.searchsorted(claims[claims >= piece.carried], rows)
        for row, count in zip(rows.tolist(), before.tolist(), strict=True):
            elements = _elements(s, row)
            name = elements[0].decode("ascii", "replace")
            site = _Site(int(piece.numbers[row]), int(s.start[row] + piece.offsets[row]))
            if name in _CLOSERS:
                self._opens(name, elements, site, count)
            else:
                self._closes(name, elements, site, count)
        self.claims += int((claims >= piece.carried).sum())
        if piece.is_interrupted and len(s):
            last = np.array([len(s) - 1])
            inside, owner = cells.loops.owner_of(last)
            self._faults.add(
                "ENV001",
                "segment",
                "The last segment has no terminator; the file seems to be truncated.",
                kind="terminator",
                segment_number=int(piece.numbers[-1]),
                position=int(s.start[-1] + piece.offsets[-1]),
                claim_key=int(owner[0]) + cells.origin.first_claim_key if inside[0] else None,
                line_number=int(cells.loops.line_of(last)[0]) or None,
            )

    def finish(self, outside: Outside) -> None:
        """Report the faults of the file as a whole."""
        for name in ("ST", "GS", "ISA"):
            self._not_closed(name, self.claims)
        _note_headers(self._faults, outside)
        if not self.transactions:
            self._faults.add(
                "ENV005",
                "ST",
                "The file has no transactions, so it has no claims.",
                kind="no transaction",
            )
        _note_outside(self._faults, outside)

    def _opens(self, name: str, elements: list[bytes], site: _Site, claims: int) -> None:
        for inner in ("ST", "GS", "ISA"):
            if inner in self._open and _depth(inner) >= _depth(name):
                self._not_closed(inner, claims)
        parent = _INSIDE.get(name)
        if parent and parent not in self._open:
            self._misplaced(name, f"The {_NAMES[name]} isn't inside {_article(parent)}.", site)
        elif parent:
            self._open[parent].held += 1
        control = _at(elements, _CONTROL[name])
        opened = _Open(control, site, 0)
        if name == "ST":
            self.transactions += 1
            self._claims_at_start = claims
            opened.kind = _at(elements, 1).decode("ascii", "replace")
        if name in {"GS", "ST"}:
            self._note_version(name, elements, site)
        self._open[name] = opened

    def _closes(self, name: str, elements: list[bytes], site: _Site, claims: int) -> None:
        opener = _OPENERS[name]
        for inner in ("ST", "GS"):
            if inner in self._open and _depth(inner) > _depth(opener):
                self._not_closed(inner, claims)
        opened = self._open.pop(opener, None)
        if opened is None:
            self._misplaced(name, f"{name} closes {_article(opener)} that was never opened.", site)
            return
        held = site.number - opened.site.number + 1 if name == "SE" else opened.held
        self._compare(f"{name}01", _at(elements, 1), held, site)
        self._compare_control(name, _at(elements, 2), opened, site)
        if name == "SE":
            self._note_claims(opened, claims)

    def _compare(self, element: str, said: bytes, held: int, site: _Site) -> None:
        text = said.strip()
        if not text.isdigit() or len(text) > 10 or int(text) != held:
            self._faults.add(
                "ENV001",
                element,
                f"{element} doesn't match the number of {_COUNTED[element[:-2]]}.",
                kind="count",
                segment_number=site.number,
                position=site.position,
                found=_number(text),
                expected=str(held),
            )

    def _compare_control(self, name: str, said: bytes, opened: _Open, site: _Site) -> None:
        if said.strip() != opened.control.strip():
            self._faults.add(
                "ENV001",
                f"{name}02",
                f"{name}02 doesn't match the control number in {_OPENERS[name]}.",
                kind="control",
                segment_number=site.number,
                position=site.position,
                found=_number(said.strip()),
                expected=_number(opened.control.strip()),
            )

    def _not_closed(self, name: str, claims: int) -> None:
        opened = self._open.pop(name, None)
        if opened is None:
            return
        self._faults.add(
            "ENV001",
            _CLOSERS[name],
            f"The {_NAMES[name]} isn't closed: {_CLOSERS[name]} is missing.",
            kind="missing",
            segment_number=opened.site.number,
            position=opened.site.position,
        )
        if name == "ST":
            self._note_claims(opened, claims)

    def _misplaced(self, name: str, explanation: str, site: _Site) -> None:
        self._faults.add(
            "ENV001",
            name,
            explanation,
            kind="misplaced",
            segment_number=site.number,
            position=site.position,
        )

    def _note_claims(self, opened: _Open, claims: int) -> None:
        other = OTHER_TRANSACTIONS.get(opened.kind)
        if other:
            text = f"This is a {opened.kind} transaction, {other}, which doesn't carry claims."
        elif claims == self._claims_at_start:
            text = "The transaction has no claims."
        else:
            return
        self._faults.add(
            "ENV005",
            "ST01" if other else "CLM",
            text,
            kind=opened.kind if other else "no claim",
            segment_number=opened.site.number,
            position=opened.site.position,
            found=opened.kind if other else None,
            expected="an 837 transaction with at least one CLM segment",
        )

    def _note_version(self, name: str, elements: list[bytes], site: _Site) -> None:
        place = 8 if name == "GS" else 3
        version = _at(elements, place).decode("ascii", "replace")
        if not self._noted_old and version.startswith(_OLD):
            self._noted_old = True
            self._faults.add(
                "ENV006",
                f"{name}{place:02d}",
                "The file uses version 4010, which HIPAA replaced with 5010 on 2012-01-01; only the parts that both versions share are read.",
                kind="version",
                segment_number=site.number,
                position=site.position,
                found=version if _VERSION.fullmatch(version) else None,
                expected="005010",
            )


def _note_headers(faults: Faults, outside: Outside) -> None:
    for positions, header_fault in (
        (outside.broken, _BROKEN),
        (outside.odd, _LENGTHS),
        (outside.component, _COMPONENT),
        (outside.repetition, _REPETITION),
    ):
        for position in positions[:_MOST_HEADERS]:
            faults.add(
                "ENV001",
                header_fault.element,
                header_fault.explanation,
                kind=header_fault.kind,
                position=position + header_fault.offset,
                expected=header_fault.expected,
            )


def _note_outside(faults: Faults, outside: Outside) -> None:
    if outside.byte_order_mark:
        faults.add(
            "ENV006",
            "ISA",
            "A byte order mark comes before the interchange header.",
            kind="byte order mark",
            position=0,
        )
    if outside.preamble:
        faults.add(
            "ENV006",
            "ISA",
            "The file doesn't start with its interchange header.",
            kind="preamble",
            position=0,
            found=f"{outside.preamble} characters",
            expected="ISA as the first characters",
        )


def _elements(s: Segments, row: int) -> list[bytes]:
    text = s.data[int(s.start[row]) : min(int(s.end[row]), int(s.start[row]) + 400)]
    return text.split(bytes([s.separators.element]))


def _at(elements: list[bytes], number: int) -> bytes:
    return elements[number] if number < len(elements) else b""


def _number(text: bytes) -> str | None:
    """A count or control number as sent; only its length if it isn't a plain number."""
    if not text:
        return None
    is_shown = text.isdigit() and len(text) <= 9 and is_plain_number(text)
    return text.decode("ascii") if is_shown else _length(text)


def _length(text: bytes) -> str:
    return f"{len(text)} characters" if len(text) != 1 else "1 character"


def _depth(name: str) -> int:
    return ("ISA", "GS", "ST").index(name)


def _article(name: str) -> str:
    return f"{'an' if name == 'ISA' else 'a'} {_NAMES[name]}"
