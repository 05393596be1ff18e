"""What a user names as input, opened: files, folders, standard input, gzip and zip; and what kind of content it is."""

from __future__ import annotations

import gzip
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from cleanclaim.errors import UnknownFormat, UnreadableFile

Kind = Literal["x12", "parquet", "csv"]
STDIN: Final = "-"
_PEEK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = (".zip", ".jar")
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
_WORKBOOK: Final = ".xlsx"
"""An Excel workbook is a zip by its bytes, and one file to its user."""
_DEEPEST: Final = 3
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
MOST_UNPACKED: Final = 200
"""A packed file that grows by more than this factor is not read: no claims compress so well, and it would fill the memory."""


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of bytes to read.

    Attributes:
        name: what findings name as the file; a member of a zip is `archive.zip!member`.
        opened: opens the stream.
        path: the file on disk, where it is a plain one.
    """

    name: str
    opened: Callable[[], BinaryIO]
    path: Path | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The stream.

        Raises:
            UnreadableFile: it is missing, not permitted, or damaged in its packing.
        """
        try:
            with self.opened() as stream:
                yield stream
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise UnreadableFile(f"{self.name}: {reason(error)}") from None


def sources(inputs: Iterable[str | Path]) -> Iterator[Source | UnreadableFile]:
    """Everything that can be read below the inputs.

    Args:
        inputs: files, folders (walked in order of name, hidden files left out) and "-" for standard input.

    Yields:
        Sources, and errors for what is not there or cannot be opened.
    """
    for given in inputs:
        if str(given) == STDIN:
            yield Source("standard input", lambda: io.BytesIO(sys.stdin.buffer.read()))
            continue
        yield from _below(Path(given))


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
    return head, cast("BinaryIO", io.BufferedReader(_Rejoined(head, stream)))


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
    return f"the packed file is damaged ({error})"


def _below(path: Path) -> Iterator[Source | UnreadableFile]:
    try:
        if path.is_dir():
            found = [
                p
                for p in sorted(path.rglob("*"))
                if p.is_file()
                and not any(part.startswith(".") for part in p.relative_to(path).parts)
            ]
            if not found:
                yield UnreadableFile(f"{path}: the folder holds no files")
            for file in found:
                yield from _file(file)
        else:
            yield from _file(path)
    except OSError as error:
        yield UnreadableFile(f"{path}: {reason(error)}")


def _file(path: Path) -> Iterator[Source | UnreadableFile]:
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
        if head.startswith(_GZIP):
            yield Source(str(path), partial(_gunzipped, path))
        elif head.startswith(_ZIP) and path.suffix.lower() != _WORKBOOK:
            yield from _members(str(path), lambda: path.open("rb"))
        else:
            yield Source(str(path), lambda: path.open("rb"), path)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        yield UnreadableFile(f"{path}: {reason(error)}")


def _members(
    name: str, opened: Callable[[], BinaryIO], depth: int = 1
) -> Iterator[Source | UnreadableFile]:
    """The files in a zip, and in the zips in it."""
    with opened() as stream, zipfile.ZipFile(stream) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
    if not members:
        yield UnreadableFile(f"{name}: the zip file holds no files")
    for info in sorted(members, key=lambda member: member.filename):
        own = f"{name}!{info.filename}"
        if info.flag_bits & 1:
            yield UnreadableFile(f"{own}: it is encrypted")
        elif info.filename.lower().endswith(_PACKED):
            yield from _inner(own, partial(_member, opened, info), depth)
        else:
            yield Source(own, partial(_member, opened, info))


def _inner(
    name: str, opened: Callable[[], BinaryIO], depth: int
) -> Iterator[Source | UnreadableFile]:
    """The files in a zip that lies in a zip; it is unpacked into memory, as a zip is read from its end."""
    if depth >= _DEEPEST:
        yield UnreadableFile(f"{name}: zips in zips in zips are not opened")
        return
    try:
        with opened() as stream:
            data = stream.read()
        yield from _members(name, lambda: io.BytesIO(data), depth + 1)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        yield UnreadableFile(f"{name}: {reason(error)}")


def _gunzipped(path: Path) -> BinaryIO:
    stream = gzip.open(path, "rb")  # noqa: SIM115 - closed by who reads it
    return _unpacked(stream, path.stat().st_size)


def _member(opened: Callable[[], BinaryIO], info: zipfile.ZipInfo) -> BinaryIO:
    file = opened()
    try:
        archive = zipfile.ZipFile(file)
        stream = archive.open(info)
    except NotImplementedError:
        file.close()
        raise zipfile.BadZipFile("its way of packing isn't supported") from None
    except (OSError, zipfile.BadZipFile):
        file.close()
        raise
    return _unpacked(stream, max(info.compress_size, 1), archive, file)


def _unpacked(stream: object, packed: int, *below: zipfile.ZipFile | BinaryIO) -> BinaryIO:
    most = packed * MOST_UNPACKED + (1 << 24)
    return cast("BinaryIO", io.BufferedReader(_Bounded(cast("BinaryIO", stream), most, *below)))


class _Bounded(io.RawIOBase):
    """An unpacked stream that refuses to grow without bound."""

    def __init__(self, stream: BinaryIO, most: int, *below: zipfile.ZipFile | BinaryIO) -> None:
        self._stream = stream
        self._below = below
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            data = self._stream.read(len(view))
        except lzma.LZMAError as error:
            raise zlib.error(str(error)) from None
        self._left -= len(data)
        if self._left < 0:
            raise zlib.error("it unpacks to far more than claims would")
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


def _glimpse(head: bytes) -> str:
    """What kind of bytes these are, without showing them: they may be a patient's."""
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head[:1000]) / len(
        head[:1000]
    )
    return "text of another kind" if printable > 0.95 else "binary data"
