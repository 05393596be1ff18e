"""Users: people with a role in an organization."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.errors import ConfigError
from cleanclaim.server import audit
from cleanclaim.server.access import passwords
from cleanclaim.server.access.principals import ROLES, Principal, expanded, faults_of_name, role_of
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import SESSIONS, USERS

_ACTIVE: Final = USERS.c.removed.is_(None)


def add(database: Database, who: Principal, name: str, role: str, password: str | None) -> str:
    """Add a user to an organization.

    Args:
        database: where users are kept.
        who: who adds them; the user is of the same organization.
        name: the name to sign in with; no two users of the service have the same.
        role: what they may do.
        password: their password; None for a user of single sign-on.

    Returns:
        The user's id.

    Raises:
        ConfigError: the name, role or password isn't valid, or the name is in use.
    """
    plain = normal(name)
    faults = faults_of_name("name", plain) + faults_of_name("organization", who.organization)
    if faults:
        raise ConfigError(faults)
    row = {"id": "u" + secrets.token_hex(6), "organization": who.organization, "name": plain, "role": role_of(role)}  # fmt: skip
    kept = None if password is None else passwords.hashed(password, plain)
    with database.writing() as connection:
        if connection.scalar(sa.select(USERS.c.id).where(USERS.c.name == plain, _ACTIVE)):
            raise ConfigError(["name: another user has it"])
        connection.execute(USERS.insert().values(**row, hash=kept, created=datetime.now(UTC)))
        audit.record(connection, who, f"user added as {role}", row["id"])
    return row["id"]


def remove(database: Database, who: Principal, user_id: str) -> bool:
    """End a user's access at once; False if the organization has no such user.

    Raises:
        ConfigError: nobody could manage the organization any more.
    """
    with database.writing() as connection:
        _keep_an_admin(connection, who, user_id)
        is_done = _change(connection, who, user_id, removed=datetime.now(UTC), hash=None)
        if is_done:
            audit.record(connection, who, "user removed", user_id)
    return is_done


def change_role(database: Database, who: Principal, user_id: str, role: str) -> bool:
    """Give a user another role; False if the organization has no such user.

    Raises:
        ConfigError: there is no such role, or nobody could manage the organization any more.
    """
    with database.writing() as connection:
        if role_of(role) != "admin":
            _keep_an_admin(connection, who, user_id)
        is_done = _change(connection, who, user_id, role=role)
        if is_done:
            audit.record(connection, who, f"user made {role}", user_id)
    return is_done


def set_password(database: Database, who: Principal, user_id: str, password: str) -> bool:
    """Give a user another password; False if the organization has no such user.

    Raises:
        ConfigError: the password isn't valid.
    """
    found = next((one for one in listed(database, who.organization) if one["id"] == user_id), None)
    if found is None:
        return False
    kept = passwords.hashed(password, found["name"])
    with database.writing() as connection:
        is_done = _change(connection, who, user_id, hash=kept)
        if is_done:
            audit.record(connection, who, "password set", user_id)
    return is_done


def listed(database: Database, organization: str | None = None) -> list[dict[str, Any]]:
    """The users of an organization, or all, without their passwords' hashes."""
    columns = [USERS.c[name] for name in ("id", "organization", "name", "role", "created", "seen")]
    query = sa.select(*columns, USERS.c.hash.is_not(None).label("has_password")).where(_ACTIVE)
    if organization is not None:
        query = query.where(USERS.c.organization == organization)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(query.order_by(USERS.c.name)).mappings()]


def named(database: Database, name: str) -> dict[str, Any] | None:
    """The user of a name, in whatever organization; None if there is none."""
    plain = normal(name)
    return next((one for one in listed(database) if one["name"] == plain), None)


def any_active(database: Database) -> bool:
    """Whether there is a user."""
    with database.reading() as connection:
        return connection.scalar(sa.select(USERS.c.id).where(_ACTIVE).limit(1)) is not None


def signed_in(database: Database, name: str, password: str) -> Principal | None:
    """The user whose name and password these are; None if there is none. Both take the same time."""
    with database.reading() as connection:
        row = connection.execute(sa.select(USERS).where(USERS.c.name == normal(name), _ACTIVE)).first()  # fmt: skip
    if not passwords.is_right(row.hash if row else None, password) or row is None:
        return None
    if passwords.is_outdated(row.hash):
        with database.writing() as connection:
            kept = passwords.hashed(password, row.name)
            connection.execute(USERS.update().where(USERS.c.id == row.id).values(hash=kept))
    return principal_of(row.id, row.name, row.organization, row.role)


def principal_of(user_id: str, name: str, organization: str, role: str) -> Principal:
    """A user as the one who asks."""
    return Principal(user_id, name, organization, "user", expanded(ROLES.get(role, ())), role)


def normal(name: str) -> str:
    """A name as it is kept: capital letters make no difference.

    >>> normal(" Maria@Clinic.example ")
    'maria@clinic.example'
    """
    return name.strip().casefold()


def _change(connection: sa.Connection, who: Principal, user_id: str, **values: Any) -> bool:
    """Change a user of an organization, and end their sessions; False if there is none."""
    own = sa.and_(USERS.c.id == user_id, USERS.c.organization == who.organization, _ACTIVE)
    changed = connection.execute(USERS.update().where(own).values(**values))
    if changed.rowcount:
        connection.execute(SESSIONS.delete().where(SESSIONS.c.user_id == user_id))
    return bool(changed.rowcount)


def _keep_an_admin(connection: sa.Connection, who: Principal, user_id: str) -> None:
    """Refuse to take the last admin's access; the operator at the command line may.

    Raises:
        ConfigError: this user is the organization's last admin.
    """
    if who.kind == "operator":
        return
    admins = sa.and_(USERS.c.organization == who.organization, USERS.c.role == "admin", _ACTIVE)
    if list(connection.scalars(sa.select(USERS.c.id).where(admins))) == [user_id]:
        raise ConfigError(["this is the organization's last admin: make another user admin first"])
