"""Several conditions in one query: the combination code, and the codes that must go with it.

The tabular list says which codes go together: its notes "use additional code" name them. A
combination code is one whose own words cover two of the conditions.

Source: ICD-10-CM Official Guidelines for Coding and Reporting, sections I.A.15 ("with"), I.B.7
(multiple coding) and I.B.9 (combination codes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.encoder.result import Result
from cleanclaim.encoder.systems import plain

_JOINT: Final = re.compile(
    r"\s*(?:\b(with|w/|and|plus|due to|secondary to|complicated by|on|taking|using)(?=\s)|[,;+&])\s*",
    re.IGNORECASE,
)
_DRUG: Final = frozenset(("on", "taking", "using"))
_LONG_TERM: Final = "long term current use of"
_USES: Final = ("Long term", "Dependence on")
_SURE: Final = 0.75
"""The score from which a part of a query is understood."""
_MOST: Final = 5
_CODE: Final = r"([A-Z]\d[\dA-Z](?:\.[\dA-Z]+)?)"
_NAMED: Final = re.compile(rf"\({_CODE}(?:\s*[-\u2013]\s*{_CODE})?")
_ASIDE: Final = re.compile(r"\s*\([^)]*\)")
Search = Callable[[str, int], list[Result]]


class _Part(NamedTuple):
    """A part of a query: its words, the code for them, and whether it is a drug that the patient takes."""

    words: str
    found: Result
    is_drug: bool


def together(text: str, results: Sequence[Result], search: Search, book: Codebook) -> list[Result]:
    """Return the codes for a query that names several conditions, with what each is for.

    Args:
        text: the query.
        results: what a search for the whole text found.
        search: finds diagnosis codes for words, at most so many.
        book: the tabular list.

    Returns:
        Combination codes first, then the codes that go with them; if the parts have nothing to do
        with each other, the code of each part. Empty if one code fits the whole text.
    """
    parts = list(_parts(text, search))
    if len(parts) < 2 or _says_all(results):
        return []
    combined = list(dict.fromkeys(_combinations(parts, results, search)))
    taken = {one for _, covers in combined for one in covers}
    codes = list(dict.fromkeys(found for found, _ in combined))
    alone = [part.found for n, part in enumerate(parts) if n not in taken]
    main = [*codes, *(one for one in alone if not one.code.startswith("Z"))]
    needed = [part.found for part in parts if part.found not in codes]
    extra = {one.code: with_code for one in needed if (with_code := _asked_by(one, main, book))}
    if not codes and not extra:
        is_all = len(parts) == sum(bool(piece.strip()) for piece in _JOINT.split(text)[::2])
        return list(_separately(parts)) if is_all and not any(one.fits for one in results) else []
    shown = [replace(one, role="combination code") for one in codes]
    shown += [_in_role(one, extra.get(one.code)) for one in alone]
    shown += [
        _in_role(part.found, extra[part.found.code])
        for n, part in enumerate(parts)
        if n in taken and part.found.code in extra
    ]
    return list({one.code: one for one in shown}.values())


def _separately(parts: Sequence[_Part]) -> Iterator[Result]:
    """Yield the code of each part: conditions that have nothing to do with each other."""
    for part in parts:
        yield replace(part.found, role=f"for '{part.words.strip()}'")


def _in_role(one: Result, with_code: str | None) -> Result:
    return replace(one, role=f"additional code, with {with_code}" if with_code else None)


def _says_all(results: Sequence[Result]) -> bool:
    """Return True if the best result has every word."""
    return bool(results) and results[0].billable and not results[0].missed


def _parts(text: str, search: Search) -> Iterator[_Part]:
    """Yield the parts of a query that are understood."""
    pieces = _JOINT.split(text)
    joints = [None, *(joint and joint.lower() for joint in pieces[1::2])]
    for joint, words in zip(joints, pieces[::2], strict=True):
        if not words.strip():
            continue
        is_drug = joint in _DRUG
        asked = [f"{_LONG_TERM} {words}", f"dependence on {words}"] if is_drug else [words]
        for one in asked:
            found = next(iter(search(one, 1)), None)
            if found is None or not found.fits or found.missed or found.score < _SURE:
                continue
            if not is_drug or (found.title or "").startswith(_USES):
                yield _Part(words, found, is_drug)
                break


def _combinations(
    parts: Sequence[_Part], results: Sequence[Result], search: Search
) -> Iterator[tuple[Result, tuple[int, int]]]:
    """Yield codes that cover two parts, and the numbers of these parts."""
    conditions = [(n, part) for n, part in enumerate(parts) if not part.is_drug]
    for at, (n, one) in enumerate(conditions):
        for m, other in conditions[at + 1 :]:
            asked = f"{one.words} with {_ASIDE.sub('', other.found.title or '').partition(',')[0]}"
            found = next(iter(search(asked, 1)), None)
            own = {part.found.code[:3] for part in (one, other)}
            if found is None or found.missed or not found.billable or found.code == one.found.code:
                continue
            if found.code[:3] == other.found.code[:3] or (
                found.code[:3] not in own and found.score < _SURE
            ):
                continue
            same = (
                each
                for each in results[:_MOST]
                if each.code[:3] == found.code[:3] and each.billable
            )
            better = next(
                (each for each in same if len(each.missed) <= 1 and each.code != one.found.code),
                found,
            )
            yield replace(better, missed=(), fits=True), (n, m)


def _asked_by(one: Result, main: Sequence[Result], book: Codebook) -> str | None:
    """Return which of the codes has a note to use this one additionally."""
    code = plain(one.code)
    for other in main:
        if other.code == one.code:
            continue
        for note in book.notes(plain(other.code)):
            if note.kind == "use_additional" and _names(f"{note.heading or ''} {note.text}", code):
                return other.code
    return None


def _names(text: str, code: str) -> bool:
    """Return True if a note's text names a code, a category above it, or a range that it is in."""
    for first, last in _NAMED.findall(text):
        low, high = plain(first), plain(last or first)
        if low <= code <= high + "~":
            return True
    return False
