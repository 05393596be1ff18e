"""API keys: made once, shown once, kept as hashes; each has scopes and may expire."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from cleanclaim.errors import ConfigError
from cleanclaim.server import audit
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import KEYS

SCOPES: Final = ("check", "codes", "notes", "jobs", "admin")
"""What a key may do; admin may do everything."""
_PREFIX: Final = "cck"
_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        id: the key's id; `local` for a program of this machine without a key.
        scopes: what it may do.
    """

    id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether the caller may do something."""
        return scope in self.scopes or "admin" in self.scopes


LOCAL: Final = Caller("local", frozenset(SCOPES))


def add(database: Database, name: str, scopes: Sequence[str], days: int | None, who: str) -> str:
    """Make a key.

    Args:
        database: where it is kept.
        name: what it is for.
        scopes: what it may do.
        days: how long it is valid; None for ever.
        who: who makes it.

    Returns:
        The key, which can't be shown again.

    Raises:
        ConfigError: the name or a scope isn't valid.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    faults = [f"scope: expected {', '.join(SCOPES)}, found another word"] if unknown or not scopes else []  # fmt: skip
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        faults.append(f"name: expected 1 to {_LONGEST_NAME} characters on one line")
    if faults:
        raise ConfigError(faults)
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    expires = None if days is None else now + timedelta(days=days)
    with database.writing() as connection:
        connection.execute(KEYS.insert().values(id=key_id, name=name, hash=_hash(secret), scopes=" ".join(scopes), created=now, expires=expires))  # fmt: skip
        audit.record(connection, who, "key added", key_id)
    return f"{_PREFIX}_{key_id}_{secret}"


def revoke(database: Database, key_id: str, who: str) -> bool:
    """End a key; False if there is none, or it has ended."""
    with database.writing() as connection:
        ended = connection.execute(
            KEYS.update().where(KEYS.c.id == key_id, KEYS.c.revoked.is_(None)).values(revoked=datetime.now(UTC))
        )  # fmt: skip
        if ended.rowcount:
            audit.record(connection, who, "key revoked", key_id)
        return bool(ended.rowcount)


def listed(database: Database) -> list[dict[str, object]]:
    """All keys, without their hashes."""
    columns = [column for column in KEYS.c if column.name != "hash"]
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(*columns).order_by(KEYS.c.created)).mappings()]  # fmt: skip


def caller(database: Database, given: str) -> Caller | None:
    """Who a key belongs to; None if it isn't valid now."""
    prefix, _, rest = given.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != _PREFIX or not secret:
        return None
    with database.reading() as connection:
        row = connection.execute(sa.select(KEYS).where(KEYS.c.id == key_id)).first()
    known = row.hash if row else _hash("")
    is_right = hmac.compare_digest(known, _hash(secret))
    if row is None or not is_right or row.revoked is not None:
        return None
    if row.expires is not None and _aware(row.expires) <= datetime.now(UTC):
        return None
    return Caller(row.id, frozenset(row.scopes.split()))


def _aware(moment: datetime) -> datetime:
    """A moment with its time zone, which SQLite doesn't keep."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _hash(secret: str) -> str:
    """The hash of a secret; one round is enough, since secrets are random and 256 bits long."""
    return hashlib.sha256(secret.encode()).hexdigest()
