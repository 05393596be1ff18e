"""Single sign-on against a provider of our own with real keys: what it takes to get in, and every token that doesn't count."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.testclient import TestClient

from cleanclaim.errors import ConfigError
from cleanclaim.server.access import sign_on_settings, users
from cleanclaim.server.access.principals import operator
from cleanclaim.server.access.sign_on_settings import SignOnSettings
from cleanclaim.server.database import Database
from cleanclaim.server.settings import ServerSettings
from served import PASSWORD, Client

CLIENT = "cleanclaim"
ROLES = {"managers": "admin", "billing": "biller"}
Keys = dict[str, rsa.RSAPrivateKey]


class Provider:
    """A provider: it answers with whatever the test told it to sign."""

    def __init__(self) -> None:
        self.keys: Keys = {"one": new_key()}
        self.codes: dict[str, dict[str, str]] = {}
        self.changed: dict[str, Any] = {}
        self.header: dict[str, Any] = {"kid": "one"}
        self.signed_with: Any = None
        self.algorithm = "RS256"
        self.document: dict[str, Any] = {}
        self.redeemed: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))  # fmt: skip
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"

    def code_for(self, address: str) -> tuple[str, dict[str, str]]:
        """What the user does at the provider: a code, and the query of the request."""
        query = dict(parse_qsl(urlsplit(address).query))
        self.codes["the-code"] = query
        return "the-code", query

    def token(self, query: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 60, "nonce": query["nonce"], "email": "Maria@Clinic.example", "groups": ["billing"]}  # fmt: skip
        claims = {name: value for name, value in (claims | self.changed).items() if value is not None}  # fmt: skip
        key = self.keys["one"] if self.signed_with is None else self.signed_with
        return jwt.encode(claims, key, algorithm=self.algorithm, headers=self.header)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *_words: Any) -> None:
        pass

    def answer(self, content: Any, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        own = self.provider
        if self.path == "/.well-known/openid-configuration":
            places = {
                f"{one}_endpoint": f"{own.issuer}/{one}" for one in ("authorization", "token")
            }
            self.answer({"issuer": own.issuer, **places, "jwks_uri": f"{own.issuer}/keys", **own.document})  # fmt: skip
        else:
            self.answer({"keys": [public(key, kid) for kid, key in own.keys.items()]})

    def do_POST(self) -> None:
        own = self.provider
        given = {name: values[0] for name, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}  # fmt: skip
        own.redeemed.append(given | {"authorization": self.headers.get("Authorization", "")})
        query = own.codes.pop(given["code"], None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")  # fmt: skip
        if query is None or digest != query["code_challenge"] or given["redirect_uri"] != query["redirect_uri"]:  # fmt: skip
            self.answer({"error": "invalid_grant"}, 400)
            return
        self.answer({"access_token": "x", "id_token": own.token(query)})


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**found, "kid": kid, "use": "sig"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def sign_on(provider: Provider) -> SignOnSettings:
    return SignOnSettings(provider.issuer, CLIENT, "a secret", "Example Clinic", roles=ROLES)


@pytest.fixture
def browser(tmp_path: Path, sign_on: SignOnSettings, served: Client) -> TestClient:
    return served(ServerSettings(folder=tmp_path / "service", sign_on=sign_on), follow_redirects=False)  # fmt: skip


def come_back(browser: TestClient, provider: Provider, place: str = "/edits", **changed: str) -> Any:  # fmt: skip
    """Go to the provider and come back: the answer to that."""
    sent = browser.get("/sign-in/provider", params={"next": place})
    assert sent.status_code == 303, sent.text
    code, query = provider.code_for(sent.headers["location"])
    return browser.get("/sign-in/callback", params={"code": code, "state": query["state"], **changed})  # fmt: skip


def database_of(browser: Any) -> Database:
    found: Database = browser.app._app.state.service.database
    return found


def test_a_user_of_the_provider_gets_in(browser: TestClient, provider: Provider) -> None:
    asked = browser.get("/edits", headers={"accept": "text/html"})
    assert asked.headers["location"] == "/sign-in?next=/edits", "it asks although there is no user"
    assert "Sign in with Example Clinic" in browser.get(asked.headers["location"]).text
    back = come_back(browser, provider)
    assert (back.status_code, back.headers["location"]) == (303, "/edits")
    shown = browser.get("/account", headers={"accept": "text/html"}).text
    assert "maria@clinic.example" in shown
    assert "You are biller" in shown
    sent = provider.redeemed[0]
    assert base64.b64decode(sent["authorization"].removeprefix("Basic ")) == b"cleanclaim:a+secret"
    provider.changed = {"groups": ["managers", "billing"]}
    browser.cookies.clear()
    come_back(browser, provider)
    found = users.listed(database_of(browser))
    assert [(one["name"], one["role"], one["has_password"]) for one in found] == [("maria@clinic.example", "admin", False)]  # fmt: skip


def wrong_key(provider: Provider) -> None:
    provider.signed_with = new_key()


def unknown_key(provider: Provider) -> None:
    provider.signed_with, provider.header = new_key(), {"kid": "two"}


def no_signature(provider: Provider) -> None:
    provider.signed_with, provider.algorithm = "", "none"


def public_key_as_secret(provider: Provider) -> None:
    provider.signed_with, provider.algorithm = b"a secret of thirty-two characters", "HS256"


def claims(**changed: Any) -> Any:
    def change(provider: Provider) -> None:
        provider.changed = changed

    return change


def elsewhere(provider: Provider) -> None:
    provider.document = {"issuer": "https://other.example"}


def not_https(provider: Provider) -> None:
    provider.document = {"token_endpoint": "http://other.example/token"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (wrong_key, "InvalidSignatureError"),
        (unknown_key, "isn't signed with a key of the provider"),
        (no_signature, "in a way that isn't taken"),
        (public_key_as_secret, "in a way that isn't taken"),
        (claims(nonce="another"), "answers another request"),
        (claims(nonce=None), "answers another request"),
        (claims(aud="another"), "InvalidAudienceError"),
        (claims(aud=[CLIENT, "another"]), "for another service"),
        (claims(azp="another"), "for another service"),
        (claims(iss="https://other.example"), "InvalidIssuerError"),
        (claims(exp=int(time.time()) - 120), "ExpiredSignatureError"),
        (claims(exp=None), "MissingRequiredClaimError"),
        (claims(sub=None), "MissingRequiredClaimError"),
        (claims(iat=int(time.time()) + 3600), "ImmatureSignatureError"),
        (claims(groups=["visitors"]), "groups has a role"),
        (claims(groups=None), "groups has a role"),
        (claims(email=None), "no usable email"),
        (claims(email_verified=False), "didn't verify"),
        (not_https, "isn't https"),
    ],
)  # fmt: skip
def test_a_token_that_does_not_count_lets_nobody_in(
    browser: TestClient, provider: Provider, caplog: pytest.LogCaptureFixture, change: Any, why: str
) -> None:
    change(provider)
    back = come_back(browser, provider)
    assert back.status_code == 401
    assert "The sign-in didn&#39;t succeed" in back.text
    assert why in caplog.text
    assert "maria" not in caplog.text.lower()
    assert browser.get("/v1/edits").status_code == 401
    assert users.listed(database_of(browser)) == []


def test_an_answer_for_another_browser_or_from_another_provider_does_not_count(
    browser: TestClient, provider: Provider
) -> None:
    assert come_back(browser, provider, state="another").status_code == 401
    assert come_back(browser, provider, iss="https://other.example").status_code == 401
    assert come_back(browser, provider, code="").status_code == 401
    sent = browser.get("/sign-in/provider")
    code, query = provider.code_for(sent.headers["location"])
    browser.cookies.clear()
    lost = browser.get("/sign-in/callback", params={"code": code, "state": query["state"]})
    assert lost.status_code == 401
    assert come_back(browser, provider, place="https://evil.example").headers["location"] == "/"


def test_a_provider_that_calls_itself_otherwise_or_is_gone(
    browser: TestClient, provider: Provider
) -> None:
    elsewhere(provider)
    assert browser.get("/sign-in/provider").status_code == 401
    provider.document = {"authorization_endpoint": "javascript:alert(1)"}
    assert browser.get("/sign-in/provider").status_code == 401


def test_a_new_key_of_the_provider_is_found(browser: TestClient, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    assert come_back(browser, provider).status_code == 303
    monkeypatch.setattr("cleanclaim.server.access.sign_on._AGAIN_SECONDS", 0.0)
    provider.keys = {"two": new_key()}
    provider.signed_with, provider.header = provider.keys["two"], {"kid": "two"}
    browser.cookies.clear()
    assert come_back(browser, provider).status_code == 303


def test_names_that_others_have_and_users_that_were_removed(
    browser: TestClient, provider: Provider
) -> None:
    database = database_of(browser)
    taken = users.add(database, operator(), "maria@clinic.example", "viewer", PASSWORD)
    assert come_back(browser, provider).status_code == 401, "who has a password signs in with it"
    users.remove(database, operator(), taken)
    assert come_back(browser, provider).status_code == 303
    found = users.named(database, "maria@clinic.example")
    assert found is not None
    users.remove(database, operator(), found["id"])
    browser.cookies.clear()
    assert come_back(browser, provider).status_code == 401, "the group alone doesn't bring back"
    users.add(database, operator(), "maria@clinic.example", "viewer", None)
    assert come_back(browser, provider).status_code == 303
    assert users.listed(database)[0]["role"] == "biller"


def test_without_groups_only_users_who_were_added_get_in(
    tmp_path: Path, provider: Provider, sign_on: SignOnSettings, served: Client
) -> None:
    own = replace(sign_on, roles={}, client_secret="")
    browser = served(ServerSettings(folder=tmp_path / "own", sign_on=own, public_url="https://claims.example.org"), follow_redirects=False)  # fmt: skip
    browser.base_url = browser.base_url.copy_with(scheme="https")
    assert come_back(browser, provider).status_code == 401
    users.add(database_of(browser), operator(), "maria@clinic.example", "coder", None)
    assert come_back(browser, provider).status_code == 303
    assert "You are coder" in browser.get("/account").text
    sent = provider.redeemed[-1]
    assert (sent["client_id"], sent["authorization"]) == (CLIENT, "")
    assert sent["redirect_uri"] == "https://claims.example.org/sign-in/callback"


def test_a_service_without_it_has_no_such_pages(client: TestClient) -> None:
    assert client.get("/sign-in/provider").status_code == 404
    assert client.get("/sign-in/callback?code=x&state=y").status_code == 404


def test_settings_are_read_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sign-on.toml"
    file.write_text('issuer = "https://login.example.org"\nclient-id = "c"\nlabel = "Clinic"\n[roles]\nbilling = "biller"\n')  # fmt: skip
    monkeypatch.setenv("CLEANCLAIM_OIDC_SECRET", "SECRET")
    found = sign_on_settings.read(file)
    assert (found.label, dict(found.roles), found.client_secret) == ("Clinic", {"billing": "biller"}, "SECRET")  # fmt: skip
    assert "SECRET" not in repr(found)
    for text, words in (
        ("", "issuer is missing"), ("issuer = 1", "issuer: expected text"), ("client-secret = 'x'", "unknown name"), ("[roles]\na = 'king'", "roles: expected"), ("=", "sign-on.toml"),
    ):  # fmt: skip
        file.write_text(text)
        with pytest.raises(ConfigError, match=words):
            sign_on_settings.read(file)
    with pytest.raises(ConfigError, match="No such file"):
        sign_on_settings.read(tmp_path / "none.toml")
