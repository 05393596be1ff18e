"""The conditions that a line of the assessment is about, each with its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from cleanclaim.encoder.stems import tokens
from cleanclaim.notes import assertion as said
from cleanclaim.notes import drugs, guidelines, special
from cleanclaim.notes.coding import BY_DEFAULT, BY_SEARCH, Coded, Coder
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
_SYMPTOMS: Final = words_of("symptom")
"""Symptoms that take their site from the one that they are joined with."""
_FEW: Final = 2
"""The most words of a condition that takes its site from the one before."""
_CUT: Final = re.compile(r"\s+[-\u2013\u2014]+\s+\w")
_FILLING: Final = words_of("filling")
_SPREAD_TO: Final = "bones?|brain|liver|lungs?|peritoneum|adrenals?"
_REGIONS: Final = f"{_SPREAD_TO}|cervical|thoracic|lumbar|sacral|lumbosacral|thoracolumbar|knee|hip|shoulder|ankle|wrist|elbow|hand|foot"
_AFTERCARE: Final = re.compile(r"\b(?:aftercare|post-?op(?:erative)? care)\b(?:\s+(?:following|after|for|of|status post|s/p))?", re.IGNORECASE)  # fmt: skip
_OPERATION: Final = re.compile(r"\b(?:surgery|repair|operation|removal|excision|resection|correction|doing well|healing well)\b", re.IGNORECASE)  # fmt: skip
_AFTER: Final = {
    "M": "Z47.89", "C": "Z48.3", "D": "Z48.3", "G": "Z48.811", "I": "Z48.812", "J": "Z48.813", "K": "Z48.815", "N": "Z48.816", "L": "Z48.817", "H": "Z48.810",
}  # fmt: skip
"""The code of aftercare for the chapter of the condition that was operated on."""
_SHORT: Final = 8
"""The most words of a short sentence."""


def is_line(note: str, sentence: Sentence, span: tuple[int, int]) -> bool:
    """Return true if a sentence is a line of its own, or short, or its phrase is short and followed by what is done."""
    is_cut = (
        _CUT.match(note, span[1]) is not None and len(note[span[0] : span[1]].split()) <= _SHORT
    )
    few = is_cut or len(note[sentence.start : sentence.end].split()) <= _SHORT
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
        if (care := _AFTERCARE.search(text)) and (
            of_care := _of_aftercare(text[care.end() :], coder)
        ):
            yield Found(
                Mention(*span, sentence, heading=True), of_care, said.Assertion(said.PRESENT)
            )
            return
    parts = [stripped(note, part) for part in pieces(note, stripped(note, span))]
    parts = [part for part in parts if part[0] < part[1]]
    at = 0
    found: list[Found] = []
    while at < len(parts):
        length, one = _longest(note, parts[at : at + _TOGETHER], sentence, coder, passages)
        if at and length == 1 and joins_equals(note, parts[at - 1], parts[at]):
            one = _at_same_site(note, parts[at - 1], parts[at], sentence, one, coder)
        at += length
        if one is None and at > 1 and found and joins_equals(note, parts[at - 2], parts[at - 1]):
            one = _at_next_site(note, parts[at - 2], parts[at - 1], found[-1], coder)
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
    note: str,
    before: tuple[int, int],
    part: tuple[int, int],
    sentence: Sentence,
    one: Found | None,
    coder: Coder,
) -> Found | None:
    """Return a condition without a site at the site of the one that it is joined with: right knee pain and stiffness."""
    words, earlier = note[part[0] : part[1]], note[before[0] : before[1]]
    sites = [word for word in re.findall(r"[a-z]+", earlier.lower()) if word in _BODY]
    if len(sites) != 1 or len(words.split()) > _FEW or _parts_of(words):
        return one
    coded = coder.code(f"{said_side(earlier) or ''} {sites[0]} {words}".strip())
    if coded is None or coded.score < _WHOLE or sites[0] not in (coded.result.title or "").lower():
        return one
    if one is None:
        return Found(Mention(*part, sentence, heading=True), coded, said.Assertion(said.PRESENT)) if words.lower() in _SYMPTOMS else None  # fmt: skip
    return one._replace(coded=coded) if coded.result.code[:3] == one.coded.result.code[:3] else one


def _at_next_site(
    note: str, before: tuple[int, int], part: tuple[int, int], one: Found, coder: Coder
) -> Found | None:
    """Return the condition before a site, at that site too: dysfunction of the cervical and thoracic region."""
    words, earlier = note[part[0] : part[1]], note[before[0] : before[1]]
    site, known = (
        re.search(rf"\b(?:{_REGIONS})\b", each, re.IGNORECASE) for each in (words, earlier)
    )
    if site is None or known is None or not is_bare(words):
        return None
    coded = coder.code(f"{earlier[: known.start()]}{site[0]}{earlier[known.end() :]}")
    if coded is None or coded.score < _WHOLE or coded.result.code == one.coded.result.code:
        return None
    is_alike = coded.result.code[:3] == one.coded.result.code[:3] or coded.result.code[0] == "C"
    return one._replace(coded=coded, mention=Mention(*part, one.mention.sentence, heading=True)) if is_alike else None  # fmt: skip


def _of_aftercare(words: str, coder: Coder) -> Coded | None:
    """Return the code of the care after an operation, by the system that it was for (I.C.21.c.7)."""
    coded = coder.code(_OPERATION.sub(" ", words).strip(" .,"))
    code = _AFTER.get(coded.result.code[0]) if coded else None
    result = coder.named(code) if code else None
    return Coded(result, 0.85, "aftercare (I.C.21.c.7)") if result else None


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
        sites = [
            re.search(rf"\b(?:{_SPREAD_TO})\b", note[start:end], re.IGNORECASE)
            for start, end in (before, after)
        ]
        if (
            all(sites)
            and is_bare(note[after[0] : after[1]])
            and "metasta" in note[before[0] : before[1]].lower()
        ):
            return True
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
    if coded is None or coded.score < least or _is_part_of_term(words, coded):
        return None
    if coded.result.code.startswith(_BESIDE) or (coded.result.code[0] == "T" and drugs.names_drug(note, sentence)):  # fmt: skip
        return None
    assertion = assertion_of(note, mention)
    if assertion.meaning == said.PAST and special.is_sequela(note, sentence):
        assertion = said.Assertion(said.PRESENT)
    return Found(mention, coded, assertion)


def _is_part_of_term(words: str, coded: Coded) -> bool:
    """Return true if a single word is only a part of the term that the search found: a trigger is no trigger finger."""
    is_single = coded.rule == BY_SEARCH and len(words.split()) == 1 and coded.result.code != "Z72.0"
    return (
        is_single
        and len([one for one in tokens(coded.result.term or "") if one not in _FILLING]) > 1
    )


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
