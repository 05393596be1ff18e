"""What a sentence says about a condition: that it is there, denied, suspected, past, or someone else's.

The method is that of NegEx and ConText (Chapman et al., 2001; Harkema et al., 2009): a trigger
holds for the conditions after or before it, up to a word that ends its scope. The triggers are in
`data/triggers.csv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from cleanclaim.notes.tables import rows

PRESENT: Final = "present"
DENIED: Final = "denied"
FAMILY: Final = "family"
OTHER: Final = "other-person"
PAST: Final = "past"
UNCERTAIN: Final = "uncertain"
HYPOTHETICAL: Final = "hypothetical"
INTEGRAL: Final = "integral"
"""A symptom whose cause the same line gives."""
_STRONGEST_FIRST: Final = (FAMILY, OTHER, DENIED, HYPOTHETICAL, UNCERTAIN, PAST)
_SECTIONS: Final = {
    "family": FAMILY,
    "instructions": HYPOTHETICAL,
    "allergies": HYPOTHETICAL,
    "psh": PAST,
}
"""What a section says about the conditions in it, unless their sentence says otherwise."""
_ENDS: Final = re.compile(
    r"\b(?:but|with (?:a |an |past |known )?(?:history|diagnosis)|however|although|though|except|aside from|apart from|besides|yet|still has|"
    r"which|who (?:has|presents)|"
    r"presents? (?:with|for)|complains? of|complaining of|endorses?|admits? to|reports? (?:of )?(?!no\b)|is positive for|positive for|"
    r"secondary to|due to|because of|caused by|as a result of|states?|says|notes|brings|brought|reports)\b|;",
    re.IGNORECASE,
)
_CAUSE: Final = re.compile(
    r"^\s*(?:due to|secondary to|related to|caused by|from)\b", re.IGNORECASE
)
_YEAR: Final = re.compile(r"(?<=in\\ )(?:19|20)$")
"""The century of a year in a trigger."""
_BEGAN: Final = re.compile(
    r"\b(?:diagnos\w+|dx\w*|since|start\w*|began|onset|found|detected)\b", re.IGNORECASE
)
_FAR: Final = 90
"""The most characters between a trigger and its condition."""


@dataclass(frozen=True, slots=True)
class _Trigger:
    """Words that say something about conditions near them."""

    meaning: str
    side: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Assertion:
    """What is said about a condition.

    Attributes:
        meaning: present, denied, family, other-person, past, uncertain or hypothetical.
        start, end: the words that say so, in the note; both 0 if the section says it.
    """

    meaning: str
    start: int = 0
    end: int = 0


@cache
def _triggers() -> tuple[_Trigger, ...]:
    table = rows("triggers")
    return tuple(
        _Trigger(row["meaning"], row["side"], _pattern([one["words"] for one in table if (one["meaning"], one["side"]) == (row["meaning"], row["side"])]))
        for row in {(one["meaning"], one["side"]): one for one in table}.values()
    )  # fmt: skip


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Return a pattern that matches any of the triggers, the longest first."""
    options = sorted(words, key=len, reverse=True)
    joined = "|".join(
        _YEAR.sub(r"\\d\\d\\d\\d", re.escape(one)).replace(r"\ ", r"\s+") for one in options
    )
    return re.compile(rf"(?<![\w-])(?:{joined})(?!\w)", re.IGNORECASE)


def assertion(note: str, start: int, end: int, sentence: tuple[int, int, str]) -> Assertion:
    """Return what a note says about the condition at a place.

    Args:
        note: the note.
        start: where the condition starts.
        end: where it ends.
        sentence: where its sentence starts and ends, and the kind of section that it is in.

    >>> note = "She denies chest pain but has a cough."
    >>> assertion(note, 11, 21, (0, 38, "hpi")).meaning, assertion(note, 32, 37, (0, 38, "hpi")).meaning
    ('denied', 'present')
    """
    first, last, section = sentence
    found: dict[str, Assertion] = {}
    for trigger in _triggers():
        before = note[first:start] if trigger.side == "before" else note[end:last]
        for match in trigger.pattern.finditer(before):
            gap = before[match.end() :] if trigger.side == "before" else before[: match.start()]
            if match[0].lower() == "old" and gap.strip():
                continue
            if not _reaches(gap, trigger):
                continue
            at = first if trigger.side == "before" else end
            found[trigger.meaning] = Assertion(
                trigger.meaning, at + match.start(), at + match.end()
            )
    for meaning in _STRONGEST_FIRST:
        if meaning in found:
            return found[meaning]
    return Assertion(_SECTIONS.get(section, PRESENT))


def _reaches(gap: str, trigger: _Trigger) -> bool:
    """Return true if a trigger's scope goes as far as the condition."""
    if len(gap) > _FAR and trigger.meaning != DENIED:
        return False
    if trigger.side == "before" and trigger.meaning != PAST:
        gap = gap.removeprefix(":")  # ruled out: pneumonia
    if trigger.side == "after":
        return _reaches_back(gap, trigger)
    if trigger.meaning == UNCERTAIN:
        gap = _CAUSE.sub("", gap)
    if gap.lower().startswith(" to "):  # prior to
        return False
    if trigger.meaning == UNCERTAIN and re.search(r"[,.]", gap) and " or " not in gap:
        return False
    return _ENDS.search(gap) is None and ": " not in gap


def _reaches_back(gap: str, trigger: _Trigger) -> bool:
    """Return true if a trigger after a condition is about it."""
    if trigger.meaning == HYPOTHETICAL and len(gap.split()) > 1:
        return False
    if trigger.meaning == PAST and _BEGAN.search(gap):
        return False
    if gap.strip() == ",":  # suicidal ideation, denied
        return trigger.meaning == DENIED
    return "," not in gap and _ENDS.search(gap) is None and len(gap) < _FAR / 2
