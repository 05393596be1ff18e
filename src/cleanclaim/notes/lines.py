"""The conditions that a line of the assessment is about, each with its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from cleanclaim.notes import assertion as said
from cleanclaim.notes import drugs, guidelines, special
from cleanclaim.notes.coding import BY_DEFAULT, Coder
from cleanclaim.notes.found import Found, assertion_of
from cleanclaim.notes.mentions import Mention
from cleanclaim.notes.other_meanings import means_other
from cleanclaim.notes.passages import ASSESSMENT, Sentence
from cleanclaim.notes.problems import (
    follows_cause,
    is_bare,
    is_doubtful,
    joins_equals,
    pieces,
    stripped,
)
from cleanclaim.notes.sides import said_side, side_near
from cleanclaim.notes.tables import words as words_of

_EXACT: Final = 0.95
"""The score of a phrase that is a term of its own."""
_WHOLE: Final = 0.8
"""The score from which a whole phrase is one condition."""
_PIECE: Final = 0.6
_TOGETHER: Final = 4
"""The most parts of a phrase that are tried as one condition."""
_COMBINED: Final = ("E08", "E09", "E10", "E11", "E13", "I11", "I12", "I13")
_DIABETES: Final = ("E08", "E09", "E10", "E11", "E13")
_RETINA: Final = tuple(f"{one}.3" for one in _DIABETES)
ENCOUNTER: Final = re.compile(
    r"\b(?:screening|encounter for|aftercare|annual|well[- ]child|immunization|routine (?:\w+ ){0,2}exam\w*|health exam\w*)\b",
    re.IGNORECASE,
)
_BESIDE: Final = (*"VWXY", "Z68")
"""Causes and measures, which stand beside a condition: `special` codes them."""
_GENERAL: Final = words_of("general")
_FEW: Final = 2
"""The most words of a condition that takes its site from the one before."""
_SHORT: Final = 8
"""The most words of a short sentence."""


def is_line(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence is a line of its own, or short."""
    few = len(note[sentence.start : sentence.end].split()) <= _SHORT
    return sentence.leads or sentence.listed or few


def of_line(
    note: str, span: tuple[int, int], sentence: Sentence, coder: Coder, passages: list[Sentence]
) -> Iterator[Found]:
    """Yield the conditions of a line of the assessment."""
    text = note[span[0] : span[1]]
    if ENCOUNTER.search(text):
        coded = coder.code(text)
        if coded and coded.result.code.startswith("Z") and coded.score >= _PIECE:
            mention = Mention(*span, sentence, heading=True)
            yield Found(mention, coded, said.Assertion(said.PRESENT))
            return
    parts = [stripped(note, part) for part in pieces(note, stripped(note, span))]
    parts = [part for part in parts if part[0] < part[1]]
    at = 0
    found: list[Found] = []
    while at < len(parts):
        length, one = _longest(note, parts[at : at + _TOGETHER], sentence, coder, passages)
        if at and length == 1 and joins_equals(note, parts[at - 1], parts[at]):
            one = _at_same_site(note, parts[at - 1], parts[at], one, coder)
        at += length
        if one is not None:
            found.append(one)
    if len(found) == 1:
        only = found[0]
        side = side_near(note, only.mention.start, only.mention.end, sentence)
        found = [only._replace(coded=coder.specified(only.coded, note[span[0] : span[1]], side))]
    yield from _with_causes(
        note, [one for n, one in enumerate(found) if not n or not _is_general(note, one)]
    )


def _at_same_site(
    note: str, before: tuple[int, int], part: tuple[int, int], one: Found | None, coder: Coder
) -> Found | None:
    """Return a condition without a site at the site of the one that it is joined with: right knee pain and stiffness."""
    words, earlier = note[part[0] : part[1]], note[before[0] : before[1]]
    sites = [word for word in re.findall(r"[a-z]+", earlier.lower()) if word in _BODY]
    if one is None or len(sites) != 1 or len(words.split()) > _FEW or _parts_of(words):
        return one
    coded = coder.code(f"{said_side(earlier) or ''} {sites[0]} {words}".strip())
    is_there = coded is not None and sites[0] in (coded.result.title or "").lower() and coded.result.code[:3] == one.coded.result.code[:3]  # fmt: skip
    return one._replace(coded=coded) if is_there and coded is not None else one


def _is_general(note: str, one: Found) -> bool:
    """Return true if a later part of a line is one word that only says more of the condition before it: hemorrhoids, bleeding."""
    return note[one.mention.start : one.mention.end].strip().lower() in _GENERAL


