"""FHIR R4 claims: one resource, a Bundle and NDJSON say the same, and get the findings that the 837 gets."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, Held, read
from cleanclaim.read.x837 import read_x12
from fhir_claims import NPI, bundle_of, contained
from places import ROOT

EXAMPLE = ROOT / "examples" / "clinic-day.837"
SENT_ONLY = {"ENV", "CLM111"}
"""Edits about what only an 837 has: its form, and a frequency without the number of the earlier claim."""


def sent() -> Batch:
    return concat(read_x12(EXAMPLE.read_bytes(), file="day.837"))


def lines_of(resources: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in resources).encode()


def told(content: bytes) -> list[tuple[Any, ...]]:
    report = cleanclaim.check(content, ignore=sorted(SENT_ONLY))
    rows = report.findings.select("claim_id", "line_number", "diagnosis_number", "code", "message").rows()  # fmt: skip
    return sorted(rows, key=str)


def test_the_same_claims_get_the_same_findings() -> None:
    batch = sent()
    expected = told(EXAMPLE.read_bytes())
    assert len(expected) > 10
    assert told(json.dumps(bundle_of(batch), indent=1).encode()) == expected
    assert told(lines_of(contained(batch))) == expected


def read_all(content: bytes) -> tuple[Batch, FileRead]:
    files: list[FileRead] = []
    batch = concat(read([Held("claims.json", io.BytesIO(content))], files))
    return batch, files[0]


def test_every_value_is_where_the_model_has_it() -> None:
    before = sent()
    after, entry = read_all(json.dumps(bundle_of(before)).encode())
    assert (entry.format, entry.claims, entry.error) == ("fhir", 28, None)
    same = [
        "claim_id", "claim_type", "submitted_date", "member_id", "patient_birth_date", "patient_sex", "patient_last_name", "patient_first_name",
        "payer_id", "payer_name", "claim_filing_code", "patient_relationship_code", "billing_npi", "billing_state", "billing_zip_code", "rendering_npi",
        "referring_npi", "charge_amount", "place_of_service_code", "from_date", "to_date", "payer_sequence_code",
    ]  # fmt: skip
    assert after.claims.select(same).to_dicts() == before.claims.select(same).to_dicts()
    of_line = ["line_number", "procedure_code", "modifier_1", "modifier_2", "units", "charge_amount", "from_date", "to_date", "place_of_service_code", "diagnosis_pointer_1", "rendering_npi"]  # fmt: skip
    assert after.lines.select(of_line).to_dicts() == before.lines.select(of_line).to_dicts()
    of_diagnosis = ["diagnosis_number", "diagnosis_code", "diagnosis_type", "icd_version"]
    assert after.diagnoses.select(of_diagnosis).to_dicts() == before.diagnoses.select(of_diagnosis).to_dicts()  # fmt: skip


INSTITUTIONAL = {
    "resourceType": "Claim",
    "id": "i1",
    "type": {"coding": [{"code": "institutional"}]},
    "created": "2026-05-20",
    "billablePeriod": {"start": "2026-05-01", "end": "2026-05-03"},
    "total": {"value": 1200.5},
    "insurance": [{"sequence": 2, "focal": True, "coverage": {"display": "x"}, "preAuthRef": ["AUTH1"]}, {"sequence": 1, "focal": False, "coverage": {}}],
    "accident": {"date": "2026-04-30", "type": {"coding": [{"code": "MVA"}]}, "locationAddress": {"state": "NC"}},
    "related": [{"relationship": {"coding": [{"code": "prior"}]}, "reference": {"value": "ICN1"}}],
    "supportingInfo": [
        {"sequence": 1, "category": {"coding": [{"code": "typeofbill"}]}, "code": {"coding": [{"code": "0117"}]}},
        {"sequence": 2, "category": {"coding": [{"code": "admissionperiod"}]}, "timingPeriod": {"start": "2026-05-01", "end": "2026-05-03"}},
        {"sequence": 3, "category": {"coding": [{"code": "discharge-status"}]}, "code": {"coding": [{"code": "01"}]}},
    ],
    "diagnosis": [
        {"sequence": 1, "diagnosisCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "S52501A"}]}, "type": [{"coding": [{"code": "admitting"}]}]},
        {"sequence": 2, "diagnosisCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "e11.9"}]}, "onAdmission": {"coding": [{"code": "y"}]}},
        {"sequence": 3, "diagnosisCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}},
    ],
    "procedure": [{"sequence": 1, "date": "2026-05-02", "procedureCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-pcs", "code": "0PSH04Z"}]}}],
    "item": [
        {"sequence": 1, "revenue": {"coding": [{"code": "450"}]}, "productOrService": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "99283"}]},
         "servicedPeriod": {"start": "2026-05-01", "end": "2026-05-02"}, "diagnosisSequence": [2, 1], "net": {"value": 700}},
        {"sequence": 2, "productOrService": {"coding": [{"system": "http://snomed.info/sct", "code": "410620009"}]}, "net": {"value": 1e99}},
    ],
}  # fmt: skip


def test_an_institutional_claim() -> None:
    batch, entry = read_all(json.dumps(INSTITUTIONAL).encode())
    claim = batch.claims.row(0, named=True)
    assert {name: claim[name] for name in ("claim_id", "bill_type_code", "claim_frequency_code", "original_reference_number", "discharge_disposition_code", "admission_date", "payer_sequence_code", "prior_authorization_number", "is_auto_accident", "accident_state", "other_payer_count", "charge_amount")} == {
        "claim_id": "i1", "bill_type_code": "117", "claim_frequency_code": "7", "original_reference_number": "ICN1", "discharge_disposition_code": "01",
        "admission_date": date(2026, 5, 1), "payer_sequence_code": "S", "prior_authorization_number": "AUTH1", "is_auto_accident": True, "accident_state": "NC",
        "other_payer_count": 1, "charge_amount": Decimal("1200.50"),
    }  # fmt: skip
    assert batch.diagnoses.select("diagnosis_number", "diagnosis_code", "diagnosis_type", "present_on_admission_code").rows() == [(1, "E119", "principal", "Y"), (2, "S52501A", "admitting", None)]  # fmt: skip
    first, second = batch.lines.iter_rows(named=True)
    assert (first["revenue_center_code"], first["to_date"], first["diagnosis_pointer_1"], first["diagnosis_pointer_2"]) == ("0450", date(2026, 5, 2), 1, 2)  # fmt: skip
    assert (second["procedure_qualifier"], second["charge_amount"]) == ("ZZ", None)
    assert batch.claim_codes.select("kind", "code").rows() == [("procedure", "0PSH04Z")]
    assert entry.notes == [
        "1 diagnosis has a code of a system that isn't checked, such as SNOMED CT",
        "1 line has a code of a system that isn't checked, such as SNOMED CT",
    ]


def test_what_cannot_be_read_is_named_and_the_rest_is_read() -> None:
    good = json.dumps(INSTITUTIONAL)
    old = json.dumps({**INSTITUTIONAL, "insurance": {"coverage": {}}})
    _, entry = read_all(f"{good}\n{{broken\n{old}\n{good}\n".encode())
    assert entry.claims == 2
    assert entry.error == "claims.json: line 2: it isn't a JSON object; line 3: this is FHIR release 3, or damaged; release 4 is read"  # fmt: skip
    _, entry = read_all(b'{"resourceType": "Claim",\n "id": }')
    assert entry.error == "claims.json: line 2: it isn't valid JSON: expecting value"
    _, entry = read_all(b'{"resourceType": "Patient", "id": "1"}')
    assert entry.error == "claims.json: the file has no claims"


@pytest.mark.parametrize("change", [{"item": None}, {"item": [1, None]}, {"diagnosis": "x"}, {"insurance": [None]}, {"patient": 7}, {"total": {"value": "12"}}, {"created": 20260520}, {"careTeam": [{"provider": []}]}, {"billablePeriod": "x"}, {"supportingInfo": [{"category": 1}]}])  # fmt: skip
def test_anything_in_the_wrong_place_is_left_out(change: dict[str, Any]) -> None:
    batch, entry = read_all(json.dumps(INSTITUTIONAL | change).encode())
    assert (entry.error, batch.claims.height) == (None, 1)


def test_every_sample_is_read_or_refused_plainly(data_dir: Path) -> None:
    for path in sorted((data_dir / "data" / "fhir").glob("*/*")):
        files: list[FileRead] = []
        concat(read([path], files))
        [entry] = files
        assert entry.format == "fhir"
        if "bluebutton" in str(path):
            assert "FHIR release 3" in (entry.error or "")
        elif path.name.startswith(("Claim-", "idr_", "v2_claimF", "v2_claimM", "v2_eob", "Explanation")) or "synthea" in str(path):  # fmt: skip
            assert entry.claims or "pharmacy claims aren't read" in (entry.error or "")
        else:
            assert "the file has no claims" in (entry.error or "")


def test_what_is_contained_refers_to_what_its_holder_contains() -> None:
    """R4: contained resources have no contained ones of their own."""
    holder = {
        **INSTITUTIONAL,
        "contained": [
            {"resourceType": "Coverage", "id": "c", "subscriberId": "W1", "payor": [{"reference": "#o"}]},
            {"resourceType": "Organization", "id": "o", "name": "ANY PAYER", "identifier": [{"value": "99999"}]},
            {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "#p"}},
            {"resourceType": "Practitioner", "id": "p", "identifier": [{"system": NPI, "value": "1245319599"}]},
        ],
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "#c"}}],
        "provider": {"reference": "#r"},
    }  # fmt: skip
    batch, _ = read_all(json.dumps(holder).encode())
    [row] = batch.claims.select("member_id", "payer_id", "payer_name", "billing_npi").rows()
    assert row == ("W1", "99999", "ANY PAYER", "1245319599")


def test_references_by_url_version_identifier_and_name() -> None:
    patient = {"resourceType": "Patient", "id": "1", "birthDate": "1980-02-14", "gender": "female"}
    coverage = {"resourceType": "Coverage", "subscriberId": "W1", "payor": [{"display": "ANY PAYER", "identifier": {"value": "99999"}}]}  # fmt: skip
    claim = {
        **INSTITUTIONAL,
        "patient": {"reference": "http://here.example/fhir/Patient/1/_history/3"},
        "insurance": [
            {"sequence": 2, "focal": False, "coverage": {"display": "another"}},
            {"sequence": 1, "focal": True, "coverage": {"reference": "urn:uuid:c0"}},
        ],
        "provider": {"identifier": {"system": NPI, "value": "1234567893"}},
    }
    entries = [{"resource": claim}, {"fullUrl": "http://here.example/fhir/Patient/1", "resource": patient}, {"fullUrl": "urn:uuid:c0", "resource": coverage}]  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    for content in (json.dumps(bundle), json.dumps(bundle, indent=1), json.dumps({"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": bundle}]})):  # fmt: skip
        batch, entry = read_all(content.encode())
        [row] = batch.claims.select("patient_sex", "member_id", "payer_id", "payer_name", "other_payer_count", "billing_npi").rows()  # fmt: skip
        assert row == ("F", "W1", "99999", "ANY PAYER", 1, "1234567893")
        assert entry.error is None


def test_lines_of_bundles() -> None:
    """Each line a request of its own, its claim before what it refers to; lines that can't be read are named, also the first."""

    def request(number: int) -> str:
        patient = {"resourceType": "Patient", "id": f"P{number}", "gender": "male"}
        own = {**INSTITUTIONAL, "identifier": [{"value": f"C{number}"}], "patient": {"reference": f"Patient/P{number}"}}  # fmt: skip
        return json.dumps({"resourceType": "Bundle", "entry": [{"resource": own}, {"resource": patient}]})  # fmt: skip

    batch, entry = read_all(f"{{broken}}\n{request(1)}\n\n{request(2)}\n".encode())
    assert batch.claims.select("claim_id", "patient_sex").rows() == [("C1", "M"), ("C2", "M")]
    assert entry.error == "claims.json: line 1: it isn't a JSON object"
    batch, entry = read_all(f"{request(1)}\n{request(2)}".encode())
    assert (batch.claims["claim_id"].to_list(), entry.error) == (["C1", "C2"], None)


def test_entries_that_hold_no_resource_are_named() -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": "Claim/1"}, {"resource": INSTITUTIONAL}, {"fullUrl": "urn:uuid:x"}]}  # fmt: skip
    batch, entry = read_all(json.dumps(bundle).encode())
    assert (batch.claims.height, entry.error) == (1, "claims.json: entry 1: it isn't a JSON object")
    for _ in range(7):
        bundle = {"resourceType": "Bundle", "entry": [{"resource": bundle}]}
    _, entry = read_all(json.dumps(bundle).encode())
    assert "too deep" in str(entry.error)
