"""Run the command line in this process repeatedly, capturing output, exit status and hidden errors."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from cleanclaim.cli import main
from cleanclaim.edits import registry
from cleanclaim.errors import CleanclaimError
from cleanclaim.failures import CAUGHT, LOGGER
from cleanclaim.plan import Plan
from cleanclaim.reference import Reference

PANICS: Final = (b"panicked at", b"RUST_BACKTRACE", b"Fatal Python error")


@dataclass(frozen=True, slots=True)
class Done:
    """The result of one run.

    Attributes:
        status: its exit status, or what ended it instead.
        out: its output.
        said: its output on the error stream.
        fault: the location of the first unexpected error, even if it recovered; None if there was
            none.
    """

    status: object
    out: bytes
    said: str
    fault: str | None


class Faults(logging.Handler):
    """The first unexpected error since the last call: whatever cleanclaim catches and logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._first: str | None = None
        LOGGER.setLevel(logging.DEBUG)
        LOGGER.addHandler(self)
        LOGGER.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Record an error, unless cleanclaim raises it on purpose."""
        error = record.exc_info[1] if record.exc_info else None
        is_caught = record.msg == CAUGHT and not isinstance(error, CleanclaimError)
        if error is not None and is_caught:
            self._first = self._first or ending(error)

    def taken(self) -> str | None:
        """Return the error and forget it."""
        first, self._first = self._first, None
        return first


class Command:
    """The command line with its start-up done once: the tables, edits and parser are reused.

    Args:
        faults: collects unexpected errors.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._on_disk = False
        self._hold()

    def run(self, *arguments: str, on_disk: bool = False) -> Done:
        """Run it.

        Args:
            *arguments: the command line, without the program's name.
            on_disk: treat even a few claims as too many for memory.
        """
        self._on_disk = on_disk
        out, err = _stream(), _stream()
        status: object = None
        escaped = None
        with (
            _quiet_below(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main.run(list(arguments))
            except SystemExit as stop:
                status = stop.code
            except BaseException as error:  # noqa: BLE001 - a panic isn't an Exception
                status = type(error).__name__
                escaped = ending(error)
        said = _bytes_of(err).decode("utf-8", "replace")
        return Done(status, _bytes_of(out), said, self._faults.taken() or escaped)

    def _hold(self) -> None:
        """Replace functions that rebuild data on every run with the data itself."""
        reference = Reference.load()
        setattr(Reference, "load", classmethod(lambda _cls, **_given: reference))  # noqa: B010
        setattr(registry, "entry_point_edits", cache(registry.entry_point_edits))  # noqa: B010
        setattr(registry, "own_edits", cache(registry.own_edits))  # noqa: B010
        within = Plan.within

        def few(memory: str) -> Plan:
            plan = within(memory)
            return replace(plan, at_once=2, in_memory=1) if self._on_disk else plan

        setattr(Plan, "within", staticmethod(few))  # noqa: B010


@contextlib.contextmanager
def _quiet_below() -> Iterator[None]:
    """Discard what compiled libraries write directly to the error stream, such as panics.

    A separate process would have its own error stream.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def ending(error: BaseException) -> str:
    """The last steps of a traceback, of cleanclaim and of the end, and the error's kind; not its message, which varies."""
    steps = traceback.extract_tb(error.__traceback__)
    own = [step for step in steps if "/cleanclaim/" in step.filename.replace("\\", "/")]
    named = [f"{step.filename.rsplit('/', 1)[-1]}:{step.lineno} {step.name}" for step in (own[-2:] or steps[-2:])]  # fmt: skip
    words = str(error).splitlines()
    return f"{type(error).__name__} in {' > '.join(named)}: {words[0][:200] if words else ''}"


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _bytes_of(stream: io.TextIOWrapper) -> bytes:
    if stream.closed:  # the command closes a pipe without a reader
        return b""
    stream.flush()
    buffer: Any = stream.buffer
    return bytes(buffer.getvalue())
