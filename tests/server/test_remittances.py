"""Payments matched to claims over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import cleanclaim

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
