"""The side that a note says a condition is on: beside it, in its sentence, or elsewhere in the note.

Source: ICD-10-CM Official Guidelines, section I.B.13 (laterality): an unspecified side is for notes
that don't say it anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from cleanclaim.encoder.defaults import side_of
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.tables import rows

_LETTER: Final = re.compile(r"(?<![\w.'/-])(L|R)(?=\.?\s+(?!spine|carnitine|foot drop)[a-z])")
_LETTERS: Final = {"L": "left", "R": "right"}
_EYE: Final = re.compile(r"(?<![\w/.])(OD|OS)(?![\w/])")
_EYES: Final = {"OD": "right", "OS": "left"}
_BOTH: Final = re.compile(
    r"(?<![\w/])(?:B/L|bilat)\b\.?|(?-i:\bOU\b)|\bboth\b|\bbilateral", re.IGNORECASE
)
_CLAUSE: Final = re.compile(r"[,;:.]|\band\b", re.IGNORECASE)
_NEAR: Final = 3
"""The most words between a side and the part of the body."""
_LEFT_OUT: Final = frozenset(("family", "psh", "ros", "social", "medications", "allergies", "instructions"))  # fmt: skip
_SITE: Final = re.compile(r"unspecified (?:female |male )?([a-z]+)", re.IGNORECASE)


def said_side(text: str) -> str | None:
    """Return the side that words say: left, right or bilateral; None if they don't, or say two.

    >>> said_side("R knee pain"), said_side("left knee, right hip"), said_side("both knees")
    ('right', None, 'bilateral')
    """
    if _BOTH.search(text):
        return "bilateral"
    letters = {_LETTERS[match[1]] for match in _LETTER.finditer(text)}
    letters |= {_EYES[match[1]] for match in _EYE.finditer(text)}
    word = side_of(text)
    found = letters | ({word} if word else set())
    return found.pop() if len(found) == 1 and found != {"bilateral"} else None


def side_near(note: str, start: int, end: int, sentence: Sentence) -> str | None:
    """Return the side that the words around a place say: in its clause, otherwise in its sentence."""
    before = note[sentence.start : start]
    after = note[end : sentence.end]
    first = max((match.end() for match in _CLAUSE.finditer(before)), default=0)
    last = _CLAUSE.search(after)
    clause = before[first:] + note[start:end] + (after[: last.start()] if last else after)
    return said_side(clause) or said_side(note[sentence.start : sentence.end])


def side_in_note(note: str, title: str, passages: Sequence[Sentence]) -> str | None:
    """Return the side that the note says, anywhere, of the part of the body that a title leaves open; None if it says several."""
    match = _SITE.search(title)
    names = _names().get(match[1].lower()) if match else None
    if names is None:
        return None
    near = rf"(?:\w+\W+){{0,{_NEAR}}}?"
    pattern = re.compile(rf"\b(left|right|bilateral)\W+{near}(?:{names})|\b(?:{names})\w*\W+(?:on the )?(left|right)\b", re.IGNORECASE)  # fmt: skip
    found = {
        (one[1] or one[2]).lower()
        for sentence in passages
        if sentence.section not in _LEFT_OUT
        for one in pattern.finditer(note, sentence.start, sentence.end)
    }
    return found.pop() if len(found) == 1 else None


@cache
def _names() -> dict[str, str]:
    """Return how notes call each part of the body that titles name."""
    return {row["name"]: row["pattern"] for row in rows("body")}
