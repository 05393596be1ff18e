"""What was voided, or replaced, counts no more: no edit sees an earlier claim that a later one takes the place of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.edit import Edit, Example
from cleanclaim.edits.registry import own_edits
from cleanclaim.model.spans import EVERY_DAY
from cleanclaim.reference import Reference
from together import Together

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


Found = list[dict[str, Any]]
PAIRS = looking_back()


def numbered(example: Example) -> list[Claim]:
    return [{**claim, "claim_id": f"C{number}"} for number, claim in enumerate(example.claims)]


def alone(example: Example) -> list[Claim]:
    return numbered(example)[-1:]


def with_voids(example: Example, *, is_history: bool) -> list[Claim]:
    """All claims of an example, all but the last with a later claim that voids it."""
    *others, last = numbered(example)
    others = [{**claim, "is_history": is_history} for claim in others]
    return [*others, *({**claim, "claim_frequency_code": "8"} for claim in others), last]


def found(made: Callable[[Example], list[Claim]], reference: Reference) -> Callable[[int], Found]:
    """What each edit finds on the last claim of each example; a history was given."""
    near = [n for n, (edit, _) in enumerate(PAIRS) if edit.scope != "all"]
    edits = list({edit.code: edit for edit, _ in PAIRS}.values())
    groups = [made(example) for _, example in PAIRS]
    whole = Together([groups[n] for n in near], covered=EVERY_DAY).checked(edits, reference)

    def of(number: int) -> Found:
        edit, _ = PAIRS[number]
        checked, group = whole, number
        if edit.scope == "all":
            checked, group = (
                Together([groups[number]], covered=EVERY_DAY).checked([edit], reference),
                0,
            )
        else:
            group = near.index(number)
        last = checked.begins[group + 1] - 1
        own = checked.of(edit).findings.filter(pl.col("claim_key") == last)
        return own.select(_SHOWN).sort(pl.all()).to_dicts()

    return of


@pytest.fixture(scope="module")
def without_others(reference: Reference) -> Callable[[int], Found]:
    return found(alone, reference)


@pytest.fixture(scope="module", params=[True, False], ids=["True", "False"])
def with_voided(request: pytest.FixtureRequest, reference: Reference) -> Callable[[int], Found]:
    return found(partial(with_voids, is_history=request.param), reference)


@pytest.mark.parametrize(
    "number", range(len(PAIRS)), ids=[f"{edit.code}-{example.title}" for edit, example in PAIRS]
)
def test_voided_claims_count_no_more(
    number: int,
    without_others: Callable[[int], Found],
    with_voided: Callable[[int], Found],
) -> None:
    assert with_voided(number) == without_others(number)


def test_there_are_examples_that_look_back() -> None:
    assert {"EM101", "HX103", "NCCI105", "QTY102"} <= {edit.code for edit, _ in PAIRS}
