"""What somebody may have meant who wrote a name that there isn't."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def hint(given: str, known: Iterable[str]) -> str:
    """Such as `; did you mean 'units'?`; empty if no known name is near.

    Args:
        given: what was written.
        known: the names that exist.
    """
    near = get_close_matches(given, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
