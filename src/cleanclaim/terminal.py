"""What the commands share: the progress line, the reference, and the end with a message."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import typer

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.pipeline import Settings
    from cleanclaim.reference import Reference

CLEAN: Final = 0
FINDINGS: Final = 1
COULD_NOT_RUN: Final = 2


@contextmanager
def progress() -> Iterator[tuple[Callable[[str, float], None], Callable[[str, int], None]]]:
    """A progress line on a terminal's error stream; nothing elsewhere.

    Yields:
        Two functions: one told what is done and its share, one told what is done and how many claims.
    """
    if not sys.stderr.isatty():
        yield (lambda _words, _share: None), (lambda _doing, _done: None)
        return
    from rich.console import Console  # noqa: PLC0415 - start-up: only where there is a terminal
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield (
            lambda words, share: bar.update(task, description=words, total=1.0, completed=share),
            lambda doing, done: bar.update(
                task, description=f"{doing}: {done:,} claims", total=None
            ),
        )


def settings(chosen: Config) -> Settings:
    """How claims are judged, as the layers of settings say."""
    from cleanclaim.edit import Disposition  # noqa: PLC0415
    from cleanclaim.pipeline import Settings  # noqa: PLC0415

    return Settings(
        chosen.payer_class,
        chosen.as_of,
        Disposition(chosen.min_disposition),
        chosen.adopts,
        chosen.policy_state,
    )


def reference(store: Path | None, lock: Path | None) -> Reference:
    """The dated tables, from a store and by a lock file where they are given."""
    from cleanclaim.reference import Reference  # noqa: PLC0415

    return Reference.load(store=store, lock=lock)


def fail(message: str) -> NoReturn:
    """End with a message, each line of it under the program's name, and the status of what could not run."""
    for line in message.splitlines() or [""]:
        typer.echo(f"cleanclaim: {line}", err=True)
    sys.exit(COULD_NOT_RUN)
