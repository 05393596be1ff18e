"""Explanations of benefits as remittances: amounts, reasons, and the claim that is answered."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.read.sources import Held
from cleanclaim.remit.balance import imbalances
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.result import RemitReport
from cleanclaim.remit.store import RemitStore
from cleanclaim.remit.tables import Remittance
from cleanclaim.write.history import History
from places import ROOT

Matching = Callable[..., RemitReport]
CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"
GENERAL = "http://terminology.hl7.org/CodeSystem/adjudication"
CPT = "http://www.ama-assn.org/go/cpt"
CARC = "https://x12.org/codes/claim-adjustment-reason-codes"
GROUP = "https://x12.org/codes/claim-adjustment-group-codes"
RARC = "https://x12.org/codes/remittance-advice-remark-codes"


def step(name: str, amount: float, system: str = GENERAL) -> dict[str, Any]:
    return {"category": {"coding": [{"system": system, "code": name}]}, "amount": {"value": amount}}


def why(*coded: tuple[str, str], kind: str = "adjustmentreason") -> dict[str, Any]:
    """The reason of an adjustment."""
    discriminator = {"system": f"{CARIN}Discriminator", "code": kind}
    reason = {"coding": [{"system": system, "code": code} for system, code in coded]}
    return {"category": {"coding": [discriminator]}, "reason": reason}


def item(code: str, charge: float, *steps: dict[str, Any], day: str = "2026-05-12") -> dict[str, Any]:  # fmt: skip
    return {
        "sequence": 1,
        "productOrService": {"coding": [{"system": CPT, "code": code}]},
        "servicedDate": day,
        "net": {"value": charge},
        "adjudication": list(steps),
    }


def benefit(number: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    account = {"category": {"coding": [{"code": "patientaccountnumber"}]}, "valueString": number}
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": f"eob-{number}",
        "identifier": [{"type": {"coding": [{"code": "uc"}]}, "value": f"P-{number}"}],
        "status": "active",
        "use": "claim",
        "outcome": "complete",
        "created": "2026-06-01",
        "type": {"coding": [{"code": "professional"}]},
        "patient": {"reference": "#p"},
        "contained": [
            {"resourceType": "Patient", "id": "p", "name": [{"family": "ADAMS", "given": ["PAT"]}], "birthDate": "1980-02-14"},
            {"resourceType": "Coverage", "id": "c", "subscriberId": "W100000001"},
        ],
        "insurance": [{"focal": True, "coverage": {"reference": "#c"}}],
        "supportingInfo": [account],
        "item": list(items),
        **more,
    }  # fmt: skip


PAID = item("99213", 125, step("submitted", 125), step("eligible", 100), step("coinsurance", 20, CARIN), step("paidtoprovider", 80, CARIN))  # fmt: skip
DENIED = item("97110", 80, step("submitted", 80), step("noncovered", 80, CARIN), step("paidtoprovider", 0, CARIN), why((GROUP, "CO"), (CARC, "146"), (RARC, "M76")))  # fmt: skip


def read_one(*resources: dict[str, Any]) -> Remittance:
    content = "\n".join(json.dumps(one) for one in resources).encode()
    remittance, [entry] = read_remittances([Held("eob.ndjson", io.BytesIO(content))])
    assert entry.error is None
    assert entry.format == "fhir"
    return remittance


def test_the_steps_of_an_adjudication_are_amounts_and_adjustments() -> None:
    got = read_one(benefit("A1", PAID, DENIED, payment={"amount": {"value": 80}, "date": "2026-06-03", "identifier": {"value": "EFT7"}}))  # fmt: skip
    paid = got.payments.row(0, named=True)
    assert {name: paid[name] for name in ("remit_claim_id", "payer_claim_id", "status_code", "charge_amount", "paid_amount", "patient_id", "patient_last_name")} == {
        "remit_claim_id": "A1", "payer_claim_id": "P-A1", "status_code": "1", "charge_amount": Decimal(205), "paid_amount": Decimal(80),
        "patient_id": "W100000001", "patient_last_name": "ADAMS",
    }  # fmt: skip
    assert got.checks.select("trace", "format").row(0) == ("EFT7", "fhir")
    assert str(got.checks["check_date"][0]) == "2026-06-03"
    lines = got.payment_lines.select("procedure_code", "charge_amount", "paid_amount", "allowed_amount").rows()  # fmt: skip
    assert lines == [("99213", 125, 80, 100), ("97110", 80, 0, None)]
    assert got.adjustments.select("service_number", "group", "carc", "amount").rows() == [
        (1, "PR", "2", 20), (1, "CO", "45", 25), (2, "CO", "146", 80),
    ]  # fmt: skip
    assert got.remarks.select("service_number", "rarc").rows() == [(2, "M76")]
    assert imbalances(got) == []


def test_what_has_no_named_reason_is_not_covered_and_what_is_not_said_is_not_invented() -> None:
    silent = item("99213", 125, step("submitted", 125), step("paidtoprovider", 0, CARIN))
    refused = item("99214", 180, step("noncovered", 180, CARIN))
    got = read_one(benefit("A1", silent, refused))
    assert got.adjustments.select("service_number", "group", "carc", "amount").rows() == [(2, "", "96", 180)]  # fmt: skip


def test_an_answer_without_lines_has_its_adjustments_on_the_claim() -> None:
    whole = {"sequence": 1, "productOrService": {"coding": [{"system": CPT, "code": "99213"}]}}
    total = [step("submitted", 125), step("deductible", 125), step("benefit", 0)]
    got = read_one(benefit("A1", whole, total=total))
    assert got.payment_lines.is_empty()
    assert got.adjustments.select("service_number", "group", "carc", "amount").rows() == [(0, "PR", "1", 125)]  # fmt: skip


def test_what_is_no_payment_is_named() -> None:
    ahead, waiting = {"use": "preauthorization"}, {"outcome": "queued"}
    lines = [json.dumps(one) for one in (benefit("A1", PAID), benefit("A2", PAID, **ahead), benefit("A3", PAID, **waiting))]  # fmt: skip
    remittance, [entry] = read_remittances([Held("eob.ndjson", io.BytesIO("\n".join(lines).encode()))])  # fmt: skip
    assert entry.payments == len(remittance.payments) == 1
    assert entry.error == "eob.ndjson: line 2: it is no payment, but an answer before the service; line 3: the payer hasn't decided yet"  # fmt: skip
    _, [entry] = read_remittances([Held("p.json", io.BytesIO(b'{"resourceType": "Patient"}'))])
    assert entry.error == "p.json: the file has no explanation of benefits"


def test_cancelled_answers_are_reversals_and_carriers_denials_are_denials() -> None:
    carrier = {"coding": [{"code": "professional"}, {"code": "CARRIER"}]}
    zero = item("99213", 125, step("paidtoprovider", 0, CARIN))
    got = read_one(benefit("A1", PAID, status="cancelled"), benefit("A2", zero, type=carrier, disposition="0"))  # fmt: skip
    assert got.payments["status_code"].to_list() == ["22", "4"]


def test_benefits_are_matched_and_traced_like_an_835(matching: Matching) -> None:
    own = item("97110", 80, step("submitted", 80), why((CARC, "146")))
    report = matching(json.dumps(benefit("CD-001", own)).encode(), edits=("DX102",))
    [claim] = report.claims
    assert (claim["claim_id"], claim["matched_by"], claim["status"], claim["caught_by"]) == ("CD-001", "claim_number", "denied", ["DX102"])  # fmt: skip
    assert claim["lines"][0]["adjustments"] == [{"group": "CO", "carc": "146", "amount": "80.00", "quantity": None}]  # fmt: skip
    assert report.files[0]["format"] == "fhir"


def test_benefits_are_kept_in_a_store(tmp_path: Path) -> None:
    path = tmp_path / "eob.json"
    path.write_text(json.dumps(benefit("A1", PAID)))
    done = RemitStore(tmp_path / "kept").add([path])
    assert [(one.name, one.payments) for one in done.added] == [(str(path), 1)]
    remittance, _ = read_remittances(RemitStore(tmp_path / "kept").inputs())
    assert remittance.payments["remit_claim_id"].to_list() == ["A1"]


@pytest.mark.parametrize(("name", "count"), [("bfd/idr_Carrier.json", 1), ("bfd/idr_Outpatient.json", 1), ("bfd/v2_eobReadCarrier.json", 1), ("bfd/v2_eobReadInpatient.json", 1), ("bfd/v2_eobReadOutpatient.json", 1), ("bfd/v2_eobReadSnf.json", 1), ("hl7-r4-examples/ExplanationOfBenefit-EB3500.json", 1), ("synthea/Bibi254.json", 13), ("synthea/Cris921.json", 11), ("synthea/Roland928.json", 13)])  # fmt: skip
def test_every_sample_is_read(name: str, count: int, data_dir: Path) -> None:
    remittance, [entry] = read_remittances([data_dir / "data" / "fhir" / name])
    assert (entry.payments, entry.error) == (count, None)
    assert remittance.payments["charge_amount"].null_count() == 0


def test_what_cms_says_of_a_carrier_claim(data_dir: Path) -> None:
    remittance, _ = read_remittances([data_dir / "data/fhir/bfd/v2_eobReadCarrier.json"])
    assert remittance.payment_lines.select("charge_amount", "allowed_amount", "paid_amount").row(0) == (Decimal("75.00"), Decimal("47.84"), Decimal("37.50"))  # fmt: skip
    assert remittance.adjustments.select("group", "carc", "amount").rows() == [("PR", "2", Decimal("9.57")), ("CO", "45", Decimal("27.16"))]  # fmt: skip


def test_answers_of_release_3_are_refused(data_dir: Path) -> None:
    _, [entry] = read_remittances([data_dir / "data/fhir/bluebutton/eob_a.ndjson"])
    assert "this is FHIR release 3" in (entry.error or "")


def test_each_answer_finds_its_claim_in_the_same_bundle(data_dir: Path, matching: Matching) -> None:
    path = data_dir / "data/fhir/synthea/Bibi254.json"
    report = matching(path.read_bytes(), claims=path, edits=("CLM",))
    assert {one["matched_by"] for one in report.claims} == {"claim_number"}
    assert (len(report.claims), report.unmatched_claims, report.unmatched_payments) == (13, [], [])


def test_claims_come_from_a_history(tmp_path: Path, matching: Matching) -> None:
    History(tmp_path / "kept").add([ROOT / "examples" / "clinic-day.837"])
    content = (ROOT / "examples" / "clinic-day.835").read_bytes()
    direct, kept = matching(content), matching(content, claims=tmp_path / "kept")
    names = ("claim_id", "status", "caught_by", "matched_by", "next_step")
    by_number = [{name: one[name] for name in names} for one in direct.claims if one["matched_by"] == "claim_number"]  # fmt: skip
    assert all(one in [{name: claim[name] for name in names} for claim in kept.claims] for one in by_number)  # fmt: skip
    assert kept.claims[0]["claim_file"].endswith("clinic-day.837")
    [told] = [one for one in kept.not_checked if one["what"] == "patient"]
    assert told["count"] == len(kept.claims)
    assert not [one for one in direct.not_checked if one["what"] == "patient"]
