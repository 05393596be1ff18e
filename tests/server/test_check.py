"""Claims checked over HTTP: the same answers as the library gives, in every format."""

from __future__ import annotations

import gzip
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


def test_a_claim_as_json_is_answered_as_the_library_does(client: TestClient) -> None:
    answer = client.post("/v1/check", json=CLAIM)
    assert answer.status_code == 200
    assert answer.json() == cleanclaim.check(CLAIM).to_dict()
    assert answer.json()["findings"][0]["code"] == "DX102"


def test_every_answer_says_what_it_is_based_on(client: TestClient) -> None:
    answer = client.post("/v1/check", json=CLAIM)
    ready = client.get("/readyz").json()
    assert answer.headers["cleanclaim-version"] == cleanclaim.__version__
    assert answer.headers["cleanclaim-lock"] == ready["lock"]
    assert len(ready["lock"]) == 64
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("wrapped", [[CLAIM], {"claims": [CLAIM]}])
def test_lists_of_claims(client: TestClient, wrapped: Any) -> None:
    assert client.post("/v1/check", json=wrapped).json()["summary"]["claims"] == 1


def test_an_837_file_and_a_table(client: TestClient) -> None:
    file = EXAMPLES / "clinic-day.837"
    answer = client.post("/v1/check", content=file.read_bytes())
    expected = cleanclaim.check(file.read_bytes()).to_dict()
    assert answer.json()["summary"] == expected["summary"]
    table = client.post("/v1/check", content=(EXAMPLES / "tables" / "visits.csv").read_bytes())
    assert table.json()["summary"]["claims"] > 0
    book = client.post("/v1/check", content=(EXAMPLES / "tables" / "charges.xlsx").read_bytes())
    assert book.json()["summary"]["claims"] > 0


@pytest.mark.parametrize(
    ("accept", "media", "start"),
    [
        ("application/json", "application/json", b"{"),
        ("*/*", "application/json", b"{"),
        ("text/plain", "text/plain", b"Claim A1"),
        ("application/x-ndjson", "application/x-ndjson", b"{"),
        ("application/sarif+json;q=0.9, text/nothing", "application/sarif+json", b"{"),
        ("text/csv", "text/csv", b"claim_id,"),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet", b"PAR1"),
        ("text/html", "text/html", b"<!doctype html>"),
    ],
)
def test_the_format_follows_accept(
    client: TestClient, accept: str, media: str, start: bytes
) -> None:
    answer = client.post("/v1/check", json=CLAIM, headers={"accept": accept})
    assert answer.headers["content-type"].split(";")[0] == media
    assert answer.content.lower().startswith(start.lower())


def test_parquet_and_the_parameter_format(client: TestClient) -> None:
    answer = client.post("/v1/check?format=parquet", json=CLAIM)
    assert "DX102" in pl.read_parquet(io.BytesIO(answer.content))["code"].to_list()


def test_options_are_those_of_the_library(client: TestClient) -> None:
    answer = client.post("/v1/check?select=DX&payer_class=medicare&as_of=2026-06-01", json=CLAIM)
    expected = cleanclaim.check(CLAIM, select="DX", payer_class="medicare", as_of="2026-06-01")
    assert answer.json() == expected.to_dict()


def fault(claim: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**claim, **changed}


@pytest.mark.parametrize(
    ("query", "body", "status", "words"),
    [
        ("", b"", 422, "the body is empty"),
        ("", b"  \n", 422, "the body is empty"),
        ("", b"{", 422, "isn't valid JSON"),
        ("", b"[" * 100_000, 422, "nested too deeply"),
        ("", b"[1, 2]", 422, "claim 1: expected an object"),
        ("", b"[]", 422, "has no claims"),
        ("", b'{"claims": [{}], "more": 1}', 422, "expected one key"),
        ("", b"neither a table nor a claim", 422, "expected an X12 interchange"),
        ("", json.dumps(fault(CLAIM, patient_birth_date="SECRETDAY")).encode(), 422, "patient_birth_date expects a date"),
        ("", json.dumps(fault(CLAIM, SECRETNAME=1)).encode(), 422, "no column"),
        ("", gzip.compress(b"ISA*", mtime=0), 415, "as a job"),
        ("?selct=DX", b"{}", 400, "unknown parameter"),
        ("?select=DX&select=NCCI", b"{}", 400, "given twice"),
        ("?select=NOSUCH", json.dumps(CLAIM).encode(), 400, "no edit, family or name"),
        ("?as_of=soon", json.dumps(CLAIM).encode(), 400, "as_of: expected a date"),
        ("?min_disposition=hard", json.dumps(CLAIM).encode(), 400, "min_disposition"),
        ("?adopts=60054", json.dumps(CLAIM).encode(), 400, "payer:program"),
        ("?format=docx", json.dumps(CLAIM).encode(), 400, "format: expected"),
    ],
)  # fmt: skip
def test_what_can_not_be_checked_is_a_clear_problem(
    client: TestClient, query: str, body: bytes, status: int, words: str
) -> None:
    answer = client.post(f"/v1/check{query}", content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert words in answer.text
    assert "SECRET" not in answer.text
    assert problem["instance"].endswith(answer.headers["x-request-id"])


def test_no_acceptable_format(client: TestClient) -> None:
    answer = client.post("/v1/check", json=CLAIM, headers={"accept": "image/png"})
    assert answer.status_code == 406


def test_prices(client: TestClient) -> None:
    answer = client.post("/v1/price", json=CLAIM)
    assert answer.json()["lines"][0]["procedure_code"] == "97110"
    assert client.post("/v1/price?as_of=never", json=CLAIM).status_code == 400


def test_edits_are_listed_and_explained(client: TestClient) -> None:
    every = client.get("/v1/edits").json()["edits"]
    assert len(every) > 150
    family = client.get("/v1/edits?family=dx").json()["edits"]
    assert {one["code"][:2] for one in family} == {"DX"}
    one = client.get("/v1/edits/diagnosis-not-in-force").json()
    assert one["code"] == "DX102"
    assert one["explanation"].startswith("DX102")
    assert client.get("/v1/edits/DX999").status_code == 404
