"""Who may use which endpoint: every role and scope against every route that the application has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from cleanclaim.server.access import keys, users
from cleanclaim.server.access.permissions import all_declared, permission_of
from cleanclaim.server.access.principals import ROLES, SCOPES, expanded, operator
from cleanclaim.server.app import PARTS, make_app
from cleanclaim.server.database import opened
from cleanclaim.server.settings import ServerSettings
from served import PASSWORD, csrf_of, sign_in

OPEN = {
    "/healthz",
    "/readyz",
    "/static/{name}",
    "/fhir/metadata",  # what a FHIR server can do, as its specification wants
    "/fhir/OperationDefinition/Claim-check",
    "/sign-in",
    "/sign-in/provider",
    "/sign-in/callback",
}
"""What everyone may ask for; anything else here needs a second thought."""
OWN = {
    ("POST", "/sign-out"), ("GET", "/account"), ("POST", "/account"), ("POST", "/learn/play"), ("POST", "/codes/{system}/{code}/favorite"),
}  # fmt: skip
"""What everyone may do who is signed in."""
VALUES = {"system": "icd10cm", "code": "M10.9", "table": "claims", "name": "page.css"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, dict[str, str]]]]:  # fmt: skip
    """The application with a user of each role and a key of each scope: headers of their requests by name."""
    settings = ServerSettings(folder=tmp_path_factory.mktemp("service"))
    database = opened(settings)
    app = make_app(settings, database)
    headers = {f"key {scope}": {"x-api-key": keys.add(database, operator(), scope, [scope], None)} for scope in SCOPES}  # fmt: skip
    for role in ROLES:
        users.add(database, operator(), role, role, PASSWORD)
    with TestClient(app, base_url="http://localhost:8008", raise_server_exceptions=False) as started:  # fmt: skip
        for role in ROLES:
            client = TestClient(app, base_url="http://localhost:8008")
            sign_in(client, role)
            token = csrf_of(client, "/edits")
            cookie = f"cleanclaim={client.cookies['cleanclaim']}"
            headers[f"role {role}"] = {"cookie": cookie, "x-csrf-token": token}
        yield started, headers


def routes() -> list[tuple[str, str, str]]:
    """Every endpoint of the application: its method, path and what it needs."""
    found = [one for part in PARTS for one in part.router.routes if isinstance(one, APIRoute)]
    assert len(found) > 40
    return sorted((method, route.path, str(permission_of(route))) for route in found for method in route.methods or ())  # fmt: skip


def ask(client: Any, method: str, path: str, headers: dict[str, str]) -> int:
    filled = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "0" * 32), path)
    content = b"{}" if method in {"POST", "PUT", "PATCH"} else None
    sent = {**headers, "content-type": "application/json"}
    status: int = client.request(method, filled, content=content, headers=sent, follow_redirects=False).status_code  # fmt: skip
    return status


def test_every_role_and_scope_at_every_endpoint(service: Any) -> None:
    client, headers = service
    may = {f"role {role}": expanded(scopes) for role, scopes in ROLES.items()}
    may |= {f"key {scope}": expanded([scope]) for scope in SCOPES}
    for method, path, needed in routes():
        if (method, path) == ("POST", "/sign-out"):
            continue  # it would end the session; that it needs one is tested below
        for who, header in headers.items():
            status = ask(client, method, path, header)
            is_allowed = needed in {"open", "known"} or needed in may[who]
            assert (status not in {401, 403}) == is_allowed or path in OPEN, (method, path, who, status)  # fmt: skip


def test_without_a_key_or_session_only_what_is_open_answers(service: Any) -> None:
    client, _ = service
    for method, path, needed in routes():
        status = ask(client, method, path, {})
        assert (needed == "open") == (path in OPEN), path
        assert (status != 401) == (path in OPEN), (method, path, status)


def test_with_a_session_every_change_needs_the_token(service: Any) -> None:
    client, headers = service
    cookie = {"cookie": headers["role admin"]["cookie"]}
    changes = [one for one in routes() if one[0] != "GET" and one[1] not in OPEN]
    assert len(changes) > 10
    for method, path, _ in changes:
        assert ask(client, method, path, cookie) == 403, (method, path)


def test_viewers_change_nothing(service: Any) -> None:
    client, headers = service
    for method, path, needed in routes():
        if method != "GET" and path not in OPEN and (method, path) not in OWN:
            assert needed not in expanded(ROLES["viewer"]), (method, path)
            assert ask(client, method, path, headers["role viewer"]) == 403
        assert (needed == "known") == ((method, path) in OWN)


def test_an_endpoint_that_declares_nothing_is_refused() -> None:
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: None)
    with pytest.raises(ValueError, match="no permission is declared for /forgotten"):
        all_declared(router.routes)


def test_nothing_answers_beside_the_routes_that_declare_what_they_need(service: Any) -> None:
    client, _ = service
    app = client.app._app
    own = {id(part.router) for part in PARTS}
    others = {
        one.path for one in app.routes if id(getattr(one, "original_router", None)) not in own
    }
    assert others == {"/v1/openapi.json"}, "only the description of the API"


def test_the_pages_link_to_nothing_that_a_role_may_not_see(service: Any) -> None:
    client, headers = service
    for role in ROLES:
        text = client.get("/edits", headers=headers[f"role {role}"]).text
        links = re.findall(r'<a href="(/[a-z]*)"', text.partition("</nav>")[0])
        assert len(links) > 3
        for link in links:
            assert client.get(link, headers=headers[f"role {role}"]).status_code == 200, (role, link)  # fmt: skip
