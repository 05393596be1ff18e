"""What a person asks the worklist for: filters, an order, and a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.edits.edit import Disposition
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.database.schema import FINDINGS, JOBS
from cleanclaim.server.jobs import seen_by
from cleanclaim.server.problems import Problem
from cleanclaim.server.worklist.states import STATES, TODO, is_in

NOBODY: Final = "-"
"""For `assignee`: findings of nobody."""
SORTS: Final = {
    "dollars": "most dollars first",
    "severity": "hardest first",
    "days-left": "least time to file first",
    "age": "oldest service first",
    "payer": "by payer",
    "provider": "by provider",
    "claim": "by claim",
    "changed": "last changed first",
}
"""The orders; ties are in the order of severity, then dollars."""
_EXACT: Final = ("payer", "provider", "disposition", "code", "assignee", "batch")
NAMES: Final = ("words", "state", *_EXACT, "days_left", "sort", "after", "limit")
"""The parameters of a query."""
_MOST: Final = 1_000
_LONGEST: Final = 200
_MOST_WORDS: Final = 10


@dataclass(frozen=True)
class Wanted:
    """A filter, an order and a page.

    Attributes:
        given: the filters that aren't empty, by name.
        sort: one of `SORTS`.
        after: how many findings to skip.
        limit: how many to show.
    """

    given: Mapping[str, str]
    sort: str = "dollars"
    after: int = 0
    limit: int = 100

    @classmethod
    def of(cls, query: Mapping[str, str], limit: int = 100) -> Wanted:
        """What a query string asks for.

        Raises:
            Problem: a parameter isn't valid.
        """
        given = {name: value for name in ("words", "state", *_EXACT, "days_left") if (value := (query.get(name) or "").strip())}  # fmt: skip
        faults = [f"{name}: expected at most {_LONGEST} characters" for name, value in given.items() if len(value) > _LONGEST]  # fmt: skip
        if given.get("state", TODO) not in (TODO, *STATES):
            faults.append(f"state: expected {TODO}, {', '.join(STATES)}")
        if given.get("disposition", "info") not in {one.value for one in Disposition}:
            faults.append(f"disposition: expected {', '.join(Disposition)}")
        sort = query.get("sort") or "dollars"
        if sort not in SORTS:
            faults.append(f"sort: expected {', '.join(SORTS)}")
        numbers = {"after": (0, 10**9), "limit": (1, _MOST), "days_left": (0, 9999)}
        found = {"after": 0, "limit": limit}
        for name, (least, most) in numbers.items():
            value = query.get(name) or ""
            if not value:
                continue
            if not (value.isascii() and value.isdigit() and len(value) <= 10 and least <= int(value) <= most):  # fmt: skip
                faults.append(f"{name}: expected a whole number from {least:,} to {most:,}")
            else:
                found[name] = int(value)
        if faults:
            raise Problem(400, "option", "the query isn't valid", faults)
        return cls(given, sort, found["after"], found["limit"])

    def scope(self, caller: Principal) -> list[sa.ColumnElement[bool]]:
        """The conditions of SQL that say whose findings these are: those that one may see, or those of a batch."""
        batch = self.given.get("batch")
        return [visible_to(caller), *([FINDINGS.c.job_id == batch] if batch else [])]

    def conditions(self, today: date) -> list[sa.ColumnElement[bool]]:
        """The conditions of SQL for everything else that is asked for."""
        columns = FINDINGS.c
        found = [is_in(self.given["state"], today)] if "state" in self.given else []
        for name in _EXACT:
            value = self.given.get(name)
            if value and name != "batch":
                is_nobody = name == "assignee" and value == NOBODY
                found.append(columns[name].is_(None) if is_nobody else columns[name] == value)
        if "days_left" in self.given:
            found.append(columns.last_day <= today + timedelta(days=int(self.given["days_left"])))
        words = self.given.get("words", "").lower().replace("\0", "").split()
        return [*found, *(columns.words.contains(word, autoescape=True) for word in words[:_MOST_WORDS])]  # fmt: skip

    def order(self, dialect: str) -> list[sa.ColumnElement[Any]]:
        """The order in SQL, the same in every database."""
        columns = FINDINGS.c

        def text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
            return sa.collate(column, "C" if dialect == "postgresql" else "BINARY").asc().nulls_last()  # fmt: skip

        dollars = columns.at_risk_cents.desc().nulls_last()
        severity = columns.rank.asc()
        first: dict[str, list[sa.ColumnElement[Any]]] = {
            "dollars": [dollars],
            "severity": [],
            "days-left": [columns.last_day.asc().nulls_last()],
            "age": [columns.from_date.asc().nulls_last()],
            "payer": [text(columns.payer)],
            "provider": [text(columns.provider)],
            "claim": [text(columns.claim_id), columns.job_id, columns.number],
            "changed": [columns.changed.desc()],
        }
        return [*first[self.sort], severity, dollars, columns.job_id, columns.number, columns.id]


def visible_to(caller: Principal) -> sa.ColumnElement[bool]:
    """Which findings one may see: those of the batches that one may see."""
    return FINDINGS.c.job_id.in_(sa.select(JOBS.c.id).where(seen_by(caller)))
