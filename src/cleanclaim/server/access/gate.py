"""Who a request comes from."""

from __future__ import annotations

import hmac
import time
from typing import Final

import anyio
import anyio.to_thread
import sqlalchemy as sa
from starlette.requests import Request

from cleanclaim.server.access import cookies, keys, sessions, users
from cleanclaim.server.access.principals import LOCAL, Principal
from cleanclaim.server.access.sessions import Session
from cleanclaim.server.database import Database
from cleanclaim.server.forms import CSRF, fields_of
from cleanclaim.server.problems import Problem
from cleanclaim.server.settings import ServerSettings

_BEARER: Final = "bearer "
_KNOWN_SECONDS: Final = 2.0
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class Gate:
    """Finds out who asks.

    Args:
        settings: what the operator decided.
        database: where keys, users and sessions are.
    """

    def __init__(self, settings: ServerSettings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._has_users = True
        self._until = 0.0
        self._looking = anyio.Lock()

    async def is_open(self) -> bool:
        """Whether requests of this machine are answered without a key or sign-in: as long as there is no user."""
        if not self._settings.may_be_open:
            return False
        if time.monotonic() >= self._until:
            async with self._looking:  # one of many requests looks, the others wait for it
                if time.monotonic() >= self._until:
                    await self.look_again()
        return not self._has_users

    async def look_again(self) -> None:
        """Find out whether there are users now; if the database doesn't answer, what was known stays."""
        try:
            self._has_users = await anyio.to_thread.run_sync(users.any_active, self._database)
        except sa.exc.SQLAlchemyError:
            return
        self._until = time.monotonic() + _KNOWN_SECONDS

    async def admit(self, request: Request) -> Principal:
        """Find out who asks, and keep it with the request.

        Raises:
            Problem: a key or sign-in is needed or isn't valid, or a change doesn't come from our own page.
        """
        session = None
        if given := _key_in(request):
            found = await anyio.to_thread.run_sync(keys.holder, self._database, given)
            if found is None:
                raise _unknown("the API key isn't valid, or it has ended")
            who = found
        elif session := await self.session(request):
            who = session.principal
            if request.method not in _SAFE:
                await _check_origin(request, session.csrf)
        elif await self.is_open():
            who = LOCAL
        else:
            raise _unknown("sign in, or give an API key: Authorization: Bearer KEY")
        request.state.principal, request.state.session = who, session
        return who

    async def session(self, request: Request) -> Session | None:
        """The session of a request's cookie, if it is valid; a new token goes out with the answer."""
        token = cookies.read(request, cookies.SESSION, self._settings)
        if not token:
            return None
        found = await anyio.to_thread.run_sync(sessions.find, self._database, token, self._settings.session_times)  # fmt: skip
        if found is not None and found.fresh is not None:
            made = cookies.written(request, cookies.SESSION, found.fresh, self._settings)
            request.state.cookie = made
        return found


async def _check_origin(request: Request, csrf: str) -> None:
    """Make sure that a change was asked for by one of our own pages.

    Raises:
        Problem: it wasn't.
    """
    given = request.headers.get("x-csrf-token", "")
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        given = (await fields_of(request)).get(CSRF, "")
    is_ours = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if not is_ours or not hmac.compare_digest(given.encode(), csrf.encode()):
        raise Problem(403, "origin", "this request doesn't come from a page of this service, or the page is too old: load it again")  # fmt: skip


def _key_in(request: Request) -> str:
    authorization = request.headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return authorization[len(_BEARER) :].strip()
    return request.headers.get("x-api-key", "")


def _unknown(words: str) -> Problem:
    return Problem(401, "key", words, headers={"WWW-Authenticate": "Bearer"})
