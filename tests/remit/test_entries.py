"""What became of a claim: status, amounts, category, the edits that would have caught it, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.cli.main import run
from cleanclaim.remit.reasons import categories
from cleanclaim.remit.result import CLAIM_KEYS, LINE_KEYS, PRICE_KEYS, UNMATCHED_KEYS, RemitReport
from places import ROOT
from remittances import era, payment, service, transaction

Matching = Callable[..., RemitReport]
STEPS = {"correct-and-resend", "appeal", "send-records", "bill-patient", "bill-other-payer", "write-off", "none"}  # fmt: skip


def one(matching: Matching, *services: str, **more: Any) -> dict[str, Any]:
    """The entry of a payment for claim CD-001 (97110 for M54.5, which has ended)."""
    asked = {name: more.pop(name) for name in ("report", "as_of", "edits") if name in more}
    more.setdefault("paid", "0")
    content = era(transaction(payment("CD-001", "80", more.pop("paid"), *services, **more)))
    [entry] = matching(content, **asked).claims
    return entry


def line(matching: Matching, *adjustments: str, paid: str = "0", **more: Any) -> dict[str, Any]:
    entry = one(matching, service("97110:GP", "80", paid, *adjustments, **more), paid=paid)
    [found] = entry["lines"]
    assert isinstance(found, dict)
    return found


def test_the_keys_are_those_of_the_contract(matching: Matching) -> None:
    entry = one(matching, service("97110:GP", "80", "60", "CO*45*20"), paid="60")
    assert tuple(entry) == CLAIM_KEYS
    assert tuple(entry["lines"][0]) == LINE_KEYS
    stranger = matching(era(transaction(payment("?", "1", "1", member="X", name="NOBODY*AT"))))
    assert set(stranger.unmatched_payments[0]) == set(UNMATCHED_KEYS)
    assert list(stranger.to_dict())[:8] == [
        "claims", "unmatched_payments", "unmatched_claims", "underpaid", "overpaid", "imbalances", "provider_adjustments", "summary",
    ]  # fmt: skip
    assert json.loads(stranger.to_json()) == stranger.to_dict()


@pytest.mark.parametrize(
    ("adjustments", "remarks", "category", "step"),
    [
        (["CO*146*80"], ["M76"], "coding", "correct-and-resend"),
        (["CO*16*80"], ["M76"], "coding", "correct-and-resend"),
        (["CO*16*80"], ["N290"], "provider", "correct-and-resend"),
        (["CO*16*80"], ["N382"], "registration", "correct-and-resend"),
        (["CO*31*80"], [], "registration", "correct-and-resend"),
        (["PR*27*80"], [], "eligibility", "bill-patient"),
        (["CO*197*80"], [], "authorization", "appeal"),
        (["CO*50*80"], ["N115"], "medical-necessity", "appeal"),
        (["PR*50*80"], ["N115"], "medical-necessity", "bill-patient"),
        (["CO*97*80"], ["N20"], "bundling", "correct-and-resend"),
        (["CO*151*80"], ["N362"], "units", "correct-and-resend"),
        (["CO*18*80"], ["N522"], "duplicate", "none"),
        (["CO*29*80"], [], "timely-filing", "appeal"),
        (["CO*22*80"], ["MA04"], "coordination-of-benefits", "bill-other-payer"),
        (["CO*252*80"], ["M127"], "documentation", "send-records"),
        (["PR*96*80"], ["N130"], "non-covered", "bill-patient"),
        (["CO*96*80"], ["N425"], "non-covered", "write-off"),
        (["CO*186*80"], [], "downcoding", "appeal"),
        (["CO*170*80"], [], "provider", "correct-and-resend"),
        (["CO*999*80"], [], "other", "none"),
    ],
)
def test_category_and_next_step_of_a_denial(
    matching: Matching, adjustments: list[str], remarks: list[str], category: str, step: str
) -> None:
    found = line(matching, *adjustments, remarks=remarks)
    assert (found["category"], found["next_step"]) == (category, step)
    assert found["allowed_amount"] is None
    assert found["avoidable"] is (categories()[category].is_avoidable or bool(found["caught_by"]))


def test_normal_payments_are_not_denials(matching: Matching) -> None:
    paid = line(matching, "CO*45*20*1*253*1.20", "PR*2*10", paid="48.80")
    assert (paid["category"], paid["next_step"], paid["reduced"]) == ("patient-responsibility", "bill-patient", False)  # fmt: skip
    assert (paid["allowed_amount"], paid["patient_amount"]) == ("60.00", "10.00")
    deductible = line(matching, "CO*45*20", "PR*1*60")
    assert (deductible["category"], deductible["allowed_amount"]) == ("patient-responsibility", "60.00")  # fmt: skip
    assert line(matching, paid="80")["category"] is None
    assert line(matching, "CO*45*20", paid="60")["category"] == "contractual"
    assert line(matching, "CO*45*20", paid="60", allowed="61")["allowed_amount"] == "61.00"


def test_status(matching: Matching) -> None:
    good, bad = service("97110:GP", "40", "30", "CO*45*10"), service("97140", "40", "0", "CO*50*40")
    assert one(matching, good, bad, paid="30")["status"] == "partly-denied"
    assert one(matching, bad, bad)["status"] == "denied"
    assert one(matching, good, good, paid="60")["status"] == "paid"
    assert one(matching, good, good, paid="60", status="19")["status"] == "forwarded"
    assert one(matching, status="4", adjustments=["CO*31*80"])["status"] == "denied"
    deductible = service("97110:GP", "80", "0", "PR*1*80")
    assert one(matching, deductible, patient="80")["status"] == "paid"


def test_a_line_that_was_cut_is_reduced(matching: Matching) -> None:
    units = line(matching, "CO*151*40", paid="40", units="1", billed_units="2")
    assert (units["reduced"], units["category"]) == (True, "units")
    lower = one(matching, service("99212", "80", "50", "CO*150*30", billed="99214"), paid="50")["lines"][0]  # fmt: skip
    assert (lower["procedure_code"], lower["adjudicated_code"], lower["reduced"]) == ("99214", "99212", True)  # fmt: skip
    assert lower["category"] == "downcoding"


def test_a_denial_without_services_lists_the_lines_as_sent(matching: Matching) -> None:
    entry = one(matching, status="4", adjustments=["CO*16*80"], more="MOA***M76~")
    assert entry["adjustments"] == [{"group": "CO", "carc": "16", "amount": "80.00", "quantity": None}]  # fmt: skip
    [sent] = entry["lines"]
    assert (sent["line_number"], sent["procedure_code"], sent["charge_amount"]) == (1, "97110", "80.00")  # fmt: skip
    assert sent["adjustments"] == []
    assert (entry["category"], sent["category"]) == ("coding", "coding")
    assert entry["caught_by"] == sent["caught_by"] == ["DX102"]
    assert entry["allowed_amount"] is None


def test_the_edit_is_named_only_if_the_reason_fits(matching: Matching) -> None:
    assert line(matching, "CO*146*80")["caught_by"] == ["DX102"]
    assert line(matching, "CO*11*80")["caught_by"] == []
    assert line(matching, "CO*29*80")["caught_by"] == []
    assert line(matching, "CO*45*20", paid="60")["caught_by"] == []


def test_what_an_earlier_report_said(matching: Matching, tmp_path: Path) -> None:
    report = tmp_path / "checked.json"
    with pytest.raises(SystemExit):
        run(["check", str(ROOT / "examples" / "clinic-day.837"), "--format", "json", "--select", "DX102", "--output", str(report)])  # fmt: skip
    bad = service("97110:GP", "80", "0", "CO*146*80")
    entry = one(matching, bad, report=report)
    assert entry["fired_before"] == entry["lines"][0]["fired_before"] == ["DX102"]
    assert one(matching, bad)["fired_before"] is None
    with pytest.raises(SystemExit):
        run(["check", str(ROOT / "examples" / "clinic-day.837"), "--format", "json", "--select", "QTY", "--output", str(report)])  # fmt: skip
    assert one(matching, bad, report=report)["fired_before"] == []


def test_days_left_count_from_the_check(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cleanclaim.remit import limits  # noqa: PLC0415

    rows = {"code": "99999", "step": "appeal", "days": 90, "counted_from": "check_date", "citation": "x", "valid_from": date(2026, 1, 1), "valid_to": date(9999, 12, 31)}  # fmt: skip
    loaded = limits.Limits((rows, {**rows, "step": "corrected-claim", "days": 20}), ())
    monkeypatch.setattr(limits.Limits, "of", lambda _: loaded)
    appeal = one(matching, service("97110:GP", "80", "0", "CO*50*80"), as_of=date(2026, 7, 1))
    assert (appeal["next_step"], appeal["days_left"]) == ("appeal", 60)
    late = one(matching, service("97110:GP", "80", "0", "CO*146*80"), as_of=date(2026, 7, 1))
    assert (late["next_step"], late["days_left"]) == ("correct-and-resend", -10)


def test_without_a_limit_days_left_are_not_checked(matching: Matching) -> None:
    content = era(transaction(payment("CD-001", "80", "0", service("97110:GP", "80", "0", "CO*50*80"))))  # fmt: skip
    report = matching(content)
    assert report.claims[0]["days_left"] is None
    assert report.not_checked[0]["what"] == "days_left"
    assert report.not_checked[0]["count"] == 1


CONTRACTS = """payer_id,procedure_code,modifier,place_of_service_code,valid_from,valid_to,rate,percent_of_medicare
99999,97110,,,2026-01-01,,30.00,
99999,97110,GP,,2026-01-01,,35.00,
99999,97110,GP,22,2026-01-01,,1.00,
99999,97110,GP,,2020-01-01,2025-12-31,99.00,
99999,99214,,,,,200,
"""


def test_what_was_allowed_is_compared_with_the_contract(matching: Matching, tmp_path: Path) -> None:
    contracts = tmp_path / "contracts.csv"
    contracts.write_text(CONTRACTS)
    short = payment("CD-001", "80", "66", service("97110:GP", "80", "66", "CO*45*14", units="2"))
    high = payment("CD-002", "180", "180.01", service("99214", "180", "180.01", "CO*45*-0.01"), member="W100000002", name="BAKER*PAT")  # fmt: skip
    report = matching(era(transaction(short, high)), contracts=contracts)
    assert [tuple(one) for one in report.underpaid] == [PRICE_KEYS]
    assert report.underpaid[0] == {
        "claim_id": "CD-001", "line_number": 1, "expected_amount": "70.00", "allowed_amount": "66.00", "difference": "4.00", "basis": "contract",
    }  # fmt: skip
    assert [(one["claim_id"], one["difference"]) for one in report.overpaid] == [("CD-002", "-0.01")]  # fmt: skip
    denied = payment("CD-001", "80", "0", service("97110:GP", "80", "0", "CO*50*80"))
    assert matching(era(transaction(denied)), contracts=contracts).underpaid == []
    assert matching(era(transaction(short))).underpaid == []


def test_a_contract_that_is_not_one_is_named(matching: Matching, tmp_path: Path) -> None:
    from cleanclaim.errors import TableError  # noqa: PLC0415

    contracts = tmp_path / "contracts.csv"
    contracts.write_text("payer_id,procedure_code,rate,percent_of_medicare\n99999,97110,free,\n99999,97110,1,1\n")  # fmt: skip
    with pytest.raises(TableError) as told:
        matching(era(transaction(payment("CD-001", "80", "0"))), contracts=contracts)
    assert told.value.faults == (
        "line 2: rate: expected a number, found text of 4 characters",
        "line 3: expected a rate or percent_of_medicare, and not both",
    )


def test_every_reason_has_a_known_category_and_step() -> None:
    folder = ROOT / "src" / "cleanclaim" / "remit" / "data"
    rows = pl.read_csv(folder / "reasons.csv", infer_schema=False)
    assert set(rows["category"]) <= set(categories())
    assert set(rows["next_step"].drop_nulls()) <= STEPS
    assert {one.next_step for one in categories().values()} <= STEPS
    known = pl.read_csv(ROOT / "src" / "cleanclaim" / "reference" / "set_data" / "carc.csv", infer_schema=False)["code"]  # fmt: skip
    assert set(known) <= set(rows.filter(pl.col("kind") == "carc")["code"])
