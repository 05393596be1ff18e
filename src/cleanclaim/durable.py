"""Writing that survives a crash: a file is whole on the disk before anything relies on it."""

from __future__ import annotations

import os
from pathlib import Path


def synced(folder: Path) -> None:
    """Wait until the names in a folder are on the disk.

    Raises:
        OSError: the disk refuses it.
    """
    if os.name == "nt":
        return  # Windows can't sync a folder; it keeps names in its journal
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def made(folder: Path) -> None:
    """Make a folder that only its owner can read, unless it's there, and those above it.

    Raises:
        OSError: it can't be made.
    """
    if folder.is_dir():
        return
    above = [one for one in folder.parents if not one.is_dir()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in (folder, *above):
        synced(one.parent)


def put(path: Path, content: bytes) -> None:
    """Write a file, onto the disk. Only its owner can read it.

    Raises:
        OSError: it can't be written.
    """
    handle = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600
    )
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def replaced(path: Path, text: str) -> None:
    """Replace a file's content in one step; a crash leaves the old content or the new.

    Raises:
        OSError: it can't be written.
    """
    unfinished = path.with_name(f".{path.name}")
    try:
        put(unfinished, text.encode())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    synced(path.parent)
