"""What a sentence says about a condition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleanclaim.notes.assertion import assertion

_LINES = (Path(__file__).parent / "assertions.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in _LINES]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{one['condition']}: {one['meaning']}" for one in CASES]
)
def test_meaning(case: dict[str, str]) -> None:
    """A trigger holds for the conditions in its scope."""
    sentence, condition = case["sentence"], case["condition"]
    start = sentence.index(condition)
    found = assertion(sentence, start, start + len(condition), (0, len(sentence), "hpi"))
    assert found.meaning == case["meaning"]


def test_the_section_says_it_without_a_trigger() -> None:
    """A condition in the family history is a relative's."""
    assert assertion("Gout.", 0, 4, (0, 5, "family")).meaning == "family"


def test_the_trigger_is_evidence() -> None:
    """The words that say so are where the offsets say."""
    note = "Hx: denies gout."
    found = assertion(note, 11, 15, (4, 16, "hpi"))
    assert note[found.start : found.end] == "denies"
