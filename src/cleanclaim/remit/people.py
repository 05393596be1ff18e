"""Whether a payment's patient is a claim's patient."""

from __future__ import annotations

from enum import Enum
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import ratio

from cleanclaim.remit.records import Person

_LEAST_SHARED: Final = 6
"""A shorter identifier may be a part of another one by chance."""
_SAME_NAME: Final = 80.0
_OTHER_FIRST_NAME: Final = 50.0


class Patient(Enum):
    """What two patients are to each other."""

    SAME = "the same patient"
    RELATIVE = "the same member, another first name"
    NAMESAKE = "the same name, another identifier"
    UNKNOWN = "the patient can't be compared"
    OTHER = "another patient"


def compared(one: Person, other: Person) -> Patient:
    """Compare a claim's patient with a payment's.

    Identifiers count first, then names. Payers send names that they corrected or cut, and
    identifiers with a suffix for the person.

    Args:
        one: the patient of the claim.
        other: the patient of the payment, with the insured.
    """
    names = _names(one, other)
    if one.ids and other.ids:
        if any(_same_id(a, b) for a in one.ids for b in other.ids):
            return Patient.RELATIVE if names is False and _is_shared(one, other) else Patient.SAME
        if not names:
            return Patient.OTHER
        if _nearly_same_ids(one, other):
            return Patient.SAME
        return Patient.NAMESAKE if one.names[0][1] and other.names[0][1] else Patient.OTHER
    if names is None:
        return Patient.UNKNOWN
    return Patient.SAME if names else Patient.OTHER


def _same_id(a: str, b: str) -> bool:
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    return len(short) >= _LEAST_SHARED and len(long) - len(short) <= 3 and short in long


def _nearly_same_ids(one: Person, other: Person) -> bool:
    """A slip in one identifier: two digits turned, or up to two characters wrong."""
    return any(
        DamerauLevenshtein.distance(a, b) <= 2 and min(len(a), len(b)) >= _LEAST_SHARED
        for a in one.ids
        for b in other.ids
    )


def _names(one: Person, other: Person) -> bool | None:
    """Whether the patients have the same name; None if one has no name."""
    if not one.names or not other.names:
        return None
    last, first = one.names[0]
    own_last, own_first = other.names[0]
    is_last = last.startswith(own_last) or own_last.startswith(last) or ratio(last, own_last) >= _SAME_NAME  # fmt: skip
    return is_last and _same_first(first, own_first, _SAME_NAME)


def _is_shared(one: Person, other: Person) -> bool:
    """Whether the first names show two members of one family, and not two ways to write a name."""
    if not one.names or not other.names:
        return False
    return not _same_first(one.names[0][1], other.names[0][1], _OTHER_FIRST_NAME)


def _same_first(a: str, b: str, least: float) -> bool:
    if not a or not b:
        return True
    return a.startswith(b) or b.startswith(a) or ratio(a, b) >= least
