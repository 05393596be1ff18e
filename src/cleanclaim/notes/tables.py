"""The package's own tables: headings, triggers, terms and the codes that they lead to."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import Final

_DATA: Final = "data"


@cache
def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's tables; for a folder, of all its files."""
    file = resources.files(__package__) / _DATA / f"{name}.csv"
    if file.is_file():
        return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    folder = sorted((resources.files(__package__) / _DATA / name).iterdir(), key=lambda one: one.name)  # fmt: skip
    texts = (one.read_text(encoding="utf-8") for one in folder if one.name.endswith(".csv"))
    return [row for text in texts for row in csv.DictReader(text.splitlines())]


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
