"""What a user names as input, opened once: files, folders, pipes, standard input, gzip and zip; and what kind of content it is."""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import os
import shutil
import stat
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from cleanclaim.errors import UnknownFormat, UnreadableFile
from cleanclaim.read.archive import Archive, Member
from cleanclaim.text.escaping import encodable

Kind = Literal["x12", "parquet", "csv"]
STDIN: Final = "-"
_PEEK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = (".zip", ".jar")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip begins, and how one without files does."""
_PARQUET: Final = b"PAR1"
_WORKBOOK: Final = ".xlsx"
"""An Excel workbook is a zip by its bytes, and one file to its user."""
_DEEPEST: Final = 3
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
MOST_UNPACKED: Final = 200
"""A packed file that grows by more than this factor is not read: no claims compress so well, and it would fill the memory."""
_SLACK: Final = 1 << 22
_IN_MEMORY: Final = 1 << 26
"""Bytes of what must be sought in that are held in memory; more is put into a private temporary file."""
_DAMAGE: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What reading a damaged file raises."""
_DAMAGED_DIRECTORY: Final = (*_DAMAGE, ValueError, OverflowError, RuntimeError, struct.error)
"""What opening a damaged archive, or a member of one, raises."""


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of bytes to read.

    Attributes:
        name: what findings name as the file; a member of a zip is `archive.zip!member`.
        opened: opens the stream; of a pipe only once.
        path: the file on disk, where it is a plain one.
        size: how many bytes it holds, where that is known before it is read.
    """

    name: str
    opened: Callable[[], BinaryIO]
    path: Path | None = None
    size: int | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The stream.

        Raises:
            UnreadableFile: it is missing, not permitted, or damaged in its packing.
        """
        try:
            with self.opened() as stream:
                yield stream
        except _DAMAGE as error:
            raise UnreadableFile(f"{self.name}: {reason(error)}") from None


def sources(inputs: Iterable[str | Path]) -> Iterator[Source]:
    """Everything that is to be read below the inputs.

    Args:
        inputs: files, folders (walked in order of name, hidden files left out), pipes, and "-" for standard input.

    Yields:
        Sources; what is not there or cannot be opened is one too, which says why when it is opened.
    """
    for given in inputs:
        yield from _of_stream(given) if is_stream(given) else _below(Path(given))


def is_stream(given: str | Path) -> bool:
    """True for what can be read only once: standard input, a pipe (process substitution too) or a device."""
    if str(given) == STDIN:
        return True
    try:
        mode = Path(given).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def name_of(given: str | Path) -> str:
    """What reports name an input: its path, bytes that are not UTF-8 as escapes."""
    return "standard input" if str(given) == STDIN else encodable(str(given))


def kind_of(head: bytes, name: str) -> Kind:
    """What a stream holds, by its first bytes.

    Raises:
        UnreadableFile: it is empty.
        UnknownFormat: it is nothing that can be read.
    """
    if not head.strip(b"\xef\xbb\xbf\r\n\t \0"):
        raise UnreadableFile(f"{name}: the file is empty")
    if head.startswith(_PARQUET):
        return "parquet"
    if b"ISA" in head:
        return "x12"
    if head.startswith(_BOMS):
        raise UnknownFormat(f"{name}: the text is UTF-16; save it as UTF-8 or ASCII")
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    is_text = all(32 <= byte < 127 or byte in b"\r\t" or byte > 127 for byte in first[:2000])
    if (
        is_text
        and first.count(b",") + first.count(b"\t") + first.count(b"|") + first.count(b";") >= 1
        and b"\0" not in head
    ):
        return "csv"
    raise UnknownFormat(
        f"{name}: no X12 interchange (ISA), no CSV with a header line, no Parquet file; found {_glimpse(head)}"
    )


def peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and the stream from its beginning."""
    head = stream.read(_PEEK)
    if stream.seekable():
        stream.seek(0)
        return head, stream
    return head, _rejoined(head, stream)


def reason(error: BaseException) -> str:
    """Why a file cannot be read, in words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "reading it is not permitted"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, EOFError):
        return "the packed file is damaged: it ends too early"
    return "the packed file is damaged"


def walk(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """The files somewhere below a folder in order of name, hidden ones left out, each with the reason if it cannot be read.

    Links to folders are not followed, so that no walk is endless; pipes, sockets and devices are passed over.
    """
    closed: list[tuple[Path, str]] = []
    found: list[Path] = []

    def refused(error: OSError) -> None:
        closed.append((Path(error.filename or folder), reason(error)))

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if not name.startswith(".")]
    readable = ((path, _broken_link(path)) for path in found)
    every = [(path, why) for path, why in readable if why or path.is_file()]
    yield from sorted([*every, *closed])


def _broken_link(path: Path) -> str | None:
    return "the link leads to no file" if path.is_symlink() and not path.exists() else None


def _below(path: Path) -> Iterator[Source]:
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:  # a name that no system knows
        yield _refused(name_of(path), reason(error) if isinstance(error, OSError) else "there is no such file")  # fmt: skip
        return
    if not is_folder:
        yield from _of_file(path)
        return
    is_empty = True
    for file, why in walk(path):
        is_empty = False
        yield from [_refused(name_of(file), why)] if why else _of_file(file)
    if is_empty:
        yield _refused(name_of(path), "the folder holds no files")


