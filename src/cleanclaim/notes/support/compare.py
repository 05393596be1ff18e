"""A billed diagnosis code beside the one of its category that a note supports.

Sources: ICD-10-CM Official Guidelines I.A.18, I.B.2 (specificity), I.B.13 (laterality), I.C.19.a
(seventh character).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cleanclaim.notes.suggestion import Suggestion
from cleanclaim.notes.support import answer as verdict
from cleanclaim.notes.support.answer import Support
from cleanclaim.notes.support.reading import Reading
from cleanclaim.notes.support.titles import LEFT_OUT, Titles, stems

_SIDE: Final = re.compile(r"\b(left|right|bilateral)\b", re.IGNORECASE)
_UNSPECIFIED: Final = re.compile(
    r"\b(?:unspecified|NOS|without complications?|not otherwise specified|in diseases classified elsewhere)\b",
    re.IGNORECASE,
)
_CONFLICTS: Final = (
    ("acute", "chronic"), ("open", "closed"), ("displaced", "nondisplaced"), ("systolic", "diastolic"), ("initial", "subsequent"),
    ("mild", "moderate", "severe"), ("type 1", "type 2"), ("paroxysmal", "persistent", "permanent"), ("stage 3a", "stage 3b"),
    ("upper", "lower"), ("single", "recurrent"), ("benign", "malignant"), ("first", "second", "third"),
    ("migraine with aura", "migraine without aura"), ("with abnormal findings", "without abnormal findings"),
    ("vaginally", "by cesarean"), ("accidental", "intentional self-harm", "assault", "undetermined"),
)  # fmt: skip
_WITHOUT: Final = re.compile(r"\bwithout (?:current |mention of |thyrotoxic )?(\w{4,})")
_NUMBER: Final = re.compile(r"\b\d+ weeks\b")
_ENCOUNTERS: Final = frozenset("ADS")
"""Seventh characters of an injury's encounter."""
_WHOLE: Final = 8
"""The length of a code with a seventh character, with its dot."""


@dataclass(frozen=True, slots=True)
class Billed:
    """A billed diagnosis code.

    Attributes:
        given: the code as it was given.
        code: the code with its dot.
        titles: the titles of the codes.
    """

    given: str
    code: str
    titles: Titles

    @property
    def title(self) -> str:
        """Its title in lower case."""
        return self.titles.of(self.code).lower()

    def is_told(self, words: str) -> bool:
        """Return true if words of a note have all the words of one of the code's terms."""
        here = stems(words)
        return any(term <= here for term in map(stems, self.titles.terms(self.code)) if term)


def compared(billed: Billed, own: Suggestion, reading: Reading) -> Support:
    """Return the verdict on a code beside the one that the note supports."""
    words = " ".join(reading.around(own)).lower()
    kind, reason, why = (
        _contradicted(billed, own, words) or _supported(billed, own, words) or _partly(billed, own)
    )
    better = None if kind == verdict.SUPPORTED else own.code
    return Support(billed.given, kind, reason, why, tuple(own.evidence), better)


def contradicted(title: str, words: str) -> str | None:
    """Return what the note says, if a title says otherwise.

    Args:
        title: the title of a code, in lower case.
        words: the words of the note about the condition, in lower case.
    """
    return _conflict(title, words)


def _contradicted(billed: Billed, own: Suggestion, words: str) -> tuple[str, str, str] | None:
    """Return what of a code the note contradicts."""
    if other := _other_side(billed.title, words):
        return verdict.CONTRADICTED, verdict.OTHER_SIDE, f"the note says {other}"
    if side := _other_side(billed.title, own.title.lower()):
        return verdict.CONTRADICTED, verdict.OTHER_SIDE, f"the note says {side}"
    if conflict := _conflict(billed.title, words) or _conflict_of_titles(billed, own):
        return verdict.CONTRADICTED, verdict.CONFLICT, f"the note says {conflict}"
    return None


def _supported(billed: Billed, own: Suggestion, words: str) -> tuple[str, str, str] | None:
    """Return true if the note names a code although another of its category was found first."""
    fine = (verdict.SUPPORTED, verdict.FINE, "the note names it")
    own_title = own.title.lower()
    if ruled_out := _ruled_out(own_title, words):
        whole = re.split(r", (?:initial|subsequent|sequela)", own_title)[0]
        says_all = stems(whole) - stems(" ".join(ruled_out)) <= stems(billed.title)
        is_opposite = any(re.search(rf"\bnon-?{one}", billed.title) for one in ruled_out)
        return fine if says_all and (is_opposite or billed.is_told(words)) else None
    if billed.code[:3] == own.code[:3] and _says_less(billed.title, own_title):
        return None
    if any(
        re.search(rf"\bwith (?:\w+ ){{0,2}}{word}", own_title)
        for word in _WITHOUT.findall(billed.title)
    ):
        return None
    if not billed.is_told(f"{words} {own_title}"):
        return None
    is_vaguer = is_vague(billed.code, billed.title) and not is_vague(own.code, own.title)
    is_vaguer |= _differs_at_end(billed.code, own.code) or billed.code[:3] != own.code[:3]
    return None if is_vaguer else fine


