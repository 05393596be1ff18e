"""Jobs: large inputs in the background, on both databases."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

import cleanclaim
from cleanclaim.server import jobs as jobs_module
from cleanclaim.server.access import keys
from cleanclaim.server.access.principals import operator
from cleanclaim.server.app import make_app
from cleanclaim.server.database import Database
from cleanclaim.server.jobs import Jobs
from cleanclaim.server.settings import Limits, ServerSettings
from served import Client

DAY = Path(__file__).parents[2] / "examples" / "clinic-day.837"


def done(client: TestClient, job_id: str, seconds: float = 120) -> dict[str, Any]:
    """The job when it isn't queued or running any more."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(f"/v1/jobs/{job_id}").json()
        if job["state"] not in {"queued", "running"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"not done in {seconds} s: {job}")


def test_a_file_is_checked_in_the_background(settings: ServerSettings, served: Client) -> None:
    client = served(settings)
    added = client.post("/v1/jobs?format=jsonl", content=DAY.read_bytes(), headers={"idempotency-key": "one"})  # fmt: skip
    assert added.status_code == 202
    place = added.headers["location"]
    again = client.post("/v1/jobs?format=jsonl", content=DAY.read_bytes(), headers={"idempotency-key": "one"})  # fmt: skip
    assert again.json()["id"] == added.json()["id"]
    other = client.post("/v1/jobs?format=jsonl", content=b"other", headers={"idempotency-key": "one"})  # fmt: skip
    assert other.status_code == 422
    job = done(client, added.json()["id"])
    expected = cleanclaim.check(DAY.read_bytes())
    assert job["state"] == "done"
    assert job["summary"]["findings"] == expected.findings.height
    report = client.get(f"{place}/report")
    assert report.headers["content-type"].startswith("application/x-ndjson")
    kinds = [json.loads(row) for row in report.text.splitlines()]
    assert len(kinds) > expected.findings.height
    page = client.get(f"{place}/findings?limit=3").json()
    assert [one["code"] for one in page["findings"]] == expected.findings["code"].to_list()[:3]
    assert page["next"] == 3
    rest = client.get(f"{place}/findings?after=3&limit=1000").json()
    assert rest["next"] is None
    assert len(rest["findings"]) == expected.findings.height - 3
    table = client.get(f"{place}/tables/claims").content
    assert pl.read_parquet(table).height == expected.claims.height
    folder = settings.jobs / job["id"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not (folder / "upload").exists(), "the input isn't kept longer than it is needed"
    assert client.delete(place).status_code == 204
    assert not folder.exists()
    assert client.get(f"{place}/report").status_code == 410
    assert client.get("/v1/jobs").json()["jobs"][0]["state"] == "expired"


def test_what_can_not_be_read_fails_with_its_reason(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path / "service"))
    added = client.post("/v1/jobs", content=b"neither a table nor a claim").json()
    job = done(client, added["id"])
    assert job["state"] == "failed"
    assert "expected an X12 interchange" in job["error"]
    assert client.get(f"/v1/jobs/{added['id']}/report").status_code == 410


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("", b"", 422),
        ("?format=docx", b"x", 400),
        ("?select=NOSUCH", b"x", 400),
        ("?colour=red", b"x", 400),
    ],
)
def test_wrong_requests_leave_nothing(
    client: TestClient, query: str, body: bytes, status: int
) -> None:
    before = client.get("/v1/jobs").json()
    assert client.post(f"/v1/jobs{query}", content=body).status_code == status
    assert client.get("/v1/jobs").json() == before


def test_unknown_jobs(client: TestClient) -> None:
    for path in ("", "/report", "/findings", "/tables/claims"):
        assert client.get(f"/v1/jobs/{'0' * 32}{path}").status_code == 404
    assert client.delete("/v1/jobs/../../etc").status_code in {404, 405}


def test_too_many_waiting_jobs(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path / "service", limits=Limits(waiting_jobs=0)))
    answer = client.post("/v1/jobs", content=DAY.read_bytes())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_a_job_whose_process_is_killed_goes_on(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path / "service"))
    added = client.post("/v1/jobs", content=DAY.read_bytes()).json()
    until = time.monotonic() + 60
    killed = False
    while not killed and time.monotonic() < until:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _is_job(entry, added["id"]):
                os.kill(int(entry.name), signal.SIGKILL)
                killed = True
        time.sleep(0.02)
    assert killed
    assert done(client, added["id"])["state"] == "done"


def _is_job(entry: Path, job_id: str) -> bool:
    try:
        words = (entry / "cmdline").read_bytes()
        return b"cleanclaim.server.work" in words and (entry / "cwd").readlink().name == job_id
    except OSError:
        return False


def test_an_interrupted_service_goes_on_with_its_jobs(tmp_path: Path, served: Client) -> None:
    settings = ServerSettings(folder=tmp_path / "service")
    first = TestClient(make_app(settings), base_url="http://localhost")
    with first:
        added = first.post("/v1/jobs", content=DAY.read_bytes()).json()
    client = served(settings)
    assert done(client, added["id"])["state"] == "done"


def test_results_are_deleted_when_their_time_is_over(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    client = served(settings)
    added = client.post("/v1/jobs", content=DAY.read_bytes()).json()
    done(client, added["id"])
    jobs = Jobs(settings, database)
    assert jobs.purge() == 0
    assert jobs.purge(datetime.now(UTC) + timedelta(days=8)) == 1
    assert not (settings.jobs / added["id"]).exists()
    assert client.get(f"/v1/jobs/{added['id']}").json()["state"] == "expired"


def test_a_key_sees_only_its_own_jobs(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    one, two, boss = (
        {"authorization": f"Bearer {keys.add(database, operator(), name, scopes, None)}"}
        for name, scopes in (("one", ["jobs"]), ("two", ["jobs"]), ("boss", ["admin"]))
    )
    client = served(replace(settings, needs_keys=True))
    added = client.post("/v1/jobs", content=DAY.read_bytes(), headers=one).json()
    path = f"/v1/jobs/{added['id']}"
    assert client.get(path, headers=two).status_code == 404
    assert client.delete(path, headers=two).status_code == 404
    assert client.get(f"{path}/report", headers=two).status_code == 404
    assert client.get("/v1/jobs", headers=two).json() == {"jobs": []}
    assert client.get(path, headers=one).status_code == 200
    assert len(client.get("/v1/jobs", headers=boss).json()["jobs"]) == 1
    assert client.delete(path, headers=boss).status_code == 204


def test_a_whole_report_of_a_huge_input_is_refused_on_the_page_too(
    tmp_path: Path, served: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of findings needs all claims in memory, however they were sent."""
    monkeypatch.setattr(jobs_module, "_MOST_WHOLE", 100)
    client = served(ServerSettings(folder=tmp_path / "service"))
    for answer in (
        client.post("/v1/jobs?format=html", content=DAY.read_bytes()),
        client.post("/batches", files={"file": ("day.837", DAY.read_bytes())}),
    ):
        assert answer.status_code == 422
        assert "inputs of up to 100 bytes" in answer.text
    assert client.get("/v1/jobs").json() == {"jobs": []}
    assert list((tmp_path / "service" / "jobs").iterdir()) == []
