"""The audit trail: who saw and changed what, in rows that can't be changed without being noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.server.access.principals import Principal
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import AUDIT, KEYS, USERS

START: Final = "0" * 64
"""What stands for the hash before the first row."""


def record(connection: sa.Connection, who: Principal, action: str, what: str) -> None:
    """Add a row, in the transaction that does what it says.

    Args:
        connection: a writing transaction.
        who: who does it, for which organization.
        action: such as `job added`.
        what: the id of what was seen or changed; nothing of a patient.
    """
    last = connection.execute(sa.select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)).first()  # fmt: skip
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    row = {"number": number, "organization": who.organization, "at": at, "who": who.id, "action": action, "object": what, "previous": previous}  # fmt: skip
    connection.execute(AUDIT.insert().values(**row, hash=_hash(row)))


def rows(database: Database) -> Iterator[dict[str, Any]]:
    """All rows, the first one first."""
    with database.reading() as connection:
        for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).mappings():
            yield dict(row)


def latest(database: Database, organization: str, before: int | None, most: int) -> list[dict[str, Any]]:  # fmt: skip
    """An organization's last rows with the names of those who acted, the last one first.

    Args:
        database: where they are.
        organization: whose rows.
        before: only rows before this number.
        most: how many.
    """
    name = sa.func.coalesce(USERS.c.name, KEYS.c.name, AUDIT.c.who).label("name")
    joined = AUDIT.outerjoin(USERS, USERS.c.id == AUDIT.c.who).outerjoin(KEYS, KEYS.c.id == AUDIT.c.who)  # fmt: skip
    query = sa.select(AUDIT, name).select_from(joined).where(AUDIT.c.organization == organization)
    if before is not None:
        query = query.where(AUDIT.c.number < before)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(query.order_by(AUDIT.c.number.desc()).limit(most)).mappings()]  # fmt: skip


def first_wrong(database: Database) -> int | None:
    """The number of the first row that was changed, or that follows a removed one; None if all are as written."""
    previous = START
    for expected, row in enumerate(rows(database), start=1):
        is_right = row["number"] == expected and row["previous"] == previous
        if not is_right or row["hash"] != _hash(row):
            return int(row["number"])
        previous = row["hash"]
    return None


def head(database: Database) -> str:
    """The last row's hash. Kept elsewhere, it shows later that no row at the end was removed."""
    last = START
    for row in rows(database):
        last = row["hash"]
    return last


def _hash(row: dict[str, Any]) -> str:
    fields: tuple[str, ...] = ("previous", "number", "at", "who", "action", "object")
    if row["organization"]:  # rows of the first version have none
        fields = (*fields, "organization")
    return hashlib.sha256("\x1f".join(str(row[name]) for name in fields).encode()).hexdigest()
