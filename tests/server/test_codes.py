"""Codes and notes over HTTP."""

from __future__ import annotations

from datetime import date

import pytest
from starlette.testclient import TestClient

import cleanclaim


def test_search_is_that_of_the_library(client: TestClient) -> None:
    answer = client.get("/v1/codes/search", params={"q": "broken wrist", "on": "2026-05-12", "limit": "3"})  # fmt: skip
    encoder = cleanclaim.Encoder()
    expected = encoder.answer("broken wrist", on=date(2026, 5, 12), limit=3).as_dict()
    assert answer.json() == expected


def test_a_code_in_its_system(client: TestClient) -> None:
    found = client.get("/v1/codes/icd10cm/M54.5?on=2026-05-12").json()["codes"]
    assert [one["code"] for one in found] == ["M54.5"]
    assert client.get("/v1/codes/any/99213?on=2026-05-12&pairs=1").json()["codes"]
    wrong = client.get("/v1/codes/hcpcs/M54.5")
    assert wrong.status_code == 404
    assert "ICD-10-CM has it" in wrong.text


def test_a_crosswalk_and_what_was_not_loaded(client: TestClient) -> None:
    found = client.get("/v1/crosswalk?code=M54.5").json()
    assert {one["to"] for one in found["mappings"]} >= {"M54.50", "M54.51", "M54.59"}
    assert isinstance(found["not_checked"], list)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/codes/search", 400),
        ("/v1/codes/search?q=" + "a" * 2000, 400),
        ("/v1/codes/search?q=x&limit=0", 400),
        ("/v1/codes/search?q=x&limit=1e3", 400),
        ("/v1/codes/search?q=x&system=latin", 400),
        ("/v1/codes/search?q=x&on=tomorrow", 400),
        ("/v1/codes/search?q=x&more=1", 400),
        ("/v1/codes/icd10cm/ZZZ", 404),
        ("/v1/codes/icd10cm/" + "A" * 100, 404),
        ("/v1/codes/cpt/99213?indicator=5", 400),
        ("/v1/codes/cpt/99213?pairs=99999", 400),
        ("/v1/crosswalk", 400),
        ("/v1/crosswalk?code=ZZZZZ", 404),
        ("/v1/nothing", 404),
    ],
)
def test_wrong_requests_are_problems(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_codes_for_a_note(client: TestClient) -> None:
    note = "Assessment: Type 2 diabetes. Denies chest pain."
    answer = client.post("/v1/suggest", json={"note": note, "on": "2026-05-12"})
    found = answer.json()["suggestions"]
    assert ("E11.9", "code") in {(one["code"], one["disposition"]) for one in found}
    assert all(note[e["start"] : e["end"]] == e["text"] for one in found for e in one["evidence"])
    plain = client.post("/v1/suggest", content=note.encode(), headers={"content-type": "text/plain"})  # fmt: skip
    assert [one["code"] for one in plain.json()["suggestions"]] == [one["code"] for one in found]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"note": 1}',
        b'{"note": " "}',
        b'{"note": "x", "SECRET": "y"}',
        b'{"note": "x", "setting": "moon"}',
        b'{"note": "x", "on": "soon"}',
        b'{"note": "x", "on": 5}',
    ],
)
def test_what_is_no_note_is_a_problem(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/suggest", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert "SECRET" not in answer.text


def test_the_level_of_a_visit_and_what_a_note_supports(client: TestClient) -> None:
    note = "Assessment: Hypertension, at goal. Continue lisinopril."
    level = client.post("/v1/level", json={"note": note, "on": "2026-05-12", "patient": "established", "billed": "99215"}).json()  # fmt: skip
    expected = cleanclaim.level(note, on=date(2026, 5, 12), patient="established", billed="99215")
    assert level == expected.as_dict()
    assert level["billed"]["verdict"] == "over"
    support = client.post("/v1/support", json={"note": note, "codes": "I10,E11.9"}).json()["codes"]
    assert [one["code"] for one in support] == ["I10", "E11.9"]
    assert client.post("/v1/support", json={"note": note}).status_code == 422
    assert client.post("/v1/level", json={"note": note, "place": "moon"}).status_code == 400


def test_the_api_is_described(client: TestClient) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    assert {"/v1/check", "/v1/jobs", "/v1/codes/search", "/v1/suggest", "/healthz", "/metrics"} <= set(paths)  # fmt: skip
    example = paths["/v1/check"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/v1/check", json=example).status_code == 200


def test_metrics_count_requests(client: TestClient) -> None:
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'cleanclaim_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert "cleanclaim_request_seconds_count" in text


def test_releases_are_listed_and_loaded_again(client: TestClient) -> None:
    listed = client.get("/v1/reference").json()
    assert any(row["table"] == "icd10cm" for row in listed["releases"])
    assert client.post("/v1/reference/reload").json()["lock"] == listed["lock"]
