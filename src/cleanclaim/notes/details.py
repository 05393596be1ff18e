"""The details of a condition in its item of the assessment: its stage, its course, an exacerbation, how it is controlled, what it was due to.

Source: the titles of the ICD-10-CM categories, whose codes differ by that; guidelines I.B.2
(highest specificity), I.C.10.a (exacerbations), I.C.5.d and I.A.13 (dementia), I.C.9.d (sequelae of stroke), I.C.15.i
(gestational diabetes), I.C.21.c.13 (examinations with abnormal findings).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from cleanclaim.notes.coding import Coder
from cleanclaim.notes.passages import ASSESSMENT, Sentence
from cleanclaim.notes.suggestion import CODE, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.tables import rows

_RULE: Final = "highest specificity (I.B.2)"
_MOST: Final = 4
"""The most details of one condition."""
_SILENT: Final = frozenset(("family", "allergies", "instructions", "ros"))
_DENIED: Final = re.compile(
    r"\b(?:no|not|never|denies|without|non|negative for)\W*$", re.IGNORECASE
)

_BEFORE: Final = re.compile(
    r"\b(?:last|prior|previous|earlier|history of|hx of|h/o)\W*$", re.IGNORECASE
)
_OVER: Final = re.compile(
    r"\W*(?:\w+\W+){0,2}?(?:in (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|19\d\d|20\d\d|the past)|last (?:week|month|year|spring|summer|fall|winter)|"
    r"(?:\d+|a|one|two|three|four|five|six|several|few) (?:weeks?|months?|years?) ago|(?:now |since |has |have )?resolved)",
    re.IGNORECASE,
)
"""Words that place a detail in an earlier time."""


_Places = dict[str, list[Sentence]]
"""Where a detail can be documented: the line of the condition, its item of the assessment, the note."""


class _Detail(NamedTuple):
    """One row of the table: a code, where and in what words a detail is documented, and the code for it, instead of the first or, if `also`, coded with it."""

    code: str
    where: str
    said: re.Pattern[str]
    instead: str
    also: bool


_GRADES: Final = (
    # codes that are graded, the word before or after a grade, and each grade with the character that says it
    (
        re.compile(r"^H40\.\d{3}0$"),
        "stage",
        {r"mild": "1", r"moderate": "2", r"severe": "3", r"indeterminate": "4"},
    ),
    (
        re.compile(r"^L89\.\d{2}9$"),
        "",
        {
            r"unstageable": "0",
            r"stage (?:1|i)\b": "1",
            r"stage (?:2|ii)\b": "2",
            r"stage (?:3|iii)\b": "3",
            r"stage (?:4|iv)\b": "4",
            r"deep tissue": "6",
        },
    ),
    (
        re.compile(r"^L97\.\d{2}9$"),
        "",
        {
            r"necrosis of (?:the )?bone|bone necrosis": "4",
            r"necrosis of (?:the )?muscle|muscle necrosis": "3",
            r"fat (?:layer )?exposed|fat layer|subcutaneous": "2",
            r"breakdown of skin|skin breakdown|superficial|limited to (?:the )?skin": "1",
        },
    ),
)
_BURN: Final = re.compile(r"^T2[0-5]\.0")
"""Burns whose degree isn't documented."""
_DEGREES: Final = (
    (re.compile(r"\b(?:third|3rd)[- ]degree\b|\bfull[- ]thickness\b", re.IGNORECASE), "3"),
    (
        re.compile(
            r"\b(?:second|2nd)[- ]degree\b|\bpartial[- ]thickness\b|\bblister\w*", re.IGNORECASE
        ),
        "2",
    ),
    (re.compile(r"\b(?:first|1st)[- ]degree\b|\bsuperficial\b", re.IGNORECASE), "1"),
)
_NONDISPLACED: Final = re.compile(r"\bnon-?\s?displaced\b|\b(?:un|minimally )displaced\b|\bwithout displacement\b", re.IGNORECASE)  # fmt: skip
_DEMENTIA: Final = re.compile(r"^(?P<stem>F0[123]\.)(?:80|90|50)$")
_TELLS_BEHAVIOR: Final = re.compile(r"^F0[123]\.[0-9A-C](?!0$)\d+$")
_SEVERITY: Final = (
    (re.compile(r"\bmild\b", re.IGNORECASE), "A"),
    (re.compile(r"\bmoderate\b", re.IGNORECASE), "B"),
    (re.compile(r"\bsevere\b", re.IGNORECASE), "C"),
)
_BEHAVIOR: Final = (
    (re.compile(r"\bagitat\w+", re.IGNORECASE), "11"),
    (re.compile(r"\b(?:psychosis|psychotic|delusion\w*|hallucinat\w+)", re.IGNORECASE), "2"),
    (re.compile(r"\bbehaviou?r(?:al)? (?:disturbances?|symptoms?|problems?|issues?)|\bsundown\w+|\bwander\w+|\baggress\w+", re.IGNORECASE), "18"),
    (re.compile(r"\b(?:mood disturbance|depress\w+)", re.IGNORECASE), "3"),
    (re.compile(r"\banxi(?:ety|ous)\b", re.IGNORECASE), "4"),
)  # fmt: skip
_INCLUDED: Final = (
    # codes, and those they include, which aren't coded with them
    (_TELLS_BEHAVIOR, ("R45.1", "R45.6", "R46.89", "R41.0", "R44.3"), "integral symptoms (I.B.5)"),
    (re.compile(r"^O24\.4"), ("Z79.4", "Z79.84"), "gestational diabetes (I.C.15.i)"),
)
_EXAMS: Final = {"Z00.00": "Z00.01", "Z00.129": "Z00.121", "Z01.419": "Z01.411"}
"""Examinations without and with an abnormal finding."""
_FINDING: Final = re.compile(r"^(?:R0[139]|R[789]|N63|H6[56]|J0[0-6]|J20|N39\.0|L0[0-3])")
"""What is found at an examination: abnormal findings and new illness, not what the patient had before."""


