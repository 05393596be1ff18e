"""Who may do what: keys, scopes, this machine only, and the audit trail, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from cleanclaim.errors import ConfigError
from cleanclaim.server import audit, run
from cleanclaim.server.access import keys
from cleanclaim.server.access.principals import operator
from cleanclaim.server.database import Database, opened
from cleanclaim.server.database.opening import upgrade
from cleanclaim.server.database.schema import AUDIT, KEYS, METADATA
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
        run.serve(settings)


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


def test_databases_that_can_not_be_opened(tmp_path: Path) -> None:
    for url in ("nonsense", "postgresql://nobody:hidden@127.0.0.1:1/none"):
        with pytest.raises(ConfigError, match="the database can't be opened") as told:
            opened(ServerSettings(folder=tmp_path, database=url))
        assert "hidden" not in str(told.value)
