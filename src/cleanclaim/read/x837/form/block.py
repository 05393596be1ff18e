"""The block whose form is checked, and how checks report a fault in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.read.x837.cells import Cells
from cleanclaim.read.x837.form.faults import Faults
from cleanclaim.read.x837.form.guide import MOST_ELEMENTS, NAMES, OPEN, OTHER_TRANSACTIONS, PRIVATE
from cleanclaim.text.masking import kind_of
from cleanclaim.x12.index import Rows, Segments
from cleanclaim.x12.strings import Ints

_CODE: Final = re.compile(rb"[A-Z0-9]{1,2}")
_OTHERS: Final = """
AAA ADX BGN BPR CLP COB DTM EB ENT EQ G93 GE HD III INS ISB ISE LE LS LUI MSG N1 N9 PLB
RDM RMR STC SVC TRN TS2 TS3 UM
"""
_ELSEWHERE: Final = frozenset(_OTHERS.split())
"""Segments of other transactions, which may be named as misplaced."""
_NUMBER: Final = re.compile(rb"-?0{0,6}[0-9]{0,7}(?:\.[0-9]{0,4})?")


def is_plain_number(text: bytes) -> bool:
    """True for a number that can't be a date or an identifier.

    It has up to seven digits before the point, apart from leading zeros.
    """
    return bool(_NUMBER.fullmatch(text)) and kind_of(text.decode("ascii")) != "a date"


@dataclass(frozen=True)
class FormBlock:
    """A block whose form is checked.

    Attributes:
        cells: its cells.
        carried: how many of its first segments were checked before.
        faults: collects the faults.
        kinds: the kind of each claim.
    """

    cells: Cells
    carried: int
    faults: Faults
    kinds: pl.Series

    @property
    def s(self) -> Segments:
        """The block's index."""
        return self.cells.s

    def find(self, *names: str) -> Rows:
        """New segments of these names in transactions that carry claims."""
        rows = self.s.find(*names)
        if len(rows) and rows[0] < self.carried:
            rows = rows[rows >= self.carried]
        return rows if self.all_claims else rows[self.is_claims[rows]]

    @cached_property
    def is_claims(self) -> npt.NDArray[np.bool_]:
        """For each segment, whether its transaction holds claims or doesn't say."""
        s = self.s
        transactions = s.find("ST")
        other = s.is_code(s.element(transactions, 1), *OTHER_TRANSACTIONS)
        marks = np.zeros(len(s), dtype=np.int64)
        marks[transactions] = np.arange(1, len(transactions) + 1)
        return ~np.append(False, other)[np.maximum.accumulate(marks)] if len(s) else marks == 0

    @cached_property
    def all_claims(self) -> bool:
        """True if every transaction in the block holds claims."""
        return bool(self.is_claims.all())

    @cached_property
    def is_current(self) -> bool:
        """True if every group is version 005010, the version whose codes and requirements are checked."""
        s = self.s
        groups = s.find("GS")
        transactions = s.find("ST")
        versions = [self.read(row, 8) for row in groups[:50].tolist()]
        versions += [self.read(row, 3) for row in transactions[:50].tolist()]
        return not any(version.startswith(b"0040") for version in versions)

    def read(self, row: int, number: int) -> bytes:
        """Element `number` of one segment, as sent."""
        start, length = self.s.element(np.array([row], dtype=np.int64), number)
        return self.s.data[int(start[0]) : int(start[0]) + int(length[0])]

    def name(self, row: int) -> str:
        """A segment's name, or `segment` if the name isn't valid.

        A truncated line may start with a patient's name.
        """
        start = int(self.s.start[row])
        end = int(self.s.start[row + 1]) if row + 1 < len(self.s) else len(self.s.data)
        text = self.s.data[start : min(start + 4, end)].partition(
            bytes([self.s.separators.element])
        )[0]
        text = text.rstrip(bytes([self.s.separators.terminator]))
        name = text.decode("ascii", "replace")
        return name if name in NAMES or name in _ELSEWHERE else "segment"

    def note(  # noqa: PLR0913 - a fault has these parts
        self,
        rows: Ints,
        fault: str,
        element: str,
        kind: str,
        explanation: str,
        *,
        found: str | None = None,
        expected: str | None = None,
        slices: tuple[Ints, Ints] | None = None,
        longest: int = 18,
    ) -> None:
        """Report the same fault for several segments.

        Args:
            rows: the segments.
            fault: the edit that reports it.
            element: segment or element.
            kind: the kind of fault, in a few words.
            explanation: the fault, in a sentence.
            found: what was found, if it isn't the element's value.
            expected: what was expected.
            slices: the position of the element in each segment; the segment's start if not given.
            longest: longer values aren't shown, only their length.
        """
        if not len(rows):
            return
        room = max(self.faults.room(fault, element, kind), 0)
        reported = rows[:room]
        lines = self.cells.loops.line_of(reported)
        for n, row in enumerate(reported.tolist()):
            start = int(self.s.start[row] if slices is None or not slices[1][n] else slices[0][n])
            for again, key in enumerate(self._claims_at(row)):
                self.faults.add(
                    fault,
                    element,
                    explanation,
                    kind=kind,
                    segment_number=int(self.cells.origin.numbers[row]),
                    position=start + int(self.cells.origin.offsets[row]),
                    claim_key=key,
                    line_number=int(lines[n]) or None,
                    found=found
                    if slices is None
                    else self._shown(row, element, (start, int(slices[1][n])), longest),
                    expected=expected,
                    is_again=again > 0,
                )
        self.faults.count(fault, element, kind, len(rows) - len(reported))

    def _claims_at(self, row: int) -> list[int | None]:
        """The claim that a segment is in, or those of the subscriber or patient that it describes; None if it is none of these."""
        loops, first = self.cells.loops, self.cells.origin.first_claim_key
        inside, owner = loops.owner_of(np.array([row]))
        claims = owner if inside[0] else loops.below(row)
        return [int(claim) + first for claim in claims] or [None]

    def _shown(self, row: int, element: str, span: tuple[int, int], longest: int) -> str | None:
        """The value, if it can't be a patient's; otherwise only its length."""
        start, length = span
        if not length:
            return None
        text = self.s.data[start : start + length]
        segment = self.name(row)
        is_whole = int(self.s.counts[row]) <= MOST_ELEMENTS.get(segment, 0)
        is_open = segment in OPEN and element not in PRIVATE and is_whole
        is_plain = _CODE.fullmatch(text) or is_plain_number(text)
        if length <= longest and is_open and is_plain and not self._is_private_date(row, segment):
            return text.decode("ascii")
        return f"{length} characters" if length != 1 else "1 character"

    def _is_private_date(self, row: int, segment: str) -> bool:
        return segment == "DTP" and self.read(row, 1) == b"484"
