"""Guarded Polars calls on untrusted files: errors and panics become one plain error."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from polars.exceptions import PolarsError

from cleanclaim.errors import CleanclaimError, UnreadableFile
from cleanclaim.failures import LOGGER, is_panic, reason_of

_T = TypeVar("_T")

# A column of timestamps in a time zone unknown to Polars must not block the others.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


def guarded(read: Callable[[], _T], otherwise: str) -> _T:
    """The result of a Polars call.

    Args:
        read: the call.
        otherwise: the message if it fails. Polars' own message is dropped, since it may quote a
            row.

    Raises:
        UnreadableFile: the call failed.
    """
    try:
        return read()
    except CleanclaimError:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic isn't an Exception
        if not is_panic(error) and not isinstance(error, (OSError, PolarsError)):
            reason_of(error)  # our own fault, not the file's
        LOGGER.debug("not read", exc_info=error)
        why = error.strerror if isinstance(error, OSError) and error.errno else None
        raise UnreadableFile(f"{otherwise}: {why}" if why else otherwise) from None
