"""Which claims a query edit receives: those with a row that triggers it and, where it says so, another beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Edit, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.engine.check import check
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from one_edit import SOURCE

VISIT = pl.col("procedure_code") == "99213"
TEST = pl.col("procedure_code") == "85025"


def seen(edit: Edit, reference: Reference, *claims: dict[str, Any]) -> list[str]:
    """The claims that an edit receives."""
    received: list[str] = []

    def look(given: Claims, _: Reference) -> pl.DataFrame:
        received.extend(given.claims["claim_id"])
        return given.claims.select("claim_key").clear()

    check(batch_of(claims), reference, [replace(edit, function=look)])
    return sorted(received)


@pytest.fixture
def edit() -> Edit:
    @query_edit(
        code="ORG102",
        name="of-the-test",
        disposition=Disposition.WARN,
        source=SOURCE,
        message="x",
        scope="claim",
        when={"lines": VISIT},
    )
    def both(claims: Claims, reference: Reference) -> pl.DataFrame:
        """A visit and a test."""
        raise NotImplementedError

    return both


ONE = professional(claim_id="ONE", lines=["99213"])
BOTH = professional(claim_id="BOTH", lines=["99213", "85025"])
OTHER = professional(claim_id="OTHER", lines=["85025"])
STRANGER = professional(claim_id="STRANGER", member_id="W9", lines=["99213"])


def test_claims_with_a_row_that_triggers_it(edit: Edit, reference: Reference) -> None:
    assert seen(edit, reference, ONE, BOTH, OTHER) == ["BOTH", "ONE"]
    assert seen(edit, reference, OTHER) == []


def test_on_claims_the_row_beside_it_is_on_the_same_claim(edit: Edit, reference: Reference) -> None:
    beside = replace(edit, beside={"lines": TEST})
    assert seen(beside, reference, ONE, BOTH, OTHER) == ["BOTH"]
    assert seen(beside, reference, ONE, OTHER) == []


def test_for_patients_it_is_on_any_claim_of_the_patient(edit: Edit, reference: Reference) -> None:
    beside = replace(edit, scope="patient", beside={"lines": TEST})
    assert seen(beside, reference, ONE, OTHER, STRANGER) == ["ONE", "OTHER"]
    assert seen(beside, reference, OTHER, STRANGER) == []


def test_few_claims_and_many_give_the_same(edit: Edit, reference: Reference) -> None:
    lazy = replace(
        edit,
        function=lambda claims, _: claims.lines.lazy().filter(VISIT).select("claim_key", "line_number"),
    )  # fmt: skip
    few = [professional(claim_id=f"A{n}", lines=["85025", "99213"]) for n in range(3)]
    many = [professional(claim_id=f"A{n}", lines=["85025", "99213"]) for n in range(1_001)]
    told = [
        check(batch_of(claims), reference, [lazy]).findings.select("claim_id", "line_number")
        for claims in (few, many)
    ]
    assert told[0].rows() == [(f"A{n}", 2) for n in range(3)]
    assert told[1].head(3).rows() == told[0].rows()
