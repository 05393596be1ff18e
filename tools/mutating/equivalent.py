"""The mutants that no claim can tell from their edit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutating.run import Mutant

_FILE: Final = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that behaves like its edit.

    Attributes:
        edit: the edit's code, or the helper module's name.
        mutation: the mutant's name.
        reason: why no claim can tell them apart.
    """

    edit: str
    mutation: str
    reason: str


def equivalents(path: Path = _FILE) -> list[Equivalent]:
    """Those that are listed.

    Raises:
        ValueError: an entry has no reason.
    """
    entries = tomllib.loads(path.read_text("utf-8"))["mutants"]
    found = [
        Equivalent(entry["edit"], mutation, entry["reason"])
        for entry in entries
        for mutation in entry["mutations"]
    ]
    without = [one.mutation for one in found if not one.reason.strip()]
    if without:
        raise ValueError(f"no reason is given for {', '.join(without)}")
    return found


def faults_of_list(
    listed: Sequence[Equivalent], tried: Mapping[str, Sequence[Mutant]]
) -> list[str]:
    """The entries that no longer belong on the list.

    Args:
        listed: the list.
        tried: the mutants of each edit that was tried.
    """
    faults = []
    for one in listed:
        if one.edit not in tried:
            continue
        mutants = [m for m in tried[one.edit] if m.name == one.mutation]
        if not mutants:
            faults.append(f"equivalent.toml: {one.edit} has no mutant '{one.mutation}'")
        elif mutants[0].caught:
            faults.append(f"equivalent.toml: an example of {one.edit} catches '{one.mutation}'")
    return faults
