"""Who a request comes from."""

from __future__ import annotations

import time
from typing import Final

import anyio.to_thread
import sqlalchemy as sa
from starlette.requests import Request

from cleanclaim.server.access import keys, users
from cleanclaim.server.access.principals import LOCAL, Principal
from cleanclaim.server.database import Database
from cleanclaim.server.problems import Problem
from cleanclaim.server.settings import ServerSettings

_BEARER: Final = "bearer "
_KNOWN_SECONDS: Final = 2.0


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

    async def is_open(self) -> bool:
        """Whether requests of this machine are answered without a key or sign-in: as long as there is no user."""
        if not self._settings.may_be_open:
            return False
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

    async def who(self, request: Request) -> Principal:
        """Who asks.

        Raises:
            Problem: a key is needed, or it isn't valid.
        """
        if given := _key_in(request):
            found = await anyio.to_thread.run_sync(keys.holder, self._database, given)
            if found is None:
                raise _unknown("the API key isn't valid, or it has ended")
            return found
        if await self.is_open():
            return LOCAL
        raise _unknown("an API key is needed: Authorization: Bearer KEY")


def _key_in(request: Request) -> str:
    authorization = request.headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return authorization[len(_BEARER) :].strip()
    return request.headers.get("x-api-key", "")


def _unknown(words: str) -> Problem:
    return Problem(401, "key", words, headers={"WWW-Authenticate": "Bearer"})
