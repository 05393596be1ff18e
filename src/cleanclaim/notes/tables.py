"""The package's own short tables, from general medical and coding knowledge."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources


@cache
def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's tables."""
    file = resources.files(__package__) / "data" / f"{name}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


@cache
def mapping(name: str) -> dict[str, str]:
    """Return a table of two columns as a mapping."""
    return {row["category"]: row["code"] for row in rows(name)}


@cache
def words(kind: str) -> frozenset[str]:
    """Return the words of a kind."""
    return frozenset(
        one for row in rows("words") if row["kind"] == kind for one in row["words"].split()
    )


@cache
def cue(name: str) -> re.Pattern[str]:
    """Return the pattern of a cue: words that decide the level of a visit (`data/visit_cues.csv`)."""
    return re.compile(next(row["pattern"] for row in rows("visit_cues") if row["cue"] == name))
