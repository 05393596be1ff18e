"""Faults of a file's own form: envelope, segments, elements and levels (SNIP types 1 and 2).

Every check looks at all segments of a block at once; what spans blocks (counts, control numbers, numbering of levels) is carried from one to the next.
What was found is never shown where it may identify a patient.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model import SYNTAX_FAULTS
from cleanclaim.read.x12.guide import (
    ENVELOPE,
    MOST_ELEMENTS,
    NUMBERS,
    OTHER_TRANSACTIONS,
    RULES,
    SEGMENTS,
    ElementRule,
)
from cleanclaim.read.x12.index import Rows, Segments, Slices, first_in, tag

if TYPE_CHECKING:
    from cleanclaim.read.x12.claims import Reader
    from cleanclaim.read.x12.stream import Piece, Stream

Fault = dict[str, object]
MOST_FAULTS: Final = 200
"""Faults of one kind told one by one in a file; beyond, the count is told once."""
_KNOWN: Final = np.array(sorted(tag(name) for name in SEGMENTS), dtype=np.int64)
_CLOSES: Final = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
_NUMBER: Final = r"^[+-]?(\d+\.?\d*|\.\d+)$"


@dataclass(slots=True)
class _Open:
    """An envelope that is open."""

    name: str
    control: str
    position: int
    number: int
    inside: int = 0
    claims: int = 0
    is_837: bool = True


@dataclass(slots=True)
class Syntax:
    """The checks of one file, block after block.

    Attributes:
        file: the file's name.
    """

    file: str
    is_finished: bool = False
    _open: list[_Open] = field(default_factory=list)
    _level: int = 0
    _claims: int = 0
    _transactions: int = 0
    _others: int = 0
    _total: int = 0
    _told: Counter[str] = field(default_factory=Counter)
    _once: set[str] = field(default_factory=set)

    def check(self, piece: Piece, reader: Reader) -> list[Fault]:
        """The faults of one block."""
        at = _At(piece, reader)
        self._total = piece.first_number - 1 + len(piece.segments) - piece.carried
        faults = self._envelope(at)
        if self._others and not self._transactions:
            return faults  # not claims at all: nothing below the envelope is an 837's
        faults += (
            self._unknown(at)
            + self._elements(at)
            + self._levels(at)
            + self._claims_without(at)
            + self._characters(at)
        )
        return faults

    def finish(self, stream: Stream) -> list[Fault]:
        """The faults that only the end of the file shows."""
        self.is_finished = True
        faults = [self._not_closed(still) for still in reversed(self._open)]
        if stream.preamble is not None:
            faults.append(
                _fault(
                    "ENV006",
                    1,
                    stream.preamble.offset,
                    "ISA",
                    f"{stream.preamble.length} bytes before it",
                    "nothing before it",
                    "Text stands before the interchange header.",
                )
            )
        faults += [
            _fault(
                "ENV001",
                None,
                offset,
                "ISA",
                "a header whose separators cannot be told",
                "sixteen elements and a terminator",
                "An interchange header is too broken to read; what follows it up to the next header was not read.",
            )
            for offset in stream.broken_isa[:MOST_FAULTS]
        ]
        if self._claims == 0 and self._transactions:
            faults.append(
                _fault(
                    "ENV005",
                    None,
                    0,
                    "CLM",
                    "no claim",
                    "at least one claim",
                    "The file is meant to carry claims and carries none.",
                )
            )
        if not self._transactions and not self._others:
            faults.append(
                _fault(
                    "ENV005",
                    None,
                    0,
                    "ST",
                    "no transaction",
                    "an 837 transaction",
                    "The interchange holds no transaction, so there is no claim in it.",
                )
            )
        faults += [
            _fault(
                name,
                None,
                None,
                "",
                f"{count} in all",
                "",
                f"{count - MOST_FAULTS} more faults of this kind stand in the file and are not told one by one.",
            )
            for name, count in self._told.items()
            if count > MOST_FAULTS
        ]
        return faults

    def frame(self, faults: list[Fault]) -> pl.DataFrame:
        """Faults as the model's table."""
        rows = [
            {**fault, "file": self.file, "ordinal": n} for n, fault in enumerate(faults, start=1)
        ]
        return pl.DataFrame(rows, schema=SYNTAX_FAULTS.schema)

    # -- envelope

    def _envelope(self, at: _At) -> list[Fault]:
        faults: list[Fault] = []
        s = at.s
        claims = s.find("CLM")
        claims = claims[claims >= at.carried]
        self._claims += len(claims)
        rows = s.find(*ENVELOPE)
        rows = rows[rows >= at.carried]
        before = 0
        for row in rows.tolist():
            self._count_claims(int(np.searchsorted(claims, row)) - before)
            before = int(np.searchsorted(claims, row))
            name = at.name(row)
            faults += (
                self._closing(at, row, name) if name in _CLOSES else self._opening(at, row, name)
            )
        self._count_claims(len(claims) - before)
        return faults

    def _count_claims(self, many: int) -> None:
        if self._open:
            self._open[-1].claims += many

    def _opening(self, at: _At, row: int, name: str) -> list[Fault]:
        faults: list[Fault] = []
        wanted = {"ISA": [], "GS": ["ISA"], "ST": ["ISA", "GS"]}[name]
        while len(self._open) > len(wanted):
            faults.append(self._not_closed(self._open.pop(), before=at, row=row))
        if [still.name for still in self._open] != wanted:
            missing = wanted[len(self._open)] if len(self._open) < len(wanted) else name
            faults.append(
                at.fault(
                    "ENV001",
                    row,
                    name,
                    name,
                    f"{missing} before it",
                    f"{name} begins without {missing}.",
                )
            )
        control = at.text(row, {"ISA": 13, "GS": 6, "ST": 2}[name])
        opened = _Open(name, control, at.position(row), at.number(row))
        if self._open:
            self._open[-1].inside += 1
        if name == "ST":
            faults += self._transaction(at, row, opened)
        if name == "GS":
            faults += self._version(at, row)
        self._open.append(opened)
        return faults

    def _transaction(self, at: _At, row: int, opened: _Open) -> list[Fault]:
        self._level = 0
        kind = at.text(row, 1)
        opened.is_837 = kind == "837"
        if opened.is_837:
            self._transactions += 1
            following = at.s.tags[row + 1] if row + 1 < len(at.s) else 0
            if following != tag("BHT"):
                return [
                    at.fault(
                        "ENV002",
                        row,
                        "BHT",
                        "missing",
                        "BHT after ST",
                        "The transaction has no beginning segment.",
                    )
                ]
            return []
        self._others += 1
        what = OTHER_TRANSACTIONS.get(
            kind, f"transaction set {kind}" if kind.isdigit() else "no known transaction"
        )
        return [
            at.fault(
                "ENV005",
                row,
                "ST01",
                kind if kind.isdigit() else "another value",
                "837",
                f"This is {what}, not claims; nothing in it was checked.",
            )
        ]

    def _version(self, at: _At, row: int) -> list[Fault]:
        version = at.text(row, 8)
        if not version.startswith("004010") or "4010" in self._once:
            return []
        self._once.add("4010")
        return [
            at.fault(
                "ENV006",
                row,
                "GS08",
                version,
                "005010",
                "Version 4010 has been obsolete since 2012-01-01; what it has in common with 5010 was read.",
            )
        ]

    def _closing(self, at: _At, row: int, name: str) -> list[Fault]:
        faults: list[Fault] = []
        opener = _CLOSES[name]
        if opener not in [still.name for still in self._open]:
            return [
                at.fault(
                    "ENV001",
                    row,
                    name,
                    name,
                    f"{opener} before it",
                    f"{name} closes what was never opened.",
                )
            ]
        while self._open[-1].name != opener:
            faults.append(self._not_closed(self._open.pop(), before=at, row=row))
        opened = self._open.pop()
        if self._open:
            self._open[-1].claims += opened.claims
        counted = at.number(row) - opened.number + 1 if name == "SE" else opened.inside
        what = {"SE": "segments", "GE": "transactions", "IEA": "groups"}[name]
        said = at.text(row, 1)
        if not said.isdigit() or int(said) != counted:
            faults.append(
                at.fault(
                    "ENV001",
                    row,
                    f"{name}01",
                    said or "nothing",
                    str(counted),
                    f"{name} counts {said or 'nothing'} {what}; there are {counted}.",
                )
            )
        control = at.text(row, 2)
        same = control == opened.control or (
            name == "IEA" and control.lstrip("0") == opened.control.lstrip("0")
        )
        if not same:
            faults.append(
                at.fault(
                    "ENV001",
                    row,
                    f"{name}02",
                    control or "nothing",
                    opened.control or "nothing",
                    f"The control number of {name} is not that of its {opener}.",
                )
            )
        if name == "SE" and opened.is_837 and opened.claims == 0:
            faults.append(
                at.fault(
                    "ENV005",
                    row,
                    "CLM",
                    "no claim",
                    "at least one claim",
                    "The transaction is meant to carry claims and carries none.",
                )
            )
        return faults

    def _not_closed(self, still: _Open, before: _At | None = None, row: int = -1) -> Fault:
        end = {"ST": "SE", "GS": "GE", "ISA": "IEA"}[still.name]
        where = f"before {before.name(row)}" if before is not None else "before the end of the file"
        return _fault(
            "ENV001",
            still.number,
            still.position,
            end,
            "missing",
            f"{end} {where}",
            f"{still.name} is not closed: {end} is missing {where}.",
        )

    # -- segments and elements

    def _unknown(self, at: _At) -> list[Fault]:
        s = at.s
        known = np.isin(s.tags, _KNOWN)
        odd = np.flatnonzero(~known)
        faults = [
            at.fault(
                "ENV002",
                row,
                at.safe_name(row),
                at.safe_name(row),
                "a segment of the 837",
                "This segment is not one that an 837 has.",
            )
            for row in self._few("ENV002", odd[odd >= at.carried])
        ]
        for name, most in MOST_ELEMENTS.items():
            rows = s.find(name)
            rows = rows[(s.counts[rows] > most) & (rows >= at.carried)]
            faults += [
                at.fault(
                    "ENV002",
                    row,
                    name,
                    f"{int(s.counts[row])} elements",
                    f"at most {most}",
                    f"{name} has more elements than the guide allows.",
                )
                for row in self._few("ENV002", rows)
            ]
        return faults

    def _elements(self, at: _At) -> list[Fault]:
        faults: list[Fault] = []
        for rule in RULES:
            faults += self._rule(at, rule)
        for name, number in NUMBERS:
            faults += self._number(at, name, number)
        return faults

    def _rule(self, at: _At, rule: ElementRule) -> list[Fault]:
        s = at.s
        rows = s.find(rule.segment)
        rows = rows[rows >= at.carried]
        if not len(rows):
            return []
        whole = s.element(rows, rule.number)
        given = s.component(whole, rule.part) if rule.part else whole
        present = given[1] > 0
        faults: list[Fault] = []
        if rule.required:
            faults += [
                at.fault(
                    "ENV002",
                    row,
                    rule.name,
                    "nothing",
                    "a value",
                    f"{rule.name} is required and empty.",
                )
                for row in self._few("ENV002", rows[~present])
            ]
        if rule.codes:
            wrong = present & ~s.is_code(given, *rule.codes)
            faults += [
                at.fault(
                    "ENV003",
                    row,
                    rule.name,
                    at.shown(given, n),
                    _list(rule.codes),
                    f"{rule.name} has a value that is not in its code list.",
                    offset=int(given[0][n]),
                )
                for n, row in self._few_of("ENV003", rows, wrong)
            ]
        if rule.longest:
            faults += [
                at.fault(
                    "ENV003",
                    row,
                    rule.name,
                    f"{int(given[1][n])} characters",
                    f"at most {rule.longest}",
                    f"{rule.name} is too long.",
                    offset=int(given[0][n]),
                )
                for n, row in self._few_of("ENV003", rows, given[1] > rule.longest)
            ]
        return faults

    def _number(self, at: _At, name: str, number: int) -> list[Fault]:
        s = at.s
        rows = s.find(name)
        rows = rows[rows >= at.carried]
        if not len(rows):
            return []
        given = s.element(rows, number)
        text = s.block.strings(*given)
        wrong = (text.is_not_null() & ~text.str.contains(_NUMBER)).fill_null(value=False).to_numpy()
        element = f"{name}{number:02d}"
        return [
            at.fault(
                "ENV003",
                row,
                element,
                f"{int(given[1][n])} characters that are no number",
                "a decimal number",
                f"{element} is not a number.",
                offset=int(given[0][n]),
            )
            for n, row in self._few_of("ENV003", rows, wrong)
        ]

    # -- levels

    def _levels(self, at: _At) -> list[Fault]:
        s = at.s
        every = s.find("HL")
        rows = every[every >= at.carried]
        if not len(rows):
            return []
        own, parent = at.numbers(rows, 1), at.numbers(rows, 2)
        first_of = np.zeros(len(rows), dtype=bool)
        starts = s.find("ST")
        first_of[
            np.searchsorted(rows, starts[starts >= at.carried])[
                np.searchsorted(rows, starts[starts >= at.carried]) < len(rows)
            ]
        ] = True
        previous = np.append(self._level, own[:-1])
        expected = np.where(first_of, 1, previous + 1)
        self._level = int(own[-1])
        faults = [
            at.fault(
                "ENV004",
                row,
                "HL01",
                str(int(own[n])),
                str(int(expected[n])),
                "Levels are not numbered one after the other.",
            )
            for n, row in self._few_of("ENV004", rows, own != expected)
        ]
        code = s.element(rows, 3)
        is_top = s.is_code(code, "20")
        orphan = ~is_top & ((parent <= 0) | (parent >= own))
        faults += [
            at.fault(
                "ENV004",
                row,
                "HL02",
                str(int(parent[n])) if parent[n] > 0 else "nothing",
                "the number of a level above",
                "The level names no level above it.",
            )
            for n, row in self._few_of("ENV004", rows, orphan)
        ]
        return faults + self._children(at, rows, own, parent, first_of)

    def _children(
        self,
        at: _At,
        rows: Rows,
        own: npt.NDArray[np.int64],
        parent: npt.NDArray[np.int64],
        first_of: npt.NDArray[np.bool_],
    ) -> list[Fault]:
        s = at.s
        says = s.is_code(s.element(rows, 4), "1")
        silent = s.is_code(s.element(rows, 4), "0")
        followed = np.append(parent[1:] == own[:-1], False) & ~np.append(first_of[1:], False)
        known = np.ones(len(rows), dtype=bool)
        known[-1] = at.is_last
        return [
            at.fault(
                "ENV004",
                row,
                "HL04",
                "1" if says[n] else "0",
                "0" if says[n] else "1",
                "HL04 says that a level follows below, and none does."
                if says[n]
                else "HL04 says that no level follows below, and one does.",
            )
            for n, row in self._few_of(
                "ENV004", rows, known & ((says & ~followed) | (silent & followed))
            )
        ]

    def _claims_without(self, at: _At) -> list[Fault]:
        loops, s = at.reader.loops, at.s
        named = at.reader.first_name
        wanted = (
            ("a billing provider", "NM1*85", named(("85",), loops.billing, loops.billing_end)),
            ("a subscriber", "NM1*IL", named(("IL",), loops.subscriber, loops.subscriber_end)),
            ("a payer", "NM1*PR", named(("PR",), loops.subscriber, loops.subscriber_end)),
        )
        faults: list[Fault] = []
        for what, segment, found in wanted:
            faults += [
                at.fault(
                    "ENV004",
                    row,
                    segment,
                    "missing",
                    segment,
                    f"The claim stands below no loop that names {what}.",
                    claim=n,
                )
                for n, row in self._few_of("ENV004", loops.claim, found < 0)
            ]
        service = first_in(s.find("SV1", "SV2", "SV3"), loops.line, loops.line_end)
        faults += [
            at.fault(
                "ENV002",
                row,
                "SV1",
                "missing",
                "a service segment after LX",
                "The line holds no service.",
                claim=int(loops.line_claim[n]),
            )
            for n, row in self._few_of("ENV002", loops.line, service < 0)
        ]
        alone = s.tags[loops.line] != tag("LX") if len(s) else np.zeros(0, bool)
        faults += [
            at.fault(
                "ENV002",
                row,
                "LX",
                "missing",
                "LX before the service segment",
                "A service segment stands without a line number before it.",
                claim=int(loops.line_claim[n]),
            )
            for n, row in self._few_of("ENV002", loops.line, alone)
        ]
        return faults

    def _characters(self, at: _At) -> list[Fault]:
        faults: list[Fault] = []
        s = at.s
        if "trailing" not in self._once:
            rows = np.arange(at.carried, len(s))
            trailing = (
                (s.block.bytes[s.end[rows] - 1] == s.separators.element)
                & (s.counts[rows] > 0)
                & (s.tags[rows] != tag("ISA"))
            )
            if trailing.any():
                self._once.add("trailing")
                row = int(rows[np.argmax(trailing)])
                faults.append(
                    at.fault(
                        "ENV006",
                        row,
                        at.name(row),
                        f"{int(trailing.sum())} segments",
                        "no separator before the terminator",
                        "Segments end with separators that say nothing.",
                        offset=int(s.end[row]) - 1,
                    )
                )
        if "characters" not in self._once:
            odd = at.odd_byte()
            if odd >= 0:
                self._once.add("characters")
                row = int(np.searchsorted(s.start, odd, side="right")) - 1
                faults.append(
                    at.fault(
                        "ENV006",
                        max(row, 0),
                        at.name(max(row, 0)),
                        "a character outside the extended set",
                        "printable ASCII",
                        "The file holds characters that a payer may refuse.",
                        offset=odd,
                    )
                )
        return faults

    # -- not too many

    def _few(self, name: str, rows: Rows) -> list[int]:
        room = max(MOST_FAULTS - self._told[name], 0)
        self._told[name] += len(rows)
        return [int(row) for row in rows[:room]]

    def _few_of(self, name: str, rows: Rows, wrong: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
        found = np.flatnonzero(wrong)
        room = max(MOST_FAULTS - self._told[name], 0)
        self._told[name] += len(found)
        return [(int(n), int(rows[n])) for n in found[:room]]


class _At:
    """A block, and how to speak of its segments."""

    def __init__(self, piece: Piece, reader: Reader) -> None:
        self.s: Segments = piece.segments
        self.carried = piece.carried
        self.is_last = piece.is_last
        self.reader = reader
        self._piece = piece

    def name(self, row: int) -> str:
        return int(self.s.tags[row]).to_bytes(8, "little").rstrip(b"\0").decode("ascii", "replace")

    def safe_name(self, row: int) -> str:
        name = self.name(row)
        return name if name.isalnum() and name.isascii() else "(no name)"

    def number(self, row: int) -> int:
        return self._piece.first_number + row - self.carried

    def position(self, row: int) -> int:
        return int(self.s.start[row] + self._piece.offsets[row])

    def text(self, row: int, number: int) -> str:
        start, length = self.s.element(np.array([row]), number)
        return (
            self.s.block.bytes[int(start[0]) : int(start[0]) + int(length[0])]
            .tobytes()
            .decode("latin-1")
            .strip()
        )

    def shown(self, slices: Slices, n: int) -> str:
        """A value that is short enough to be a code; else only its length."""
        length = int(slices[1][n])
        start = int(slices[0][n])
        text = self.s.block.bytes[start : start + length].tobytes().decode("ascii", "replace")
        return text if length <= 3 and text.isalnum() else f"{length} characters"

    def numbers(self, rows: Rows, number: int) -> npt.NDArray[np.int64]:
        """An element as whole numbers; -1 where it is none."""
        text = self.s.block.strings(*self.s.element(rows, number))
        return text.cast(pl.Int64, strict=False).fill_null(-1).to_numpy()

    def odd_byte(self) -> int:
        """The offset in the block of the first byte that is neither printable ASCII nor a line end, or -1."""
        raw = self.s.block.bytes
        first = int(self.s.start[self.carried]) if self.carried < len(self.s) else 0
        own = raw[first : len(raw) - 16]
        odd = np.flatnonzero(
            ((own < 32) | (own > 126))
            & (own != 10)
            & (own != 13)
            & (own != self.s.separators.terminator)
            & (own != (self.s.separators.repetition or 0))
        )
        allowed = {self.s.separators.element, self.s.separators.component}
        for at in odd[:50]:
            if int(own[at]) not in allowed:
                return first + int(at)
        if self.s.block.replaced >= 0:
            return self.s.block.replaced
        return -1

    def fault(
        self,
        fault: str,
        row: int,
        element: str,
        found: str,
        expected: str,
        explanation: str,
        *,
        offset: int | None = None,
        claim: int | None = None,
    ) -> Fault:
        claims = self.reader.loops.claim
        inside = int(np.searchsorted(claims, row, side="right")) - 1 if claim is None else claim
        if claim is None and (inside < 0 or row >= self.reader.loops.claim_end[inside]):
            inside = -1
        key = self.reader.origin.first_claim_key + inside if inside >= 0 else None
        place = self.position(row) if offset is None else offset + int(self._piece.offsets[row])
        return _fault(fault, self.number(row), place, element, found, expected, explanation, key)


def _fault(
    fault: str,
    number: int | None,
    position: int | None,
    element: str,
    found: str,
    expected: str,
    explanation: str,
    claim_key: int | None = None,
) -> Fault:
    return {
        "fault": fault,
        "claim_key": claim_key,
        "segment_number": number,
        "position": position,
        "element": element,
        "found": found,
        "expected": expected,
        "explanation": explanation,
    }


def _list(codes: tuple[str, ...]) -> str:
    return ", ".join(codes[:8]) + (" …" if len(codes) > 8 else "")
