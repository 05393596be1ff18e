"""The answer about a visit: its level, what decides it, and the words of the note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from cleanclaim.notes.suggestion import Evidence

MINIMAL: Final = 0
LOW: Final = 1
MODERATE: Final = 2
HIGH: Final = 3
NONE: Final = -1
"""No problem was addressed."""
NAMES: Final = {
    NONE: "none",
    MINIMAL: "minimal",
    LOW: "low",
    MODERATE: "moderate",
    HIGH: "high",
}
DATA_NAMES: Final = {**NAMES, LOW: "limited", HIGH: "extensive"}
SUPPORTED: Final = "supported"
OVER: Final = "over"
UNDER: Final = "under"
WRONG_CATEGORY: Final = "wrong-category"


def spans(evidence: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    """Return words of the note as the JSON contract defines them."""
    return [{"start": one.start, "end": one.end, "text": one.text} for one in evidence]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that counts for an element, or doesn't.

    Attributes:
        what: what it is, in a few words.
        why: why it counts, or why it doesn't.
        counts: whether it counts.
        evidence: the words of the note.
        rank: the level that it reaches by itself.
    """

    what: str
    why: str
    counts: bool
    evidence: tuple[Evidence, ...]
    rank: int = MINIMAL

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract defines it."""
        return {"what": self.what, "why": self.why, "counts": self.counts, "evidence": spans(self.evidence)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """An element of medical decision making: problems, data or risk.

    Attributes:
        rank: its level.
        why: what gives that level.
        items: what was found.
        names: the names of the levels of this element.
    """

    rank: int
    why: str
    items: tuple[Item, ...]
    is_data: bool = False

    @property
    def level(self) -> str:
        """The name of the level."""
        return (DATA_NAMES if self.is_data else NAMES)[self.rank]

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract defines it."""
        counted = tuple(dict.fromkeys(e for one in self.items if one.counts for e in one.evidence))
        items = [one.as_dict() for one in self.items]
        return {"level": self.level, "why": self.why, "items": items, "evidence": spans(counted)}


@dataclass(frozen=True, slots=True)
class Time:
    """The time that counts.

    Attributes:
        minutes: the minutes of the physician on the day; None if the note has no such statement.
        evidence: the words that say so.
        excluded: minutes that don't count, and why.
    """

    minutes: int | None = None
    evidence: tuple[Evidence, ...] = ()
    excluded: tuple[Item, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract defines it."""
        return {
            "minutes": self.minutes,
            "evidence": spans(self.evidence),
            "excluded": [{"what": one.what, "why": one.why, "evidence": spans(one.evidence)} for one in self.excluded],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extra:
    """An add-on code or a modifier.

    Attributes:
        code: the code.
        units: how many.
        why: why it is supported.
        evidence: the words of the note.
    """

    code: str
    why: str
    evidence: tuple[Evidence, ...] = ()
    units: int = 1


@dataclass(frozen=True, slots=True)
class Level:
    """The level of a visit that a note supports.

    Attributes:
        code: the visit code; None if no visit code is supported.
        basis: mdm or time; None without a code.
        why: what decided, in a sentence.
        family: office, hospital, consultation, emergency, nursing-facility or home.
        patient: new or established; or the kind of visit of another family.
        problems, data, risk: the elements of medical decision making.
        time: the minutes.
        add_ons: add-on codes.
        modifiers: modifiers of the visit.
        billed: the billed code and the verdict on it.
        missing_for_next: what the next level takes that the note doesn't show.
    """

    code: str | None
    basis: str | None
    why: str
    family: str
    patient: str
    problems: Element
    data: Element
    risk: Element
    time: Time
    add_ons: tuple[Extra, ...] = ()
    modifiers: tuple[Extra, ...] = ()
    billed: tuple[str, str, str] | None = None
    missing_for_next: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as the JSON contract defines it."""
        return {
            "code": self.code,
            "basis": self.basis,
            "why": self.why,
            "family": self.family,
            "patient": self.patient,
            "mdm": {
                "level": NAMES[mdm_rank(self.problems, self.data, self.risk)],
                "problems": self.problems.as_dict(),
                "data": self.data.as_dict(),
                "risk": self.risk.as_dict(),
            },
            "time": self.time.as_dict(),
            "add_ons": [{"code": one.code, "units": one.units, "why": one.why, "evidence": spans(one.evidence)} for one in self.add_ons],
            "modifiers": [{"modifier": one.code, "why": one.why, "evidence": spans(one.evidence)} for one in self.modifiers],
            "billed": None if self.billed is None else dict(zip(("code", "verdict", "why"), self.billed, strict=True)),
            "missing_for_next": list(self.missing_for_next),
        }  # fmt: skip


def mdm_rank(problems: Element, data: Element, risk: Element) -> int:
    """Return the level of medical decision making: two of the three elements reach it."""
    return max(sorted((problems.rank, data.rank, risk.rank))[1], NONE)
