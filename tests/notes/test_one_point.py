"""One-point notes: each has codes that must be suggested, and codes that must not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.notes.suggest import Options, Suggester
from cleanclaim.notes.suggestion import CODE, CONSIDER

_LINES = (Path(__file__).parent / "one_point.jsonl").read_text(encoding="utf-8").splitlines()
NOTES = [json.loads(line) for line in _LINES]


@pytest.mark.parametrize("note", NOTES, ids=[note["id"] for note in NOTES])
def test_one_point(note: dict[str, Any], suggester: Suggester) -> None:
    """The note's codes are suggested, those that it rules out aren't, and the evidence is exact."""
    options = Options(date.fromisoformat(note["on"]), note["setting"])
    found = suggester.suggest(note["note"], options)
    coded = {one.code for one in found if one.disposition == CODE}
    considered = {one.code for one in found if one.disposition == CONSIDER}
    assert set(note["must"]) <= coded
    assert not set(note["must_not"]) & coded
    assert set(note.get("consider", ())) <= considered
    for one in found:
        assert one.evidence
        assert all(each.text == note["note"][each.start : each.end] for each in one.evidence)
