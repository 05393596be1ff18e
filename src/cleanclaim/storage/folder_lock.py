"""A folder that one run at a time works in, and that others may read meanwhile."""

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
except ImportError:  # pragma: no cover - Windows has none, and there a folder is not locked
    fcntl = None  # type: ignore[assignment]

LOCK: Final = ".lock"
READERS: Final = ".readers"
_PAUSE: Final = 0.05
_NO_LOCKS: Final = frozenset((errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS))
"""What file systems answer that have no locks."""


@contextmanager
def locked(folder: Path, patience: float = 0) -> Iterator[None]:
    """Keep other runs out of a folder.

    Args:
        folder: it is there.
        patience: for how many seconds another run is waited for.

    Raises:
        ConfigError: another run works in it.
        OSError: the lock cannot be made.
    """
    with (folder / LOCK).open("w") as lock:
        if not _taken(lock.fileno(), time.monotonic() + patience):
            raise ConfigError([f"{folder}: another run is at work in it"])
        yield


def wait_for(opened: int) -> None:
    """Lock an open file, when whoever has it locked is done with it; closing it unlocks it."""
    _taken(opened, float("inf"))


@contextmanager
def being_read(folder: Path) -> Iterator[None]:
    """Keep every file of a folder in place while it's read; any number of runs may read at once.

    A folder that can't be locked, such as one on a read-only disk, is read all the same.
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
def not_being_read(folder: Path, patience: float) -> Iterator[bool]:
    """Keep readers out for a moment.

    Args:
        folder: it is there.
        patience: how many seconds to wait for those that read now.

    Yields:
        True if nobody reads it now; False if somebody still does.

    Raises:
        OSError: the lock cannot be made.
    """
    with (folder / READERS).open("ab") as readers:
        yield _taken(readers.fileno(), time.monotonic() + patience)


def _taken(opened: int, until: float) -> bool:
    """Lock an open file; False if another still has it locked. A file system without locks is gone without."""
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