def _refused(name: str, why: str) -> Source:
    """What cannot be read: opening it says why."""

    def opened() -> BinaryIO:
        raise UnreadableFile(f"{name}: {why}")

    return Source(name, opened)


def _of_file(path: Path) -> Iterator[Source]:
    name = name_of(path)
    try:
        with path.open("rb") as stream:
            head, size = stream.read(4), os.fstat(stream.fileno()).st_size
    except (OSError, ValueError) as error:
        yield _refused(name, reason(error) if isinstance(error, OSError) else "there is no such file")  # fmt: skip
        return
    if head.startswith(_GZIP):
        yield Source(name, lambda: _gunzipped(path.open("rb")))
    elif head.startswith(_ZIP) and path.suffix.lower() != _WORKBOOK:
        yield from _of_zip(name, lambda: path.open("rb"))
    else:
        yield Source(name, lambda: path.open("rb"), path, size)


def _of_stream(given: str | Path) -> Iterator[Source]:
    """What comes through a pipe, opened once."""
    name = name_of(given)
    try:
        stream = _standard_input() if str(given) == STDIN else Path(given).open("rb")  # noqa: SIM115
        head = stream.read(4)
    except (OSError, ValueError) as error:
        yield _refused(name, reason(error) if isinstance(error, OSError) else "it is closed")
        return
    whole = _rejoined(head, stream)
    if head.startswith(_ZIP):
        yield from _of_zip(name, lambda: _sought(whole))
        return
    left = [_gunzipped(whole) if head.startswith(_GZIP) else whole]

    def opened() -> BinaryIO:
        if not left:
            raise UnreadableFile(f"{name}: it can be read only once")
        return left.pop()

    yield Source(name, opened)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer


def _of_zip(name: str, opened: Callable[[], BinaryIO], depth: int = 1) -> Iterator[Source]:
    """The files in a zip, and in the zips in it."""
    try:
        archive = Archive(opened())
        members = list(archive.members())
    except _DAMAGED_DIRECTORY as error:
        yield _refused(name, reason(error))
        return
    if not archive.is_whole:
        yield _refused(name, "the packed file is damaged: its directory is not whole")
    elif not members:
        yield _refused(name, "the zip file holds no files")
    for member in members:
        own = f"{name}!{encodable(member.name)}"
        unpacked = partial(_unpacked_member, archive, member)
        if member.refused:
            yield _refused(own, member.refused)
        elif not member.name.lower().endswith(_PACKED):
            yield Source(own, unpacked, size=member.size)
        elif depth >= _DEEPEST:
            yield _refused(own, "zips in zips in zips are not opened")
        else:
            yield from _of_zip(own, partial(_sought_in, unpacked), depth + 1)


def _unpacked_member(archive: Archive, member: Member) -> BinaryIO:
    try:
        stream = archive.open(member)
    except _DAMAGED_DIRECTORY as error:
        raise OSError(errno.EIO, reason(error)) from None
    return _bounded(stream, lambda: member.packed)


def _sought_in(opened: Callable[[], BinaryIO]) -> BinaryIO:
    return _sought(opened())


def _sought(stream: BinaryIO) -> BinaryIO:
    """What a stream holds, so that it can be sought in: a zip is read from its end. The temporary file has no name and is its owner's alone."""
    spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by who reads it
    try:
        with stream:
            shutil.copyfileobj(stream, spooled, 1 << 20)
    except BaseException:
        spooled.close()
        raise
    spooled.seek(0)
    return cast("BinaryIO", spooled)


def _gunzipped(packed: BinaryIO) -> BinaryIO:
    counted = _Counted(packed)
    stream = gzip.GzipFile(fileobj=counted, mode="rb")
    return _bounded(cast("BinaryIO", stream), lambda: counted.taken, packed)


def _bounded(stream: BinaryIO, packed: Callable[[], int], *below: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Bounded(stream, packed, *below)))


def _rejoined(head: bytes, rest: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Rejoined(head, rest)))


class _Counted:
    """A packed stream that counts the bytes that were taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        return data

    def seek(self, offset: int) -> int:
        raise io.UnsupportedOperation(offset)


class _Bounded(io.RawIOBase):
    """An unpacked stream that refuses to grow without bound."""

    def __init__(self, stream: BinaryIO, packed: Callable[[], int], *below: BinaryIO) -> None:
        self._stream = stream
        self._packed = packed
        self._below = below
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        data = self._stream.read(len(view))
        self._given += len(data)
        if self._given > self._packed() * MOST_UNPACKED + _SLACK:
            raise OSError(errno.EFBIG, "it unpacks to far more than claims would")
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        for below in self._below:
            below.close()
        super().close()


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        data = self._head.read(len(view)) or self._rest.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._rest is not getattr(sys.stdin, "buffer", None):
            self._rest.close()
        super().close()


def _glimpse(head: bytes) -> str:
    """What kind of bytes these are, without showing them: they may be a patient's."""
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head[:1000]) / len(
        head[:1000]
    )
    return "text of another kind" if printable > 0.95 else "binary data"
