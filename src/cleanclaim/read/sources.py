"""Open what a user names as input: files, folders, pipes, standard input, gzip and zip.

Each input is opened once, and its content decides its format.
"""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import os
import re
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
from cleanclaim.read.header import names_in
from cleanclaim.read.workbook import OLE, ZIP, is_workbook
from cleanclaim.text.escaping import encodable

Kind = Literal["x12", "parquet", "csv", "workbook", "fhir"]
STDIN: Final = "-"
_PEEK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = (".zip", ".jar")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip, and of an empty one."""
_PARQUET: Final = b"PAR1"
_GROUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:GS[^A-Za-z0-9 \r\n]HC|ST[^A-Za-z0-9 \r\n]837)[^A-Za-z0-9]"
)
"""The group or transaction header of claims, for files that lost their interchange header."""
_FHIR: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
"""The start of JSON."""
_WORKBOOKS: Final = (".xlsx", ".xlsm")
"""An Excel workbook is technically a zip, but one file to its user, even if it is damaged."""
_DEEPEST: Final = 3
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
MOST_UNPACKED: Final = 200
"""A packed file that grows by more than this factor isn't read.

Claims don't compress that well, and it would fill memory.
"""
_FIRST_LINES: Final = 50
_SEPARATOR: Final = re.compile(r"[,\t|;]")
_SLACK: Final = 1 << 22
_IN_MEMORY: Final = 1 << 26
"""Up to this many bytes of seekable content are held in memory; more goes to a private temporary file."""
DAMAGE: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What reading a damaged file raises."""
_DAMAGED_DIRECTORY: Final = (*DAMAGE, ValueError, OverflowError, RuntimeError, struct.error)
"""What opening a damaged archive, or a member of one, raises."""


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of bytes to read.

    Attributes:
        name: the file name in findings; a zip's member is `archive.zip!member`.
        opened: opens the stream; a pipe only once.
        path: the file on disk, if it is a plain file.
        size: the size in bytes, if known before reading.
    """

    name: str
    opened: Callable[[], BinaryIO]
    path: Path | None = None
    size: int | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the stream.

        Raises:
            UnreadableFile: the file is missing, not permitted, or damaged in its packing.
        """
        try:
            with self.opened() as stream:
                yield stream
        except DAMAGE as error:
            raise UnreadableFile(f"{self.name}: {reason(error)}") from None


@dataclass(frozen=True, slots=True)
class Held:
    """Content that a program holds: bytes, or a file that it opened.

    Attributes:
        name: the file name in findings.
        stream: the content, which is read once.
    """

    name: str
    stream: BinaryIO


def sources(inputs: Iterable[str | Path | Held]) -> Iterator[Source]:
    """Everything to read in the inputs.

    Args:
        inputs: files, folders (walked in name order, without hidden files), pipes, and "-" for
            standard input.

    Yields:
        Sources. A missing or unreadable file is one too; opening it raises the reason.
    """
    for given in inputs:
        yield from _of_stream(given) if is_stream(given) else _below(Path(cast("Path", given)))


def is_stream(given: str | Path | Held) -> bool:
    """True for what can be read only once: standard input, a pipe (also from process substitution) or a device."""
    if isinstance(given, Held) or str(given) == STDIN:
        return True
    try:
        mode = Path(given).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def name_of(given: str | Path | Held) -> str:
    """An input's name in reports: its path, with bytes that aren't UTF-8 escaped."""
    if isinstance(given, Held):
        return encodable(given.name)
    return "standard input" if str(given) == STDIN else encodable(str(given))


def kind_of(head: bytes, name: str) -> Kind:
    """The format of a stream, from its first bytes.

    Raises:
        UnreadableFile: the stream is empty.
        UnknownFormat: the format isn't supported.
    """
    if not head.strip(b"\xef\xbb\xbf\r\n\t \0"):
        raise UnreadableFile(f"{name}: the file is empty")
    if head.startswith(_PARQUET):
        return "parquet"
    if head.startswith((ZIP, OLE)):
        return "workbook"
    if _FHIR.match(head) and b'"resourceType"' in head:
        return "fhir"
    if b"ISA" in head or _GROUP.match(head):
        return "x12"
    if head.startswith(_BOMS):
        raise UnknownFormat(f"{name}: the text is UTF-16; save it as UTF-8 or ASCII")
    lines = head.removeprefix(b"\xef\xbb\xbf").lstrip().splitlines()[:_FIRST_LINES]
    if lines[0].lstrip()[:5].lower() in {b"<html", b"<!doc", b"<tabl"}:
        raise UnknownFormat(f"{name}: it is a web page, whatever its name; open it in Excel and save it as .xlsx or CSV")  # fmt: skip
    is_text = all(32 <= byte < 127 or byte in b"\r\t" or byte > 127 for byte in lines[0][:2000])
    is_table = lines[0].translate(None, b",\t|;") != lines[0] or any(map(_is_header, lines))
    if is_text and b"\0" not in head and is_table:
        return "csv"
    raise UnknownFormat(
        f"{name}: expected an X12 interchange (ISA), a CSV file with a header line, an Excel workbook, a Parquet file"
        f" or FHIR resources in JSON; found {_glimpse(head)}"
    )


