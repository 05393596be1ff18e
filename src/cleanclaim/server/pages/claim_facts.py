"""A whole claim in words: its columns by what they mean, and what differs between two states of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cleanclaim.model.tables import TABLES

_NOT_SHOWN: Final = {
    "claim_key", "patient_key", "position", "segment_number", "file", "is_history", "code_as_sent", "as_of", "line_number", "diagnosis_number", "ordinal",
    "policy_state", "rules_of", "patient_is_dependent",
}  # fmt: skip
_KEYS: Final = {"lines": "line_number", "diagnoses": "diagnosis_number"}


def facts(claim: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The columns of a claim that have a value: its name in words, the value, and what it means."""
    columns = {column.name: column for column in TABLES["claims"].columns}
    return [
        (name.replace("_", " "), words(value), columns[name].meaning)
        for name, value in claim.items()
        if name in columns and name not in _NOT_SHOWN and value not in {None, ""} and value is not False
    ]  # fmt: skip


def words(value: object) -> str:
    """A value as text."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a claim says differently: where, before, after."""
    found = _differences("", before, after)
    for table, key in _KEYS.items():
        old = {row[key]: row for row in before[table]}
        new = {row[key]: row for row in after[table]}
        for number in sorted({*old, *new}):
            place = f"{key.removesuffix('_number')} {number} "
            if number not in old:
                found.append((place.strip(), "none", "added"))
            elif number not in new:
                found.append((place.strip(), "there", "removed"))
            else:
                found += _differences(place, old[number], new[number])
    return found


def _differences(place: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:  # fmt: skip
    return [
        (f"{place}{name.replace('_', ' ')}", words(before[name]), words(value))
        for name, value in after.items()
        if name not in _NOT_SHOWN and not isinstance(value, list) and name in before and before[name] != value
    ]  # fmt: skip
