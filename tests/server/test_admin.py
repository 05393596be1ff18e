"""The pages Admin and Audit trail: what is done there is done, and recorded."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from cleanclaim.server import audit
from cleanclaim.server.access import keys, users
from cleanclaim.server.access.principals import operator
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import AUDIT
from cleanclaim.server.settings import ServerSettings
from served import CLAIM, PASSWORD, Client, entered, finished, sign_in

PAGE = {"accept": "text/html"}


def test_the_first_user_is_made_on_the_page_and_closes_the_service(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    client = served(settings, follow_redirects=False)
    assert "answers everyone on this machine" in client.get("/admin", headers=PAGE).text
    first = {"name": "boss", "role": "biller", "password": PASSWORD}
    assert "choose the role admin" in client.post("/admin/users", data=first).text
    assert users.listed(database) == []
    assert client.post("/admin/users", data={**first, "role": "admin"}).status_code == 303
    assert client.get("/admin", headers=PAGE).headers["location"].startswith("/sign-in")
    sign_in(client, "boss")
    assert client.get("/admin", headers=PAGE).status_code == 200


def boss(settings: ServerSettings, database: Database, served: Client) -> tuple[TestClient, dict[str, str]]:  # fmt: skip
    return entered(settings, database, served, "main", "admin")


def test_users_are_managed(settings: ServerSettings, database: Database, served: Client) -> None:
    client, token = boss(settings, database, served)
    given = {"name": "maria", "role": "biller", "password": PASSWORD}
    assert client.post("/admin/users", data=given, headers=token).status_code == 303
    assert client.post("/admin/users", data=given, headers=token).status_code == 422
    maria = users.named(database, "maria")
    assert maria is not None
    place = f"/admin/users/{maria['id']}"
    assert client.post(f"{place}/role", data={"role": "coder"}, headers=token).status_code == 303
    assert "expected viewer" in client.post(f"{place}/role", data={"role": "x"}, headers=token).text
    new = "another horse battery"
    assert client.post(f"{place}/password", data={"password": new}, headers=token).status_code == 303  # fmt: skip
    found = users.signed_in(database, "maria", new)
    assert found is not None
    assert found.role == "coder"
    assert ">maria<" in client.get("/admin").text
    assert client.post(f"{place}/remove", headers=token).status_code == 303
    assert client.post(f"{place}/remove", headers=token).status_code == 404
    own = users.named(database, "admin-main")
    assert own is not None
    last = client.post(f"/admin/users/{own['id']}/remove", headers=token)
    assert "last admin" in last.text


def test_keys_are_managed(settings: ServerSettings, database: Database, served: Client) -> None:
    client, token = boss(settings, database, served)
    given = {"name": "claims-system", "days": "30", "scope-check": "1", "scope-codes": "1"}
    shown = client.post("/admin/keys", data=given, headers=token)
    key = re.search(r"<code>(cck_[^<]+)</code>", shown.text)
    assert key
    program = {"x-api-key": key[1]}
    assert client.post("/v1/check", json=CLAIM, headers=program).status_code == 200
    assert key[1] not in client.get("/admin").text, "it is shown once"
    for wrong in ({"name": "x"}, {"name": "x", "scope-check": "1", "days": "many"}, {"scope-check": "1"}):  # fmt: skip
        assert client.post("/admin/keys", data=wrong, headers=token).status_code == 422
    place = f"/admin/keys/{key[1].split('_')[1]}/revoke"
    assert client.post(place, headers=token).status_code == 303
    assert client.post(place, headers=token).status_code == 404
    client.cookies.clear()
    assert client.post("/v1/check", json=CLAIM, headers=program).status_code == 401


def test_anothers_users_and_keys_are_not_there(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    theirs = users.add(database, operator("west"), "theirs", "viewer", PASSWORD)
    key = keys.add(database, operator("west"), "their key", ["check"], None).split("_")[1]
    client, token = boss(settings, database, served)
    for path, data in (
        (f"/admin/users/{theirs}/role", {"role": "admin"}), (f"/admin/users/{theirs}/password", {"password": PASSWORD}),
        (f"/admin/users/{theirs}/remove", {}), (f"/admin/keys/{key}/revoke", {}),
    ):  # fmt: skip
        assert client.post(path, data=data, headers=token).status_code == 404, path
    assert "their" not in client.get("/admin").text
    assert "theirs" not in client.get("/admin/audit").text


def test_results_are_deleted_for_one_organization(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    client, token = boss(settings, database, served)
    ours, theirs = (finished(database, settings, place, "x") for place in ("main", "west"))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET expires = created")
    assert "1 done" in client.get("/admin").text
    assert client.post("/admin/purge", headers=token).status_code == 303
    assert not (settings.jobs / ours).exists()
    assert (settings.jobs / theirs).exists()
    row = audit.latest(database, "main", None, 1)[0]
    assert (row["action"], row["name"]) == ("results deleted", "admin-main")


def test_the_audit_trail_is_shown_page_by_page_and_verified(
    settings: ServerSettings, database: Database, served: Client
) -> None:
    with database.writing() as connection:
        for number in range(120):
            audit.record(connection, operator(), "results seen", f"job{number}")
    client, _ = entered(settings, database, served, "main", "auditor")
    first = client.get("/admin/audit")
    assert "auditor-main" in first.text, "who acted is named"
    assert len(re.findall("<tr><td", first.text)) == 100
    following = re.search(r'href="(/admin/audit\?before=\d+)"', first.text)
    assert following
    rest = client.get(following[1]).text
    assert "job0<" in rest
    assert "Earlier entries" not in rest
    assert "as they were written" in client.get("/admin/audit/verified").text
    with database.writing() as connection:
        connection.execute(AUDIT.update().where(AUDIT.c.number == 5).values(who="nobody"))
    assert "Entry 5 isn't as it was written" in client.get("/admin/audit/verified").text
