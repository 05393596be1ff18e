"""The words of a report: what each disposition means, and counts with their nouns.

Every format uses the same labels: a disposition is always the word that `--min-disposition` takes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

MEANING: Final = {
    "reject": "the claim is refused before it is processed",
    "return": "the claim is sent back to the provider",
    "deny-claim": "the whole claim is denied",
    "deny-line": "the line is denied",
    "suspend": "the claim is held until the record has been reviewed",
    "warn": "someone should look at it",
    "info": "for information only",
}


VERDICT_MEANING: Final = {
    "clean": "everything was checked, and nothing was found",
    "clean as far as checked": "nothing was found, but not everything could be checked",
    "findings": "something was found",
    "not checked": "the claim could not be checked at all",
}


def dollars(amount: Decimal | str | None) -> str:
    """An amount such as `$1,240.00`; `an unknown amount` if it is missing."""
    return "an unknown amount" if amount is None else f"${Decimal(amount):,.2f}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number with its noun, such as `1 claim` or `2,400 claims`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
