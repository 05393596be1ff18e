"""A new service has something to show, and its pages open."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cleanclaim.cli import serve
from cleanclaim.server.app import make_app
from cleanclaim.server.settings import ServerSettings


def _batches(folder: Path) -> list[str]:
    app = make_app(ServerSettings(folder=folder), with_example=True)
    with TestClient(app, base_url="http://localhost:8008") as client:
        jobs = client.get("/v1/jobs").json()["jobs"]
        assert client.get("/batches").status_code == 200
    return [str(job["id"]) for job in jobs]


def test_the_example_is_checked_once(tmp_path: Path) -> None:
    first = _batches(tmp_path)
    assert len(first) == 1
    assert _batches(tmp_path) == first


def test_the_pages_open_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(serve, "_OPENING", 0.0)
    serve._begun("127.0.0.1", 8008, show=False)
    serve._begun("127.0.0.1", 8009, show=True)
    for _ in range(100):
        if opened:
            break
        time.sleep(0.01)
    assert opened == ["http://127.0.0.1:8009"]
