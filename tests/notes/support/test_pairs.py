"""Notes and billed codes: each pair has a verdict, and for some the code that the note supports instead."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.notes.support.supporter import Options, Supporter

_FOLDER = Path(__file__).parent
PAIRS: list[dict[str, Any]] = [
    json.loads(line)
    for name in ("pairs.jsonl", "pairs_late.jsonl", "pairs_third.jsonl")
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines()
]


def test_there_are_pairs_of_every_verdict() -> None:
    """At least 200 pairs, some of each verdict."""
    assert len(PAIRS) >= 200
    assert {one["verdict"] for one in PAIRS} == {
        "supported",
        "partly",
        "unsupported",
        "contradicted",
    }


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{one['id']}-{one['code']}" for one in PAIRS])
def test_pair(pair: dict[str, Any], supporter: Supporter) -> None:
    """The verdict is right, and its words are in the note."""
    if pair.get("known_gap"):
        pytest.xfail(pair["known_gap"])
    options = Options(date.fromisoformat(pair["on"]), pair["setting"])
    (found,) = supporter.support(pair["note"], [pair["code"]], options)
    assert found.verdict == pair["verdict"], found.why
    if pair["better"]:
        assert found.better == pair["better"]
    assert all(one.text == pair["note"][one.start : one.end] for one in found.evidence)
