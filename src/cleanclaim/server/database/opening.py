"""Open the database, and bring its tables up to date."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cleanclaim.errors import ConfigError
from cleanclaim.server.settings import ServerSettings
from cleanclaim.storage.durable import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
WAIT_SECONDS: Final = 30.0
"""How long a change waits for another program's to end, in SQLite."""
_PRIVATE: Final = 0o600


@dataclass(frozen=True)
class Database:
    """An open database.

    Attributes:
        engine: SQLAlchemy's engine.
    """

    engine: sa.Engine

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that is the only one that writes; kept if the block ends well."""
        engine = self.engine.execution_options(writes=True)
        with engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(8008)"))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection:
            yield connection

    def is_ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self.reading() as connection:
                connection.execute(sa.text("SELECT 1"))
        except sa.exc.SQLAlchemyError:
            return False
        return True


def opened(settings: ServerSettings) -> Database:
    """Open the database that an operator chose, with its tables up to date.

    Raises:
        ConfigError: it can't be opened.
    """
    url = settings.database_url
    try:
        make_private_folder(settings.folder)
        engine = sa.create_engine(url, pool_pre_ping=True, **_of_kind(url))
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        with Database(engine).writing() as connection:
            upgrade(connection)
        if engine.dialect.name == "sqlite" and engine.url.database:
            os.chmod(engine.url.database, _PRIVATE)  # noqa: PTH101 - a text
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise ConfigError([f"the database can't be opened: {_reason(error)}"]) from None
    return Database(engine)


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables up to date, from whatever version they have."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def aware(moment: datetime) -> datetime:
    """A moment with its time zone, which SQLite doesn't keep."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _of_kind(url: str) -> dict[str, Any]:
    return {"connect_args": {"timeout": WAIT_SECONDS}} if url.startswith("sqlite") else {"pool_size": 8}  # fmt: skip


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Let readers and a writer work at the same time, and lose nothing in a power failure."""

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begun)


def _reason(error: Exception) -> str:
    """Why, without the password that a URL may hold."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, sa.exc.ArgumentError):
        return "--database isn't a database URL, such as postgresql://user@host/name"
    if isinstance(error, ImportError):
        return 'PostgreSQL needs its driver: python -m pip install "cleanclaim[serve-postgres]"'
    return type(error).__name__
