"""A folder that one run at a time works in, and that others may read meanwhile."""

from __future__ import annotations

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


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder.

    Args:
        folder: it is there.

    Raises:
        ConfigError: another run works in it.
        OSError: the lock cannot be made.
    """
    with (folder / LOCK).open("w") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigError([f"{folder}: another run is at work in it"]) from None
        yield


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
        yield fcntl is None or _taken(readers, time.monotonic() + patience)


def _taken(readers: IO[bytes], until: float) -> bool:
    while True:
        try:
            fcntl.flock(readers.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _readers(folder: Path) -> IO[bytes] | None:
    for mode in ("ab", "rb"):
        try:
            return (folder / READERS).open(mode)
        except OSError:
            continue
    return None
