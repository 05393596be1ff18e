"""Count how often findings in index mode are right, for their confidence.

    CLEANCLAIM_DATA=… python tools/learn_notes.py

Reads the training part of CodiEsp (Miranda-Escalada et al., 2020, zenodo 3837305, CC BY 4.0) from a
data folder, and writes counts by code and category to the package's `data/learned.csv`. The development
part is left out: it measures what was learned here.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

from cleanclaim.encoder import Encoder
from cleanclaim.notes import confidence, suggest
from cleanclaim.notes.suggestion import NOT_CODED

_TO: Final = Path(confidence.__file__).parent / "data" / "learned.csv"
_FEWEST: Final = 2
"""A code or category that was seen less often isn't kept."""
_LEFT_OUT: Final = ("history", "external cause")
Key = tuple[str, str]


def main() -> None:
    """Count, and write the table."""
    file = Path(os.environ["CLEANCLAIM_DATA"]) / "data" / "notes" / "codiesp" / "train.json"
    suggester = suggest.Suggester(Encoder())
    found: list[tuple[str, str, int, bool]] = []
    for note in json.loads(file.read_text(encoding="utf-8")):
        options = suggest.Options(date.fromisoformat(note["date"]), note["setting"], suggest.INDEX)
        found += (
            (one.code, one.rule, len(one.evidence), one.code in note["codes"])
            for one in suggester.suggest(note["note"], options)
            if one.disposition != NOT_CODED and not one.rule.startswith(_LEFT_OUT)
        )
    rates = _rates(found)
    rows = [
        (*key, rates[0][key], given) for key, given in sorted(rates[1].items()) if given >= _FEWEST
    ]
    with _TO.open("w", encoding="utf-8", newline="") as file_out:
        writer = csv.writer(file_out, lineterminator="\n")
        writer.writerow(("kind", "key", "right", "given"))
        writer.writerows(rows)
        writer.writerows(_shifts(found, *rates))


def _rates(found: list[tuple[str, str, int, bool]]) -> tuple[Counter[Key], Counter[Key]]:
    right: Counter[Key] = Counter()
    given: Counter[Key] = Counter()
    for code, _rule, _mentions, is_right in found:
        for key in (("all", ""), ("category", code[:3]), ("code", code)):
            given[key] += 1
            right[key] += is_right
    return right, given


def _shifts(
    found: list[tuple[str, str, int, bool]], right: Counter[Key], given: Counter[Key]
) -> list[tuple[str, str, str, str]]:
    """Return the odds of each feature, and those that the code alone would give, each finding left out of its own rate."""
    seen: Counter[Key] = Counter()
    expected: dict[Key, float] = {}
    total: Counter[Key] = Counter()
    base = right["all", ""] / given["all", ""]
    for code, rule, mentions, is_right in found:
        category, own = ("category", code[:3]), ("code", code)
        of_category = (right[category] - is_right + 4 * base) / (given[category] + 3)
        of_code = (right[own] - is_right + 3 * of_category) / (given[own] + 2)
        for key in (("mentions", "many" if mentions > 1 else "one"), ("rule", rule)):
            total[key] += 1
            seen[key] += is_right
            expected[key] = expected.get(key, 0.0) + of_code
    return [
        (
            *key,
            f"{_odds(seen[key] + 1, count + 2):.4f}",
            f"{_odds(expected[key] + 1, count + 2):.4f}",
        )
        for key, count in sorted(total.items())
    ]


def _odds(right: float, given: float) -> float:
    return right / (given - right)


if __name__ == "__main__":
    main()
