"""Build a replacement or a void: an 837 that holds one claim, below its own provider, subscriber and patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cleanclaim.correct.apply import Claim, X12Changes
from cleanclaim.correct.corrector import Terms
from cleanclaim.correct.decisions import Decision
from cleanclaim.errors import ConfigError, RewriteError
from cleanclaim.x12.rewrite import X12File

_CONTROL_DIGITS: Final = 9
_LEAST: Final = {"ISA": 16, "GS": 8, "ST": 2, "BHT": 5, "HL": 3}
"""How many elements a segment needs to be written anew."""


def build(corrector: X12Changes, claim: Claim, decisions: list[Decision], terms: Terms) -> bytes:
    """The new file; what was changed is in the corrector.

    Raises:
        TableError: a decision can't be carried out; every fault is listed.
        RewriteError: the envelope is too damaged to be written anew.
    """
    corrector.apply([*decisions, *_again(corrector, claim, terms)], claim)
    file, spans = corrector.file, claim.spans
    head = [spans.isa, spans.gs, *spans.header]
    levels = [spans.billing, spans.subscriber, spans.patient]
    content = _Content(file, spans.isa)
    for number in head:
        content.add(_headed(file, number, terms, corrector.names[number]))
    parent = 0
    for index, level in enumerate([one for one in levels if one], start=1):
        has_child = "1" if index == 1 or (index == 2 and spans.patient) else "0"
        for number in level:
            words = file.segment(number)
            if number == level.start:
                _check_length(words, number)
                words = ["HL", str(index), str(parent or ""), words[3], has_child]
            content.add(words)
        parent = index
    for number in spans.whole:
        content.add(file.segment(number))
        for words in file.added(number):
            content.add(words)
    in_transaction = content.segments - 2 + 1  # without ISA and GS, with SE
    content.add(["SE", str(in_transaction), "0001"])
    content.add(["GE", "1", str(terms.control_number)])
    content.add(["IEA", "1", f"{terms.control_number:0{_CONTROL_DIGITS}d}"])
    return content.to_bytes()


def _again(corrector: X12Changes, claim: Claim, terms: Terms) -> list[Decision]:
    """The frequency and the payer's number, as decisions."""
    file = corrector.file
    frequency = file.element(claim.spans.own.start, "CLM05-3") or ""
    reference = next(
        (
            file.element(n, "REF02") or ""
            for n in claim.spans.own
            if corrector.names[n] == "REF" and file.element(n, "REF01") == "F8"
        ),
        "",
    )
    given = (
        ("claims.claim_frequency_code", frequency, terms.frequency),
        ("claims.original_reference_number", reference, terms.reference),
    )
    return [
        Decision(claim.claim_id, None, None, "", field, old, new, terms.by)
        for field, old, new in given
        if old != new
    ]


def _headed(file: X12File, number: int, terms: Terms, name: str) -> list[str]:
    """A segment of the envelope with the new numbers and the new time."""
    words = file.segment(number)
    _check_length(words, number)
    made = terms.made
    if name == "ISA":
        words[9], words[10] = f"{made:%y%m%d}", f"{made:%H%M}"
        words[13] = f"{terms.control_number:0{_CONTROL_DIGITS}d}"
    elif name == "GS":
        words[4], words[5], words[6] = f"{made:%Y%m%d}", f"{made:%H%M}", str(terms.control_number)
    elif name == "ST":
        words[2] = "0001"
    elif name == "BHT":
        words[3], words[4], words[5] = str(terms.control_number), f"{made:%Y%m%d}", f"{made:%H%M}"
    return words


def _check_length(words: Sequence[str], number: int) -> None:
    """Refuse a segment of the envelope, or the beginning of a level, that lacks elements which a new file needs."""
    least = _LEAST.get(words[0], 0)
    if len(words) <= least:
        raise RewriteError(
            f"segment {number}: {words[0]} has {len(words) - 1} elements; expected at least {least}, so the claim can't be sent again from this file"
        )


class _Content:
    """Segments on their way into a new file, with the separators of the old one."""

    def __init__(self, file: X12File, isa: int) -> None:
        self._file = file
        self._marks = file.separators(isa)
        gap = file.gap(isa)
        self._gap = gap if not gap.strip(bytes([self._marks.terminator]) + b"\r\n \t") else bytes([self._marks.terminator])  # fmt: skip
        self._parts: list[bytes] = []
        self.segments = 0

    def add(self, words: list[str]) -> None:
        """Add a segment."""
        mark = chr(self._marks.element)
        text = mark.join(words)
        if words[0] != "ISA":
            text = text.rstrip(mark)
        self._parts += [text.encode("latin-1"), self._gap]
        self.segments += 1

    def to_bytes(self) -> bytes:
        """The file."""
        return b"".join(self._parts)


def control_number(given: int | None, made: datetime) -> int:
    """The control number: as given, or made of the time.

    Raises:
        ConfigError: it has more than nine digits.
    """
    if given is None:
        return int(made.timestamp()) % 10**_CONTROL_DIGITS or 1
    if not 0 < given < 10**_CONTROL_DIGITS:
        raise ConfigError([f"--control-number: expected a number of at most {_CONTROL_DIGITS} digits"])  # fmt: skip
    return given
