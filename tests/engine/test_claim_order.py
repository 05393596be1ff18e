"""The claims of a patient are numbered by what they say, not by the order in which they were read."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from cleanclaim.edits.samples import professional
from cleanclaim.engine.claim_order import Renumbered, renumbered
from cleanclaim.read.objects import batch_of


def claims(*days: str, **said: Any) -> list[dict[str, Any]]:
    return [professional(claim_id=f"C-{day}", from_date=day, **said) for day in days]


def in_turn(made: Renumbered) -> list[str]:
    return made.batch.claims.sort("claim_key")["claim_id"].to_list()


@pytest.mark.parametrize("order", list(permutations(["2026-05-12", "2026-05-10", "2026-05-11"])))
def test_the_day_of_service_decides_in_whatever_order_claims_are_read(
    order: tuple[str, ...],
) -> None:
    made = renumbered(batch_of(claims(*order)))
    assert in_turn(made) == ["C-2026-05-10", "C-2026-05-11", "C-2026-05-12"]


def test_lines_and_diagnoses_go_with_their_claim() -> None:
    (early,) = claims("2026-05-10")
    (late,) = claims("2026-05-12", lines=["17110"])
    made = renumbered(batch_of([late, early])).batch
    of_late = made.claims.filter(claim_id="C-2026-05-12")["claim_key"].item()
    assert made.lines.filter(procedure_code="17110")["claim_key"].to_list() == [of_late]
    assert made.diagnoses["claim_key"].unique().sort().to_list() == [0, 1]


def test_earlier_claims_come_before_those_that_are_checked() -> None:
    today, past = claims("2026-05-10", "2026-05-12")
    past["is_history"] = True
    assert in_turn(renumbered(batch_of([today, past]))) == ["C-2026-05-12", "C-2026-05-10"]


def test_claims_that_agree_in_their_heads_are_ordered_by_their_lines() -> None:
    one, other = (professional(lines=[code]) for code in ("99213", "99214"))
    first, second = (
        renumbered(batch_of(both)).batch.lines.sort("claim_key")["procedure_code"].to_list()
        for both in ([one, other], [other, one])
    )
    assert first == second


def test_findings_come_back_under_the_keys_as_read() -> None:
    made = renumbered(batch_of(claims("2026-05-12", "2026-05-10")))
    back = made.as_read(made.batch.claims.select("claim_key", "claim_id"))
    assert back.rows() == [(0, "C-2026-05-12"), (1, "C-2026-05-10")]


def test_nothing_changes_for_one_claim_of_each_patient_and_for_unknown_patients() -> None:
    apart = [professional(member_id=f"W{n:09}", from_date=f"2026-05-{20 - n}") for n in range(3)]
    unknown = claims("2026-05-12", "2026-05-10", member_id=None, patient_birth_date=None)
    for several in (apart, unknown):
        made = renumbered(batch_of(several))
        assert made.old is None or made.batch.claims["claim_id"].to_list() == [
            claim["claim_id"] for claim in several
        ]
