"""Calls of Polars that read what somebody else wrote: its errors and panics become one plain error."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from polars.exceptions import PolarsError

from cleanclaim.errors import CleanclaimError, UnreadableFile
from cleanclaim.failures import LOGGER, is_panic, reason_of

_T = TypeVar("_T")

# A column of moments with a time zone that Polars doesn't know must not keep the others from being read.
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
        return read()
    except CleanclaimError:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        if not is_panic(error) and not isinstance(error, (OSError, PolarsError)):
            reason_of(error)  # a fault of ours, not of the file
        LOGGER.debug("not read", exc_info=error)
        why = error.strerror if isinstance(error, OSError) and error.errno else None
        raise UnreadableFile(f"{otherwise}: {why}" if why else otherwise) from None
