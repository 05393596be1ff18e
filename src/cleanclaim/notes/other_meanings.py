"""Abbreviations of conditions that mean something else where they stand: the ED for a department, RA for room air."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from cleanclaim.notes.tables import rows

_NEAR: Final = 30
"""The most characters before an abbreviation that are looked at."""


def means_other(note: str, start: int, end: int) -> bool:
    """Return true if an abbreviation at a place names no condition.

    >>> means_other("Seen in the ED.", 12, 14), means_other("ED: refill sildenafil", 0, 2)
    (True, True)
    >>> means_other("1. ED, refill sildenafil", 3, 5)
    False
    """
    contexts = _contexts().get(note[start:end])
    if contexts is None:
        return False
    before, after = contexts
    is_after = after.match(note, end) is not None
    return is_after or (before is not None and before.search(note[max(0, start - _NEAR) : start]) is not None)  # fmt: skip


@cache
def _contexts() -> dict[str, tuple[re.Pattern[str] | None, re.Pattern[str]]]:
    return {
        row["word"]: (re.compile(row["before"], re.IGNORECASE) if row["before"] else None, re.compile(row["after"], re.IGNORECASE))
        for row in rows("other_meanings")
    }  # fmt: skip
