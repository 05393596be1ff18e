"""The standard streams of the command line, of which any may be closed, full, or read by nobody.

What cannot be written to standard output is an `OutputError`, or `ReaderGone` if the program at the other end of a pipe has read enough. What cannot be
written to the error stream is lost: no run fails for want of somebody who reads its messages.
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
"""How a closed stream is opened on nothing: what is written to standard output then fails, and is not taken for written."""


class ReaderGone(Exception):  # noqa: N818 - reads as the fact it states
    """Nobody reads standard output any more, as after `| head`."""


def guard() -> None:
    """Make the standard streams of this process fit for use, whatever they were given as.

    A closed stream is opened on nothing, so that no file that is opened later takes its place and gets what is meant for it.
    """
    for number, flags in enumerate(_OPENED_FOR):
        _hold_open(number, flags)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor
    warnings.showwarning = _show_warning
    if os.name == "nt":  # pragma: no cover - its console is written to by other means
        return
    sys.stdout = _text(_Output(_OUTPUT, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Errors(_ERRORS, "wb", closefd=False), sys.stderr)


def errors_on(opened: int, before: TextIO) -> TextIO:
    """An error stream like the one before, on another descriptor, which it closes."""
    return _text(_Errors(opened, "wb"), before)


@contextmanager
def output() -> Iterator[BinaryIO]:
    """Standard output for bytes, and what goes wrong there as in all this module, also where Polars writes.

    Raises:
        OutputError: it cannot be written to.
        ReaderGone: nobody reads it any more.
    """
    raw = getattr(sys.stdout.buffer, "raw", None)
    try:
        yield cast("BinaryIO", _Bytes())
        sys.stdout.buffer.flush()
    except Exception:
        fault = getattr(raw, "fault", None)
        if fault is None:
            raise
        raise fault from None  # Polars has made an error of its own of it


class _Bytes(io.BufferedIOBase):
    """Standard output without its descriptor: Polars writes to that by itself, and says less of what went wrong."""

    def writable(self) -> bool:
        """True: it is there to be written to."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of it."""
        return sys.stdout.buffer.write(data)

    def flush(self) -> None:
        """Bring it to the system."""
        sys.stdout.buffer.flush()


class _Output(io.FileIO):
    """Standard output.

    Attributes:
        fault: why nothing more is written to it; None while it can be.
    """

    fault: OutputError | ReaderGone | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what can be written at once, and wait until something can."""
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
        """Write, and lose what cannot be written."""
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


def _lost(error: OSError) -> OutputError | ReaderGone:
    """End writing to standard output: what is still held for it goes nowhere. What to raise."""
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
    """A text stream like the one before; a character that its encoding does not have is written as an escape."""
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
    """One line for a warning that is meant for the user; those for programmers as Python shows them."""
    text = f"cleanclaim: {message}\n"
    if not issubclass(category, UserWarning):
        text = warnings.formatwarning(message, category, filename, lineno, line)
    print(text, end="", file=file or sys.stderr)