def _partly(billed: Billed, own: Suggestion) -> tuple[str, str, str]:
    """Return what a code has less or more than the note."""
    own_title = own.title.lower()
    if billed.code[:3] != own.code[:3]:
        return verdict.UNSUPPORTED, verdict.ABSENT, "the note names another condition of this group"
    is_less = is_vague(billed.code, billed.title) and not is_vague(own.code, own.title)
    if is_less or _says_less(billed.title, own_title):
        return verdict.PARTLY, verdict.LESS_SPECIFIC, "the note says more than the code (I.B.2)"
    if _differs_at_end(billed.code, own.code):
        why = "the note supports another seventh character (I.C.19.a)"
        return verdict.PARTLY, verdict.CONFLICT, why
    if is_vague(own.code, own.title):
        return verdict.PARTLY, verdict.MORE_SPECIFIC, "the code says more than the note (I.B.2)"
    return verdict.PARTLY, verdict.CONFLICT, "the note supports another code of this category"


def is_vague(code: str, title: str) -> bool:
    """Return true if a code says that something isn't specified."""
    return _UNSPECIFIED.search(title) is not None or code.endswith((".9", ".90"))


def _differs_at_end(code: str, other: str) -> bool:
    """Return true if only the seventh character differs."""
    return len(code) == len(other) == _WHOLE and code[:-1] == other[:-1] and code != other


def _ruled_out(title: str, words: str) -> list[str]:
    """Return the words of a title that the note rules out: non-recurrent, not intractable."""
    own = (one for one in re.findall(r"[a-z]{5,}", title) if one not in LEFT_OUT)
    return [
        one
        for one in own
        if re.search(rf"\b(?:non-?|not |no ){one}", words)
        and not re.search(rf"\b(?:non-?|not ){one}", title)
    ]


def _says_less(title: str, own_title: str) -> bool:
    """Return true if a title has nothing that the note's code lacks, and lacks something that it has."""
    billed, own = stems(title), stems(own_title)
    is_sided = _SIDE.search(own_title) is not None and _SIDE.search(title) is None
    return billed < own or (billed <= own and is_sided)


def _conflict_of_titles(billed: Billed, own: Suggestion) -> str | None:
    """Return what the code that the note supports says, if a billed one of its subcategory says otherwise: the stage, the intent, the encounter, the week."""
    title = own.title.lower()
    number, other = (_NUMBER.search(one) for one in (billed.title, title))
    if number and other and number[0] != other[0]:
        return other[0]
    if _differs_at_end(billed.code, own.code) and {billed.code[-1], own.code[-1]} <= _ENCOUNTERS:
        return title.rpartition(", ")[2]
    for word in _WITHOUT.findall(title):
        if re.search(rf"\bwith (?:\w+ ){{0,2}}{word}", billed.title):
            return f"without {word}"
    for group in _CONFLICTS:
        said, named = (
            [one for one in group if re.search(rf"\b{one}\b", text)]
            for text in (billed.title, title)
        )
        if len(said) == len(named) == 1 and said != named:
            return named[0]
    return None


def _other_side(title: str, words: str) -> str | None:
    """Return the side that the note names, if a code is for the other one."""
    own = {one.lower() for one in _SIDE.findall(title)}
    named = {one.lower() for one in _SIDE.findall(words)}
    if re.search(r"\bboth\b|\bbilaterally\b", words):
        named = {"bilateral"}
    if len(own) != 1 or not named or own & named or {"left", "right"} <= named:
        return None
    return " and ".join(sorted(named))


def _conflict(title: str, words: str) -> str | None:
    """Return what the note says, if a code says otherwise."""
    stages = [set(re.findall(r"\bstage (\d)", text)) for text in (title, words)]
    if all(stages) and not stages[0] & stages[1] and "through" not in title:
        return f"stage {min(stages[1])}"
    for word in re.findall(r"\bwith (?:\(?\w+\)? )?(\w{5,})", title):
        is_there = re.search(rf"\bwith (?:\w+ ){{0,2}}{word}", words)
        if re.search(rf"\bwithout (?:\w+ ){{0,2}}{word}", words) and not is_there:
            return f"without {word}"
    for group in _CONFLICTS:
        own = [one for one in group if re.search(rf"\b{one}\b", title)]
        named = [one for one in group if re.search(rf"\b{one}\b", words)]
        is_both = group[0] == "acute" and "on chronic" in title
        if len(own) == 1 and named and own[0] not in named and not is_both:
            return named[0]
    return None