def _longest(
    note: str,
    parts: list[tuple[int, int]],
    sentence: Sentence,
    coder: Coder,
    passages: list[Sentence],
) -> tuple[int, Found | None]:
    """Return the most parts that are one condition, and it; one part if none is."""
    for length in range(len(parts), 1, -1):
        span = (parts[0][0], parts[length - 1][1])
        one = _as_found(note, span, sentence, coder, passages, _WHOLE)
        if is_doubtful(note[span[0] : span[1]]) and (one is None or one.coded.rule != BY_DEFAULT or one.coded.score < _EXACT):  # fmt: skip
            continue
        if one is None or one.coded.result.missed:
            continue
        is_term = one.coded.rule == BY_DEFAULT and one.coded.score >= _EXACT
        if not is_term and _are_apart(note, parts[:length], coder):
            continue
        if length > 2 and _is_one_of_several(one.coded.result.code):
            continue
        is_caused = any(follows_cause(note, part) for part in parts[1:length])
        if not (is_caused and guidelines.is_symptom(one.coded.result.code)):
            return (1, one) if _needs_more(one, note, parts[1:length], coder) else (length, one)
    return 1, _as_found(note, parts[0], sentence, coder, passages, _PIECE)


def _is_one_of_several(code: str) -> bool:
    """Return true if a code is for one complication of diabetes: each has its own; retinopathy and its macular edema share one."""
    return code.startswith(_DIABETES) and not code.startswith(_RETINA)


def _are_apart(note: str, parts: list[tuple[int, int]], coder: Coder) -> bool:
    """Return true if a list names conditions of different categories."""
    pairs = [(a, b) for a, b in pairwise(parts) if joins_equals(note, a, b)]
    for before, after in pairs:
        if is_bare(note[after[0] : after[1]]):
            continue
        codes = [coder.code(note[start:end]) for start, end in (before, after)]
        sure = {each.result.code[:3] for each in codes if each and each.score >= _WHOLE}
        if len(sure) > 1:
            return True
    return False


def _needs_more(one: Found, note: str, parts: list[tuple[int, int]], coder: Coder) -> bool:
    """Return true if a combination code needs the code of one of its parts beside it."""
    own = one.coded.result.code
    if not own.startswith(_COMBINED):
        return False
    codes = (coder.code(note[start:end]) for start, end in parts)
    return any(each is not None and each.result.code.startswith(guidelines.KEPT) for each in codes)


def _with_causes(note: str, found: list[Found]) -> Iterator[Found]:
    """Yield the conditions of a line; a symptom before its cause is integral to it."""
    for n, one in enumerate(found):
        after = found[n + 1] if n + 1 < len(found) else None
        is_explained = (
            after is not None
            and guidelines.is_symptom(one.coded.result.code)
            and not guidelines.is_symptom(after.coded.result.code)
            and after.assertion.meaning == said.PRESENT
            and not special.is_sequela(note, one.mention.sentence)
            and follows_cause(note, (after.mention.start, after.mention.end))
        )
        yield one._replace(assertion=said.Assertion(said.INTEGRAL)) if is_explained else one


def _as_found(
    note: str,
    span: tuple[int, int],
    sentence: Sentence,
    coder: Coder,
    passages: list[Sentence],
    least: float,
) -> Found | None:
    mention = Mention(*span, sentence, heading=True)
    words = note[span[0] : span[1]]
    if (
        len(words.strip()) < 2
        or not re.search(r"[A-Za-z]{2}", words)
        or is_bare(words)
        or means_other(note, *span)
    ):
        return None
    side = side_near(note, mention.start, mention.end, mention.sentence) or _side_of_note(
        note, words, passages
    )
    coded = coder.code(words, side)
    if coded is None or coded.score < least:
        return None
    if coded.result.code.startswith(_BESIDE) or (coded.result.code[0] == "T" and drugs.names_drug(note, sentence)):  # fmt: skip
        return None
    assertion = assertion_of(note, mention)
    if assertion.meaning == said.PAST and special.is_sequela(note, sentence):
        assertion = said.Assertion(said.PRESENT)
    return Found(mention, coded, assertion)


def _side_of_note(note: str, words: str, passages: list[Sentence]) -> str | None:
    """Return the side of the complaint, or of what the assessment says about the same part of the body, if it is one."""
    parts = _parts_of(words)
    sides = {
        side
        for one in passages
        if one.section == "complaint" or (parts and one.section == ASSESSMENT)
        if (side := said_side(note[one.start : one.end]))
        and (not parts or parts & _parts_of(note[one.start : one.end]))
    }
    return sides.pop() if len(sides) == 1 else None


def _parts_of(words: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", words.lower())) & _BODY


_BODY: Final = words_of("joint")
