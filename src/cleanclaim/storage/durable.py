"""Files and folders that are there whole or not at all, whatever stops the program or the machine.

What is made is written under another name in the same folder, brought to the disk, and renamed. Who looks sees what was there before, or what is new and
complete.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from cleanclaim.storage.folder_lock import wait_for

PRIVATE: Final = 0o600
"""Only its owner may read it: a file that may hold claims."""
PUBLIC: Final = 0o666
"""As the user's mask says."""
_OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")
"""How Polars names the system's error."""
_CUT_OFF: Final = "transport error"
"""What Polars says when the end of a Parquet file cannot be written, whatever the system said."""
_STREAMS: Final = re.compile(r"/dev|/proc/[^/]+/fd")
"""Where a name is an open stream or a device, whatever it leads to."""


@contextmanager
def whole_file(path: Path, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """Write a file that appears whole, in one step, in place of the one before it.

    A device, a pipe or a name such as /dev/stdout is written to as it is. Two programs that write the same file do so one after the other.

    Args:
        path: where it goes; a link is followed.
        mode: who may read it: `PRIVATE` or `PUBLIC`.

    Yields:
        The stream to write to. On an error nothing of it stays.

    Raises:
        OSError: it cannot be written.
    """
    if not is_replaced(path):
        with path.open("wb") as out, system_errors(path):
            yield out
            out.flush()
        return
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(unfinished_name(target.name))
    with open(_claimed(unfinished, mode), "wb") as out:
        try:
            with system_errors(path):
                yield out
                out.flush()
                os.fsync(out.fileno())
            if os.name == "nt":  # pragma: no cover - there an open file is not renamed
                out.close()
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    synced(target.parent)


def unfinished_name(name: str) -> str:
    """What a file is called while it is written."""
    return f".{name}.unfinished"


def is_replaced(path: Path) -> bool:
    """Whether a file of this name appears whole; not what is written to as it is: a device, a pipe, an open stream by its name."""
    if _STREAMS.fullmatch(os.path.realpath(path.parent)):
        return False
    return path.is_file() or not path.exists()


def put_in_place(unfinished: Path, target: Path) -> None:
    """Rename a finished file or folder to where it shall appear, when all of it is on the disk.

    Raises:
        OSError: it cannot be brought to the disk, or something is in its place that cannot be replaced.
    """
    if unfinished.is_dir():
        for path in unfinished.rglob("*"):
            synced(path)
    synced(unfinished)
    unfinished.replace(target)
    synced(target.parent)


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
    with whole_file(path) as out:
        out.write(text.encode())


def synced(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk.

    Raises:
        OSError: the system could not.
    """
    if path.is_dir():
        if os.name == "nt":  # pragma: no cover - there a folder is not opened
            return
        opened = os.open(path, os.O_RDONLY)
    else:
        opened = os.open(path, os.O_RDWR)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems know it of files only
            raise
    finally:
        os.close(opened)


@contextmanager
def system_errors(place: Path) -> Iterator[None]:
    """What the system refuses while something is written, also by way of Polars, as an OSError that names the place."""
    try:
        yield
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        told = _OS_ERROR.search(str(error))
        if number is None and told:
            number = int(told[1])
        named = str(getattr(error, "filename", None) or place)
        if number is not None:
            raise OSError(number, os.strerror(number), named) from None
        if _CUT_OFF in str(error):
            raise OSError(errno.EIO, "it cannot be written; is the disk full?", named) from None
        raise


def _claimed(path: Path, mode: int) -> int:
    """The unfinished file, empty, which nobody else writes; another program's is waited for, one left by a kill is taken over."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while True:
        opened = os.open(path, flags, mode)
        try:
            wait_for(opened)
            held = os.fstat(opened)
            there = path.lstat() if path.exists() else None
            if there and (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino):
                if _is_own(held):
                    os.ftruncate(opened, 0)
                    if mode == PRIVATE:
                        path.chmod(mode)
                    return opened
                path.unlink()
        except BaseException:
            os.close(opened)
            raise
        os.close(opened)  # its writer was done with it, or it was another's: again


def _is_own(held: os.stat_result) -> bool:
    is_ours = not hasattr(os, "geteuid") or held.st_uid == os.geteuid()
    return is_ours and stat.S_ISREG(held.st_mode) and held.st_nlink == 1
