"""API keys: made once, shown once, kept as hashes; each has scopes and may expire."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.errors import ConfigError
from cleanclaim.server import audit
from cleanclaim.server.access.principals import SCOPES, Principal, expanded, faults_of_name
from cleanclaim.server.database import Database, aware
from cleanclaim.server.database.schema import KEYS

_PREFIX: Final = "cck"


def add(database: Database, who: Principal, name: str, scopes: Sequence[str], days: int | None) -> str:  # fmt: skip
    """Make a key of an organization.

    Args:
        database: where it is kept.
        who: who makes it; the key is of the same organization.
        name: what it is for.
        scopes: what it may do.
        days: how long it is valid; None for ever.

    Returns:
        The key, which can't be shown again.

    Raises:
        ConfigError: the name or a scope isn't valid.
    """
    is_known = scopes and all(scope in SCOPES for scope in scopes)
    faults = [] if is_known else [f"scope: expected {', '.join(SCOPES)}, found another word"]
    faults += faults_of_name("name", name) + faults_of_name("organization", who.organization)
    if faults:
        raise ConfigError(faults)
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    row: dict[str, Any] = {"id": key_id, "organization": who.organization, "name": name, "hash": _hash(secret)}  # fmt: skip
    row |= {"scopes": " ".join(dict.fromkeys(scopes)), "created": now, "expires": None if days is None else now + timedelta(days=days)}  # fmt: skip
    with database.writing() as connection:
        connection.execute(KEYS.insert().values(**row))
        audit.record(connection, who, "key added", key_id)
    return f"{_PREFIX}_{key_id}_{secret}"


def revoke(database: Database, who: Principal, key_id: str) -> bool:
    """End a key; False if the organization has no such key, or it has ended."""
    own = sa.and_(KEYS.c.id == key_id, KEYS.c.organization == who.organization, KEYS.c.revoked.is_(None))  # fmt: skip
    with database.writing() as connection:
        ended = connection.execute(KEYS.update().where(own).values(revoked=datetime.now(UTC)))
        if ended.rowcount:
            audit.record(connection, who, "key revoked", key_id)
        return bool(ended.rowcount)


def listed(database: Database, organization: str | None = None) -> list[dict[str, Any]]:
    """The keys of an organization, or all, without their hashes."""
    query = sa.select(*(column for column in KEYS.c if column.name != "hash")).order_by(KEYS.c.created)  # fmt: skip
    if organization is not None:
        query = query.where(KEYS.c.organization == organization)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def any_valid(database: Database) -> bool:
    """Whether a key can be used now."""
    now = datetime.now(UTC)
    return any(key["revoked"] is None and not is_over(key, now) for key in listed(database))


def is_over(key: Mapping[Any, Any], now: datetime) -> bool:
    """Whether a key's time is over."""
    return key["expires"] is not None and aware(key["expires"]) <= now


def holder(database: Database, given: str) -> Principal | None:
    """Who a key belongs to; None if it isn't valid now."""
    prefix, _, rest = given.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != _PREFIX or not secret:
        return None
    with database.reading() as connection:
        row = connection.execute(sa.select(KEYS).where(KEYS.c.id == key_id)).mappings().first()
    known = row["hash"] if row else _hash("")
    is_right = hmac.compare_digest(known, _hash(secret))
    if row is None or not is_right or row["revoked"] or is_over(row, datetime.now(UTC)):  # fmt: skip
        return None
    return Principal(
        row["id"], row["name"], row["organization"], "key", expanded(row["scopes"].split())
    )


def _hash(secret: str) -> str:
    """The hash of a secret; one round is enough, since secrets are random and 256 bits long."""
    return hashlib.sha256(secret.encode()).hexdigest()
