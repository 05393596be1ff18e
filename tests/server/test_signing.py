"""Signing in on the pages: cookies, tokens of forms, waits after failures, and the end of a session; on both databases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from cleanclaim.server import audit
from cleanclaim.server.access import keys, users
from cleanclaim.server.access.principals import operator
from cleanclaim.server.access.throttle import Throttle
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import SESSIONS
from cleanclaim.server.pages.signing import own_path
from cleanclaim.server.settings import ServerSettings, SessionTimes
from served import CLAIM, PASSWORD, Client, csrf_of, sign_in

PAGE = {"accept": "text/html"}


@pytest.fixture
def maria(database: Database) -> str:
    """A biller's id."""
    return users.add(database, operator(), "maria", "biller", PASSWORD)


@pytest.fixture
def browser(settings: ServerSettings, maria: str, served: Client) -> TestClient:
    """A browser that isn't signed in."""
    return served(settings, follow_redirects=False)


def test_pages_ask_to_sign_in_as_soon_as_there_is_a_user(browser: TestClient) -> None:
    asked = browser.get("/edits?words=gout", headers=PAGE)
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=/edits%3Fwords%3Dgout"
    assert browser.get("/v1/edits").status_code == 401
    part = browser.get("/edits", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in")
    done = sign_in(browser, "MARIA", next="/edits?words=gout")
    assert (done.status_code, done.headers["location"]) == (303, "/edits?words=gout")
    shown = browser.get("/edits?words=gout", headers=PAGE)
    assert shown.status_code == 200
    assert "maria" in shown.text
    assert browser.get("/v1/edits").status_code == 200
    assert browser.get("/sign-in").headers["location"] == "/"


def test_the_cookie_is_for_this_host_and_not_for_scripts(browser: TestClient) -> None:
    plain = sign_in(browser, "maria").headers.get_list("set-cookie")
    session = next(one for one in plain if one.startswith("cleanclaim="))
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(session.split("; "))
    assert "Secure" not in session


@pytest.mark.parametrize("how", ["an address", "a proxy"])
def test_over_https_the_cookie_is_secure(
    settings: ServerSettings, maria: str, served: Client, how: str
) -> None:
    own = replace(settings, public_url="https://claims.example.org") if how == "an address" else settings  # fmt: skip
    client = served(own, follow_redirects=False)
    client.base_url = client.base_url.copy_with(scheme="https")
    session = [one for one in sign_in(client, "maria").headers.get_list("set-cookie") if one.startswith("__Host-cleanclaim=")]  # fmt: skip
    assert "Secure" in session[0]
    assert client.get("/codes", headers=PAGE).status_code == 200


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    browser: TestClient, database: Database
) -> None:
    wrong = [sign_in(browser, name, password) for name, password in (("maria", "wrong"), ("nobody", "wrong"), ("", ""))]  # fmt: skip
    assert {one.status_code for one in wrong} == {401}
    texts = {re.sub(r'value="[^"]*"', "", one.text) for one in wrong}
    assert len(texts) == 1
    refused = [row for row in audit.rows(database) if row["action"] == "sign-in refused"]
    assert len(refused) == 1, "names that nobody has aren't kept: they may be passwords"
    assert refused[0]["organization"] == "main"


def test_after_failures_one_has_to_wait_whoever_one_says_to_be(browser: TestClient) -> None:
    for name in ("maria", "nobody"):
        for _ in range(5):
            assert sign_in(browser, name, "wrong").status_code == 401
        waits = sign_in(browser, name, PASSWORD)
        assert waits.status_code == 429
        assert 0 < int(waits.headers["retry-after"]) <= 31
        assert "Too many sign-ins" in waits.text


def test_waits_become_longer_and_end() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    waits = []
    for _ in range(12):
        throttle.failed("maria", "1.2.3.4")
        waits.append(throttle.wait("maria", "1.2.3.4"))
    assert waits[:7] == [0, 0, 0, 0, 31, 61, 121]
    assert max(waits) == 901
    assert throttle.wait("maria", "5.6.7.8") == 0, "strangers don't lock a user out"
    assert throttle.wait("peter", "1.2.3.4") == 0
    now[0] += 901
    assert throttle.wait("maria", "1.2.3.4") == 0
    for number in range(60):
        throttle.failed(f"user{number}", "1.2.3.4")
    assert throttle.wait("peter", "1.2.3.4") > 0, "one address tries many names"
    now[0] += 901
    assert throttle.wait("peter", "1.2.3.4") == 0


