"""How sure a suggestion is.

For index mode, the share of such suggestions that were right on 500 published case reports with
codes: of the same code, its category and all, each weighed by how often it was seen. The counts are in
`data/learned.csv`; `tools/learn_notes.py` makes them. Nothing of a report is in them.

For billing mode, the share of such suggestions that were right at first sight on invented notes of our own: by what led
to the code, how many words of the note name it and whether they are a whole phrase, and whether its title leaves something open. The weights are in
`data/calibrated.csv`; `tools/calibrate_notes.py` fits them to `tests/notes/first_looks.csv`.
"""

from __future__ import annotations

import re
from functools import cache
from math import exp, log
from typing import Final, NamedTuple

from cleanclaim.notes.tables import rows

LEAST: Final = 0.27
"""The confidence from which index mode codes a finding. Half of F1 is where a finding adds as much as it costs."""
_OF_CATEGORY: Final = 4
"""How many suggestions the rate of all counts as, for a category."""
_OF_CODE: Final = 3
"""How many suggestions the rate of the category counts as, for a code."""
_MANY: Final = 2
_SEVERAL: Final = 3
"""The words from which a code is named by several."""
_NEAR: Final = 20
"""The most characters before a phrase that are looked at."""
_STARTS: Final = re.compile(r"(?:^|\n|[.;:]\s|\|\s)[\s\W\d]*$")
_ENDS: Final = re.compile(r"\s*(?:[.;:,\n(|]|[-\u2013\u2014]|$)")
_FOUND: Final = ("closest term", "term of the")
"""How the rules begin of codes that the search found."""


class _Rate(NamedTuple):
    right: float
    given: float


def of_finding(code: str, rule: str, mentions: int) -> float:
    """Return how sure a finding is in index mode.

    Args:
        code: its code, with the dot.
        rule: what led to it.
        mentions: how often the note names it.
    """
    everything = _rate("all", "")
    category = _rate("category", code[:3])
    own = _rate("code", code)
    base = everything.right / everything.given
    of_category = (category.right + _OF_CATEGORY * base) / (category.given + _OF_CATEGORY)
    of_code = (own.right + _OF_CODE * of_category) / (own.given + _OF_CODE)
    shift = _shift("mentions", "many" if mentions >= _MANY else "one") + _shift("rule", rule)
    return 1 / (1 + exp(-log(of_code / (1 - of_code)) - shift))


def is_whole(note: str, start: int, end: int) -> bool:
    """Return true if words are a whole phrase: between the start of a line or sentence and its next mark.

    >>> is_whole("1. Gout, stable", 3, 7), is_whole("1. Recurrent gout", 13, 17)
    (True, False)
    """
    return _STARTS.search(note[max(0, start - _NEAR) : start]) is not None and _ENDS.match(note, end) is not None  # fmt: skip


def features(title: str, rule: str, words: int, *, whole: bool) -> dict[str, bool]:
    """Return what the confidence of a problem of the visit depends on.

    Args:
        title: the title of its code.
        rule: what led to it.
        words: how many words of the note name it.
        whole: whether they are a whole phrase.
    """
    is_open = "unspecified" in title.lower()
    is_found = rule.startswith(_FOUND)
    return {
        "always": True,
        "open": is_open,
        "several-words": words >= _SEVERAL,
        "one-word": words == 1,
        "search": is_found,
        "rule": not is_found and not rule.startswith("default"),
        "whole": whole,
        "open-whole": is_open and whole,
        "search-whole": is_found and whole,
    }


def of_problem(title: str, rule: str, words: int, *, whole: bool) -> float:
    """Return how sure the code of a problem of the visit is, in billing mode.

    Args:
        title: the title of its code.
        rule: what led to it.
        words: how many words of the note name it.
        whole: whether they are a whole phrase.
    """
    weights = _calibrated()
    total = sum(
        weights[name] for name, holds in features(title, rule, words, whole=whole).items() if holds
    )
    return 1 / (1 + exp(-total))


@cache
def _calibrated() -> dict[str, float]:
    return {row["feature"]: float(row["weight"]) for row in rows("calibrated")}


@cache
def _learned() -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (row["kind"], row["key"]): (float(row["right"]), float(row["given"]))
        for row in rows("learned")
    }


def _rate(kind: str, key: str) -> _Rate:
    return _Rate(*_learned().get((kind, key), (0.0, 0.0)))


def _shift(kind: str, key: str) -> float:
    """Return by how much a feature moves the odds, as a logarithm."""
    seen, expected = _learned().get((kind, key), (1.0, 1.0))
    return log(seen / expected)
