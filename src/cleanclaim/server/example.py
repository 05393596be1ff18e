"""The day at an invented clinic that a new service shows, so that its pages aren't empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from typing import Final

import sqlalchemy as sa

from cleanclaim.server.access.principals import Principal
from cleanclaim.server.choices import Choices
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import JOBS
from cleanclaim.server.jobs import Batch, Jobs

EXAMPLE: Final = "clinic-day.837"
"""What the example is called."""


def is_new(database: Database) -> bool:
    """Whether nothing was ever checked with a database."""
    with database.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(JOBS)).scalar() == 0


async def check_example(jobs: Jobs, who: Principal) -> str:
    """Begin to check the example; the batch's id."""

    async def parts() -> AsyncIterator[bytes]:
        yield (resources.files("cleanclaim.server.pages") / EXAMPLE).read_bytes()

    job = await jobs.submit(who, Choices(), "html", parts(), batch=Batch(EXAMPLE))
    return str(job["id"])
