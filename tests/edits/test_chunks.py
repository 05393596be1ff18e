"""Every edit says the same of its examples, in whatever chunks their tables are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from cleanclaim.edits.edit import Edit, Fails
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.engine.check import Checked, check
from cleanclaim.model import Batch
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

Chunked = Callable[[Batch, Sequence[int]], Batch]
EDITS = own_edits()
FAILING = [
    (edit, example)
    for edit in EDITS
    for example in edit.examples
    if isinstance(example, Fails) and not example.x12
]


def of_another(claim: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The claim of another patient, who has the same claims."""
    member = str(claim.get("member_id") or "W100000001")
    return {
        **claim,
        "member_id": f"{member[:-1]}{number}",
        "claim_id": f"{number}-{claim.get('claim_id')}",
    }


def same(one: Checked, other: Checked) -> bool:
    return (
        not one.failures
        and one.findings.equals(other.findings)
        and one.not_checked.equals(other.not_checked)
    )


FIRST = list({edit.code: (edit, example) for edit, example in reversed(FAILING)}.values())
"""One example of each edit; all of them are checked together below."""


@pytest.mark.parametrize(
    ("edit", "example"), FIRST, ids=[f"{e.code}-{x.title.replace(' ', '-')}" for e, x in FIRST]
)
def test_an_example_in_chunks(
    edit: Edit, example: Fails, reference: Reference, chunked: Chunked
) -> None:
    clean = professional(claim_id="CLEAN", member_id="W900000009")
    again = [of_another(claim, number) for number in (1, 2) for claim in example.claims]
    batch = prepare(batch_of([clean, *again]), Settings())
    whole = check(batch, reference, [edit])
    rows = batch.claims.height
    for cuts in ((0,), (1,), (2,), (rows,), tuple(range(1, rows))):
        assert same(check(chunked(batch, cuts), reference, [edit]), whole), cuts


def test_all_examples_in_chunks(reference: Reference, chunked: Chunked) -> None:
    claims = [
        {**claim, "claim_id": f"{edit.code}-{n}-{m}"}
        for n, (edit, example) in enumerate(FAILING)
        for m, claim in enumerate(example.claims)
    ]
    batch = prepare(batch_of(claims), Settings())
    whole = check(batch, reference, EDITS)
    assert whole.findings["code"].n_unique() > 90
    rows = batch.claims.height
    for cuts in ((0,), (1,), (rows // 2,), (rows - 1,), tuple(range(1, rows))):
        assert same(check(chunked(batch, cuts), reference, EDITS), whole), cuts
