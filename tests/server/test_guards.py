"""What is too large, too slow or too often is refused, and nothing of a request is logged."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cleanclaim.server.app import make_app
from cleanclaim.server.guards import LOG, Guard
from cleanclaim.server.metrics import Metrics
from cleanclaim.server.settings import Limits, ServerSettings
from served import CLAIM, Client


async def is_open() -> bool:
    return True


def test_large_bodies_are_refused(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path, limits=Limits(body=1000, upload=2000)))
    assert client.post("/v1/check", json=CLAIM).status_code == 200
    for path, size, words in (("/v1/check", 1001, "as a job"), ("/v1/jobs", 2001, "larger")):
        whole = client.post(path, content=b"x" * size)
        assert whole.status_code == 413
        assert words in whole.text
        in_parts = client.post(path, content=iter([b"x" * 500] * 5))
        assert in_parts.status_code == 413
    assert client.post("/v1/jobs", content=b"x" * 1500).status_code == 202


def test_too_many_requests_in_a_minute(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path, limits=Limits(per_minute=3)))
    statuses = [client.get("/healthz").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert int(client.get("/healthz").headers["retry-after"]) > 0


def test_a_busy_service_says_so(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path, limits=Limits(at_once=0)))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def raw(app: Any, parts: list[Any], path: str = "/v1/check") -> list[dict[str, Any]]:
    """Send a request part by part: bytes, seconds to wait, or None for a client that leaves."""
    sent: list[dict[str, Any]] = []

    async def work() -> None:
        queue = list(parts)

        async def receive() -> dict[str, Any]:
            while queue and isinstance(queue[0], float):
                await asyncio.sleep(queue.pop(0))
            part = queue.pop(0) if queue else None
            if part is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": part, "more_body": bool(queue)}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "http_version": "1.1", "scheme": "http", "server": ("localhost", 80)}  # fmt: skip
        await app(scope, receive, send)

    asyncio.run(work())
    return sent


def test_slow_and_gone_clients(tmp_path: Path) -> None:
    async def reads(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        raise AssertionError("the body never ends")

    limits = Limits(pause_seconds=0.05, receive_seconds=0.2)
    settings = ServerSettings(folder=tmp_path, limits=limits)
    guard = Guard(reads, settings, Metrics(), is_open)
    assert raw(guard, [b"a", 1.0, b"b", b""])[0]["status"] == 408
    drip: list[Any] = [part for _ in range(40) for part in (b"a", 0.02)]
    assert raw(guard, drip)[0]["status"] == 408
    assert raw(guard, [b"a", None]) == []


def test_faults_are_problems_without_details(tmp_path: Path) -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("SECRET")

    sent = raw(Guard(breaks, ServerSettings(folder=tmp_path), Metrics(), is_open), [b""])
    assert sent[0]["status"] == 500
    assert b"SECRET" not in sent[1]["body"]


def test_the_log_holds_no_content(
    tmp_path: Path, served: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client = served(ServerSettings(folder=tmp_path))
    with caplog.at_level(logging.INFO, LOG.name):
        client.post("/v1/check?select=SECRET", json={**CLAIM, "claim_id": "SECRET"})
        client.get("/v1/codes/icd10cm/SECRET?on=SECRET")
        client.get("/SECRET", headers={"x-api-key": "SECRET", "user-agent": "SECRET"})
        client.request("SECRET", "/healthz")
    told = [json.loads(record.message) for record in caplog.records if record.name == LOG.name]
    assert [one["route"] for one in told[:2]] == ["/v1/check", "/v1/codes/{system}/{code}"]
    assert all(one["id"] and one["ms"] >= 0 for one in told)
    assert len(told) == 4
    assert "SECRET" not in json.dumps(told)


def test_the_application_is_made_without_a_running_loop(tmp_path: Path) -> None:
    with TestClient(make_app(ServerSettings(folder=tmp_path)), base_url="http://localhost") as made:
        assert made.get("/healthz").json() == {"status": "ok"}
