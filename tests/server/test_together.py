"""Requests that are checked together get the answer that each would get alone."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.server.batching import Together
from cleanclaim.server.checkers import Checkers
from cleanclaim.server.checking import Asked, answer, answers
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import Engine, Held
from cleanclaim.server.problems import Problem
from cleanclaim.server.settings import ServerSettings
from served import CLAIM


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    return Engine(ServerSettings(folder=tmp_path_factory.mktemp("together"))).held


def asked(held: Held, **changed: Any) -> Asked:
    return Asked([{**CLAIM, **changed}], Choices(), "json", held)


def line(code: str, day: str = "2026-05-12", **more: Any) -> dict[str, Any]:
    return {"procedure_code": code, "from_date": day, "units": 1, "charge_amount": "90.00", "place_of_service_code": "11", "diagnosis_pointers": [1], **more}  # fmt: skip


def variety(held: Held) -> list[Asked]:
    """Claims of the same patient, the same claim twice, other days, no lines, no patient, faults."""
    return [
        asked(held),
        asked(held),
        asked(held, claim_id="A2", lines=[line("99213"), line("99213")]),
        asked(held, claim_id="A3", lines=[line("99213", "2026-05-13")]),
        asked(held, claim_id="A4", lines=[line("11042"), line("97597")]),
        asked(held, claim_id="A5", lines=[line("99213", "2024-01-02"), line("99214", "2026-01-02")]),
        asked(held, claim_id="A6", member_id=None, diagnoses=["I10", "E11.9"]),
        asked(held, claim_id="A7", lines=[]),
        asked(held, claim_id="A8", claim_filing_code="MB", lines=[line("G0439"), line("99214", modifiers=["25"])]),
        asked(held, claim_id="A9", lines=[line("36415", units=500)]),
    ]  # fmt: skip


def test_each_gets_its_own_answer(held: Held) -> None:
    several = variety(held)
    assert answers(several) == [answer(one) for one in several]
    assert answers(several[::-1]) == [answer(one) for one in several[::-1]]


def test_a_wrong_claim_does_not_disturb_the_others(held: Held) -> None:
    wrong = asked(held, patient_birth_date="not a day")
    first, second, third = answers([asked(held), wrong, asked(held, claim_id="A2")])
    assert first == answer(asked(held))
    assert isinstance(second, Problem)
    assert second.status == 422
    assert third == answer(asked(held, claim_id="A2"))


def test_requests_wait_only_for_a_run(held: Held) -> None:
    sizes: list[int] = []

    async def work() -> list[bytes]:
        with ThreadPoolExecutor(1) as executor:
            together = Together(Checkers(ServerSettings(), executor, lambda: held), sizes.append)
            together.start()
            found = await asyncio.gather(*(together.answer(asked(held, claim_id=f"A{n}")) for n in range(9)))  # fmt: skip
            await together.stop()
        return found

    found = asyncio.run(work())
    ids = [json.loads(body)["claims"][0]["claim_id"] for body in found]
    assert ids == [f"A{n}" for n in range(9)]
    assert sum(sizes) == 9
    assert len(sizes) < 9


def test_other_choices_are_another_run(held: Held) -> None:
    other = Asked([CLAIM], Choices(select="NCCI"), "json", held)
    sizes: list[int] = []

    async def work() -> list[bytes | BaseException]:
        with ThreadPoolExecutor(1) as executor:
            together = Together(Checkers(ServerSettings(), executor, lambda: held), sizes.append)
            together.start()
            waiting = [together.answer(one) for one in (asked(held), other, asked(held))]
            found = await asyncio.gather(*waiting, return_exceptions=True)
            await together.stop()
        return found

    assert asyncio.run(work()) == [answer(asked(held)), answer(other), answer(asked(held))]


def test_a_reload_gives_new_tables_to_new_requests_only(tmp_path: Path) -> None:
    engine = Engine(ServerSettings(folder=tmp_path, store=tmp_path / "store"))
    before = engine.held
    assert engine.reload() is before
