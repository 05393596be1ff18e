"""Files and folders that are either complete or absent, whatever stops the program or the machine.

New content is written under another name in the same folder, flushed to disk, and renamed. A reader
sees either the previous content or the new, complete content.
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

from cleanclaim.storage.folder_lock import wait_for_lock

PRIVATE: Final = 0o600
"""Only its owner may read it: for files that may contain claims."""
PUBLIC: Final = 0o666
"""As the user's umask says."""
_OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")
"""How Polars reports the system's error number."""
_CUT_OFF: Final = "transport error"
"""Polars' message when it can't write the end of a Parquet file, whatever the system's error was."""
_STREAMS: Final = re.compile(r"/dev|/proc/[^/]+/fd")
"""Names of open streams and devices, whatever they lead to."""


@contextmanager
def whole_file(path: Path, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """Write a file that appears in one step and replaces the previous one.

    A device, a pipe or a name such as /dev/stdout is written to directly. Two programs that write
    the same file take turns.

    Args:
        path: the file; a link is followed.
        mode: who may read it: `PRIVATE` or `PUBLIC`.

    Yields:
        The stream to write to. After an error, nothing of it is left.

    Raises:
        OSError: the file can't be written.
    """
    if not is_replaced_whole(path):
        with path.open("wb") as out, system_errors(path):
            yield out
            out.flush()
        return
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(unfinished_name(target.name))
    with open(_claim(unfinished, mode), "wb") as out:
        try:
            with system_errors(path):
                yield out
                out.flush()
                os.fsync(out.fileno())
            if os.name == "nt":  # pragma: no cover - Windows can't rename an open file
                out.close()
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    sync(target.parent)


def unfinished_name(name: str) -> str:
    """The name of a file while it is being written."""
    return f".{name}.unfinished"


def is_replaced_whole(path: Path) -> bool:
    """Whether a file of this name is replaced in one step; not true for a device, a pipe or an open stream."""
    if _STREAMS.fullmatch(os.path.realpath(path.parent)):
        return False
    return path.is_file() or not path.exists()


def put_in_place(unfinished: Path, target: Path) -> None:
    """Flush a finished file or folder to disk and rename it to its final name.

    Raises:
        OSError: it can't be flushed, or it can't replace what is there.
    """
    if unfinished.is_dir():
        for path in unfinished.rglob("*"):
            sync(path)
    sync(unfinished)
    unfinished.replace(target)
    sync(target.parent)


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can read, and its parents, unless they exist.

    Raises:
        OSError: the folder can't be made.
    """
    if folder.is_dir():
        return
    above = [one for one in folder.parents if not one.is_dir()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in (folder, *above):
        sync(one.parent)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and flush it to disk.

    Raises:
        OSError: the file can't be written.
    """
    handle = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600
    )
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def replace_text(path: Path, text: str) -> None:
    """Replace a file's content in one step: after a crash it is either the old or the new.

    Raises:
        OSError: it can't be written.
    """
    with whole_file(path) as out:
        out.write(text.encode())


def sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to disk.

    Raises:
        OSError: the system couldn't flush it.
    """
    if path.is_dir():
        if os.name == "nt":  # pragma: no cover - Windows can't open a folder
            return
        opened = os.open(path, os.O_RDONLY)
    else:
        opened = os.open(path, os.O_RDWR)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems can flush only files
            raise
    finally:
        os.close(opened)


@contextmanager
def system_errors(place: Path) -> Iterator[None]:
    """Turn errors while writing, including those that Polars reports, into an OSError that names the path."""
    try:
        yield
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        found = _OS_ERROR.search(str(error))
        if number is None and found:
            number = int(found[1])
        named = str(getattr(error, "filename", None) or place)
        if number is not None:
            raise OSError(number, os.strerror(number), named) from None
        if _CUT_OFF in str(error):
            raise OSError(errno.EIO, "it can't be written; is the disk full?", named) from None
        raise


def _claim(path: Path, mode: int) -> int:
    """Open the empty, unfinished file for this process alone.

    Waits for another program that is writing it, and takes over a file left by a killed one.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while True:
        opened = os.open(path, flags, mode)
        try:
            wait_for_lock(opened)
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
        os.close(opened)  # its writer has finished, or it was another's: try again


def _is_own(held: os.stat_result) -> bool:
    is_ours = not hasattr(os, "geteuid") or held.st_uid == os.geteuid()
    return is_ours and stat.S_ISREG(held.st_mode) and held.st_nlink == 1
