"""What the commands share: the progress line, the reference, messages and exit statuses."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

import typer

from cleanclaim.cli import streams
from cleanclaim.failures import LOGGER
from cleanclaim.report.labels import counted
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
"""The status that a shell reports for a program stopped by SIGPIPE: 128 plus the signal's number."""
DEBUG: Final = "--debug"
_STDERR: Final = 2


@contextmanager
def error_stream(*, debug: bool) -> Iterator[None]:
    """Keep compiled libraries from writing to standard error: a panic's text can hold claim data.

    Args:
        debug: let them write, and print the traceback of every internal error.
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
    """True for the process's own standard error, not a replacement by a test or another program."""
    try:
        return stream.fileno() == _STDERR
    except (OSError, ValueError):
        return False


@contextmanager
def progress() -> Iterator[tuple[Callable[[str, float], None], Claims]]:
    """A progress line on standard error, if that is a terminal.

    Yields:
        Two functions to report progress with: one takes the current step and the share done; the other takes the step, the number of claims so far, and
        the share if it is known.
    """
    if not sys.stderr.isatty():
        yield (lambda _words, _share: None), (lambda _doing, _done, _share: None)
        return
    from rich import progress as shown  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415 - start-up: needed on a terminal only

    bar = shown.Progress(
        shown.SpinnerColumn(),
        shown.TextColumn("{task.description}"),
        shown.BarColumn(),
        shown.TimeElapsedColumn(),
        shown.TextColumn("elapsed,"),
        shown.TimeRemainingColumn(),
        shown.TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        rate = _Rate()
        doing_now = ""

        def claims(doing: str, done: int, share: float | None) -> None:
            nonlocal doing_now
            if doing != doing_now:  # the time left is that of the current step
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
    """Claims per second since the current step began."""

    def __init__(self) -> None:
        self._doing = ""
        self._began = 0.0
        self._before = 0

    def words(self, doing: str, done: int) -> str:
        """Such as `, 31,000 per second`; empty at first."""
        now = time.monotonic()
        if doing != self._doing:
            self._doing, self._began, self._before = doing, now, done
            return ""
        return f", {(done - self._before) / max(now - self._began, 1e-6):,.0f} per second"


def settings(chosen: Config) -> Settings:
    """How claims are judged, from the chosen settings."""
    from cleanclaim.edits.edit import Disposition  # noqa: PLC0415
    from cleanclaim.settings import Settings  # noqa: PLC0415

    return Settings(
        chosen.payer_class,
        chosen.as_of,
        Disposition(chosen.min_disposition),
        chosen.adopts,
        chosen.policy_state,
    )


def reference(
    store: Path | None, lock: Path | None, payers: Sequence[str | Path] = ()
) -> Reference:
    """The dated tables, from a store, by a lock file and with the user's own payer packs if they are given."""
    from cleanclaim.reference import Reference  # noqa: PLC0415

    return Reference.load(store=store, lock=lock, payers=payers)


def counts_text(summary: Mapping[str, Any]) -> str:
    """Such as `3 findings on 28 claims`."""
    return f"{counted(summary['findings'], 'finding')} on {counted(summary['claims'], 'claim')}"


def tell(line: str, *, err: bool = False) -> None:
    """Print one line for a person; control characters in it can't reach the terminal.

    Args:
        line: what to print.
        err: print to standard error.
    """
    typer.echo(visible(line), err=err)


def fail(message: str) -> NoReturn:
    """Print a message, each line with the program's name, and exit with the status for a run that failed."""
    for line in message.split("\n"):
        tell(f"cleanclaim: {line}", err=True)
    sys.exit(COULD_NOT_RUN)