def of_items(note: str, passages: list[Sentence], found: list[Suggestion], coder: Coder) -> Iterator[Suggestion]:  # fmt: skip
    """Yield the suggestions, each with the details of its item of the assessment."""
    for one in found:
        if one.disposition != CODE:
            yield one
            continue
        places = _places_of(passages, one)
        for _ in range(_MOST):
            closer = _closer(note, places, one, coder)
            if closer is None:
                break
            one = closer  # noqa: PLW2901 - each detail is one step
        one = _nondisplaced(note, places, one, coder)  # noqa: PLW2901
        yield one
        known = {each.code for each in found}
        yield from (more for more in _added(note, places, one, coder) if more.code not in known)


def _nondisplaced(note: str, places: _Places, one: Suggestion, coder: Coder) -> Suggestion:
    """Return a fracture that its line calls nondisplaced by its own code: displaced is only assumed if the note doesn't say (I.C.19.c)."""
    match = (
        _first(note, places["line"], _NONDISPLACED) if one.title.startswith("Displaced") else None
    )
    first = coder.named(f"{one.code[:-1]}A") if match else None
    if match is None or first is None:
        return one
    wanted = (first.title or "").replace("Displaced", "Nondisplaced", 1)
    stems = (f"{one.code[:5]}{n}" for n in range(10))
    same = next(
        (each for stem in stems for each in coder.below(stem) if each.title == wanted), None
    )
    result = coder.named(same.code[:-1] + one.code[-1]) if same else None
    return _with(note, one, result.code, result.title or "", match) if result else one


