"""A general word and the part of the body that it is about: a tumor of the kidney, pain in the hip.

Source: the ICD-10-CM Alphabetic Index (Abscess, Edema, Hemorrhage, Lesion, Mass, Pain … by site) and
its Table of Neoplasms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from cleanclaim.notes.tables import rows
from cleanclaim.notes.tables import words as words_of
from cleanclaim.notes.terms import Token, key_of

_LINKS: Final = words_of("link")
"""Words that may stand between a general word and its site."""
_SIDES: Final = frozenset(("left", "right", "bilateral"))
_JOINS: Final = frozenset(("and", "or", "as", "well"))
_REACH: Final = 9
"""The most words between a general word and its site."""
_LONGEST: Final = 4
"""The most words of a site."""
_BREAK: Final = re.compile(r"[.;:()\[\]]")
_METASTATIC: Final = words_of("metastatic")
_HEADS: Final = {
    "malignant": "cancer carcinoma adenocarcinoma malignancy",
    "secondary": "metastasis metastatic mets",
    "tumor": "tumor neoplasm neoplasia neoformation",
    "benign": "adenoma papilloma",
    "lesion": "lesion",
    "mass": "mass lump tumefaction swelling tumoration",
    "nodule": "nodule",
    "pain": "pain ache discomfort",
    "tenderness": "tenderness",
    "hemorrhage": "hemorrhage bleeding bleed",
    "abscess": "abscess",
    "edema": "edema",
    "injury": "injury trauma",
    "wound": "laceration wound cut",
    "contusion": "contusion bruise hematoma",
    "insect": "bite",
    "sprain": "sprain",
    "strain": "strain",
    "fracture": "fracture",
    "ulcer": "ulcer",
}
_INSECTS: Final = frozenset(("insect", "tick", "mosquito", "flea", "bug", "ant"))
_QUALIFIED: Final = {"malignant": "malignant", "benign": "benign", "metastatic": "secondary", "malign": "malignant"}  # fmt: skip


class Named(NamedTuple):
    """A general word with a site: its place and its codes."""

    start: int
    end: int
    codes: tuple[str, ...]


@cache
def _heads() -> dict[str, str]:
    return {word: kind for kind, listed in _HEADS.items() for word in listed.split()}


@cache
def _sites() -> dict[tuple[str, ...], dict[str, str]]:
    return {key_of(name): row for row in rows("sites") for name in row["words"].split("|")}


def find(note: str, words: Sequence[Token]) -> Iterator[Named]:
    """Yield the general words of a sentence that have a site, a code for each site.

    Args:
        note: the note.
        words: the words of the sentence, with the small ones.
    """
    for at, token in enumerate(words):
        kind = _heads().get(token.word)
        if kind == "insect" and (not at or words[at - 1].word not in _INSECTS):
            continue
        if kind is None or (token.word == "mass" and at and words[at - 1].word in {"muscle", "body", "bone", "lean"}):  # fmt: skip
            continue
        if kind == "nodule" and note[token.end - 1] == "s":
            kind = "mass"
        kind, first, last = _qualified(words, at, kind)
        before = list(_before(note, words, first))
        after = list(_after(note, words, last))
        if token.word == "metastatic" and words[at + 1 : at + 2] and words[at + 1].word == "to":
            before = []
        chosen = after if kind in {"pain", "tenderness"} and after else before or after
        if token.word == "metastatic":
            chosen = [*chosen, *_spread_to(words, at)]
        for at_site, length, row in chosen:
            if codes := tuple(row[kind].split()):
                ends = (words[at_site], words[at_site + length - 1], words[first], words[last])
                yield Named(min(one.start for one in ends), max(one.end for one in ends), codes)


Site = tuple[int, int, dict[str, str]]


def _spread_to(words: Sequence[Token], at: int) -> Iterator[Site]:
    """Yield the site that a cancer has spread to: metastatic prostate cancer to bone."""
    for n in range(at + 1, min(at + _REACH, len(words) - 1)):
        if words[n].word == "to":
            yield from _listed_sites(words, n + 1)
            return


def _listed_sites(words: Sequence[Token], at: int) -> Iterator[Site]:
    """Yield the sites of a list: liver, lung and bone."""
    while at < len(words):
        found = next(((at, k, row) for k in range(min(_LONGEST, len(words) - at), 0, -1) if (row := _site(words, at, k))), None)  # fmt: skip
        if found:
            yield found
            at += found[1]
        elif words[at].word in _JOINS or words[at].word == "the":
            at += 1
        else:
            return


def _qualified(words: Sequence[Token], at: int, kind: str) -> tuple[str, int, int]:
    """Return the kind of a general word with the adjective or noun beside it, and where both are."""
    word = words[at].word
    if word == "metastatic" and at + 1 < len(words) and words[at + 1].word in _METASTATIC:
        return kind, at, at + 1
    before = words[at - 1].word if at else ""
    if kind == "insect":
        return kind, at - 1, at
    if kind in {"tumor", "mass", "lesion", "nodule"} and before in _QUALIFIED:
        return _QUALIFIED[before], at - 1, at
    return kind, at, at


def _before(note: str, words: Sequence[Token], at: int) -> Iterator[Site]:
    """Yield the sites right before a general word: abdominal and chest pain."""
    n, seen = at - 1, False
    while n >= 0 and at - n <= _REACH and not _BREAK.search(note[words[n].end : words[at].start]):
        found = next(((n - k + 1, k, row) for k in range(min(_LONGEST, n + 1), 0, -1) if (row := _site(words, n - k + 1, k))), None)  # fmt: skip
        if found:
            yield found
            n, seen = found[0] - 1, True
        elif words[n].word in _LINKS or (seen and words[n].word in _JOINS):
            if words[n].word in {"of", "in", "on", "at", "to", "from", "the"}:
                return
            n -= 1
        else:
            return
        if "," in note[words[n].end : words[n + 1].start] and not seen:
            return


def _after(note: str, words: Sequence[Token], at: int) -> Iterator[Site]:
    """Yield the sites that follow a general word: pain in the hip and the knee."""
    n, seen, linked = at + 1, False, False
    while n < len(words) and n - at <= _REACH and not _BREAK.search(note[words[at].end : words[n].start]):  # fmt: skip
        if "," in note[words[n - 1].end : words[n].start] and not seen:
            if words[n].word not in _SIDES:
                return
            linked = True
        found = next(((n, k, row) for k in range(min(_LONGEST, len(words) - n), 0, -1) if (row := _site(words, n, k))), None)  # fmt: skip
        if found and linked:
            yield found
            n, seen = n + found[1], True
        elif words[n].word in _LINKS or (seen and words[n].word in _JOINS):
            linked = linked or words[n].word in {"of", "in", "on", "at", "to", "over", "around", "involving", "affecting"}  # fmt: skip
            n += 1
        else:
            return


def _site(words: Sequence[Token], at: int, length: int) -> dict[str, str] | None:
    return _sites().get(tuple(one.word for one in words[at : at + length]))
