"""Favorites: the codes that a person wants to find again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.server.access.principals import Principal
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import FAVORITES
from cleanclaim.server.problems import Problem

_MOST: Final = 500


@dataclass(frozen=True)
class Favorites:
    """The favorites of everybody; a person sees only their own.

    Attributes:
        database: where they are.
    """

    database: Database

    def listed(self, who: Principal) -> list[dict[str, Any]]:
        """A person's favorites by code system and code."""
        query = sa.select(FAVORITES.c.system, FAVORITES.c.code).where(FAVORITES.c.owner == who.id)
        with self.database.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return sorted(rows, key=lambda row: (row["system"], row["code"]))

    def put(self, who: Principal, system: str, code: str, *, is_one: bool) -> None:
        """Make a code a favorite, or no longer.

        Raises:
            Problem: there are too many.
        """
        own = FAVORITES.c.owner == who.id
        with self.database.writing() as connection:
            connection.execute(FAVORITES.delete().where(own, FAVORITES.c.system == system, FAVORITES.c.code == code))  # fmt: skip
            if not is_one:
                return
            count = connection.scalar(sa.select(sa.func.count()).select_from(FAVORITES).where(own))
            if (count or 0) >= _MOST:
                raise Problem(422, "favorites", f"expected at most {_MOST} favorites: remove one first")  # fmt: skip
            connection.execute(FAVORITES.insert().values(owner=who.id, system=system, code=code, made=datetime.now(UTC)))  # fmt: skip