def _is_header(line: bytes) -> bool:
    """True for a line with names of columns, which may be below a title."""
    cells = _SEPARATOR.split(line[:2000].decode("utf-8", "replace"))
    return len(cells) > 1 and names_in(cells) > 1


def peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and the stream from its beginning."""
    head = stream.read(_PEEK)
    if stream.seekable():
        stream.seek(0)
        return head, stream
    return head, _rejoined(head, stream)


def reason(error: BaseException) -> str:
    """Why a file can't be read, in words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "you don't have permission to read it"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, EOFError):
        return "the packed file is damaged: it ends too early"
    return "the packed file is damaged"


def walk(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """The files anywhere inside a folder, in name order, each with a reason if it can't be read.

    Hidden files are left out. Links to folders aren't followed, so that a walk always ends; pipes,
    sockets and devices are skipped.
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
    return "the link is broken" if path.is_symlink() and not path.exists() else None


def _below(path: Path) -> Iterator[Source]:
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:  # a name that no system accepts
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
        yield _refused(name_of(path), "the folder has no files")


def _refused(name: str, why: str) -> Source:
    """A source that can't be read; opening it raises the reason."""

    def opened() -> BinaryIO:
        raise UnreadableFile(f"{name}: {why}")

    return Source(name, opened)


def _of_file(path: Path) -> Iterator[Source]:
    name = name_of(path)
    try:
        with path.open("rb") as stream:
            is_book = is_workbook(stream)
            head, size = stream.read(4), os.fstat(stream.fileno()).st_size
    except (OSError, ValueError) as error:
        yield _refused(name, reason(error) if isinstance(error, OSError) else "there is no such file")  # fmt: skip
        return
    if head.startswith(_GZIP):
        yield Source(name, lambda: _gunzipped(path.open("rb")))
    elif head.startswith(_ZIP) and not is_book and path.suffix.lower() not in _WORKBOOKS:
        yield from _of_zip(name, lambda: path.open("rb"))
    else:
        yield Source(name, lambda: path.open("rb"), path, size)


def _of_stream(given: str | Path | Held) -> Iterator[Source]:
    """The content of a pipe or an open file, opened once."""
    name = name_of(given)
    try:
        stream = _opened(given)
        head = stream.read(4)
    except (OSError, ValueError) as error:
        yield _refused(name, reason(error) if isinstance(error, OSError) else "it is closed")
        return
    whole = _rejoined(head, stream)
    if head.startswith(_ZIP):
        held = _sought(whole)
        if is_workbook(held):
            yield Source(name, lambda: held)
        else:
            yield from _of_zip(name, lambda: held)
        return
    left = [_gunzipped(whole) if head.startswith(_GZIP) else whole]

    def opened() -> BinaryIO:
        if not left:
            raise UnreadableFile(f"{name}: it can be read only once")
        return left.pop()

    yield Source(name, opened)


def _opened(given: str | Path | Held) -> BinaryIO:
    if isinstance(given, Held):
        return given.stream
    return _standard_input() if str(given) == STDIN else Path(given).open("rb")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer


def _of_zip(name: str, opened: Callable[[], BinaryIO], depth: int = 1) -> Iterator[Source]:
    """The files in a zip, and in zips inside it."""
    try:
        archive = Archive(opened())
        members = list(archive.members())
    except _DAMAGED_DIRECTORY as error:
        yield _refused(name, reason(error))
        return
    if not archive.is_whole:
        yield _refused(name, "the packed file is damaged: its directory is incomplete")
    elif not members:
        yield _refused(name, "the zip file has no files")
    for member in members:
        own = f"{name}!{encodable(member.name)}"
        unpacked = partial(_unpacked_member, archive, member)
        if member.refused:
            yield _refused(own, member.refused)
        elif not member.name.lower().endswith(_PACKED):
            yield Source(own, unpacked, size=member.size)
        elif depth >= _DEEPEST:
            yield _refused(own, "zips in zips in zips aren't opened")
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
    """Make a stream seekable, since a zip is read from its end.

    A large stream goes to an unnamed temporary file that only its owner can read.
    """
    spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the reader closes it
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
    """A packed stream that counts how many bytes were read from it."""

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
    """An unpacked stream that stops when it grows far too large."""

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
            raise OSError(errno.EFBIG, "it unpacks to far more data than claims would")
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        for below in self._below:
            below.close()
        super().close()


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes have already been read."""

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
    """A description of bytes that doesn't show them, since they may be a patient's."""
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head[:1000]) / len(
        head[:1000]
    )
    return "other text" if printable > 0.95 else "binary data"
