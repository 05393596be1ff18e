"""Which user someone is who signed in at the provider."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from cleanclaim.server import audit
from cleanclaim.server.access.principals import Principal, faults_of_name
from cleanclaim.server.access.sign_on import SignOnError
from cleanclaim.server.access.sign_on_settings import SignOnSettings
from cleanclaim.server.access.users import normal, principal_of
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import USERS


def user_of(database: Database, settings: SignOnSettings, claims: Mapping[str, Any]) -> Principal:
    """The user that an ID token is about: the one known by its subject, one who was added for it by name, or a new one.

    Raises:
        SignOnError: nobody gave this person access, or took it away.
    """
    role = _role(settings, claims)
    issuer, subject = settings.issuer, str(claims["sub"])
    name = _name(settings, claims)
    same = sa.and_(USERS.c.issuer == issuer, USERS.c.subject == subject)
    active = USERS.c.removed.is_(None)
    with database.writing() as connection:
        row = connection.execute(sa.select(USERS).where(same, active)).mappings().first()
        if row is None:
            row = connection.execute(sa.select(USERS).where(USERS.c.name == name, active)).mappings().first()  # fmt: skip
            if row is None:
                was_removed = connection.scalar(sa.select(USERS.c.id).where(same))
                return _added(connection, settings, (name, subject), None if was_removed else role)
            if row["hash"] is not None or row["subject"] is not None or row["organization"] != settings.organization:  # fmt: skip
                raise SignOnError("another user has this name")
        known = principal_of(row["id"], row["name"], row["organization"], role or row["role"])
        values = {"issuer": issuer, "subject": subject, "role": known.role}
        if any(row[column] != value for column, value in values.items()):
            connection.execute(USERS.update().where(USERS.c.id == row["id"]).values(**values))
            audit.record(connection, known, f"signs in as {known.role}", row["id"])
        return known


def _added(connection: sa.Connection, settings: SignOnSettings, who: tuple[str, str], role: str | None) -> Principal:  # fmt: skip
    if role is None:
        raise SignOnError("nobody gave this person access, or it was taken away")
    name, subject = who
    user_id = "u" + secrets.token_hex(6)
    row = {"id": user_id, "organization": settings.organization, "name": name, "role": role, "issuer": settings.issuer, "subject": subject}  # fmt: skip
    connection.execute(USERS.insert().values(**row, created=datetime.now(UTC)))
    made = principal_of(user_id, name, settings.organization, role)
    audit.record(connection, made, f"user added as {role}", user_id)
    return made


def _role(settings: SignOnSettings, claims: Mapping[str, Any]) -> str | None:
    """The role by the groups of an ID token; None if the settings leave roles to the service.

    Raises:
        SignOnError: none of the groups has a role.
    """
    if not settings.roles:
        return None
    given = claims.get(settings.role_claim)
    groups = given if isinstance(given, list) else [given]
    for group, role in settings.roles.items():
        if group in groups:
            return role
    raise SignOnError("none of this person's groups has a role")


def _name(settings: SignOnSettings, claims: Mapping[str, Any]) -> str:
    given = claims.get(settings.name_claim)
    name = normal(given) if isinstance(given, str) else ""
    if faults_of_name("name", name):
        raise SignOnError(f"the ID token has no usable {settings.name_claim}")
    if settings.name_claim == "email" and claims.get("email_verified") is False:
        raise SignOnError("the provider didn't verify the e-mail address")
    return name
