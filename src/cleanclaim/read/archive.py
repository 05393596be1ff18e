"""Zip archives, opened once and read member by member, never extracted to paths they name.

One bad member must not affect the others. Python's `zipfile` refuses a whole archive if a single
entry of its directory has a name in bad UTF-8 or asks for a newer version of the format. So the
directory is repaired in memory first. Members that can't be unpacked are refused one by one, with
the reason.

Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import io
import struct
import weakref
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, Final, cast

_METHODS: Final = {
    1: "shrink", 6: "implode", 9: "deflate64", 10: "PKWARE implode", 16: "IBM CMPSC", 18: "IBM TERSE", 19: "IBM LZ77", 20: "zstd", 93: "zstd",
    94: "MP3", 95: "xz", 96: "JPEG", 97: "WavPack", 98: "PPMd", 99: "AES",
}  # fmt: skip
_UNPACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})  # fmt: skip
_ENCRYPTED: Final = 1
_AES: Final = 99
_UTF8: Final = 0x800
_VERSION: Final = 20
_NEWEST: Final = 63
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_PLACE_64: Final = b"PK\x06\x07"
_ENTRY: Final = b"PK\x01\x02"
_ENTRY_SIZE: Final = 46
_LOCAL_SIZE: Final = 30
_MOST_OF_DIRECTORY: Final = 1 << 20
_TAIL: Final = 22 + (1 << 16)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes:
        name: its name in the archive.
        size: its unpacked size in bytes, according to the archive.
        packed: the bytes it takes in the archive.
        refused: why it can't be unpacked; None if it can.
    """

    name: str
    size: int
    packed: int
    refused: str | None
    _info: zipfile.ZipInfo


class Archive:
    """An archive, open as long as anything refers to it.

    Args:
        file: its seekable bytes; closed with the archive, or if it isn't an archive.

    Raises:
        zipfile.BadZipFile: it is damaged.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(_mended(file))
        except BaseException:
            file.close()
            raise
        weakref.finalize(self._archive, file.close)
        self._said = _directory(file)

    @property
    def is_whole(self) -> bool:
        """False if the archive claims more or fewer files than its directory lists."""
        entries = len(self._archive.infolist())
        return self._said is None or (entries - self._said.entries) % (1 << 16) == 0

    def members(self) -> Iterator[Member]:
        """Its files, sorted by name."""
        infos = [info for info in self._archive.infolist() if not info.filename.endswith("/")]
        overlapping = _overlapping(infos)
        for info in sorted(infos, key=lambda one: one.filename):
            refused = _refused(info)
            if refused is None and info.header_offset in overlapping:
                refused = "it overlaps with another file of the archive"
            yield Member(info.filename, info.file_size, max(info.compress_size, 1), refused, info)

    def open(self, member: Member) -> BinaryIO:
        """Open one of its files, unpacked as it is read."""
        return cast("BinaryIO", self._archive.open(member._info))  # noqa: SLF001 - the archive's own file


def directory_of(file: BinaryIO) -> bytes:
    """The bytes of an archive's directory, with the names of its files; empty if it has none."""
    place = _directory(file)
    if place is None:
        return b""
    file.seek(place.begin)
    return file.read(min(place.size, _MOST_OF_DIRECTORY))


def _refused(info: zipfile.ZipInfo) -> str | None:
    method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
    if info.compress_type == _AES or info.flag_bits & _ENCRYPTED:
        return f"it is encrypted{' (AES)' if info.compress_type == _AES else ''}"
    if info.compress_type in _UNPACKED:
        return None
    return f"it is compressed with {method}, which isn't supported; zip it with deflate"


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """The offsets of files that overlap the next one: no honest program writes such an archive."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    return {
        one.header_offset
        for one, other in pairwise(ordered)
        if one.header_offset + _LOCAL_SIZE + one.compress_size > other.header_offset
    }


def _mended(file: BinaryIO) -> BinaryIO:
    """The archive with headers that `zipfile` accepts; the same file if no repair is needed."""
    place = _directory(file)
    if place is None:
        return file
    begin = place.begin
    file.seek(begin)
    directory = file.read(place.size)
    other: dict[int, int] = {}
    at = 0
    while directory[at : at + 4] == _ENTRY and at + _ENTRY_SIZE <= len(directory):
        version, flags = struct.unpack_from("<BxH", directory, at + 6)
        name, extra, comment = struct.unpack_from("<3H", directory, at + 28)
        if version > _NEWEST:
            other[begin + at + 6] = _VERSION
        if flags & _UTF8 and not _is_utf8(directory[at + _ENTRY_SIZE :][:name]):
            (local,) = struct.unpack_from("<L", directory, at + 42)
            for flag in (begin + at + 9, place.shift + local + 7):
                file.seek(flag)
                other[flag] = ord(file.read(1) or b"\0") & ~(_UTF8 >> 8)
        at += _ENTRY_SIZE + name + extra + comment
    file.seek(0)
    return cast("BinaryIO", _Overlaid(file, other)) if other else file


@dataclass(frozen=True, slots=True)
class _Place:
    """The archive's directory: its offset, length and number of entries.

    It also has how many bytes precede the archive.
    """

    begin: int
    size: int
    entries: int
    shift: int


def _directory(file: BinaryIO) -> _Place | None:
    """Find the directory from the record at the archive's end; None if there is none."""
    length = file.seek(0, io.SEEK_END)
    tail_begin = file.seek(max(length - _TAIL, 0))
    tail = file.read(_TAIL)
    end = tail.rfind(_END)
    if end < 0 or end + 22 > len(tail):
        return None
    entries, size, offset = struct.unpack_from("<H2L", tail, end + 10)
    if tail[max(end - 20, 0) : end].startswith(_PLACE_64) and tail[max(end - 76, 0) :].startswith(_END_64):  # fmt: skip
        end -= 76
        entries, size, offset = struct.unpack_from("<3Q", tail, end + 32)
    begin = tail_begin + end - size
    return _Place(begin, size, entries, begin - offset) if begin >= 0 else None


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Overlaid(io.RawIOBase):
    """A file with some bytes replaced."""

    def __init__(self, file: BinaryIO, other: Mapping[int, int]) -> None:
        self._file = file
        self._places = sorted(other)
        self._other = other

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        at = self._file.tell()
        data = bytearray(self._file.read(len(view)))
        first = bisect_left(self._places, at)
        for place in self._places[first : bisect_left(self._places, at + len(data))]:
            data[place - at] = self._other[place]
        view[: len(data)] = data
        return len(data)
