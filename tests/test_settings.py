"""How claims are judged: payer class, day, adopted rules, state, and the mildest disposition."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.edit import Disposition
from cleanclaim.edits.samples import professional
from cleanclaim.errors import ConfigError
from cleanclaim.read.objects import batch_of
from cleanclaim.settings import Settings, at_least, prepare


def prepared(settings: Settings, column: str, **said: Any) -> object:
    return prepare(batch_of([professional(**said)]), settings).claims[column].item()


def test_every_wrong_setting_is_named() -> None:
    with pytest.raises(ConfigError) as told:
        Settings(payer_class="medicair", adopts={"00123": "tricare"}, policy_state="Ohio")
    assert [fault.partition(":")[0] for fault in told.value.faults] == [
        "adopts",
        "payer_class",
        "policy_state",
    ]


@pytest.mark.parametrize(
    ("settings", "said", "expected"),
    [
        ({}, {"payer_class": "medicaid", "claim_filing_code": "MB"}, "medicaid"),
        ({}, {"payer_class": None, "claim_filing_code": "MB"}, "medicare"),
        ({}, {"payer_class": None, "claim_filing_code": "MC"}, "medicaid"),
        ({}, {"payer_class": None, "claim_filing_code": "??"}, "unknown"),
        ({}, {"payer_class": None, "claim_filing_code": None}, "unknown"),
        ({"payer_class": "commercial"}, {"payer_class": "medicare"}, "commercial"),
    ],
)
def test_the_payer_class_is_set_or_the_claims_own_or_that_of_its_filing_code(
    settings: dict[str, Any], said: dict[str, Any], expected: str
) -> None:
    assert prepared(Settings(**settings), "payer_class", **said) == expected


def test_claims_are_judged_as_of_the_day_set_or_sent_or_today() -> None:
    sent, own = date(2026, 5, 15), date(2026, 5, 20)
    given = Settings(as_of=date(2026, 6, 1))
    assert prepared(given, "as_of", submitted_date=sent, as_of=own) == date(2026, 6, 1)
    assert prepared(Settings(), "as_of", submitted_date=sent, as_of=own) == own
    assert prepared(Settings(), "as_of", submitted_date=sent, as_of=None) == sent
    today = prepared(Settings(), "as_of", submitted_date=None, as_of=None)
    assert isinstance(today, date)
    assert abs(today - date.today()) <= timedelta(days=1)  # noqa: DTZ011 - midnight may lie between


def test_adopted_rules_are_looked_up_by_payer_then_by_class_and_a_claims_own_bind_first() -> None:
    settings = Settings(adopts={"00123": "medicaid", "commercial": "medicare"})
    of_class = {"payer_class": "commercial", "payer_id": "00999"}
    assert prepared(settings, "rules_of", payer_class="commercial", payer_id="00123") == "medicaid"
    assert prepared(settings, "rules_of", **of_class) == "medicare"
    assert prepared(settings, "rules_of", **of_class, rules_of="medicaid") == "medicaid"
    assert prepared(settings, "rules_of", payer_class="unknown", payer_id="00999") is None


def test_the_state_is_for_claims_without_one() -> None:
    assert prepared(Settings(policy_state="OH"), "policy_state") == "OH"
    assert prepared(Settings(policy_state="OH"), "policy_state", policy_state="TX") == "TX"


@pytest.mark.parametrize("mildest", list(Disposition))
def test_findings_milder_than_asked_are_left_out(mildest: Disposition) -> None:
    every = pl.DataFrame({"disposition": [one.value for one in Disposition]})
    left = at_least(every, Settings(min_disposition=mildest))["disposition"].to_list()
    assert left == [one.value for one in Disposition if one.rank <= mildest.rank]
    assert mildest.value in left
