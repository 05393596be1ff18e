"""A folder that one run at a time works in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cleanclaim.errors import ConfigError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none, and there a folder is not locked
    fcntl = None  # type: ignore[assignment]

LOCK: Final = ".lock"


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
