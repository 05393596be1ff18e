"""cleanclaim's numbers on the corpus don't drop below those recorded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.reference import Reference
from corpus import measure, score
from published import Published

WITHOUT_CASES = {"LNK103", "LNK109", "HX108", "PX130"}
"""Local policies: no built-in table holds a binding one. Teeth: the corpus has no dental claims."""


def assert_no_drop(now: score.Score, name: str) -> None:
    before: Mapping[str, float] = measure.recorded()[name]
    summary = now.summary()
    for share in ("recall", "left_alone_share", "precision"):
        assert summary[share] >= before[share], (share, now.missed, now.alarmed)
    assert summary["said_unchecked"] >= before["said_unchecked"], now.dishonest


def test_the_corpus_is_as_large_as_it_says() -> None:
    kinds = Counter(case["kind"] for case in score.expected())
    assert kinds["defect"] >= 1200
    assert kinds["clean"] >= 600
    assert kinds["unchecked"] >= 60


def test_every_default_edit_has_five_cases() -> None:
    codes = measure.all_codes()
    cases = Counter(
        code
        for case in [*score.expected(), *score.expected(folder=score.SECOND)]
        if case["kind"] == "defect"
        for code in codes[case["rule"]]["right"]
    )
    lacking = {edit.code for edit in own_edits() if edit.default_on and cases[edit.code] < 5}
    assert lacking <= WITHOUT_CASES, lacking


def test_no_number_drops_without_publishers_tables(reference: Reference) -> None:
    assert_no_drop(measure.measured(reference, tables=False), "without tables")


def test_no_number_drops_with_publishers_tables(cms: Published) -> None:
    reference = Reference.load(store=cms.store.path)
    assert_no_drop(measure.measured(reference, tables=True), "with tables")


def test_no_number_drops_on_the_second_set(cms: Published) -> None:
    assert_no_drop(measure.measured_second(Reference.load(store=cms.store.path)), "second")


def test_a_scrubber_that_says_nothing_finds_nothing_and_is_not_honest() -> None:
    codes = json.loads(measure.CODES.read_text())
    summary = score.score(score.expected(), [], codes).summary()
    assert summary["recall"] == 0
    assert summary["left_alone_share"] == 1
    assert summary["said_unchecked"] == 0


@pytest.mark.parametrize(("line", "found"), [(1, 1), (None, 1), (2, 0)])
def test_the_line_must_be_right(line: int | None, found: int) -> None:
    case = {**_case("defect"), "line": 1}
    said = [{"claim_id": "A", "code": "X1", "line": line, "diagnosis": None}]
    result = score.score([case], said, {"a-rule": {"right": ["X1"], "also": []}})
    assert result.found.total() == found


def test_another_reason_counts_as_an_alarm_unless_it_follows_from_the_defect() -> None:
    said = [
        {"claim_id": "A", "code": "X1"},
        {"claim_id": "A", "code": "X2"},
        {"claim_id": "A", "code": "X3"},
    ]
    codes = {"a-rule": {"right": ["X1"], "also": ["X2"]}}
    result = score.score([_case("defect")], said, codes)
    assert result.alarms == {"X3": 1}
    assert result.right == {"X1": 1}


def _case(kind: str) -> dict[str, object]:
    return {
        "case": "A",
        "kind": kind,
        "rule": "a-rule",
        "claims": ["A"],
        "line": None,
        "diagnosis": None,
    }