def test_colleagues_of_one_address_sign_in_as_often_as_they_like() -> None:
    throttle = Throttle(lambda: 0.0)
    for number in range(200):
        throttle.failed(f"user{number}", "1.2.3.4")  # counted before the password is looked at
        throttle.succeeded(f"user{number}", "1.2.3.4")
    assert throttle.wait("peter", "1.2.3.4") == 0
    now = [0.0]
    slowly = Throttle(lambda: now[0])
    for number in range(200):
        now[0] = number * 600.0
        slowly.failed(f"user{number}", "1.2.3.4")
    assert slowly.wait("peter", "1.2.3.4") == 0, "a mistake now and then locks nobody out"


def test_a_form_of_another_page_signs_nobody_in(browser: TestClient) -> None:
    for form in ("", "x" * 43):
        answer = browser.post("/sign-in", data={"name": "maria", "password": PASSWORD, "form": form})  # fmt: skip
        assert answer.status_code == 403
        assert "cleanclaim=" not in "".join(answer.headers.get_list("set-cookie")).replace("cleanclaim-signing-in=", "")  # fmt: skip


def test_changes_need_the_token_of_our_own_page(browser: TestClient) -> None:
    sign_in(browser, "maria")
    token = csrf_of(browser)
    claim = {"claim_id": "A1", "procedure_code_1": "99213"}
    assert browser.post("/claim/check", data=claim).status_code == 403
    assert browser.post("/claim/check", data={**claim, "csrf": "x"}).status_code == 403
    assert browser.post("/claim/check", data={**claim, "csrf": token}).status_code == 200
    header = {"x-csrf-token": token}
    assert browser.post("/claim/check", data=claim, headers=header).status_code == 200
    other = {**header, "sec-fetch-site": "same-site"}
    assert browser.post("/claim/check", data=claim, headers=other).status_code == 403
    assert browser.post("/v1/check", json=CLAIM).status_code == 403
    assert browser.post("/v1/check", json=CLAIM, headers=header).status_code == 200
    assert browser.post("/batches", files={"file": ("a.csv", b"x")}).status_code == 403
    added = browser.post("/batches", files={"file": ("a.csv", b"x")}, data={"csrf": token})
    assert added.status_code == 303
    assert browser.delete(f"/v1/jobs/{added.headers['location'].rpartition('/')[2]}").status_code == 403  # fmt: skip


def test_every_form_has_the_token() -> None:
    from cleanclaim.server.pages import drawing  # noqa: PLC0415

    for template in (drawing.HERE / "templates").glob("*.html"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(), re.DOTALL):  # fmt: skip
            has_token = 'name="csrf"' in form or "{{ token() }}" in form
            assert has_token or template.name == "sign_in.html", template.name


def test_a_session_ends_with_signing_out(browser: TestClient, database: Database) -> None:
    sign_in(browser, "maria")
    kept = dict(browser.cookies)
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", data={"csrf": csrf_of(browser)}).status_code == 303
    assert "cleanclaim" not in browser.cookies
    browser.cookies.update(kept)
    assert browser.get("/v1/edits").status_code == 401
    actions = [row["action"] for row in audit.rows(database)]
    assert actions[-2:] == ["signed in", "signed out"]


def test_another_sign_in_of_a_browser_ends_the_session_before(
    browser: TestClient, database: Database
) -> None:
    users.add(database, operator(), "lee", "viewer", PASSWORD)
    asked = browser.get("/sign-in", headers=PAGE)
    form = re.search(r'name="form" value="([^"]+)"', asked.text)
    assert form
    given = {"password": PASSWORD, "form": form[1]}
    browser.post("/sign-in", data={**given, "name": "maria"})
    before = browser.cookies["cleanclaim"]
    browser.cookies.set("cleanclaim-signing-in", form[1], domain="localhost.local", path="/")
    assert browser.post("/sign-in", data={**given, "name": "lee"}).status_code == 303
    assert "lee" in browser.get("/account", headers=PAGE).text
    assert browser.cookies["cleanclaim"] != before
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(SESSIONS)) == 1


