"""Why an ICD-10-CM code that was never billable is not: a category, a seventh character missing or wrong, or no code at all."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from cleanclaim.reference import Reference

CATEGORY: Final = "category"
SEVENTH_MISSING: Final = "seventh-missing"
SEVENTH_WRONG: Final = "seventh-wrong"
SEVENTH_NOT_ALLOWED: Final = "seventh-not-allowed"
PLACEHOLDER_WRONG: Final = "placeholder-wrong"
NO_CODE: Final = "no-code"
_LONGEST: Final = 7
_STEMS: Final = range(3, _LONGEST)
"""How many characters a code has that takes a seventh one."""
_COLUMNS: Final = ("code", "form", "stem", "padded")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tables say of codes.

    Attributes:
        billable: every code that is billable on some day, sorted.
        padded: for each stem (a code of the tabular list that takes a seventh character), how it is written with its placeholders.
        characters: the seventh characters that each stem takes.
    """

    billable: list[str]
    padded: dict[str, str]
    characters: dict[str, set[str]]

    def is_billable(self, code: str) -> bool:
        """Whether a code is billable on some day."""
        at = bisect_left(self.billable, code)
        return self.billable[at : at + 1] == [code]

    def has_below(self, code: str) -> bool:
        """Whether a code is a proper beginning of some billable code."""
        at = bisect_left(self.billable, code)
        return any(one.startswith(code) and one != code for one in self.billable[at : at + 1])


def why_not_billable(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """What is the matter with codes that never were billable.

    Args:
        codes: unique undotted codes, none of them in the validity table.
        reference: the reference.

    Returns:
        code, form (one of this module's words), stem (the code of the tabular list that takes the seventh character, or the billable code
        that was written with too much), padded (the stem with its placeholders).
    """
    known = reference.derived("codes and stems", lambda: _known(reference))
    rows = [(code, *_why(code, known)) for code in codes.drop_nulls().unique()]
    return pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")


def _known(reference: Reference) -> _Known:
    seventh = reference.table("icd10cm_seventh")
    codes, padded, taken = (seventh[name].to_list() for name in ("code", "padded", "character"))
    characters: defaultdict[str, set[str]] = defaultdict(set)
    for stem, character in zip(codes, taken, strict=True):
        characters[stem].add(character)
    billable = list(dict.fromkeys(reference.table("icd10cm")["code"].to_list()))
    return _Known(billable, dict(zip(codes, padded, strict=True)), dict(characters))


def _why(code: str, known: _Known) -> tuple[str, str | None, str | None]:
    """Form, stem and padded of one code; the longest stem counts."""
    near = [*_at_stem(code, known), *_beyond_stem(code, known)]
    if near:
        return max(near, key=lambda found: len(found[1]))
    shorter = next((code[:n] for n in range(_LONGEST, 2, -1) if n < len(code) and known.is_billable(code[:n])), None)  # fmt: skip
    if known.has_below(code):
        return CATEGORY, shorter, None
    return SEVENTH_NOT_ALLOWED if len(code) == _LONGEST and shorter else NO_CODE, shorter, None


def _at_stem(code: str, known: _Known) -> Iterator[tuple[str, str, str]]:
    """The stems that a code is, with or without placeholders: its seventh character is missing."""
    if code in known.padded:
        yield SEVENTH_MISSING, code, known.padded[code]
    plain = code.rstrip("X")
    if plain != code and len(code) < _LONGEST and plain in known.padded:
        yield SEVENTH_MISSING, plain, known.padded[plain]


def _beyond_stem(code: str, known: _Known) -> Iterator[tuple[str, str, str]]:
    """The stems that a code runs on from."""
    for stem in (code[:n] for n in _STEMS if n < len(code) and code[:n] in known.padded):
        padded = known.padded[stem]
        is_placed = code[len(stem) : -1] == padded[len(stem) :]
        is_allowed = code[-1] in known.characters[stem]
        yield PLACEHOLDER_WRONG if is_allowed and not is_placed else SEVENTH_WRONG, stem, padded
