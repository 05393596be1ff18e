"""The findings of batches: listed, changed by several people at once, commented and bulk-changed.

Each finding has a version. A change names the version that its author saw; if somebody was faster, it is refused with
what they changed, and a comment that came with it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.server.access import users
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import FINDINGS, JOBS, VALUES
from cleanclaim.server.jobs import seen_by
from cleanclaim.server.problems import Problem
from cleanclaim.server.worklist import events
from cleanclaim.server.worklist.query import Wanted, visible_to
from cleanclaim.server.worklist.states import STATES, Change, is_in, state_of

LONGEST_COMMENT: Final = 4_000
MOST_AT_ONCE: Final = 500
FACETS: Final = ("payer", "provider", "code")
_MOST_VALUES: Final = 200
_NOT_SHOWN: Final = ("identity", "at_risk_cents", "job_id", "rank", "number", "words")


@dataclass(frozen=True)
class Listed:
    """A page of findings.

    Attributes:
        rows: the findings.
        count: how many fit.
        cents: what is at risk of those that fit.
        states: how many there are in each state, whether they fit or not.
    """

    rows: list[dict[str, Any]]
    count: int
    cents: int
    states: dict[str, int]


@dataclass(frozen=True)
class Findings:
    """The findings of all batches.

    Attributes:
        database: where they are.
    """

    database: Database

    def listed(self, caller: Principal, wanted: Wanted) -> Listed:
        """A page of findings, how many there are, and what is at risk."""
        today = _today()
        whole, fitting = wanted.scope(caller), sa.and_(sa.true(), *wanted.conditions(today))
        sums = sa.select(
            _sum(fitting), _sum(fitting, FINDINGS.c.at_risk_cents), *(_sum(is_in(state, today)) for state in STATES)
        )  # fmt: skip
        with self.database.reading() as connection:
            order = wanted.order(connection.dialect.name)
            page = sa.select(FINDINGS.c.id).where(*whole, fitting).order_by(*order).offset(wanted.after).limit(wanted.limit)  # fmt: skip
            ids = list(connection.scalars(page))
            known = connection.execute(sa.select(FINDINGS).where(FINDINGS.c.id.in_(ids))).mappings()
            rows = {row["id"]: shown(dict(row), today) for row in known}
            count, cents, *states = map(int, connection.execute(sums.where(*whole)).one())
        counts = {state: number for state, number in zip(STATES, states, strict=True) if number}
        return Listed([rows[one] for one in ids if one in rows], count, cents, counts)

    def facets(self, caller: Principal, job_id: str | None = None) -> dict[str, list[str]]:
        """The values to filter by: payers, providers and edits, the most frequent ones first."""
        count = sa.func.sum(VALUES.c.count)
        own: list[sa.ColumnElement[bool]] = [VALUES.c.job_id.in_(sa.select(JOBS.c.id).where(seen_by(caller)))]  # fmt: skip
        own += [VALUES.c.job_id == job_id] if job_id else []
        query = sa.select(VALUES.c.name, VALUES.c.value).where(*own).group_by(VALUES.c.name, VALUES.c.value)  # fmt: skip
        found: dict[str, list[str]] = {name: [] for name in FACETS}
        with self.database.reading() as connection:
            for name, value in connection.execute(query.order_by(count.desc(), VALUES.c.value)):
                if len(found[name]) < _MOST_VALUES:
                    found[name].append(value)
        return found

    def people(self, caller: Principal) -> list[str]:
        """Whom a finding can be assigned to: the organization's users, and the names in use."""
        named = sa.select(FINDINGS.c.assignee).where(FINDINGS.c.assignee.is_not(None), visible_to(caller)).distinct()  # fmt: skip
        with self.database.reading() as connection:
            names = set(connection.scalars(named.limit(_MOST_VALUES)))
        names |= {one["name"] for one in users.listed(self.database, caller.organization)}
        return sorted(names, key=str.casefold)

    def get(self, caller: Principal, finding_id: str) -> dict[str, Any]:
        """A finding with its history.

        Raises:
            Problem: there is no such finding of this caller.
        """
        with self.database.reading() as connection:
            row = _row(connection, caller, finding_id)
            return shown(row, _today()) | {"history": events.of(connection, finding_id)}

    def of_claim(self, caller: Principal, job_id: str, claim_key: int) -> list[dict[str, Any]]:
        """The findings of one claim, each with its history."""
        query = sa.select(FINDINGS).where(visible_to(caller), FINDINGS.c.job_id == job_id, FINDINGS.c.claim_key == claim_key)  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(FINDINGS.c.rank, FINDINGS.c.number)).mappings()
            return [shown(dict(row), _today()) | {"history": events.of(connection, row["id"])} for row in rows]  # fmt: skip

    def change(
        self, caller: Principal, finding_id: str, version: int, given: object, comment: str = ""
    ) -> dict[str, Any]:
        """Change a finding, and comment it.

        Args:
            caller: who.
            finding_id: the finding.
            version: the version that the caller saw.
            given: what changes: `state`, `resolution`, `assignee`, `until`; it may be empty.
            comment: a comment; it is kept even if the change is refused.

        Returns:
            The finding as it is now, with its history.

        Raises:
            Problem: there is no such finding, the change isn't valid, or somebody else was faster (409).
        """
        change, words = Change.of(given, _today()), checked_comment(comment)
        with self.database.writing() as connection:
            row = _row(connection, caller, finding_id)
            problem = _apply(connection, caller, row, version, change, words)
        if problem is not None:
            raise problem
        return self.get(caller, finding_id)

    def change_all(
        self, caller: Principal, chosen: Sequence[tuple[str, int]], given: object, comment: str = ""
    ) -> tuple[list[str], dict[str, Problem]]:
        """Change several findings, each by itself.

        Args:
            caller: who.
            chosen: ids, each with the version that the caller saw.
            given: what changes.
            comment: a comment on each of them.

        Returns:
            The ids that were changed, and why the others weren't.

        Raises:
            Problem: the change isn't valid, or there are too many.
        """
        if not 0 < len(chosen) <= MOST_AT_ONCE:
            raise Problem(422, "findings", f"choose 1 to {MOST_AT_ONCE} findings")
        change, words = Change.of(given, _today()), checked_comment(comment)
        done: list[str] = []
        refused: dict[str, Problem] = {}
        with self.database.writing() as connection:
            for finding_id, version in dict(chosen).items():
                try:
                    row = _row(connection, caller, finding_id)
                    problem = _apply(connection, caller, row, version, change, words)
                except Problem as found:
                    problem = found
                if problem is None:
                    done.append(finding_id)
                else:
                    refused[finding_id] = problem
        return done, refused