def past(database: Database, **values: timedelta) -> None:
    with database.writing() as connection:
        now = datetime.now(UTC)
        connection.execute(SESSIONS.update().values(**{name: now - ago for name, ago in values.items()}))  # fmt: skip


def test_a_session_ends_when_it_is_idle_or_old(browser: TestClient, database: Database) -> None:
    times = SessionTimes()
    for values in ({"seen": times.idle}, {"created": times.longest}):
        sign_in(browser, "maria")
        assert browser.get("/v1/edits").status_code == 200
        past(database, **values)
        assert browser.get("/v1/edits").status_code == 401
        browser.cookies.clear()


def test_a_token_is_replaced_and_the_former_one_ends(
    browser: TestClient, database: Database
) -> None:
    sign_in(browser, "maria")
    first = browser.cookies["cleanclaim"]
    token = csrf_of(browser)
    past(database, rotated=SessionTimes().rotation)
    assert browser.get("/v1/edits").status_code == 200
    second = browser.cookies["cleanclaim"]
    assert second != first
    assert csrf_of(browser) == token, "pages that are open go on working"
    with database.reading() as connection:
        row = connection.execute(sa.select(SESSIONS)).mappings().one()
    assert first not in str(dict(row))
    assert second not in str(dict(row))
    browser.cookies.set("cleanclaim", first, domain="localhost.local", path="/")
    old = {"cookie": f"cleanclaim={first}"}
    browser.cookies.clear()
    assert browser.get("/v1/edits", headers=old).status_code == 200, "a request that was on its way"
    past(database, rotated=timedelta(minutes=2))
    assert browser.get("/v1/edits", headers=old).status_code == 401
    assert browser.get("/v1/edits", headers={"cookie": f"cleanclaim={second}"}).status_code == 200


def test_a_change_of_the_user_ends_their_sessions(
    browser: TestClient, database: Database, maria: str
) -> None:
    sign_in(browser, "maria")
    users.change_role(database, operator(), maria, "viewer")
    assert browser.get("/v1/edits").status_code == 401
    sign_in(browser, "maria")
    assert browser.get("/v1/edits").status_code == 200
    assert browser.post("/v1/check", json=CLAIM, headers={"x-csrf-token": csrf_of(browser, "/codes")}).status_code == 403  # fmt: skip
    users.remove(database, operator(), maria)
    keys.add(database, operator(), "one", ["check"], None)
    assert sign_in(browser, "maria").status_code in {303, 401}


def test_users_change_their_own_password(browser: TestClient, database: Database) -> None:
    sign_in(browser, "maria")
    token = csrf_of(browser)
    new = "a better horse battery"
    for given, words in (
        ({"password": "wrong", "new": new, "again": new}, "present password"),
        ({"password": PASSWORD, "new": new, "again": "x"}, "the same"),
        ({"password": PASSWORD, "new": "short", "again": "short"}, "15 to 200"),
    ):
        assert words in browser.post("/account", data={**given, "csrf": token}).text
    given = {"password": PASSWORD, "new": new, "again": new, "csrf": token}
    assert browser.post("/account", data=given).status_code == 303
    assert browser.get("/account", headers=PAGE).status_code == 200
    assert users.signed_in(database, "maria", new)


def test_a_key_has_no_account(settings: ServerSettings, database: Database, served: Client) -> None:
    key = {"x-api-key": keys.add(database, operator(), "one", ["admin"], None)}
    client = served(replace(settings, needs_keys=True))
    assert client.get("/account", headers=key).status_code == 404
    assert client.get("/batches", headers=key).status_code == 200


@pytest.mark.parametrize("given", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\nb", "/sign-out"])  # fmt: skip
def test_signing_in_leads_to_no_other_site(given: str) -> None:
    assert own_path(given) == "/"


def test_an_open_service_needs_no_sign_in(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path), follow_redirects=False)
    assert client.get("/", headers=PAGE).status_code == 200
    assert client.get("/sign-in").headers["location"] == "/"
    assert "Sign out" not in client.get("/").text
