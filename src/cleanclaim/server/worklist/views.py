"""Saved views: filters and orders of the worklist that a person gave a name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa

from cleanclaim.server import audit
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import VIEWS
from cleanclaim.server.problems import Problem
from cleanclaim.server.worklist.query import Wanted

_LONGEST: Final = 80
_MOST: Final = 100


@dataclass(frozen=True)
class Views:
    """The saved views of everybody; a person sees only their own.

    Attributes:
        database: where they are.
    """

    database: Database

    def listed(self, caller: Principal) -> list[dict[str, Any]]:
        """A person's views by name."""
        query = sa.select(VIEWS.c.id, VIEWS.c.name, VIEWS.c.query).where(VIEWS.c.owner == caller.id)
        with self.database.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return sorted(rows, key=lambda row: row["name"].casefold())

    def save(self, caller: Principal, name: str, wanted: Wanted) -> str:
        """Keep a view; one with this name is replaced.

        Returns:
            Its id.

        Raises:
            Problem: the name isn't valid, or there are too many views.
        """
        name = name.strip()
        if not 0 < len(name) <= _LONGEST or not name.isprintable():
            raise Problem(422, "view", f"name: expected 1 to {_LONGEST} characters on one line")
        query = urlencode({**wanted.given, "sort": wanted.sort})
        own = VIEWS.c.owner == caller.id
        with self.database.writing() as connection:
            known = connection.scalar(sa.select(VIEWS.c.id).where(own, VIEWS.c.name == name))
            if known is not None:
                connection.execute(VIEWS.update().where(VIEWS.c.id == known).values(query=query))
                return str(known)
            count = connection.scalar(sa.select(sa.func.count()).select_from(VIEWS).where(own))
            if (count or 0) >= _MOST:
                raise Problem(422, "view", f"expected at most {_MOST} views: remove one first")
            view_id = secrets.token_hex(8)
            connection.execute(VIEWS.insert().values(id=view_id, owner=caller.id, name=name, query=query))  # fmt: skip
            audit.record(connection, caller, "view saved", view_id)
        return view_id

    def remove(self, caller: Principal, view_id: str) -> None:
        """Remove a view.

        Raises:
            Problem: there is no such view of this person.
        """
        with self.database.writing() as connection:
            gone = connection.execute(VIEWS.delete().where(VIEWS.c.id == view_id, VIEWS.c.owner == caller.id))  # fmt: skip
            if not gone.rowcount:
                raise Problem(404, "view", "there is no such view")
            audit.record(connection, caller, "view removed", view_id)
