"""What an earlier stroke left: the codes of category I69, instead of the stroke and the deficit.

Source: ICD-10-CM Official Guidelines, section I.C.9.d (sequelae of cerebrovascular disease; Z86.73 is for a stroke that left
nothing) and I.C.6.a (the dominant side: if it isn't documented, the right side is dominant and the left isn't).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from cleanclaim.notes import assertion as said
from cleanclaim.notes.coding import Coder
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.sides import said_side
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.tables import rows

RULE: Final = "sequelae of stroke (I.C.9.d)"
_STROKE: Final = re.compile(
    r"\b(?:strokes?|cva|cerebrovascular accident|cerebral infarct\w*|(?P<bleed>intracerebral hemorrhage|hemorrhagic stroke|ich|brain hemorrhage)|"
    r"(?P<sah>subarachnoid hemorrhage|sah))\b",
    re.IGNORECASE,
)
_LEFT_OVER: Final = re.compile(
    r"\b(?:sequelae?|late effects?|residual|post-?\s?stroke|lasting|persistent|chronic deficits?|left (?:him|her|them) with)\b",
    re.IGNORECASE,
)
_EARLIER: Final = re.compile(
    r"\b(?:old|prior|previous|remote|past|history of|hx of|hx|h/o|s/p|status[- ]post|19\d\d|20\d\d)\W+(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
_AGO: Final = re.compile(
    r"\s*(?:\(?\s*\d{1,2}/(?:\d{1,2}/)?(?:19|20)?\d\d\b|\(?\s*(?:in\s+)?(?:\w+\s+)?(?:19|20)\d\d"
    r"|(?:about\s+)?(?:\w+|\d+)\s+(?:years?|months?|yrs?)\s+ago|last (?:year|month|spring|summer|fall|winter))",
    re.IGNORECASE,
)
_RELATION: Final = re.compile(
    r"\b(?:with|from|due to|secondary to|following|after|since|2/2|resulting in|causing|caused|because of|has|leaving)\b",
    re.IGNORECASE,
)
_LEFT_HANDED: Final = re.compile(r"\bleft[- ]hand(?:ed|[- ]dominant| dominance)\b", re.IGNORECASE)
_WEAKNESS: Final = "5"
"""The ending of the codes for one side's weakness, before the character for the side."""
_SILENT: Final = frozenset(("family", "ros", "allergies", "instructions", "medications"))
_STROKES: Final = ("I60", "I61", "I63", "I67.89")
_REPLACED: Final = (*_STROKES, "G81", "G83", "R47", "R29.8", "R41.3", "R41.8", "R41.4", "R27.0", "R53.1", "R26", "Z86.73", "R20")  # fmt: skip
"""The stroke and the deficits, whose codes those of the sequelae replace."""


class _Deficit(NamedTuple):
    said: re.Pattern[str]
    ending: str
    beside: str


def of_stroke(
    note: str, passages: list[Sentence], found: list[Suggestion], main: frozenset[str], coder: Coder
) -> list[Suggestion]:
    """Return the suggestions, what an earlier stroke left by its own code.

    Args:
        note: the text.
        passages: its sentences.
        found: the suggestions.
        main: the sections that say what the visit was about.
        coder: the codes of the day.
    """
    added: list[Suggestion] = []
    places: list[tuple[int, int]] = []
    for sentence in passages:
        if sentence.section in _SILENT or not (stroke := _earlier_stroke(note, sentence)):
            continue
        kind = CODE if sentence.section in main else CONSIDER
        own = list(_left(note, sentence, stroke, kind, coder))
        added += own
        places += [(sentence.start, sentence.end)] if own else []
    if not added:
        return found
    codes = {one.code for one in added}
    is_coded = any(one.disposition == CODE for one in added)
    kept = [
        replace(one, disposition=NOT_CODED, why=_why(one.code, added), rule=RULE)
        if one.code.startswith(_REPLACED) and _is_within(one, places)
        else one
        for one in found
        if one.code not in codes and not (is_coded and one.code == "Z86.73")
    ]
    return [
        *kept,
        *{
            one.code: one for one in sorted(added, key=lambda each: each.disposition == CODE)
        }.values(),
    ]


def _why(code: str, added: list[Suggestion]) -> str:
    """Return why the code of a stroke or a deficit isn't used."""
    return (
        "past history"
        if code.startswith(_STROKES)
        else f"integral to another condition: {added[0].code}"
    )


def _is_within(one: Suggestion, places: list[tuple[int, int]]) -> bool:
    """Return true if the last words that a suggestion is based on are in one of some sentences."""
    return any(start <= words.start < end for start, end in places for words in one.evidence)


def _earlier_stroke(note: str, sentence: Sentence) -> re.Match[str] | None:
    """Return the stroke of an earlier time that a sentence names."""
    for match in _STROKE.finditer(note, sentence.start, sentence.end):
        is_earlier = (
            _LEFT_OVER.search(note, sentence.start, sentence.end)
            or _EARLIER.search(note[sentence.start : match.start()])
            or _AGO.match(note, match.end(), sentence.end)
        )
        meaning = said.assertion(note, *match.span(), (sentence.start, sentence.end, sentence.section)).meaning  # fmt: skip
        if is_earlier and meaning in {said.PRESENT, said.PAST}:
            return match
    return None


def _left(
    note: str, sentence: Sentence, stroke: re.Match[str], kind: str, coder: Coder
) -> Iterator[Suggestion]:
    """Yield the codes of the deficits that a sentence gives to a stroke."""
    category = "I69.0" if stroke["sah"] else "I69.1" if stroke["bleed"] else "I69.3"
    for deficit in _deficits():
        match = deficit.said.search(note, sentence.start, sentence.end)
        if match is None or not _is_related(note, sentence, match, stroke):
            continue
        ending = deficit.ending
        if ending == _WEAKNESS:
            side = said_side(match[0]) or said_side(note[sentence.start : match.end()])
            ending += _side(side, is_left_handed=_LEFT_HANDED.search(note) is not None)
        evidence = tuple(Evidence.of(note, *one.span()) for one in sorted((match, stroke), key=lambda one: one.start()))  # fmt: skip
        for code in (category + ending, deficit.beside):
            result = coder.named(code) if code else None
            if result is not None and result.code == code:
                yield Suggestion(code, result.title or "", kind, 0.8 if kind == CODE else 0.35, "what an earlier stroke left", RULE, evidence)  # fmt: skip


def _is_related(note: str, sentence: Sentence, deficit: re.Match[str], stroke: re.Match[str]) -> bool:  # fmt: skip
    """Return true if a sentence says that the stroke left the deficit."""
    place = (sentence.start, sentence.end, sentence.section)
    if said.assertion(note, *deficit.span(), place).meaning not in {said.PRESENT, said.PAST}:
        return False
    first, last = sorted((deficit.span(), stroke.span()))
    between = note[first[1] : last[0]]
    return bool(_RELATION.search(between) or _LEFT_OVER.search(note, sentence.start, sentence.end))


def _side(side: str | None, *, is_left_handed: bool) -> str:
    """Return the last character of the codes for one side's weakness."""
    if side == "right":
        return "3" if is_left_handed else "1"
    if side == "left":
        return "2" if is_left_handed else "4"
    return "9"


@cache
def _deficits() -> list[_Deficit]:
    return [_Deficit(re.compile(row["said"], re.IGNORECASE), row["ending"], row["beside"]) for row in rows("sequelae")]  # fmt: skip
