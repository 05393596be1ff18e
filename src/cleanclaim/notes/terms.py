"""Everyday terms with a default code, as a note spells them.

Source of the codes: the ICD-10-CM Alphabetic Index and Table of Neoplasms (the code after a main
term is its default, Official Guidelines I.A.18), and the titles and inclusion terms of the Tabular
List. A row has the code in force now and, after it, those that came before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from cleanclaim.encoder.stems import STOP, spelled
from cleanclaim.notes.tables import rows, words

_WORD: Final = re.compile(r"[A-Za-z]+\d*[a-z]?|\d+(?:\.\d+)?[a-z]?")
_VOWEL: Final = re.compile(r"[aeiouy]")
_IRREGULAR: Final = re.compile(r"(?<=[aeioy])ses$")
_NO_PLURAL: Final = ("ss", "us", "is", "as", "os")
_SHORT: Final = 2
"""The letters of an abbreviation that must be in capitals."""
_ALSO_WORDS: Final = words("abbreviation")
"""Abbreviations that are words too, unless they are in capitals."""


class Token(NamedTuple):
    """A word of a note: its place, and its plain form."""

    start: int
    end: int
    word: str


@lru_cache(maxsize=100_000)
def plain(word: str) -> str:
    """Return a word in lower case, in American spelling and in the singular.

    >>> [plain(one) for one in ("Metastases", "Allergies", "haemorrhoids", "abscess", "diabetes")]
    ['metastasis', 'allergy', 'hemorrhoid', 'abscess', 'diabetes']
    """
    one = spelled(word.lower())
    if (
        len(one) <= 3
        or not one.endswith("s")
        or one.endswith(_NO_PLURAL)
        or one == "diabetes"
        or not _VOWEL.search(one)
    ):
        return one
    if _IRREGULAR.search(one) and not one.endswith(("uses", "roses")):
        return f"{one[:-2]}is"
    if one.endswith("ies"):
        return f"{one[:-3]}y"
    if one.endswith(("sses", "ches", "shes", "xes")):
        return one[:-2]
    return one[:-1]


def tokens(note: str, start: int, end: int) -> Iterator[Token]:
    """Yield the words of a part of a note, with the small ones."""
    for match in _WORD.finditer(note, start, end):
        if match[0] == "s" and match.start() and note[match.start() - 1] in "'\u2019":
            continue
        yield Token(match.start(), match.end(), plain(match[0]))


def key_of(term: str) -> tuple[str, ...]:
    """Return the words by which a term is found."""
    return tuple(one.word for one in tokens(term, 0, len(term)) if one.word not in STOP)


@cache
def terms() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of each term, by its words."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in rows("defaults"):
        for term in row["terms"].split("|"):
            found.setdefault(key_of(term), tuple(row["code"].split()))
    return found


@cache
def capitals() -> frozenset[str]:
    """Return the terms that count in capitals only."""
    listed = (term for row in rows("defaults") for term in row["terms"].split("|"))
    return frozenset(term.lower() for term in listed if term.isupper())


def is_abbreviation_only(text: str) -> bool:
    """Return true if a word means something else than the abbreviation it looks like: pad, mi, all."""
    if text.isupper():
        return False
    return len(text) <= _SHORT or text.lower() in _ALSO_WORDS or text.lower() in capitals()
