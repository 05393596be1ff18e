"""Payments matched to claims over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import cleanclaim
from cleanclaim.server.settings import ServerSettings
from remittances import era, payment, service, transaction
from served import CLAIM, Client

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_payments_are_matched_as_by_the_library(client: TestClient) -> None:
    remittance, claims = EXAMPLES / "clinic-day.835", EXAMPLES / "clinic-day.837"
    given = {"remittances": [remittance.read_text()], "claims": claims.read_text(), "as_of": "2026-07-01"}  # fmt: skip
    found = client.post("/v1/remittances", json=given).json()
    expected = cleanclaim.remit_match(remittance, claims, as_of="2026-07-01").to_dict()
    assert found["summary"] == expected["summary"]
    assert [one["status"] for one in found["claims"]] == [one["status"] for one in expected["claims"]]  # fmt: skip
    assert {one["remit_file"] for one in found["claims"]} == {"remittance-1.835"}


@pytest.mark.parametrize(
    "body",
    [{}, [], {"remittances": [], "claims": "x"}, {"remittances": "x", "claims": "x"}, {"remittances": ["x"], "claims": 5}, {"remittances": ["x"], "claims": "x"},
     {"remittances": ["x"], "claims": "x", "more": 1}],
)  # fmt: skip
def test_what_can_not_be_matched_is_a_problem(client: TestClient, body: Any) -> None:
    answer = client.post("/v1/remittances", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/tmp" not in answer.text  # noqa: S108 - the service's own folder isn't shown


OWN = EXAMPLES / "own-edits"
DENIED = era(
    transaction(
        payment("A1", "80.00", "0", service("97110", "80.00", "0", "CO*4*80.00"), member="M1")
    )
)


@pytest.mark.parametrize("folders", [(), (str(OWN),)])
def test_denials_are_traced_to_the_edits_of_the_service(
    tmp_path: Path, served: Client, folders: tuple[str, ...]
) -> None:
    """An edit of the organization's own explains a denial, in the API and on the page."""
    client = served(ServerSettings(folder=tmp_path, edits=folders))
    given = {"remittances": [DENIED.decode()], "claims": [CLAIM], "as_of": "2026-07-01"}
    (found,) = client.post("/v1/remittances", json=given).json()["claims"]
    assert found["status"] == "denied"
    caught = {code for line in found["lines"] for code in line["caught_by"]}
    assert ("ORG101" in caught) == bool(folders)
    claim = "claim_id,diagnosis_1,procedure_code,from_date,charge_amount,units,diagnosis_pointer_1,member_id\nA1,M54.50,97110,2026-05-12,80.00,1,1,M1\n"
    files = {"remittance": ("era.835", DENIED), "claims": ("claims.csv", claim.encode())}
    assert ("/edits/ORG101" in client.post("/denials", files=files).text) == bool(folders)


def test_python_takes_the_edits_to_trace_denials_to(tmp_path: Path) -> None:
    remittance = tmp_path / "era.835"
    remittance.write_bytes(DENIED)
    found = cleanclaim.remit_match(remittance, CLAIM, edits=[])
    assert found.to_dict()["claims"][0]["lines"][0]["caught_by"] == []
