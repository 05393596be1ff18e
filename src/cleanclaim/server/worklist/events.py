"""What was done about a finding: changes and comments, which are never changed or lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.server import audit
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.database.schema import EVENTS
from cleanclaim.server.worklist.states import WATCHED

_WORDS: Final = {
    "state": "state",
    "resolution": "resolution",
    "assignee": "assignee",
    "snoozed_until": "snoozed until",
}


def changed(
    connection: sa.Connection, before: Mapping[str, Any], values: Mapping[str, Any], who: Principal, now: datetime
) -> None:  # fmt: skip
    """Record a change, in the history of the finding and in the audit trail."""
    changes = {
        name: [_plain(before[name]), _plain(values[name])]
        for name in WATCHED
        if name in values and values[name] != before[name]
    }
    row = {"finding_id": before["id"], "at": now, "who": who.name, "version": values["version"], "changes": json.dumps(changes)}  # fmt: skip
    connection.execute(EVENTS.insert().values(**row))
    state = changes.get("state", [None, None])[1]
    audit.record(connection, who, f"finding {state}" if state else "finding changed", before["id"])


def commented(
    connection: sa.Connection, row: Mapping[str, Any], comment: str, who: Principal, now: datetime
) -> None:
    """Record a comment."""
    own = {"finding_id": row["id"], "at": now, "who": who.name, "version": row["version"], "changes": "{}", "comment": comment}  # fmt: skip
    connection.execute(EVENTS.insert().values(**own))
    audit.record(connection, who, "finding commented", row["id"])


def of(connection: sa.Connection, finding_id: str, after_version: int = 0) -> list[dict[str, Any]]:
    """What was done about a finding, the first first.

    Args:
        connection: a transaction.
        finding_id: the finding.
        after_version: only changes after this version.
    """
    query = sa.select(EVENTS).where(EVENTS.c.finding_id == finding_id).order_by(EVENTS.c.id)
    found = []
    for row in connection.execute(query).mappings():
        if after_version and (row["comment"] is not None or row["version"] <= after_version):
            continue
        changes = {name: {"before": old, "after": new} for name, (old, new) in json.loads(row["changes"]).items()}  # fmt: skip
        found.append({"at": moment(row["at"]), "who": row["who"], "changes": changes, "comment": row["comment"]})  # fmt: skip
    return found


def words(event: Mapping[str, Any]) -> str:
    """A change in words."""
    parts = [f"{_WORDS[name]} from {one['before'] or 'none'} to {one['after'] or 'none'}" for name, one in event["changes"].items()]  # fmt: skip
    return f"{event['who']} changed {', '.join(parts)}"


def moment(given: datetime) -> str:
    """A moment as text, in UTC, which SQLite doesn't say."""
    return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")  # fmt: skip


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
