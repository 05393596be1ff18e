"""Whole invented visits with all their codes: how many of the suggestions are right, and how many codes are found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from cleanclaim.notes.suggest import OUTPATIENT, Options, Suggester
from cleanclaim.notes.suggestion import CODE

_LINES = (Path(__file__).parent / "visits.jsonl").read_text(encoding="utf-8").splitlines()
VISITS = [json.loads(line) for line in _LINES]
_PRECISION = 0.93
_RECALL = 0.9
_SURE = 0.85
"""The confidence from which nine in ten suggestions must be right."""


def test_visits(suggester: Suggester) -> None:
    """Codes are right and complete to the share that was measured, and the sure ones more so."""
    right = given = wanted = 0
    sure: list[bool] = []
    for visit in VISITS:
        options = Options(date.fromisoformat(visit["on"]), visit.get("setting", OUTPATIENT))
        found = [one for one in suggester.suggest(visit["note"], options) if one.disposition == CODE]  # fmt: skip
        codes, gold = {one.code for one in found}, set(visit["codes"])
        right, given, wanted = right + len(codes & gold), given + len(codes), wanted + len(gold)
        sure += [one.code in gold for one in found if one.confidence >= _SURE]
    assert right / given >= _PRECISION
    assert right / wanted >= _RECALL
    assert sum(sure) / len(sure) >= 0.9
