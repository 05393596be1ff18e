"""The envelopes of 835 files: what is opened is closed, and counts and control numbers agree.

X12.5 and X12.6 (005010 guides, appendix B): SE01 counts the segments from ST to SE, GE01 the
transactions of a group, IEA01 the groups of an interchange; SE02, GE02 and IEA02 repeat ST02, GS06
and ISA13.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from cleanclaim.remit.tables import Remittance

_COUNT: Final = re.compile(r"[0-9]{1,10}")
_OPENING: Final = {"ISA": 13, "GS": 6, "ST": 2}
"""The element with the control number."""
_CLOSING: Final = {"IEA": "ISA", "GE": "GS", "SE": "ST"}
_INSIDE: Final = {"ISA": "GS", "GS": "ST"}
_WHAT: Final = {"ISA": "interchange", "GS": "group", "ST": "transaction"}
_COUNTED: Final = {"SE": "segments", "GE": "transactions", "IEA": "groups"}


@dataclass(frozen=True, slots=True)
class EnvelopeFault:
    """A count, control number or closing segment that isn't right.

    Attributes:
        check_key: the transaction that it is about, or the last one before it; -1 if there is none.
        position: byte offset of the segment.
        message: what is wrong, in words.
    """

    check_key: int
    position: int
    message: str


@dataclass(slots=True)
class _Open:
    """An envelope that isn't closed yet."""

    number: int
    control: str
    position: int
    inside: int = 0


class _Walk:
    """The envelopes of one file, from its first segment to its last."""

    def __init__(self) -> None:
        self.opened: dict[str, _Open] = {}
        self.check = -1

    def take(self, row: dict[str, object]) -> Iterator[EnvelopeFault]:
        """The faults that one segment shows."""
        name, words = str(row["name"]), _words(str(row["text"]))
        self.check = max(self.check, int(str(row["check_key"])))
        number, position = int(str(row["segment_number"])), int(str(row["position"]))
        if name in _OPENING:
            yield from self._unclosed(name)
            for outer, inner in _INSIDE.items():
                if inner == name and outer in self.opened:
                    self.opened[outer].inside += 1
            control = words[_OPENING[name]] if len(words) > _OPENING[name] else ""
            self.opened[name] = _Open(number, control.strip(), position)
            return
        opening = self.opened.pop(_CLOSING[name], None)
        if opening is None:
            yield self._fault(position, f"{name} closes no {_WHAT[_CLOSING[name]]}")
            return
        yield from self._unclosed(_INSIDE.get(_CLOSING[name], ""))
        count = number - opening.number + 1 if name == "SE" else opening.inside
        said = words[1].strip() if len(words) > 1 else ""
        is_number = _COUNT.fullmatch(said) is not None
        if not is_number or int(said) != count:
            found = f"says {int(said):,}" if is_number else "isn't a count"
            yield self._fault(
                position, f"{name}01 {found}, but there are {count:,} {_COUNTED[name]}"
            )
        control = words[2].strip() if len(words) > 2 else ""
        if control != opening.control:
            own = f"{_CLOSING[name]}{_OPENING[_CLOSING[name]]:02d}"
            yield self._fault(position, f"{name}02 isn't the control number in {own}")

    def rest(self) -> Iterator[EnvelopeFault]:
        """What was never closed."""
        yield from self._unclosed("ISA")

    def _unclosed(self, name: str) -> Iterator[EnvelopeFault]:
        """Envelopes of a kind, and those inside it, that end without their closing segment."""
        inner = _INSIDE.get(name)
        if inner:
            yield from self._unclosed(inner)
        opening = self.opened.pop(name, None)
        if opening is not None:
            closing = next(one for one, own in _CLOSING.items() if own == name)
            yield self._fault(
                opening.position, f"the {_WHAT[name]} isn't closed: {closing} is missing"
            )

    def _fault(self, position: int, message: str) -> EnvelopeFault:
        return EnvelopeFault(self.check, position, message)


def envelope_faults(remittance: Remittance) -> list[EnvelopeFault]:
    """Every count, control number and closing segment that isn't right, in file order."""
    names = [*_OPENING, *_CLOSING]
    rows = remittance.segments.filter(pl.col("name").is_in(names))
    walk, last = _Walk(), 0
    found: list[EnvelopeFault] = []
    for row in rows.iter_rows(named=True):
        if row["segment_number"] <= last:  # the next file
            found += walk.rest()
            walk = _Walk()
        last = row["segment_number"]
        found += walk.take(row)
    return [*found, *walk.rest()]


def _words(text: str) -> list[str]:
    """The elements of a segment; the character after its name separates them."""
    mark = text[len(text) - len(text.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) :][:1]
    return text.split(mark) if mark else [text]
