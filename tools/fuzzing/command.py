"""The command line run in this process, as often as wanted: what it printed, its exit status, and what it would not say itself."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NoReturn

from cleanclaim import cli, large, registry
from cleanclaim.reference import Reference

PANICS: Final = (b"panicked at", b"RUST_BACKTRACE", b"Fatal Python error")


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of the command left.

    Attributes:
        status: its exit status, or what there was in its place.
        out: what it printed.
        said: what it printed on the error stream, by whatever way.
        fault: the end of the traceback of what it did not expect, or of what escaped; None where there was neither.
    """

    status: object
    out: bytes
    said: str
    fault: str | None


class Command:
    """The command line with its start-up done once: the tables, the edits and the parser are kept."""

    def __init__(self) -> None:
        self._fault: str | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._on_disk = False
        self._hold()

    def run(self, *arguments: str, on_disk: bool = False) -> Done:
        """Run it.

        Args:
            *arguments: as on the command line, without the program's name.
            on_disk: let a few claims be too many for memory.
        """
        self._fault, self._on_disk = None, on_disk
        out, err = _stream(), _stream()
        status: object = None
        with (
            self._descriptor(),
            _arguments(arguments),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
            except SystemExit as stop:
                status = stop.code
            except BaseException as error:  # noqa: BLE001 - a panic is no Exception
                status = type(error).__name__
                self._fault = ending(error)
        said = _bytes_of(err) + self._below()
        return Done(status, _bytes_of(out), said.decode("utf-8", "replace"), self._fault)

    def _hold(self) -> None:
        """Put what is made once in the place of what makes it on every run, and note what the command calls unexpected."""
        from typer.main import get_command  # noqa: PLC0415 - only here

        setattr(cli, "app", get_command(cli.app))  # noqa: B010 - of another type, called alike
        reference = Reference.load()
        setattr(Reference, "load", classmethod(lambda _cls, **_given: reference))  # noqa: B010
        setattr(registry, "entry_point_edits", cache(registry.entry_point_edits))  # noqa: B010
        setattr(registry, "own_edits", cache(registry.own_edits))  # noqa: B010
        unexpected = getattr(cli, "_unexpected")  # noqa: B009

        def noted(error: Exception) -> NoReturn:
            if not callable(getattr(error, "format_message", None)):
                self._fault = ending(error)
            unexpected(error)
            raise AssertionError("it ends the command")

        setattr(cli, "_unexpected", noted)  # noqa: B010
        within = large.Plan.within

        def few(memory: str) -> large.Plan:
            plan = within(memory)
            return replace(plan, at_once=2, in_memory=1) if self._on_disk else plan

        setattr(large.Plan, "within", staticmethod(few))  # noqa: B010

    @contextlib.contextmanager
    def _descriptor(self) -> Iterator[None]:
        """What is written to the error stream past Python, as panics are, goes to a file."""
        kept = os.dup(2)
        os.dup2(self._errors.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)

    def _below(self) -> bytes:
        self._errors.seek(0)
        said = self._errors.read()
        if said:
            self._errors.seek(0)
            self._errors.truncate()
        return said


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


@contextlib.contextmanager
def _arguments(given: tuple[str, ...]) -> Iterator[None]:
    before = sys.argv
    sys.argv = ["cleanclaim", *given]
    try:
        yield
    finally:
        sys.argv = before
