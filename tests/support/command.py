"""The command line run in this process, as a process of its own would run it."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from cleanclaim.cli.main import main
from cleanclaim.failures import LOGGER
from places import ROOT


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(*words: object, stdin: bytes = b"", cwd: Path = ROOT) -> Done:
    """Run a command on this process' own three descriptors, so that nothing a library writes is missed."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin)
        given.seek(0)
        with _descriptors(given, out, err), _as_a_process(words), chdir(cwd):
            status = _status_of_main()
        return Done(status, _content(out), _content(err))


def _status_of_main() -> int:
    with pytest.raises(SystemExit) as stopped:
        main()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    code = stopped.value.code
    assert isinstance(code, int)
    return code


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


@contextmanager
def _descriptors(*files: IO[bytes]) -> Iterator[None]:
    """Standard input, output and errors on these files."""
    kept = [os.dup(number) for number in range(3)]
    try:
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        yield
    finally:
        for number, before in enumerate(kept):
            os.dup2(before, number)
            os.close(before)


@contextmanager
def _as_a_process(words: tuple[object, ...]) -> Iterator[None]:
    """The arguments, streams and warnings that a process would begin with; all is as before in the end."""
    handlers, level = list(LOGGER.handlers), LOGGER.level
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)  # those that are meant for the user
        patch.setattr(sys, "argv", ["cleanclaim", *map(str, words)])
        patch.setenv("COLUMNS", "100")
        for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            patch.setattr(sys, name, stream)
        try:
            yield
        finally:
            LOGGER.handlers[:] = handlers
            LOGGER.setLevel(level)