def without_included(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Yield the suggestions, those not coded that another code includes."""
    own = [one.code for one in found if one.disposition == CODE]
    for one in found:
        by = next(((code, rule) for codes, told, rule in _INCLUDED if one.code in told for code in own if codes.match(code)), None)  # fmt: skip
        if by is None or one.disposition == NOT_CODED:
            yield one
            continue
        yield replace(one, disposition=NOT_CODED, rule=by[1], why=f"integral to another condition: {by[0]}")  # fmt: skip


def of_exams(found: list[Suggestion], coder: Coder) -> list[Suggestion]:
    """Return the suggestions, a routine examination with its abnormal finding if there is one (I.C.21.c.13)."""
    finding = next(
        (one for one in found if one.disposition == CODE and _FINDING.match(one.code)), None
    )
    known = {one.code for one in found if one.disposition == CODE}
    found = [one for one in found if _EXAMS.get(one.code) not in known]
    changed = []
    for one in found:
        code = _EXAMS.get(one.code) if one.disposition == CODE and finding else None
        result = coder.named(code) if code else None
        if finding is None or result is None or result.code != code:
            changed.append(one)
            continue
        evidence = (*one.evidence, *finding.evidence)
        changed.append(replace(one, code=result.code, title=result.title or "", evidence=evidence, rule="abnormal findings (I.C.21.c.13)"))  # fmt: skip
    return changed


def _closer(note: str, places: _Places, one: Suggestion, coder: Coder) -> Suggestion | None:  # fmt: skip
    """Return the suggestion with one more detail; None if there is none."""
    graded = _graded(note, places, one)
    rows_told = (
        (row.instead, match) for row, match in _told(note, places, one.code) if not row.also
    )
    for code, match in (graded,) if graded else rows_told:
        result = coder.named(code)
        if result is not None and result.code == code:
            return _with(note, one, code, result.title or "", match)
    return None


def _added(note: str, places: _Places, one: Suggestion, coder: Coder) -> Iterator[Suggestion]:  # fmt: skip
    """Yield the codes that a detail adds."""
    for row, match in _told(note, places, one.code):
        result = coder.named(row.instead) if row.also else None
        if result is None or result.code != row.instead:
            continue
        more = _with(note, replace(one, evidence=(), alternatives=()), result.code, result.title or "", match)  # fmt: skip
        graded = _graded(note, places, more)
        dated = coder.named(graded[0]) if graded else None
        yield _with(note, more, dated.code, dated.title or "", graded[1]) if graded and dated and dated.code == graded[0] else more  # fmt: skip


def _with(note: str, one: Suggestion, code: str, title: str, match: re.Match[str]) -> Suggestion:
    evidence = tuple(dict.fromkeys((*one.evidence, Evidence.of(note, match.start(), match.end()))))
    return replace(one, code=code, title=title, evidence=evidence, query=None, rule=_RULE)


def _places_of(passages: list[Sentence], one: Suggestion) -> _Places:
    """Return where the details of a suggestion can be documented."""
    line = [each for each in passages if any(each.start <= words.start < each.end for words in one.evidence)]  # fmt: skip
    items = {each.item for each in line if each.section == ASSESSMENT} or {
        each.item for each in line
    }
    said = [each for each in passages if each.section not in _SILENT]
    return {"line": line, "item": [each for each in passages if each.item in items], "note": said}


def _told(note: str, places: _Places, code: str) -> Iterator[tuple[_Detail, re.Match[str]]]:
    """Yield the details that are documented for a code, with their words."""
    for row in _details():
        match = _first(note, places[row.where], row.said) if code.startswith(row.code) else None
        if match:
            yield row, match


@cache
def _details() -> list[_Detail]:
    return [
        _Detail(row["code"], row["where"], re.compile(row["said"], re.IGNORECASE), row["instead"].lstrip("+"), row["instead"].startswith("+"))
        for row in rows("details")
    ]  # fmt: skip


def _graded(note: str, places: _Places, one: Suggestion) -> tuple[str, re.Match[str]] | None:
    """Return the code with its grade, and the words of the grade."""
    dementia = _DEMENTIA.match(one.code)
    if dementia:
        return _of_dementia(note, places, one, dementia["stem"])
    if _BURN.match(one.code):
        told = ((number, match) for said, number in _DEGREES if (match := _first(note, places["line"], said)))  # fmt: skip
        return next(((f"{one.code[:4]}{number}{one.code[5:]}", match) for number, match in told), None)  # fmt: skip
    for codes, word, grades in _GRADES:
        for said, character in grades.items() if codes.match(one.code) else ():
            pattern = re.compile(rf"\b(?:{said})\b[- ]*{word}", re.IGNORECASE)
            if match := _first(note, places["item"], pattern):
                return one.code[:-1] + character, match
    return None


def _of_dementia(note: str, places: _Places, one: Suggestion, stem: str) -> tuple[str, re.Match[str]] | None:  # fmt: skip
    severity = next(((letter, match) for said, letter in _SEVERITY if (match := _first(note, places["line"], said))), None)  # fmt: skip
    behavior = next(((ending, match) for said, ending in _BEHAVIOR if (match := _first(note, places["item"], said))), None)  # fmt: skip
    letter = severity[0] if severity else one.code[len(stem)]
    ending = behavior[0] if behavior else "0"
    match = behavior[1] if behavior else severity[1] if severity else None
    return (f"{stem}{letter}{ending}", match) if match else None


def _first(note: str, sentences: list[Sentence], pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Return the first place where words stand that aren't denied, and don't speak of an earlier time."""
    for sentence in sentences:
        for match in pattern.finditer(note, sentence.start, sentence.end):
            before = note[sentence.start : match.start()]
            is_over = _BEFORE.search(before) or _OVER.match(note, match.end(), sentence.end)
            if not _DENIED.search(before) and not is_over:
                return match
    return None
