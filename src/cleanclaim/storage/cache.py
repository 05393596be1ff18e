"""The user's cache of prepared data, used only if every byte is what was written.

Each cache folder has a seal, `seal.json`: the size and CRC-32 of each of its files. A folder that
doesn't match its seal is made again. If several programs need the same folder at once, one makes it
and the others wait. If the cache can't be written, the data is made in memory, with a warning.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeVar

from cleanclaim.errors import ConfigError
from cleanclaim.parsing import json_of
from cleanclaim.storage.durable import put_in_place, system_errors
from cleanclaim.storage.folder_lock import locked

_SEAL: Final = "seal.json"
_MAKING: Final = ".making-"
_PATIENCE: Final = 60
"""Seconds to wait for another program that is making the same folder."""
Made = TypeVar("Made")


class CachedFolder:
    """A cache folder's files, each checked against the seal when it is read.

    Args:
        folder: the folder.

    Raises:
        OSError: the folder or its seal is missing.
        ValueError: its seal is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seal = json_of((folder / _SEAL).read_bytes())

    def read(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            OSError: the file is missing or can't be read.
            ValueError: the content isn't what was written.
        """
        content = (self._folder / name).read_bytes()
        if self._seal[name] != _seal_of(content):
            raise ValueError(name)
        return content


def load_cached(folder: Path, read: Callable[[CachedFolder], Made]) -> Made | None:
    """Load a cache folder; None if it is missing or damaged."""
    try:
        return read(CachedFolder(folder))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it can be made again
        return None


def load_or_make(
    folder: Path,
    read: Callable[[CachedFolder], Made],
    make: Callable[[], Made],
    write: Callable[[Made, Path], None],
) -> Made:
    """Load a cache folder, or make its content and cache it.

    Args:
        folder: the cache folder.
        read: builds the content from the folder's files.
        make: makes the content anew.
        write: writes the content as files into an empty folder.
    """
    found = load_cached(folder, read)
    if found is not None:
        return found
    with ExitStack() as stack:
        refused: OSError | ConfigError | None = None
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(folder.parent, _PATIENCE))
        except (OSError, ConfigError) as error:
            refused = error
        found = load_cached(folder, read)  # another program may have made it in the meantime
        if found is not None:
            return found
        made = make()
        try:
            if refused is not None:
                raise refused
            _keep(folder, lambda place: write(made, place))
        except (OSError, ConfigError) as error:
            why = getattr(error, "strerror", None) or str(error)
            warnings.warn(
                f"prepared tables can't be cached in {folder} ({why}) and are made again at every start;"
                " set CLEANCLAIM_HOME to a writable folder",
                stacklevel=3,
            )
    return made


def _keep(folder: Path, write: Callable[[Path], None]) -> None:
    """Put a folder into the cache, replacing a damaged one; the caller holds the cache's lock."""
    for left in folder.parent.glob(f"{_MAKING}*"):  # left by a program that was killed
        shutil.rmtree(left, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=folder.parent))
    try:
        fresh = making / "fresh"
        fresh.mkdir()
        with system_errors(fresh):
            write(fresh)
        seal = {path.name: _seal_of(path.read_bytes()) for path in fresh.iterdir()}
        (fresh / _SEAL).write_text(json.dumps(seal), encoding="utf-8")
        if folder.exists() or folder.is_symlink():
            folder.rename(making / "damaged")
        put_in_place(fresh, folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _seal_of(content: bytes) -> list[int]:
    return [len(content), zlib.crc32(content)]
