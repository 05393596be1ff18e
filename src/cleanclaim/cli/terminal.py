"""What the commands share: the progress line, the reference, and the end with a message."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

import typer

from cleanclaim.cli import streams
from cleanclaim.failures import LOGGER
from cleanclaim.text.escaping import visible

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.reference import Reference
    from cleanclaim.settings import Settings

Claims = Callable[[str, int, float | None], None]
CLEAN: Final = 0
FINDINGS: Final = 1
COULD_NOT_RUN: Final = 2
READER_GONE: Final = 141
"""What a shell reports of a program that wrote to a pipe which nobody reads: 128 and the number of the signal."""
DEBUG: Final = "--debug"
_STDERR: Final = 2


@contextmanager
def error_stream(*, debug: bool) -> Iterator[None]:
    """Keep the error stream for messages of ours: compiled libraries write a panic, with the data at hand, to it.

    Args:
        debug: let them, and print the traceback of every internal error.
    """
    if debug:
        LOGGER.setLevel(logging.DEBUG)
        LOGGER.addHandler(logging.StreamHandler(sys.stderr))
    ours = sys.stderr
    if debug or ours is None or not _is_stderr(ours):
        yield
        return
    kept = os.dup(_STDERR)
    sys.stderr = streams.errors_on(kept, ours)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        sys.stderr.close()
        sys.stderr = ours


def _is_stderr(stream: TextIO) -> bool:
    """True for the error stream of the process itself, not one that a test or a program put in its place."""
    try:
        return stream.fileno() == _STDERR
    except (OSError, ValueError):
        return False


@contextmanager
def progress() -> Iterator[tuple[Callable[[str, float], None], Claims]]:
    """A progress line on a terminal's error stream; nothing elsewhere.

    Yields:
        Two functions: one told what is done and its share; one told what is done, how many claims so far, and their share where it is known.
    """
    if not sys.stderr.isatty():
        yield (lambda _words, _share: None), (lambda _doing, _done, _share: None)
        return
    from rich import progress as shown  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415 - start-up: only where there is a terminal

    bar = shown.Progress(
        shown.SpinnerColumn(),
        shown.TextColumn("{task.description}"),
        shown.BarColumn(),
        shown.TimeElapsedColumn(),
        shown.TextColumn("left"),
        shown.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        rate = _Rate()
        doing_now = ""

        def claims(doing: str, done: int, share: float | None) -> None:
            nonlocal doing_now
            if doing != doing_now:  # the time left is that of what is done now
                bar.reset(task)
                doing_now = doing
            words = f"{doing}: {done:,} claims{rate.words(doing, done)}"
            total = None if share is None else 1.0
            bar.update(task, description=words, total=total, completed=share or 0.0)

        yield (
            lambda words, share: bar.update(task, description=words, total=1.0, completed=share),
            claims,
        )


class _Rate:
    """How many claims are done a second, since the present work began."""

    def __init__(self) -> None:
        self._doing = ""
        self._began = 0.0
        self._before = 0

    def words(self, doing: str, done: int) -> str:
        """Such as `, 31,000 a second`; nothing at the beginning."""
        now = time.monotonic()
        if doing != self._doing:
            self._doing, self._began, self._before = doing, now, done
            return ""
        return f", {(done - self._before) / max(now - self._began, 1e-6):,.0f} a second"


def settings(chosen: Config) -> Settings:
    """How claims are judged, as the layers of settings say."""
    from cleanclaim.edits.edit import Disposition  # noqa: PLC0415
    from cleanclaim.settings import Settings  # noqa: PLC0415

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


def tell(line: str, *, err: bool = False) -> None:
    """Print one line that a person reads; what a file says cannot do anything to the terminal.

    Args:
        line: what to print.
        err: on the error stream.
    """
    typer.echo(visible(line), err=err)


def fail(message: str) -> NoReturn:
    """End with a message, each line of it under the program's name, and the status of what could not run."""
    for line in message.split("\n"):
        tell(f"cleanclaim: {line}", err=True)
    sys.exit(COULD_NOT_RUN)
