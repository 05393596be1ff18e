"""Who may do what: keys, scopes, this machine only, and the audit trail, on both databases."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from starlette.testclient import TestClient

from cleanclaim.errors import ConfigError
from cleanclaim.server import audit, run
from cleanclaim.server.access import keys
from cleanclaim.server.access.principals import operator
from cleanclaim.server.database import Database, opened, opening
from cleanclaim.server.database.opening import upgrade
from cleanclaim.server.database.schema import AUDIT, KEYS, METADATA
from cleanclaim.server.jobs import Jobs
from cleanclaim.server.settings import ServerSettings, is_loopback
from served import CLAIM, Client


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_keys_that_are_not_valid(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    client = served(replace(settings, needs_keys=True))
    good = keys.add(database, operator(), "good", ["check"], 1)
    assert client.post("/v1/check", json=CLAIM, headers=bearer(good)).status_code == 200
    assert client.post("/v1/check", json=CLAIM, headers={"x-api-key": good}).status_code == 200
    key_id = good.split("_")[1]
    for wrong in (good + "x", good[:-1], "cck_00000000_abc", "abc", f"cck_{key_id}_", "cck__", "é"):
        header = {b"x-api-key": wrong.encode()}
        assert client.post("/v1/check", json=CLAIM, headers=header).status_code == 401, wrong
    with database.writing() as connection:
        past = datetime.now(UTC) - timedelta(minutes=1)
        connection.execute(KEYS.update().where(KEYS.c.id == key_id).values(expires=past))
    assert client.post("/v1/check", json=CLAIM, headers=bearer(good)).status_code == 401
    other = keys.add(database, operator(), "other", ["check"], None)
    assert keys.revoke(database, operator(), other.split("_")[1])
    assert not keys.revoke(database, operator(), other.split("_")[1])
    assert client.post("/v1/check", json=CLAIM, headers=bearer(other)).status_code == 401


def test_secrets_are_not_kept(database: Database) -> None:
    made = keys.add(database, operator(), "one", ["check", "codes"], None)
    secret = made.split("_", 2)[2]
    with database.reading() as connection:
        rows = [str(dict(row)) for row in connection.execute(sa.select(KEYS)).mappings()]
    assert len(rows) == 1
    assert secret not in rows[0]
    assert keys.listed(database)[0]["scopes"] == "check codes"
    assert "hash" not in keys.listed(database)[0]


@pytest.mark.parametrize(("name", "scopes"), [("", ["check"]), ("a\nb", ["check"]), ("a", ["fly"]), ("a", [])])  # fmt: skip
def test_wrong_keys_are_not_made(tmp_path: Path, name: str, scopes: list[str]) -> None:
    held = opened(ServerSettings(folder=tmp_path))
    with pytest.raises(ConfigError):
        keys.add(held, operator(), name, scopes, None)
    held.engine.dispose()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "127.0.0.1:8008"}, 200),
        ({"host": "[::1]:8008"}, 200),
        ({"host": "clinic.example"}, 403),
        ({"host": "clinic.example:8008"}, 403),
        ({"origin": "http://localhost:3000"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_without_keys_other_sites_are_refused(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    """A page of another site, or a name that leads to this machine, must not reach patients' data through a browser."""
    assert client.post("/v1/check", json=CLAIM, headers=headers).status_code == status


def test_addresses_of_this_machine() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST")))  # fmt: skip
    assert not any(map(is_loopback, ("::", "10.0.0.1", "example.com", "127.0.0.1.example.com", "")))  # fmt: skip


def test_an_open_address_needs_a_key_first(tmp_path: Path) -> None:
    settings = ServerSettings(folder=tmp_path, host="10.0.0.1")
    assert not settings.may_be_open
    with pytest.raises(ConfigError, match="needs an API key or a sign-in"):
        run.serve(settings, lambda: pytest.fail("it begins"))


def test_the_audit_trail_shows_changes(database: Database) -> None:
    keys.add(database, operator(), "one", ["check"], None)
    key = keys.add(database, operator(), "two", ["check"], None)
    keys.revoke(database, operator(), key.split("_")[1])
    rows = list(audit.rows(database))
    assert [row["action"] for row in rows] == ["key added", "key added", "key revoked"]
    assert audit.first_wrong(database) is None
    last = audit.head(database)
    with database.writing() as connection:
        connection.execute(AUDIT.update().where(AUDIT.c.number == 2).values(who="nobody"))
    assert audit.first_wrong(database) == 2
    with database.writing() as connection:
        connection.execute(AUDIT.delete().where(AUDIT.c.number == 2))
    assert audit.first_wrong(database) == 3
    with database.writing() as connection:
        connection.execute(AUDIT.delete().where(AUDIT.c.number == 3))
    assert audit.first_wrong(database) is None
    assert audit.head(database) != last, "removed entries at the end show in the last hash"


def test_migrations_make_the_tables_of_the_schema(database: Database) -> None:
    found = sa.inspect(database.engine)
    for table in METADATA.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: column.nullable for column in table.columns}
    with database.writing() as connection:
        upgrade(connection)  # again: nothing to do


def test_a_database_of_the_first_version_is_brought_up_to_date(settings: ServerSettings) -> None:
    """Its keys go on working, its jobs are of the first organization, and its audit trail is as written."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(settings.database_url)
    secret, now = "s" * 43, datetime.now(UTC)
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    row = {"number": 1, "at": "2026-11-28T00:00:00+00:00", "who": "operator", "action": "key added", "object": "0a1b2c3d", "previous": audit.START}  # fmt: skip
    chained = hashlib.sha256("\x1f".join(str(row[name]) for name in ("previous", "number", "at", "who", "action", "object")).encode()).hexdigest()  # fmt: skip
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(opening._MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, values in (
            ("api_keys", {"id": "0a1b2c3d", "name": "old", "hash": hashed, "scopes": "jobs", "created": now}),
            ("jobs", {"id": "0" * 32, "owner": "0a1b2c3d", "state": "expired", "format": "json", "options": "{}", "size": 1, "digest": "x", "created": now}),
            ("audit", {**row, "hash": chained}),
        ):  # fmt: skip
            of_table = sa.Table(table, sa.MetaData(), autoload_with=connection)
            connection.execute(of_table.insert().values(**values))
    engine.dispose()
    held = opened(settings)
    who = keys.holder(held, f"cck_0a1b2c3d_{secret}")
    assert who is not None
    assert (who.organization, who.name) == ("main", "old")
    assert [job["id"] for job in Jobs(settings, held).listed(who)] == ["0" * 32]
    audit_was_right = audit.first_wrong(held) is None
    keys.add(held, operator("west"), "new", ["check"], None)
    assert audit_was_right
    assert audit.first_wrong(held) is None
    held.engine.dispose()


def test_databases_that_can_not_be_opened(tmp_path: Path) -> None:
    for url in ("nonsense", "postgresql://nobody:hidden@127.0.0.1:1/none"):
        with pytest.raises(ConfigError, match="the database can't be opened") as told:
            opened(ServerSettings(folder=tmp_path, database=url))
        assert "hidden" not in str(told.value)
