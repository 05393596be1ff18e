"""The pages to sign in and out, and to change one's own password."""

from __future__ import annotations

import hmac
import secrets
from functools import partial
from typing import Final

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from cleanclaim.errors import ConfigError
from cleanclaim.server import audit
from cleanclaim.server.access import cookies, sessions, users
from cleanclaim.server.access.permissions import KNOWN, OPEN, principal_of
from cleanclaim.server.access.principals import LONGEST_NAME, Principal
from cleanclaim.server.access.principals import service as the_service
from cleanclaim.server.database import Database
from cleanclaim.server.forms import fields_of
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_WRONG: Final = "The name or the password isn't right."
_OLD: Final = "This page was too old. Please try again."
_MINUTES: Final = 600


@router.get("/sign-in", dependencies=[OPEN])
async def sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - the parameter's name in the address
    """Where to give one's name and password."""
    service = service_of(request)
    if await service.gate.session(request) or await service.gate.is_open():
        return RedirectResponse(own_path(next), _SEE_OTHER)
    return asking_page(request, own_path(next))


@router.post("/sign-in", dependencies=[OPEN])
async def signing_in(request: Request) -> Response:
    """Sign in, if name and password are right."""
    service = service_of(request)
    given = await fields_of(request)
    place = own_path(given.get("next", "/"))
    known = cookies.read(request, cookies.SIGNING_IN, service.settings)
    if not known or not hmac.compare_digest(given.get("form", "").encode(), known.encode()):
        return asking_page(request, place, 403, _OLD)
    name, password = given.get("name", "")[: LONGEST_NAME + 1], given.get("password", "")
    throttle, address = service.throttle, request.client.host if request.client else ""
    if wait := throttle.wait(users.normal(name), address):
        words = f"Too many sign-ins have failed. Try again in {wait} seconds."
        answer = asking_page(request, place, 429, words)
        answer.headers["Retry-After"] = str(wait)
        return answer
    throttle.failed(
        users.normal(name), address
    )  # before the password is looked at: others may come at the same moment
    work = partial(users.signed_in, service.database, name, password)
    who = await anyio.to_thread.run_sync(work, limiter=_HASHING)
    if who is None:
        answer = asking_page(request, place, 401, _WRONG)
        answer.background = BackgroundTask(_record_failure, service.database, name)
        return answer
    throttle.succeeded(users.normal(name), address)
    return await welcome(request, who, place)


async def welcome(request: Request, who: Principal, place: str, how: str = "signed in") -> Response:
    """Begin a session, and go on to a page; a session that the browser had before ends."""
    service = service_of(request)
    if (earlier := await service.gate.session(request)) is not None:
        await anyio.to_thread.run_sync(sessions.end, service.database, earlier)
        request.state.cookie = None
    times = service.settings.session_times
    token = await anyio.to_thread.run_sync(sessions.begin, service.database, who, times, how)
    answer = RedirectResponse(place, _SEE_OTHER)
    for name, value in ((cookies.SESSION, token), (cookies.SIGNING_IN, "")):
        answer.headers.append("Set-Cookie", cookies.written(request, name, value, service.settings))
    return answer


@router.post("/sign-out", dependencies=[KNOWN])
async def sign_out(request: Request) -> Response:
    """End one's session."""
    service = service_of(request)
    if request.state.session is not None:
        await anyio.to_thread.run_sync(sessions.end, service.database, request.state.session)
    answer = RedirectResponse("/sign-in", _SEE_OTHER)
    request.state.cookie = cookies.written(request, cookies.SESSION, "", service.settings)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/account", dependencies=[KNOWN])
async def account(request: Request) -> Response:
    """Who is signed in, and a new password."""
    return page(request, "account.html", error=None, who=_user(request))


@router.post("/account", dependencies=[KNOWN])
async def change_password(request: Request) -> Response:
    """Change one's own password; other sessions end."""
    service, who = service_of(request), _user(request)
    given = await fields_of(request)
    throttle, address = service.throttle, request.client.host if request.client else ""
    if wait := throttle.wait(who.name, address):
        return page(request, "account.html", 429, error=f"Try again in {wait} seconds.", who=who)
    work = partial(users.signed_in, service.database, who.name, given.get("password", ""))
    if await anyio.to_thread.run_sync(work, limiter=_HASHING) is None:
        throttle.failed(who.name, address)
        return page(request, "account.html", 422, error="The present password isn't right.", who=who)  # fmt: skip
    throttle.succeeded(who.name, address)
    if given.get("new") != given.get("again"):
        return page(request, "account.html", 422, error="The new passwords aren't the same.", who=who)  # fmt: skip
    try:
        new = partial(users.set_password, service.database, who, who.id, given.get("new", ""))
        await anyio.to_thread.run_sync(new, limiter=_HASHING)
    except ConfigError as error:
        return page(request, "account.html", 422, error="; ".join(error.faults), who=who)
    return await welcome(request, who, "/account")


def own_path(given: str) -> str:
    """Where to go on after signing in: a path of this service, never another site.

    >>> own_path("/batches"), own_path("//evil.example"), own_path("https://evil.example")
    ('/batches', '/', '/')
    """
    is_own = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if is_own and not given.startswith("/sign-") else "/"


def asking_page(
    request: Request, place: str, status: int = 200, error: str | None = None
) -> Response:
    """The page to sign in, with a token that ties its form to this browser."""
    settings = service_of(request).settings
    form = cookies.read(request, cookies.SIGNING_IN, settings) or secrets.token_urlsafe(32)
    label = settings.sign_on.label if settings.sign_on else None
    answer = page(
        request, "sign_in.html", status, error=error, form=form, next=place, sign_on=label
    )
    answer.headers.append("Set-Cookie", cookies.written(request, cookies.SIGNING_IN, form, settings, _MINUTES))  # fmt: skip
    return answer


def _user(request: Request) -> Principal:
    """The user who asks.

    Raises:
        Problem: a program asks, which has no account.
    """
    who = principal_of(request)
    if who.kind != "user":
        raise Problem(404, "request", "only users have an account")
    return who


def _record_failure(database: Database, name: str) -> None:
    """Write down that someone failed to sign in as a user; after the answer, so that its time tells nothing."""
    found = users.named(database, name)
    if found is not None:
        with database.writing() as connection:
            audit.record(
                connection, the_service(found["organization"]), "sign-in refused", found["id"]
            )


_HASHING: Final = anyio.CapacityLimiter(2)
"""How many passwords are hashed at the same time, since each needs 64 MiB."""
