"""The standard streams of the command line, which may be closed or full, or have no reader.

A failed write to standard output is an `OutputError`, or `ReaderGone` if the program at the other end of a pipe has stopped reading. A failed write to
standard error is dropped: no run fails because nobody reads its messages.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, TextIO, cast

from cleanclaim.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_OUTPUT, _ERRORS = 1, 2
_OPENED_FOR: Final = (os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)
"""How a closed stream is opened on the null device: standard output read-only, so that writing to it fails instead of losing the report."""


class ReaderGone(Exception):  # noqa: N818 - reads as the fact it states
    """The reader of standard output has stopped reading, as after `| head`."""


def guard() -> None:
    """Make the standard streams of this process usable, whatever their state.

    A closed stream is opened on the null device, so that a file opened later doesn't take its number and receive its output.
    """
    for number, flags in enumerate(_OPENED_FOR):
        _hold_open(number, flags)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")
    warnings.showwarning = _show_warning
    if os.name == "nt":  # pragma: no cover - its console is written to in another way
        return
    sys.stdout = _text(_Output(_OUTPUT, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Errors(_ERRORS, "wb", closefd=False), sys.stderr)


def errors_on(opened: int, before: TextIO) -> TextIO:
    """A stream like the one before on another descriptor, which it closes."""
    return _text(_Errors(opened, "wb"), before)


@contextmanager
def output() -> Iterator[BinaryIO]:
    """Standard output for bytes, with this module's errors even if Polars does the writing.

    Raises:
        OutputError: it can't be written to.
        ReaderGone: its reader has stopped reading.
    """
    raw = getattr(sys.stdout.buffer, "raw", None)
    try:
        yield cast("BinaryIO", _Bytes())
        sys.stdout.buffer.flush()
    except Exception:
        fault = getattr(raw, "fault", None)
        if fault is None:
            raise
        raise fault from None  # Polars wraps it in an error of its own


class _Bytes(io.BufferedIOBase):
    """Standard output without its descriptor, which Polars would write to directly, with less precise errors."""

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of it."""
        return sys.stdout.buffer.write(data)

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        sys.stdout.buffer.flush()


class _Output(io.FileIO):
    """Standard output.

    Attributes:
        fault: why it can no longer be written to; None while it can.
    """

    fault: OutputError | ReaderGone | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as much as possible, after waiting until something can be written."""
        try:
            while (written := super().write(data)) is None:  # a pipe that does not block is full
                select.select([], [self], [])
        except OSError as error:
            self.fault = _lost(error)
            raise self.fault from None
        return written


class _Errors(io.FileIO):
    """The error stream."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, and drop what can't be written."""
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


def _lost(error: OSError) -> OutputError | ReaderGone:
    """Discard what is still buffered for standard output, and return the error to raise."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _OUTPUT)
    os.close(nowhere)
    if isinstance(error, BrokenPipeError):
        return ReaderGone()
    why = "it is closed" if error.errno == errno.EBADF else error.strerror
    return OutputError(f"standard output: {why}")


def _hold_open(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, flags)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    """A text stream like the one before, which escapes characters that its encoding doesn't have."""
    encoding = before.encoding if before else "utf-8"
    errors = before.errors if before else None
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors=errors if errors not in {None, "strict"} else "backslashreplace",
        line_buffering=raw.isatty() or isinstance(raw, _Errors),
    )


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a user warning as one line, and other warnings as Python does."""
    text = f"cleanclaim: {message}\n"
    if not issubclass(category, UserWarning):
        text = warnings.formatwarning(message, category, filename, lineno, line)
    print(text, end="", file=file or sys.stderr)
