"""Locks for a folder: one run works in it at a time, while others may read."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from cleanclaim.errors import ConfigError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such lock, and folders aren't locked there
    fcntl = None  # type: ignore[assignment]

LOCK: Final = ".lock"
READERS: Final = ".readers"
_PAUSE: Final = 0.05
_NO_LOCKS: Final = frozenset((errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS))
"""Error numbers of file systems without locks."""


@contextmanager
def locked(folder: Path, patience: float = 0) -> Iterator[None]:
    """Keep other runs out of a folder.

    Args:
        folder: an existing folder.
        patience: how many seconds to wait for another run.

    Raises:
        ConfigError: another run is using it.
        OSError: the lock can't be made.
    """
    with (folder / LOCK).open("w") as lock:
        if not _try_lock(lock.fileno(), time.monotonic() + patience):
            raise ConfigError([f"{folder}: another run is using it"])
        yield


def wait_for_lock(opened: int) -> None:
    """Wait for the lock on an open file; closing the file unlocks it."""
    _try_lock(opened, float("inf"))


@contextmanager
def read_lock(folder: Path) -> Iterator[None]:
    """Keep every file of a folder in place while it is read; any number of runs may read at once.

    A folder that can't be locked, such as one on a read-only disk, is read anyway.
    """
    readers = _readers(folder)
    if readers is None:
        yield
        return
    with readers:
        if fcntl is not None:
            with suppress(OSError):
                fcntl.flock(readers.fileno(), fcntl.LOCK_SH)
        yield


@contextmanager
def without_readers(folder: Path, patience: float) -> Iterator[bool]:
    """Keep readers out for a moment.

    Args:
        folder: an existing folder.
        patience: how many seconds to wait for current readers.

    Yields:
        True if nobody is reading it now; False if somebody still is.

    Raises:
        OSError: the lock can't be made.
    """
    with (folder / READERS).open("ab") as readers:
        yield _try_lock(readers.fileno(), time.monotonic() + patience)


def _try_lock(opened: int, until: float) -> bool:
    """Lock an open file; False if someone else holds the lock. A file system without locks counts as locked."""
    if fcntl is None:
        return True
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return True
        else:
            return True


def _readers(folder: Path) -> IO[bytes] | None:
    for mode in ("ab", "rb"):
        try:
            return (folder / READERS).open(mode)
        except OSError:
            continue
    return None
