"""What was voided, or replaced, counts no more: no edit sees an earlier claim that a later one takes the place of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.edit import Edit, Example
from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.model.spans import EVERY_DAY
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

Claim = Mapping[str, Any]
_SHOWN = ["claim_id", "line_number", "diagnosis_number", "code", "disposition", "message"]


def looking_back() -> list[tuple[Edit, Example]]:
    """Examples with several claims, one of them the last."""
    return [
        (edit, example)
        for edit in own_edits()
        for example in edit.examples
        if not example.x12 and len(example.claims) > 1
    ]


def findings(
    edit: Edit, claims: list[Claim], last: str, reference: Reference
) -> list[dict[str, Any]]:
    """What an edit finds on the last claim; a history was given."""
    batch = replace(batch_of(claims), covered=EVERY_DAY)
    found = check(batch, reference, [edit]).findings.select(_SHOWN)
    return found.filter(pl.col("claim_id") == last).sort(pl.all()).to_dicts()


@pytest.mark.parametrize(
    ("edit", "example"),
    [pytest.param(*pair, id=f"{pair[0].code}-{pair[1].title}") for pair in looking_back()],
)
@pytest.mark.parametrize("is_history", [True, False])
def test_voided_claims_count_no_more(
    edit: Edit, example: Example, is_history: bool, reference: Reference
) -> None:
    *others, last = [
        {**claim, "claim_id": f"C{number}"} for number, claim in enumerate(example.claims)
    ]
    others = [{**claim, "is_history": is_history} for claim in others]
    voids = [{**claim, "claim_frequency_code": "8"} for claim in others]
    alone = findings(edit, [last], last["claim_id"], reference)
    assert findings(edit, [*others, *voids, last], last["claim_id"], reference) == alone


def test_there_are_examples_that_look_back() -> None:
    assert {"EM101", "HX103", "NCCI105", "QTY102"} <= {edit.code for edit, _ in looking_back()}
