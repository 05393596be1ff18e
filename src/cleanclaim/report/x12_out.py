"""What the X12 formats share: the envelopes of the files that were checked, and the writing of segments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cleanclaim.errors import InputError
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.read.x837.spans import Names
from cleanclaim.report.result import Results
from cleanclaim.x12.rewrite import X12File

_NOT_ALLOWED: Final = re.compile(r"[*~:^\r\n\t]|[^\x20-\x7e]")
_BLANKS: Final = re.compile(" {2,}")
_LONGEST_NUMBER: Final = 9
_ENVELOPE: Final = frozenset({"ISA", "GS", "ST", "GE"})


@dataclass(slots=True)
class Transaction:
    """A transaction of a file: its segments from ST to SE, by number in the file; `is_again` if its group has another one with its number."""

    first: int
    last: int
    kind: str
    control: str
    guide: str
    is_again: bool = False


@dataclass(slots=True)
class Group:
    """A functional group with its transactions."""

    first: int
    kind: str
    sender: str
    receiver: str
    control: str
    version: str
    declared: str | None = None
    transactions: list[Transaction] = field(default_factory=list)


@dataclass(slots=True)
class Interchange:
    """An interchange with its groups."""

    first: int
    last: int
    header: list[str]
    groups: list[Group] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A file that was checked, with its envelopes."""

    name: str
    file: X12File
    names: Names
    interchanges: list[Interchange]


def envelopes(results: Results) -> Iterator[Envelope]:
    """The 837 files of a result, read again for their envelopes.

    Raises:
        InputError: there is none, or one can't be read again, as from a pipe or a zip file.
    """
    found = False
    for entry in results.files:
        if entry.format != "x12":
            continue
        found = True
        envelope = envelope_of(entry.file)
        if envelope is None:
            raise InputError(f"{entry.file}: an acknowledgment needs the file itself, not a pipe or a packed file")  # fmt: skip
        yield envelope
    if not found:
        raise InputError("an acknowledgment answers an 837 file, and none was read")


def envelope_of(name: str) -> Envelope | None:
    """The envelopes of an 837 file; None if it can't be read by its name, as from a pipe or a zip file."""
    try:
        file = X12File(Path(name).read_bytes(), CLAIMS)
    except (OSError, InputError):
        return None
    names = Names(file)
    return Envelope(name, file, names, _interchanges(names))


def _interchanges(names: Names) -> list[Interchange]:
    found: list[Interchange] = []
    for number in range(1, len(names) + 1):
        name = names[number]
        words = names.file.segment(number) if name in _ENVELOPE else []
        words += [""] * 17
        if name == "ISA" or not found:
            found.append(Interchange(number, number, words[:17] if name == "ISA" else [""] * 17))
        interchange = found[-1]
        interchange.last = number
        if name == "GS" or (name not in {"ISA", "GE", "IEA"} and not interchange.groups):
            header = words if name == "GS" else [""] * 17
            interchange.groups.append(Group(number, header[1], header[2], header[3], header[6], header[8]))  # fmt: skip
        if name == "GE" and interchange.groups:
            interchange.groups[-1].declared = words[1]
        if name not in {"GS", "GE", "IEA", "ISA"}:
            _add(interchange.groups[-1], number, words if name == "ST" else None)
    return found


def _add(group: Group, number: int, header: list[str] | None) -> None:
    """Add a segment to a group's transactions; what comes before the first ST is a transaction without a header."""
    if header is not None or not group.transactions:
        kind, control, guide = (header or ["", "837", "", ""])[1:4]
        is_again = bool(control) and any(one.control == control for one in group.transactions)
        group.transactions.append(Transaction(number, number, kind, control, guide, is_again))
    group.transactions[-1].last = number


class Writer:
    """An interchange on its way out: from the receiver of the claims to their sender."""

    def __init__(self, answered: Interchange, group: Group | None, made: datetime) -> None:
        """Begin the interchange.

        Args:
            answered: the interchange that it answers.
            group: the group that it answers; None for an interchange without groups.
            made: when it is made.
        """
        parties = [answered.header[n] for n in (7, 8, 5, 6)]
        sizes = (2, 15, 2, 15)
        swapped = [part.ljust(size)[:size] for part, size in zip(parties, sizes, strict=True)]
        self.control = (re.sub(r"\D", "", answered.header[13]) or "1")[:_LONGEST_NUMBER].zfill(9)
        self.made = made
        usage = answered.header[15] if answered.header[15] in {"P", "T"} else "P"
        fixed = ["00", " " * 10, "00", " " * 10]
        self._text = "*".join(
            ["ISA", *fixed, *swapped, f"{made:%y%m%d}", f"{made:%H%M}", "^", "00501", self.control, "0", usage, ":"]
        ) + "~\n"  # fmt: skip
        self._group = group
        self._sets = 0
        self._segments = 0

    def open_group(self, kind: str, guide: str) -> None:
        """Begin the functional group."""
        group = self._group
        parties = (group.receiver, group.sender) if group else ("", "")
        day, time = f"{self.made:%Y%m%d}", f"{self.made:%H%M}"
        names = [parties[0] or "RECEIVER", parties[1] or "SENDER"]
        self._add(["GS", kind, *names, day, time, str(int(self.control)), "X", guide])

    def open_set(self, kind: str, guide: str) -> None:
        """Begin a transaction set."""
        self._sets += 1
        self._segments = 0
        self.segment("ST", kind, f"{self._sets:04d}", guide)

    def segment(self, *words: object) -> None:
        """Add a segment; characters that X12 doesn't allow become blanks, empty elements at the end are left out."""
        self._segments += 1
        self._add([words[0], *words[1:]])

    def composite(self, *parts: object) -> str:
        """A composite, to be an element of `segment`."""
        return _Composite(":".join(_plain(part) for part in parts).rstrip(":"))

    def close_set(self) -> None:
        """End the transaction set."""
        self.segment("SE", self._segments + 1, f"{self._sets:04d}")

    def close_group(self) -> None:
        """End the group."""
        self._add(["GE", self._sets, str(int(self.control))])

    def to_bytes(self, groups: int) -> bytes:
        """The interchange."""
        self._add(["IEA", groups, self.control])
        return self._text.encode("ascii")

    def _add(self, words: Sequence[object]) -> None:
        elements = [str(word) if isinstance(word, _Composite) else _plain(word) for word in words]
        while len(elements) > 1 and not elements[-1]:
            elements.pop()
        self._text += "*".join(elements) + "~\n"


class _Composite(str):
    """Text whose component separators stand."""

    __slots__ = ()


def _plain(word: object) -> str:
    return "" if word is None else _BLANKS.sub(" ", _NOT_ALLOWED.sub(" ", str(word))).strip()
