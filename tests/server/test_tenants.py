"""Organizations, and keys within one, don't see each other's jobs, batches, results, users, keys or audit trail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cleanclaim.server import audit
from cleanclaim.server.access import keys, users
from cleanclaim.server.access.principals import Principal, expanded, operator
from cleanclaim.server.database import Database
from cleanclaim.server.settings import ServerSettings
from served import PASSWORD, Client, entered, finished

BELOW = ("", "/report", "/findings", "/tables/claims")
PAGES = ("", "/part", "/rows", "/report")


@pytest.mark.parametrize("role", ["biller", "admin", "auditor"])
def test_an_organization_does_not_see_anothers_job_by_its_id(
    settings: ServerSettings, database: Database, served: Client, role: str
) -> None:
    job_id = finished(database, settings, "east", "someone")
    client, token = entered(settings, database, served, "west", role)
    for path in (*(f"/v1/jobs/{job_id}{one}" for one in BELOW), *(f"/batches/{job_id}{one}" for one in PAGES)):  # fmt: skip
        assert client.get(path).status_code == 404, path
    if role != "auditor":
        assert client.delete(f"/v1/jobs/{job_id}", headers=token).status_code == 404
        assert client.post(f"/batches/{job_id}/remove", headers=token).status_code == 404
    assert client.get("/v1/jobs").json() == {"jobs": []}
    assert job_id not in client.get("/batches").text
    assert (settings.jobs / job_id).is_dir()
    own, _ = entered(settings, database, served, "east", "viewer")
    assert own.get(f"/v1/jobs/{job_id}").status_code == 200, "colleagues see it"
    assert own.get(f"/v1/jobs/{job_id}/report").status_code == 200
    assert job_id in own.get("/batches").text


def test_keys_see_their_own_jobs_and_admin_keys_those_of_their_organization(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    made = {name: keys.add(database, operator(organization), name, scopes, None) for name, organization, scopes in (
        ("mine", "east", ["jobs"]), ("other", "east", ["jobs"]), ("boss", "east", ["admin"]), ("far", "west", ["admin"]))}  # fmt: skip
    job_id = finished(database, settings, "east", made["mine"].split("_")[1])
    client = served(replace(settings, needs_keys=True))
    statuses = {name: {client.get(f"/v1/jobs/{job_id}{below}", headers={"x-api-key": key}).status_code == 404 for below in BELOW} for name, key in made.items()}  # fmt: skip
    assert statuses == {"mine": {False}, "other": {True}, "boss": {False}, "far": {True}}
    for name in ("other", "far"):
        assert client.delete(f"/v1/jobs/{job_id}", headers={"x-api-key": made[name]}).status_code == 404  # fmt: skip


def test_an_idempotency_key_is_of_its_own_caller(
    tmp_path: Path, database: Database, settings: ServerSettings, served: Client
) -> None:
    one, two = ({"x-api-key": keys.add(database, operator(place), "k", ["jobs"], None), "idempotency-key": "same"} for place in ("east", "west"))  # fmt: skip
    client = served(replace(settings, needs_keys=True))
    added = [client.post("/v1/jobs", content=b"x", headers=header).json()["id"] for header in (one, two)]  # fmt: skip
    assert len(set(added)) == 2


def test_keys_users_and_the_audit_trail_are_of_an_organization(database: Database) -> None:
    key = keys.add(database, operator("east"), "one", ["check"], None).split("_")[1]
    users.add(database, operator("west"), "maria", "admin", PASSWORD)
    admin = Principal("x", "x", "west", "user", expanded(["admin"]), "admin")
    assert not keys.revoke(database, admin, key)
    assert keys.listed(database, "west") == []
    assert users.listed(database, "east") == []
    shown = audit.latest(database, "west", None, 10)
    assert [row["action"] for row in shown] == ["user added as admin"]
    assert [row["action"] for row in audit.latest(database, "east", None, 10)] == ["key added"]
    assert audit.first_wrong(database) is None
