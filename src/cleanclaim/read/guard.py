"""Polars kept from harm while it reads what somebody else wrote: its errors, and its panics, become one plain error."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Final, TypeVar

import polars as pl

from cleanclaim.errors import CleanclaimError, UnreadableFile

_T = TypeVar("_T")
_ERRORS: Final = 2
"""The error stream's number, to which Polars' Rust code writes."""
_ONE_AT_A_TIME: Final = RLock()

# A column of moments with a zone that Polars doesn't know must not keep the others from being read.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


def guarded(read: Callable[[], _T], otherwise: str) -> _T:
    """What a call of Polars returns.

    Args:
        read: the call.
        otherwise: what to say if it fails. Polars' own words are left out, since they may quote a row.

    Raises:
        UnreadableFile: the call failed.
    """
    try:
        with _panics_unheard():
            return read()
    except CleanclaimError:
        raise
    except OSError as error:
        raise UnreadableFile(
            f"{otherwise}: {error.strerror}" if error.errno else otherwise
        ) from None
    except pl.exceptions.PolarsError:
        raise UnreadableFile(otherwise) from None
    except BaseException as error:
        if isinstance(error, Exception) or is_panic(error):
            raise UnreadableFile(otherwise) from None
        raise


def is_panic(error: BaseException) -> bool:
    """True for a panic of Polars, which is no ordinary exception."""
    return isinstance(error, pl.exceptions.PanicException)


@contextmanager
def _panics_unheard() -> Iterator[None]:
    """Keep what is written to the error stream, and write it after all unless Polars panicked: a panic's own report may quote a row."""
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as kept:
        try:
            stream = os.dup(_ERRORS)
        except OSError:  # there is no error stream
            yield
            return
        os.dup2(kept.fileno(), _ERRORS)
        panicked = False
        try:
            yield
        except BaseException as error:
            panicked = is_panic(error)
            raise
        finally:
            os.dup2(stream, _ERRORS)
            kept.seek(0)
            said = b"" if panicked else kept.read()
            with suppress(OSError):
                os.write(stream, said)
            os.close(stream)
