"""Every format in which claims arrive, with every format in which reports leave; and FHIR's own operation."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

import cleanclaim
from served import CLAIM

EXAMPLES = Path(__file__).parents[2] / "examples"
IN = {
    "x12": (EXAMPLES / "clinic-day.837").read_bytes(),
    "json": json.dumps(CLAIM).encode(),
    "fhir": (EXAMPLES / "claim.fhir.json").read_bytes(),
    "csv": (EXAMPLES / "tables" / "visits.csv").read_bytes(),
    "xlsx": (EXAMPLES / "tables" / "charges.xlsx").read_bytes(),
}
X12 = {"277CA": b"ST*277*", "999": b"ST*999*", "TA1": b"TA1*"}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """What the library finds in each input."""
    return {name: cleanclaim.check(CLAIM if name == "json" else content) for name, content in IN.items()}  # fmt: skip


def asked(client: TestClient, name: str, accept: str) -> Any:
    answer = client.post("/v1/check", content=IN[name], headers={"accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == accept.partition(";")[0]
    return answer


@pytest.mark.parametrize("name", IN)
def test_json_sarif_csv_and_parquet_of_every_input(client: TestClient, expected: Any, name: str) -> None:  # fmt: skip
    report = expected[name]
    codes = sorted(report.findings["code"].to_list())
    assert codes
    found = asked(client, name, "application/json").json()
    assert sorted(one["code"] for one in found["findings"]) == codes
    sarif = asked(client, name, "application/sarif+json").json()
    assert sorted(one["ruleId"] for one in sarif["runs"][0]["results"]) == codes
    csv = pl.read_csv(asked(client, name, "text/csv").content, infer_schema=False)
    assert sorted(csv["code"].to_list()) == codes
    parquet = pl.read_parquet(io.BytesIO(asked(client, name, "application/vnd.apache.parquet").content))  # fmt: skip
    assert sorted(parquet["code"].to_list()) == codes


@pytest.mark.parametrize("name", IN)
def test_claim_responses_of_every_input(client: TestClient, expected: Any, name: str) -> None:
    bundle = asked(client, name, "application/fhir+json").json()
    responses = [one["resource"] for one in bundle["entry"]]
    assert [one["resourceType"] for one in responses] == ["ClaimResponse"] * expected[name].claims.height  # fmt: skip
    assert sum(len(one.get("error", ())) for one in responses) == expected[name].findings.height


@pytest.mark.parametrize("kind", X12)
@pytest.mark.parametrize("name", IN)
def test_x12_answers_are_for_837_files(client: TestClient, name: str, kind: str) -> None:
    accept = {"accept": f"application/edi-x12; transaction={kind}"}
    for query, header in (("", accept), (f"?format={kind.lower()}", {})):
        answer = client.post(f"/v1/check{query}", content=IN[name], headers=header)
        if name == "x12":
            assert answer.status_code == 200
            assert answer.headers["content-type"] == f"application/edi-x12; transaction={kind}"
            assert answer.content.startswith(b"ISA*")
            assert X12[kind] in answer.content
        else:
            assert answer.status_code == 422
            assert "answer 837 files" in answer.text


def test_which_x12_answer_is_meant(client: TestClient) -> None:
    for accept, kind in (("application/edi-x12", "277CA"), ('application/EDI-X12;transaction="999"', "999"), ("application/edi-x12;transaction=835, application/edi-x12;transaction=ta1;q=0.5", "TA1")):  # fmt: skip
        answer = client.post("/v1/check", content=IN["x12"], headers={"accept": accept})
        assert X12[kind] in answer.content
    damaged = client.post("/v1/check?format=999", content=b"ISA*00*")
    assert damaged.status_code == 422
    assert "/tmp" not in damaged.text, "no path of the service"  # noqa: S108
    nothing = client.post("/v1/check", content=IN["x12"], headers={"accept": "application/edi-x12;transaction=835"})  # fmt: skip
    assert nothing.status_code == 406


FHIR_CLAIM = json.loads(IN["fhir"])


def test_the_fhir_operation_answers_a_claim_with_its_response(client: TestClient) -> None:
    resource = FHIR_CLAIM if FHIR_CLAIM["resourceType"] == "Claim" else next(one["resource"] for one in FHIR_CLAIM["entry"] if one["resource"]["resourceType"] == "Claim")  # fmt: skip
    expected = cleanclaim.check(json.dumps(resource).encode())
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}]}  # fmt: skip
    for body in (resource, wrapped):
        answer = client.post("/fhir/Claim/$check", json=body, headers={"accept": "application/fhir+json"})  # fmt: skip
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/fhir+json"
        assert answer.headers["cleanclaim-lock"]
        found = answer.json()
        assert found["resourceType"] == "ClaimResponse"
        assert len(found["error"]) == expected.findings.height
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}
    answer = client.post("/fhir/Claim/$check?select=DX", json=bundle).json()
    assert answer["resourceType"] == "Bundle"
    assert [one["resource"]["resourceType"] for one in answer["entry"]] == ["ClaimResponse"]


@pytest.mark.parametrize(
    ("path", "body", "accept", "status", "code"),
    [
        ("", b"{", "*/*", 422, "invalid"),
        ("", b"[]", "*/*", 422, "invalid"),
        ("", b'{"resourceType": "Patient"}', "*/*", 422, "invalid"),
        ("", b'{"resourceType": "Parameters", "parameter": {}}', "*/*", 422, "invalid"),
        ("", b'{"resourceType": "Parameters", "parameter": [1]}', "*/*", 422, "invalid"),
        ("", b'{"resourceType": "Bundle", "type": "collection"}', "*/*", 422, "invalid"),
        ("", b'{"resourceType": "Claim"}', "application/fhir+xml", 406, "not-supported"),
        ("?colour=red", b'{"resourceType": "Claim"}', "*/*", 400, "invalid"),
        ("?as_of=soon", IN["fhir"], "*/*", 400, "invalid"),
        ("/nothing", b"{}", "*/*", 404, "not-found"),
    ],
)  # fmt: skip
def test_fhir_errors_are_operation_outcomes(
    client: TestClient, path: str, body: bytes, accept: str, status: int, code: str
) -> None:
    answer = client.post(f"/fhir/Claim/$check{path}", content=body, headers={"accept": accept})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert {one["code"] for one in outcome["issue"]} == {code}


def test_what_is_written_in_fhir_is_valid(client: TestClient) -> None:
    fhirkit = pytest.importorskip("fhirkit")
    for answer in (client.get("/fhir/metadata"), client.get("/fhir/OperationDefinition/Claim-check"), client.post("/fhir/Claim/$check", content=b"{}")):  # fmt: skip
        assert not [one for one in fhirkit.validate(answer.text) if one.severity == "error"]


def test_the_fhir_server_describes_itself(client: TestClient) -> None:
    stated = client.get("/fhir/metadata").json()
    operation = stated["rest"][0]["resource"][0]["operation"][0]
    assert operation["name"] == "check"
    described = client.get(operation["definition"]).json()
    assert (described["resourceType"], described["code"]) == ("OperationDefinition", "check")
