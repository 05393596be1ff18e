"""Sessions: who is signed in on the pages. A session's token is only in the browser's cookie; here is its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.server import audit
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.access.users import principal_of
from cleanclaim.server.database import Database, aware
from cleanclaim.server.database.schema import SESSIONS, USERS
from cleanclaim.server.settings import SessionTimes

_NOTED: Final = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""
_GRACE: Final = timedelta(minutes=1)
"""How long the former token is taken after a new one was given, for requests that were on their way."""


@dataclass(frozen=True)
class Session:
    """A session that is valid now.

    Attributes:
        id: its id.
        principal: who signed in.
        csrf: what requests that change something must hold, so that they come from our own pages.
        fresh: a new token for the browser, if the former one is to be replaced.
    """

    id: str
    principal: Principal
    csrf: str
    fresh: str | None = None


def begin(database: Database, who: Principal, times: SessionTimes, how: str = "signed in") -> str:
    """Sign a user in; the token for their browser. Sessions whose time is over are deleted."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    row = {"id": secrets.token_hex(8), "user_id": who.id, "hash": _hash(token), "csrf": secrets.token_urlsafe(32)}  # fmt: skip
    over = sa.or_(SESSIONS.c.created < now - times.longest, SESSIONS.c.seen < now - times.idle)
    with database.writing() as connection:
        connection.execute(SESSIONS.delete().where(over))
        connection.execute(SESSIONS.insert().values(**row, created=now, rotated=now, seen=now))
        connection.execute(USERS.update().where(USERS.c.id == who.id).values(seen=now))
        audit.record(connection, who, how, row["id"])
    return token


def find(database: Database, token: str, times: SessionTimes) -> Session | None:
    """The session of a token; None if there is none, or its time is over."""
    now, hashed = datetime.now(UTC), _hash(token)
    with database.reading() as connection:
        query = sa.select(SESSIONS, USERS.c.name, USERS.c.organization, USERS.c.role).join(USERS)
        query = query.where(sa.or_(SESSIONS.c.hash == hashed, SESSIONS.c.former_hash == hashed), USERS.c.removed.is_(None))  # fmt: skip
        row = connection.execute(query).first()
    if row is None or now - aware(row.created) >= times.longest or now - aware(row.seen) >= times.idle:  # fmt: skip
        return None
    is_former = row.hash != hashed
    if is_former and now - aware(row.rotated) >= _GRACE:
        return None
    fresh = None
    if not is_former and now - aware(row.rotated) >= times.rotation:
        fresh = _rotated(database, row, now)
    elif now - aware(row.seen) >= _NOTED:
        _change(database, SESSIONS.c.id == row.id, seen=now)
    return Session(row.id, _principal(row), row.csrf, fresh)


def end(database: Database, session: Session) -> None:
    """Sign a user out."""
    with database.writing() as connection:
        connection.execute(SESSIONS.delete().where(SESSIONS.c.id == session.id))
        audit.record(connection, session.principal, "signed out", session.id)


def _rotated(database: Database, row: Any, now: datetime) -> str | None:
    """A new token, unless another request was given one at the same moment."""
    token = secrets.token_urlsafe(32)
    same = sa.and_(SESSIONS.c.id == row.id, SESSIONS.c.hash == row.hash)
    values = {"hash": _hash(token), "former_hash": row.hash, "rotated": now, "seen": now}
    return token if _change(database, same, **values) else None


def _change(database: Database, where: sa.ColumnElement[bool], **values: Any) -> int:
    with database.writing() as connection:
        return connection.execute(SESSIONS.update().where(where).values(**values)).rowcount


def _principal(row: Any) -> Principal:
    return principal_of(row.user_id, row.name, row.organization, row.role)


def _hash(token: str) -> str:
    """The hash of a token; one round is enough, since tokens are random and 256 bits long."""
    return hashlib.sha256(token.encode()).hexdigest()
