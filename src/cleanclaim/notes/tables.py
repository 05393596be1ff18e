"""The package's own short tables: default codes, and codes for past and family history."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's tables."""
    file = resources.files(__package__) / "data" / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def mapping(name: str) -> dict[str, str]:
    """Return a table of two columns as a mapping."""
    return {row["category"]: row["code"] for row in rows(name)}
