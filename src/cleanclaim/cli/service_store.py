"""The service's folder and database, as the commands below `cleanclaim serve` open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.errors import ConfigError

if TYPE_CHECKING:
    from cleanclaim.server.database import Database
    from cleanclaim.server.settings import ServerSettings

Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Where jobs, results and the database are kept. Default: in the user's data folder."),
]  # fmt: skip
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", envvar="CLEANCLAIM_DATABASE", help="A database as a URL, such as postgresql://user@host/name. Default: a file in the folder."),
]  # fmt: skip

Organization = Annotated[
    str, typer.Option("--organization", help="The organization. Organizations don't see each other's data.")
]  # fmt: skip
MAIN = "main"
"""The organization if none is named."""


def settings_of(folder: Path | None, database: str | None, **given: Any) -> ServerSettings:
    """The settings that an operator gave."""
    from cleanclaim.server.settings import ServerSettings  # noqa: PLC0415 - start-up

    settings = ServerSettings(database=database, **given)
    return settings if folder is None else replace(settings, folder=folder.absolute())


@contextmanager
def database_of(folder: Path | None, database: str | None) -> Iterator[Database]:
    """The service's database; closed at the end."""
    with extra():
        from cleanclaim.server.database import opened  # noqa: PLC0415 - an extra
    held = opened(settings_of(folder, database))
    try:
        yield held
    finally:
        held.engine.dispose()


@contextmanager
def extra() -> Iterator[None]:
    """Say what to install if the extra is missing."""
    try:
        yield
    except ImportError as error:
        raise ConfigError([f'{error}. For the service, run: python -m pip install "cleanclaim[serve]"']) from None  # fmt: skip
