"""The command line run in this process, as often as wanted: what it printed, its exit status, and what it would not say itself."""

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
    """What one run of the command left.

    Attributes:
        status: its exit status, or what there was in its place.
        out: what it printed.
        said: what it printed on the error stream.
        fault: the place of the first error that it did not expect, whether it went on from it or not; None where there was none.
    """

    status: object
    out: bytes
    said: str
    fault: str | None


class Faults(logging.Handler):
    """The first error that was not expected since it was asked last: whatever cleanclaim catches and goes on from is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._first: str | None = None
        LOGGER.setLevel(logging.DEBUG)
        LOGGER.addHandler(self)
        LOGGER.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Note an error, if it is none that cleanclaim raises on purpose."""
        error = record.exc_info[1] if record.exc_info else None
        is_caught = record.msg == CAUGHT and not isinstance(error, CleanclaimError)
        if error is not None and is_caught:
            self._first = self._first or ending(error)

    def taken(self) -> str | None:
        """The error, which is then forgotten."""
        first, self._first = self._first, None
        return first


class Command:
    """The command line with its start-up done once: the tables, the edits and the parser are kept.

    Args:
        faults: told of what is not expected.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._on_disk = False
        self._hold()

    def run(self, *arguments: str, on_disk: bool = False) -> Done:
        """Run it.

        Args:
            *arguments: as on the command line, without the program's name.
            on_disk: let a few claims be too many for memory.
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
            except BaseException as error:  # noqa: BLE001 - a panic is no Exception
                status = type(error).__name__
                escaped = ending(error)
        said = _bytes_of(err).decode("utf-8", "replace")
        return Done(status, _bytes_of(out), said, self._faults.taken() or escaped)

    def _hold(self) -> None:
        """Put what is made once in the place of what makes it on every run."""
        from typer.main import get_command  # noqa: PLC0415 - only here

        setattr(main, "app", get_command(main.app))  # noqa: B010 - of another type, called alike
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
    """What compiled libraries write to the error stream past Python, as panics are, goes nowhere, as it does in a process of the command's own."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def ending(error: BaseException) -> str:
    """The last steps of a traceback, of cleanclaim's own and of the very end, and the kind of the error; not its words, which vary."""
    steps = traceback.extract_tb(error.__traceback__)
    own = [step for step in steps if "/cleanclaim/" in step.filename.replace("\\", "/")]
    told = [f"{step.filename.rsplit('/', 1)[-1]}:{step.lineno} {step.name}" for step in (own[-2:] or steps[-2:])]  # fmt: skip
    words = str(error).splitlines()
    return f"{type(error).__name__} in {' > '.join(told)}: {words[0][:200] if words else ''}"


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _bytes_of(stream: io.TextIOWrapper) -> bytes:
    if stream.closed:  # the command closes what nobody reads any more
        return b""
    stream.flush()
    buffer: Any = stream.buffer
    return bytes(buffer.getvalue())