def _sum(
    condition: sa.ColumnElement[bool], value: sa.ColumnElement[Any] | int = 1
) -> sa.ColumnElement[int]:
    """The sum of a value over the rows that a condition is true of."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value), else_=0)), 0)


def _apply(
    connection: sa.Connection, caller: Principal, row: Mapping[str, Any], version: int, change: Change, comment: str
) -> Problem | None:  # fmt: skip
    """Carry out a change and add a comment; the problem if somebody was faster."""
    now = datetime.now(UTC)
    values = change.values(row)
    if comment:
        events.commented(connection, row, comment, caller, now)
        own = FINDINGS.update().where(FINDINGS.c.id == row["id"])
        connection.execute(own.values(comments=FINDINGS.c.comments + 1))
    if not change.given:
        return None
    if version != row["version"]:
        return _conflict(events.of(connection, row["id"], version), row, is_kept=bool(comment))
    if values:
        values |= {"version": row["version"] + 1, "changed": now}
        events.changed(connection, row, values, caller, now)
        connection.execute(FINDINGS.update().where(FINDINGS.c.id == row["id"]).values(**values))
    return None


def _conflict(since: Iterable[Mapping[str, Any]], row: Mapping[str, Any], *, is_kept: bool) -> Problem:  # fmt: skip
    faults = [events.words(event) for event in since if event["changes"]]
    kept = " Your comment was kept." if is_kept else ""
    return Problem(
        409, "version", f"somebody else changed this finding after you saw it.{kept} It has version {row['version']} now",
        faults, headers={"ETag": f'"{row["version"]}"'},
    )  # fmt: skip


def checked_comment(comment: object) -> str:
    """A comment without blanks around it.

    Raises:
        Problem: it is too long, or no text.
    """
    if not isinstance(comment, str) or len(comment) > LONGEST_COMMENT:
        raise Problem(422, "comment", f"comment: expected a text of up to {LONGEST_COMMENT:,} characters")  # fmt: skip
    return comment.strip().replace("\0", "").encode("utf-8", "backslashreplace").decode()


def shown(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A finding as the API shows it."""
    cents, last = row["at_risk_cents"], row["last_day"]
    found = {name: _plain(value) for name, value in row.items() if name not in _NOT_SHOWN}
    return found | {
        "batch": row["job_id"],
        "state": state_of(row, today),
        "at_risk_amount": None if cents is None else str(Decimal(cents) / 100),
        "days_left": None if last is None else (last - today).days,
    }


def _row(connection: sa.Connection, caller: Principal, finding_id: str) -> dict[str, Any]:
    query = sa.select(FINDINGS).where(FINDINGS.c.id == finding_id, visible_to(caller))  # fmt: skip
    row = connection.execute(query).mappings().first()
    if row is None:
        raise Problem(404, "finding", "there is no such finding")
    return dict(row)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return events.moment(value)
    return value.isoformat() if isinstance(value, date) else value


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the office's own day
