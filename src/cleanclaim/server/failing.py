"""Which failures of the machine are told apart: a database that doesn't answer, and a disk without room."""

from __future__ import annotations

import errno
from typing import Final

import sqlalchemy as sa

from cleanclaim.server.problems import Problem, disk_full, no_database

NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))
"""Error numbers of a disk on which nothing more can be stored."""
_OURS: Final = (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError)
_FULL: Final = ("disk is full", "no space left")


def problem_of_machine(error: BaseException) -> Problem | None:
    """A failure of the machine as a problem; None if it is another one.

    Args:
        error: what was raised.
    """
    if isinstance(error, OSError):
        return disk_full() if error.errno in NO_ROOM else None
    if not isinstance(error, (sa.exc.DBAPIError, sa.exc.TimeoutError)) or isinstance(error, _OURS):
        return None
    is_full = any(words in str(getattr(error, "orig", "")).lower() for words in _FULL)
    return disk_full() if is_full else no_database()
