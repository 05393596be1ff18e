"""Carry out decisions on an 837: each value must be as the decision says, and every other byte stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from cleanclaim.correct.corrector import only_claim
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.places import DIAGNOSIS, Place, place_of_claim, place_of_line
from cleanclaim.errors import RewriteError, TableError
from cleanclaim.model import Batch
from cleanclaim.read.x837.spans import ClaimSpans, Names, Span
from cleanclaim.x12.rewrite import X12File

_AFTER: Final = {
    "own": ("CLM", "DTP", "CL1", "PWK", "CN1", "AMT", "REF"),
    "line": ("LX", "SV1", "SV2", "SV3", "SV5", "PWK", "CR1", "CR3", "CRC", "DTP", "QTY", "MEA", "CN1", "REF"),
}  # fmt: skip
"""The segments that may come before a new one, in the guide's order."""
_DIAGNOSES: Final = ("ABK", "ABF", "BK", "BF")
_MOST_CODES: Final = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the file: its tables and its segments."""

    key: int
    claim_id: str
    spans: ClaimSpans
    diagnoses: dict[int, int]


class X12Changes:
    """The claims of an 837, by number, and what is changed in them.

    Attributes:
        file: the file.
        names: the names of its segments.
        claims: its claims by number; several claims may have one number.
        done: the changes that were made, with the values as they were and are.
    """

    def __init__(self, file: X12File, batch: Batch) -> None:
        """Find the claims of a file.

        Args:
            file: the file.
            batch: the same file as tables.
        """
        self.file = file
        self.names = Names(file)
        self.done: list[Decision] = []
        self.claims: dict[str, list[Claim]] = defaultdict(list)
        places: dict[int, dict[int, int]] = defaultdict(dict)
        rows = batch.diagnoses.select("claim_key", "diagnosis_number", "position")
        for key, number, position in rows.iter_rows():
            places[key][number] = position
        for key, claim_id, number in batch.claims.select("claim_key", "claim_id", "segment_number").iter_rows():  # fmt: skip
            self.claims[claim_id or ""].append(
                Claim(key, claim_id or "", self.names.claim(number), places[key])
            )
        self._tidied: set[int] = set()
        self._modified: set[tuple[int, str]] = set()

    def apply(self, decisions: Iterable[Decision], claim: Claim | None = None) -> None:
        """Carry out decisions, all or none.

        Args:
            decisions: what to change.
            claim: the claim, if its number isn't enough.

        Raises:
            TableError: a decision can't be carried out; every fault is listed.
        """
        faults: list[str] = []
        for one in decisions:
            try:
                self._apply(one, claim or only_claim(self.claims, one))
            except RewriteError as error:
                faults.append(f"{one.where}: {error}")
        if faults:
            raise TableError("decisions", faults)
        for number, element in sorted(self._modified):
            self._close_gaps(number, element)
        for number in sorted(self._tidied):
            self.file.tidy(number)

    def _apply(self, one: Decision, claim: Claim) -> None:
        table, _, name = one.field.rpartition(".")
        if table in {"", "diagnoses"} and one.diagnosis_number and name in DIAGNOSIS:
            self._diagnosis(one, claim, name)
            return
        if table in {"", "lines"} and one.line_number:
            span = self._line(claim, one.line_number)
            service = next((self.names[n] for n in span if self.names[n] in {"SV1", "SV2", "SV3"}), "")  # fmt: skip
            place = place_of_line(name, service)
        else:
            span, place = range(0), place_of_claim(name) if table in {"", "claims"} else None
        if place is None:
            raise RewriteError("cleanclaim can't change this field of an 837; correct it in your billing system")  # fmt: skip
        if place.part != "line":
            span = _span(claim.spans, place.part)
        self._element(one, place, span)

    def _line(self, claim: Claim, number: int) -> Span:
        lines = claim.spans.lines
        if number > len(lines):
            raise RewriteError(f"the claim has {len(lines)} line{'' if len(lines) == 1 else 's'}")
        return lines[number - 1]

    def _element(self, one: Decision, place: Place, span: Span) -> None:
        name, *qualifiers = place.segment.split()
        number = self._find(span, name, qualifiers[:1])
        new = place.form(one.after) if one.after else ""
        if number is None:
            self._same(one, place, "")
            self._insert(place, span, [name, *qualifiers], new)
            self._record(one, "", new)
            return
        address = f"{name}{place.element}"
        old = self.file.element(number, address) or ""
        self._same(one, place, old)
        if name == "DTP" and self.file.element(number, "DTP02") == "RD8":
            new = f"{new}-{old.partition('-')[2]}"
        self.file.replace(number, address, new)
        self._tidied.add(number)
        if one.field.rpartition(".")[2].startswith("modifier_"):
            self._modified.add((number, address.partition("-")[0]))
        self._record(one, old, new)

    def _close_gaps(self, number: int, element: str) -> None:
        """Move modifiers up if one before them was removed."""
        given = [self.file.element(number, f"{element}-{n}") or "" for n in range(3, 7)]
        kept = [one for one in given if one]
        wanted = [*kept, *[""] * (4 - len(kept))]
        for n, (old, new) in enumerate(zip(given, wanted, strict=True), start=3):
            if old != new:
                self.file.replace(number, f"{element}-{n}", new)

    def _find(self, span: Span, name: str, qualifiers: list[str]) -> int | None:
        for number in span:
            if self.names[number] == name and (
                not qualifiers or self.file.element(number, f"{name}01") == qualifiers[0]
            ):
                return number
        return None

    def _insert(self, place: Place, span: Span, words: list[str], value: str) -> None:
        order = _AFTER.get(place.part, ())
        if words[0] not in order or place.element not in {"02", "03"} or not value:
            what = " ".join(words[:2])
            raise RewriteError(f"the claim has no {what}; add it in your billing system")
        allowed = order[: order.index(words[0]) + 1]
        stop = next((n for n in span if self.names[n] in {"NM1", "SBR", "SVD", "LIN"}), span.stop)
        before = [n for n in range(span.start, stop) if self.names[n] in allowed]
        self.file.insert_after(max(before), [*words, value])

    def _diagnosis(self, one: Decision, claim: Claim, name: str) -> None:
        component, form = DIAGNOSIS[name]
        position = claim.diagnoses.get(one.diagnosis_number or 0)
        new = form(one.after) if one.after else ""
        if position is None:
            self._add_diagnosis(one, claim, name, new)
            return
        address = self.file.address_at(position)
        if address is None:
            raise RewriteError("the diagnosis can't be found in the file")
        element = f"{address.element.partition('-')[0]}-{component}"
        old = self.file.element(address.segment_number, element) or ""
        if form(old) != form(one.before):
            raise RewriteError("the file has another value than `from`")
        if not new and name == "diagnosis_code":
            raise RewriteError("a diagnosis that lines point to can't be removed; change it, or correct the claim in your billing system")  # fmt: skip
        self.file.replace(address.segment_number, element, new)
        self._tidied.add(address.segment_number)
        self._record(one, old, new)

    def _add_diagnosis(self, one: Decision, claim: Claim, name: str, new: str) -> None:
        """Add a diagnosis after the last one of the claim."""
        if name != "diagnosis_code" or one.before or not new:
            raise RewriteError("the claim has no such diagnosis")
        kinds = [n for n in claim.spans.own if self.names[n] == "HI" and (self.file.element(n, "HI01-1") or "") in _DIAGNOSES]  # fmt: skip
        count = sum(len(self.file.segment(n)) - 1 for n in kinds)
        if not kinds or one.diagnosis_number != count + 1:
            raise RewriteError(f"a new diagnosis must have number {count + 1}")
        last = kinds[-1]
        used = len(self.file.segment(last)) - 1
        if used >= _MOST_CODES:
            raise RewriteError("the claim has no room for another diagnosis")
        qualifier = "ABF" if (self.file.element(last, "HI01-1") or "").startswith("AB") else "BF"
        self.file.replace(last, f"HI{used + 1:02d}-1", qualifier)
        self.file.replace(last, f"HI{used + 1:02d}-2", new)
        self._record(one, "", new)

    def _same(self, one: Decision, place: Place, old: str) -> None:
        """Refuse a decision about another value than the one in the file."""
        given = place.form(one.before) if one.before else ""
        own = place.form(old.partition("-")[0] if place.segment.startswith("DTP") else old) if old else ""  # fmt: skip
        if given != own:
            raise RewriteError("the file has another value than `from`")

    def _record(self, one: Decision, old: str, new: str) -> None:
        self.done.append(replace(one, before=old, after=new))


def _span(spans: ClaimSpans, part: str) -> Span:
    if part == "patient":
        return spans.patient or spans.subscriber
    found: Span = getattr(spans, part)
    return found
