"""Invented visits: each has a level, the level of each element, minutes, add-ons, modifiers, and the verdict on a billed code."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.notes.level.answer import Level
from cleanclaim.notes.level.leveler import Leveler, Options

_FOLDER = Path(__file__).parent
VISITS: list[dict[str, Any]] = [
    json.loads(line)
    for name in ("visits.jsonl", "visits_late.jsonl", "visits_third.jsonl", "visits_fourth.jsonl")
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines()
]


def found_of(visit: dict[str, Any], leveler: Leveler) -> Level:
    """Return the level of a visit."""
    options = Options(date.fromisoformat(visit["on"]), visit["patient"], visit["place"], visit["payer"], visit["billed"])  # fmt: skip
    return leveler.level(visit["note"], options)


@pytest.mark.parametrize("visit", VISITS, ids=[visit["id"] for visit in VISITS])
def test_visit(visit: dict[str, Any], leveler: Leveler) -> None:
    """The level is right, for the right reasons, and its words are in the note."""
    found, expected = found_of(visit, leveler), visit["expect"]
    assert {
        "code": found.code,
        "basis": found.basis,
        "problems": found.problems.level,
        "data": found.data.level,
        "risk": found.risk.level,
        "minutes": found.time.minutes,
        "add_ons": [f"{one.code}x{one.units}" for one in found.add_ons],
        "modifiers": [one.code for one in found.modifiers],
        "verdict": found.billed[1] if found.billed else None,
    } == {name: value for name, value in expected.items() if name != "says"}
    told = json.dumps(found.as_dict())
    assert [words for words in expected["says"] if words not in told] == []
    for element in (found.problems, found.data, found.risk):
        for item in element.items:
            assert all(one.text == visit["note"][one.start : one.end] for one in item.evidence)
