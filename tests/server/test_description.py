"""The description of the API, and random requests made from it: none is a fault, and each is answered as described."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from cleanclaim.server.app import make_app
from cleanclaim.server.settings import ServerSettings

QUICK = 4
EXAMPLES = int(os.environ.get("CLEANCLAIM_API_EXAMPLES", QUICK))
"""Requests for each endpoint. A longer run also reads notes, for which much is loaded first."""


@pytest.fixture(scope="module")
def served_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = make_app(ServerSettings(folder=tmp_path_factory.mktemp("service")))
    with TestClient(app, base_url="http://localhost:8008", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def description(served_app: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = served_app.get("/v1/openapi.json").json()
    return found


def test_every_endpoint_says_what_it_needs_and_how_it_fails(description: dict[str, Any]) -> None:
    assert set(description["components"]["securitySchemes"]) == {"key"}
    for path, methods in description["paths"].items():
        for operation in methods.values():
            media = "application/fhir+json" if path.startswith("/fhir/") else "application/problem+json"  # fmt: skip
            assert list(operation["responses"]["default"]["content"]) == [media], path
            is_open = path in {"/healthz", "/readyz", "/fhir/metadata", "/fhir/OperationDefinition/Claim-check"}  # fmt: skip
            assert ("security" in operation) != is_open, path
            assert is_open or "It needs the scope `" in operation["description"], path
            assert "422" not in operation["responses"]


def test_examples_are_answered(served_app: TestClient, description: dict[str, Any]) -> None:
    asked = 0
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for media, body in operation.get("requestBody", {}).get("content", {}).items():
                if "example" in body:
                    jsonschema.validate(body["example"], body["schema"])
                if "example" in body and operation["tags"] in (["claims"], ["fhir"]):
                    answer = served_app.request(method, path, json=body["example"], headers={"content-type": media})  # fmt: skip
                    assert answer.status_code == 200, (path, answer.text)
                    asked += 1
    assert asked == 3


def operations(description: dict[str, Any]) -> Iterator[Any]:
    schemathesis = pytest.importorskip("schemathesis")
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        if EXAMPLES > QUICK or "notes" not in found.ok().definition.raw["tags"]:
            yield found.ok()


def test_random_requests_are_answered_as_described(
    served_app: TestClient, description: dict[str, Any]
) -> None:
    """Status, media type and body of each answer are as described, and none is a fault of the service."""
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415 - an extra
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    wanted = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance, checks.response_headers_conformance]  # fmt: skip
    asked = 0
    for operation in operations(description):

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])  # fmt: skip
        def answer(case: Any) -> None:
            nonlocal asked
            asked += 1
            sent = case.as_transport_kwargs(base_url="http://localhost:8008")
            sent = {name: value for name, value in sent.items() if name != "cookies"}
            sent["content"] = sent.pop("data", None)
            case.validate_response(served_app.request(**sent), checks=wanted)

        answer()
    assert asked >= 20


def test_a_file_may_be_anything(served_app: TestClient) -> None:
    """Bodies that no description can tell from claims are refused, and are never a fault."""
    bodies = (b"\0" * 100, b"ISA*", b"ISA" + b"*" * 500, b"PK\x03\x04", b"PAR1", b"{" * 5_000, b'"', b"null", b"claim_id\n", b"\xff\xfe\x00", "é".encode("utf-16"), b"[[]]", b'{"resourceType": []}')  # fmt: skip
    for body in bodies:
        for path in ("/v1/check", "/v1/price", "/fhir/Claim/$check", "/v1/remittances"):  # fmt: skip
            for media in ("application/json", "text/plain", "application/fhir+json"):
                answer = served_app.post(path, content=body, headers={"content-type": media})
                assert answer.status_code < 500, (path, media, body[:10], answer.text)


@pytest.mark.parametrize(("path", "allowed"), [("/v1/jobs", "GET, POST"), ("/v1/jobs/x", "DELETE, GET"), ("/v1/check", "POST")])  # fmt: skip
def test_other_methods_are_told_which_there_are(served_app: TestClient, path: str, allowed: str) -> None:  # fmt: skip
    answer = served_app.request("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_names_are_absolute(description: dict[str, Any]) -> None:
    assert all(Path(path).is_absolute() for path in description["paths"])
