"""Read acknowledgments: TA1, 999 (and 997), and 277CA."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Final

from cleanclaim.errors import InputError, UnknownFormat, UnreadableFile
from cleanclaim.read.sources import Held, sources
from cleanclaim.x12.rewrite import X12File
from cleanclaim.x12.stream import Layout, open_envelopes

LAYOUT: Final = Layout(cuts=("ST", "TA1"), composites=("STC",), carried=open_envelopes)
_ACCEPTED: Final = frozenset({"A", "E"})
_REJECTED: Final = frozenset({"A3", "A4", "A6", "A7", "A8", "F2", "D0"})
_INFORMED: Final = frozenset({"R0", "R1", "R3", "R4", "E0", "E1", "E2"})
_RETURNED: Final = "A3"
_CLAIM_CONTEXT: Final = "CLM01"


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a segment or element.

    Attributes:
        segment: the segment's name.
        position: its place in the transaction set, counting ST as 1.
        loop: the loop, if given.
        element: the element, such as 05-3; None for the segment as a whole.
        code: the code of the error.
        words: what the code means.
        claim_id: the claim that it is in, if given.
    """

    segment: str
    position: str
    loop: str | None
    element: str | None
    code: str
    words: str
    claim_id: str | None


@dataclass(slots=True)
class SetAnswer:
    """The answer to one transaction set (AK2 to IK5)."""

    control_number: str
    status: str = ""
    faults: list[Fault] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Whether it was accepted, with errors or without."""
        return self.status in _ACCEPTED


@dataclass(slots=True)
class Answer:
    """One acknowledgment.

    Attributes:
        kind: TA1, 999, 997 or 277CA.
        file: the file that it is in.
        control_number: the number of what it answers: the interchange, or the group.
        status: accepted, accepted with errors, partly accepted or rejected; for a 277CA what it says of the batch.
        reasons: why, in words.
        sets: the answers to the transaction sets (999).
    """

    kind: str
    file: str
    control_number: str | None = None
    status: str | None = None
    reasons: list[str] = field(default_factory=list)
    sets: list[SetAnswer] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Whether its status says that it was accepted, with errors or without."""
        return (self.status or "").startswith("accepted")


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What an acknowledgment says of one claim.

    Attributes:
        claim_id: the provider's claim number.
        payer_claim_id: the payer's number, if given.
        status: accepted, rejected, returned, information or received.
        line: the provider's number of the line; None for the claim.
        codes: the codes as sent, such as A7:21.
        words: what they mean.
        message: the free text.
        kind: 999 or 277CA.
        file: the file that it is in.
    """

    claim_id: str
    payer_claim_id: str | None
    status: str
    line: str | None
    codes: list[str]
    words: list[str]
    message: str | None
    kind: str
    file: str


@dataclass(slots=True)
class Acknowledgments:
    """Everything that was read.

    Attributes:
        answers: one entry per acknowledgment.
        claims: one entry per claim or line and status.
        errors: files that couldn't be read.
    """

    answers: list[Answer] = field(default_factory=list)
    claims: list[ClaimAnswer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        """Whether anything was rejected or returned."""
        sets = [one for answer in self.answers for one in answer.sets]
        return (
            any(not one.is_accepted for one in sets)
            or any(answer.kind == "TA1" and not answer.is_accepted for answer in self.answers)
            or any(one.status in {"rejected", "returned"} for one in self.claims)
        )


def read_acknowledgments(inputs: Iterable[str | Path | Held]) -> Acknowledgments:
    """Read acknowledgments; a file that can't be read doesn't stop the others."""
    found = Acknowledgments()
    for source in sources(inputs):
        try:
            with source.open() as stream:
                _read(stream.read(), source.name, found)
        except InputError as error:
            found.errors.append(str(error))
    return found


def _read(content: bytes, file: str, found: Acknowledgments) -> None:
    if not content.strip():
        raise UnreadableFile(f"{file}: the file is empty")
    try:
        parsed = X12File(content, LAYOUT)
    except UnknownFormat as error:
        raise UnknownFormat(f"{file}: {error}") from None
    before = len(found.answers)
    segments = [parsed.segment(n) + [""] * 13 for n in range(1, len(parsed) + 1)]
    marks = [chr(parsed.separators(n).component) for n in range(1, len(parsed) + 1)]
    for start, stop in _sets(segments):
        kind = segments[start][1]
        if segments[start][0] == "TA1":
            found.answers.append(_ta1(segments[start], file))
        elif kind in {"999", "997"}:
            _Functional(kind, file, found).read(segments[start:stop], marks[start])
        elif kind == "277":
            _Claims(file, found).read(segments[start:stop], marks[start])
    if len(found.answers) == before:
        raise UnknownFormat(f"{file}: it holds no acknowledgment (TA1, 999 or 277CA)")


def _sets(segments: list[list[str]]) -> Iterator[tuple[int, int]]:
    """The TA1 segments and transaction sets, by position."""
    start = None
    for n, words in enumerate(segments):
        if words[0] == "TA1":
            yield n, n + 1
        if words[0] in {"ST", "GE", "IEA"} and start is not None:
            yield start, n
            start = None
        if words[0] == "ST":
            start = n
        if words[0] == "SE" and start is not None:
            yield start, n + 1
            start = None
    if start is not None:
        yield start, len(segments)


def _ta1(words: list[str], file: str) -> Answer:
    reasons = [] if words[5] in {"", "000"} else [meaning("ta1", words[5])]
    return Answer("TA1", file, words[1], meaning("status", words[4]), reasons)


class _Functional:
    """A 999 (or 997): the form of a group."""

    def __init__(self, kind: str, file: str, found: Acknowledgments) -> None:
        self._answer = Answer(kind, file)
        self._found = found
        self._set: SetAnswer | None = None

    def read(self, segments: list[list[str]], mark: str) -> None:
        """Read the segments of one transaction set."""
        self._found.answers.append(self._answer)
        for words in segments:
            name = words[0]
            if name == "AK1":
                self._answer.control_number = words[2] or None
            elif name == "AK2":
                self._set = SetAnswer(words[2])
                self._answer.sets.append(self._set)
            elif name in {"IK3", "AK3"}:
                self._segment(words)
            elif name == "CTX":
                self._context(words, mark)
            elif name in {"IK4", "AK4"}:
                self._element(words, mark)
            elif name in {"IK5", "AK5"} and self._set:
                self._set.status = words[1]
                self._set.reasons = [meaning("set", code) for code in words[2:7] if code]
            elif name == "AK9":
                self._answer.status = meaning("status", words[1])
                self._answer.reasons = [meaning("group", code) for code in words[5:10] if code]
        for one in self._answer.sets:
            self._rejected(one)

    def _segment(self, words: list[str]) -> None:
        if self._set:
            code = words[4]
            self._set.faults.append(Fault(words[1], words[2], words[3] or None, None, code, meaning("segment", code), None))  # fmt: skip

    def _context(self, words: list[str], mark: str) -> None:
        """The claim of the segment before."""
        name, _, value = words[1].partition(mark)
        if self._set and self._set.faults and name == _CLAIM_CONTEXT and value:
            last = self._set.faults[-1]
            self._set.faults[-1] = Fault(last.segment, last.position, last.loop, last.element, last.code, last.words, value)  # fmt: skip

    def _element(self, words: list[str], mark: str) -> None:
        if not self._set or not self._set.faults:
            return
        last = self._set.faults[-1]
        number, _, part = words[1].partition(mark)
        place = f"{number.zfill(2)}{f'-{part.partition(mark)[0]}' if part else ''}"
        code = words[3]
        self._set.faults.append(Fault(last.segment, last.position, last.loop, place, code, meaning("element", code), last.claim_id))  # fmt: skip

    def _rejected(self, one: SetAnswer) -> None:
        """The claims that the faults name."""
        by_claim: dict[str, list[Fault]] = {}
        for fault in one.faults:
            if fault.claim_id:
                by_claim.setdefault(fault.claim_id, []).append(fault)
        for claim_id, faults in by_claim.items():
            shown = [fault for fault in faults if fault.element or fault.code != "8"]
            words = [f"{fault.segment}{fault.element or ''}: {fault.words}" for fault in shown]
            status = "rejected" if not one.is_accepted else "information"
            codes = [fault.code for fault in shown]
            self._found.claims.append(ClaimAnswer(claim_id, None, status, None, codes, words, None, self._answer.kind, self._answer.file))  # fmt: skip


class _Claims:
    """A 277CA: the status of each claim."""

    def __init__(self, file: str, found: Acknowledgments) -> None:
        self._answer = Answer("277CA", file)
        self._found = found
        self._level = ""
        self._claim: str | None = None
        self._payer_number: str | None = None
        self._line: str | None = None
        self._mark = ":"
        self._waiting: list[tuple[list[str], str | None]] = []

    def read(self, segments: list[list[str]], mark: str) -> None:
        """Read the segments of one transaction set."""
        self._found.answers.append(self._answer)
        for words in segments:
            name = words[0]
            if name == "HL":
                self._flush()
                self._level, self._claim, self._payer_number, self._line = words[3], None, None, None  # fmt: skip
            elif name == "TRN" and self._level == "PT":
                self._claim = words[2] or None
            elif name == "TRN" and self._level == "21" and not self._answer.control_number:
                self._answer.control_number = words[2] or None
            elif name == "STC":
                self._status(words, mark)
            elif name == "REF" and words[1] == "1K":
                self._payer_number = words[2] or None
            elif name == "SVC":
                self._flush()
                self._line = "?"
            elif name == "REF" and words[1] == "FJ":
                self._line = words[2] or None
        self._flush()

    def _status(self, words: list[str], mark: str) -> None:
        codes = [words[n] for n in (1, 10, 11) if words[n]]
        if self._level == "PT":
            self._waiting.append((codes, words[12] or None))
            self._mark = mark
        elif self._level in {"20", "21"}:
            self._answer.status = "; ".join(_told(code, mark) for code in codes)

    def _flush(self) -> None:
        """Keep the statuses of the claim or line, whose numbers may come after them."""
        for codes, message in self._waiting:
            if self._claim is None:
                continue
            categories = [code.partition(self._mark)[0] for code in codes]
            self._found.claims.append(
                ClaimAnswer(
                    self._claim,
                    self._payer_number,
                    _status_of(categories),
                    None if self._line in {None, "?"} else self._line,
                    [code.replace(self._mark, ":") for code in codes],
                    [_told(code, self._mark) for code in codes],
                    message,
                    "277CA",
                    self._answer.file,
                )
            )
        self._waiting = []


def _status_of(categories: list[str]) -> str:
    if _RETURNED in categories:
        return "returned"
    if any(one in _REJECTED for one in categories):
        return "rejected"
    if any(one in _INFORMED for one in categories):
        return "information"
    return "accepted" if any(one in {"A2", "A5", "F0", "F1", "F3"} for one in categories) else "received"  # fmt: skip


def _told(code: str, mark: str) -> str:
    category, _, rest = code.partition(mark)
    status = rest.partition(mark)[0]
    words = meaning("category", category)
    return f"{words} ({meaning('claim', status)})" if status else words


def meaning(kind: str, code: str) -> str:
    """A code in words; the code itself if it isn't in the list."""
    return _meanings().get((kind, code.strip()), f"code {code.strip() or 'missing'}")


@cache
def _meanings() -> dict[tuple[str, str], str]:
    text = (package_files("cleanclaim.ack") / "data" / "codes.csv").read_text(encoding="utf-8")
    return {(row["kind"], row["code"]): row["words"] for row in csv.DictReader(text.splitlines())}
