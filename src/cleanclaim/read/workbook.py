"""Excel workbooks (.xlsx and .xls): their sheets as rows of text.

A workbook is untrusted. The reader allocates a whole sheet's rectangle, empty cells included, and
unpacks every part in memory. So how far the cells reach, and how much the parts unpack to, is
measured first.

Sources: ECMA-376, Office Open XML, part 1, section 18.3.1 (worksheets); [MS-XLS] 2.4 and [MS-CFB]
2.2 to 2.6 for .xls.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from typing import Any, BinaryIO, Final, TypeVar

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.failures import LOGGER, is_fault
from cleanclaim.read.archive import directory_of

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an .xls file."""
_BOOK: Final = "xl/workbook.xml"
_OTHERS: Final = {
    "xl/workbook.bin": "an .xlsb workbook",
    "META-INF/manifest.xml": "an OpenDocument file",
}
_LARGEST: Final = 1 << 29
"""The most bytes for a workbook's unpacked parts."""
MOST_CELLS: Final = 20_000_000
"""The most cells in a sheet's rectangle."""
_CHUNK: Final = 1 << 20
_LONGEST_TAG: Final = 1 << 22
_LONGEST_MERGED: Final = 1_000
_REFERENCE: Final = r"""\sr\s*=\s*["'][A-Za-z]*[0-9]+["']"""
_CELL_RECORDS: Final = frozenset({0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x0004, 0x0003, 0x0002, 0x0005})  # fmt: skip
"""The records of .xls files that hold cells; each starts with its row and column."""
_END_OF_CHAIN: Final = 0xFFFFFFFC
Row = list[str]
_T = TypeVar("_T")


class Refused(Exception):  # noqa: N818 - reads as the fact it states
    """A workbook can't be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        name: its name.
        number: its number, from 1.
        rows: yields its rows as text, from row 1; merged cells all have the value of the first.
    """

    name: str
    number: int
    rows: Callable[[], Iterator[Row]]


def is_workbook(file: BinaryIO) -> bool:
    """True for the content of a workbook, or of a file that is often taken for one; it is then at its beginning."""
    head = file.read(len(OLE))
    directory = directory_of(file) if head.startswith(ZIP) else b""
    file.seek(0)
    is_book = any(name.encode() in directory for name in (_BOOK, *_OTHERS))
    return head == OLE or is_book


def sheets_of(data: bytes, *, file: str) -> list[Sheet]:
    """The visible sheets of a workbook.

    Args:
        data: its bytes.
        file: the file name in messages.

    Raises:
        UnreadableFile: it is damaged, encrypted or far too large; reading a sheet's rows may raise
            this too.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - only needed for a workbook

    def opened() -> Any:
        _check(data)
        return CalamineWorkbook.from_filelike(io.BytesIO(data))

    book = _guarded(opened, file)
    found = []
    for number, meta in enumerate(book.sheets_metadata, start=1):
        is_sheet = meta.typ == SheetTypeEnum.WorkSheet
        if is_sheet and meta.visible == SheetVisibleEnum.Visible:
            found.append(Sheet(meta.name, number, _rows_of(book, meta.name, file)))
    return found


def _rows_of(book: Any, name: str, file: str) -> Callable[[], Iterator[Row]]:
    def opened() -> Any:
        return book.get_sheet_by_name(name)

    def read() -> Iterator[Row]:
        sheet = _guarded(opened, file)
        left = [""] * (sheet.start[1] if sheet.start else 0)
        merged = _by_row(sheet.merged_cell_ranges or ())
        for number, values in enumerate(sheet.iter_rows()):
            row = [*left, *(text_of(value) for value in values)]
            for one in merged.get(number, ()):
                one.fill(number, row)
            yield row

    return read


@dataclass(slots=True)
class _Merged:
    """Merged cells: the first one has the value of all."""

    first: int
    columns: range
    value: str = ""

    def fill(self, number: int, row: Row) -> None:
        """Give the cells of a row the value."""
        columns = range(self.columns.start, min(self.columns.stop, len(row)))
        if number == self.first and columns:
            self.value = row[columns.start]
        for column in columns:
            row[column] = row[column] or self.value


def _by_row(
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
) -> dict[int, list[_Merged]]:
    """Merged cells by row; a table of claims has few and short ones, so long ones are titles."""
    found: dict[int, list[_Merged]] = {}
    for (top, begin), (bottom, end) in ranges:
        if bottom - top < _LONGEST_MERGED:
            one = _Merged(top, range(begin, end + 1))
            for row in range(top, bottom + 1):
                found.setdefault(row, []).append(one)
    return found


def text_of(value: object) -> str:
    """A cell as text: whole numbers without a point, dates as YYYY-MM-DD."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time, int)):
        return str(value)
    return str(value) if isinstance(value, timedelta) else "" if value is None else str(value)


def _guarded(read: Callable[[], _T], file: str) -> _T:
    try:
        return read()
    except Refused as error:
        raise UnreadableFile(f"{file}: {error}") from None
    except BaseException as error:
        if not is_fault(error):
            raise
        LOGGER.debug("not read", exc_info=error)
        is_locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
        why = (
            "it is protected with a password"
            if is_locked
            else "it is damaged, or not an Excel workbook"
        )
        raise UnreadableFile(f"{file}: the workbook can't be read: {why}") from None


def _check(data: bytes) -> None:
    """Refuse a workbook that would fill the memory."""
    if data.startswith(OLE):
        _check_extent(*_extent_of_xls(data))
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        for name, kind in _OTHERS.items():
            if name in names and _BOOK not in names:
                raise Refused(f"{kind} isn't supported; save it as .xlsx")
        if _BOOK not in names:
            raise Refused("it is a zip file, and not an Excel workbook")
        size = sum(info.file_size for info in archive.infolist())
        if size > _LARGEST:
            raise Refused(
                f"the workbook would unpack to {size:,} bytes; split it, or save the sheet as CSV"
            )
        for info in archive.infolist():
            with archive.open(info) as part:
                _check_part(iter(partial(part.read, _CHUNK), b""))


def _check_part(chunks: Iterator[bytes]) -> None:
    """Refuse a part whose cells reach too far; reading it to its end shows whether it is as long as it says."""
    rows = columns = 1
    rest = b""
    for number, chunk in enumerate(chunks):
        if number == 0 and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Refused("the workbook's parts aren't UTF-8")
        whole, _, rest = (rest + chunk).rpartition(b">")
        if len(rest) > _LONGEST_TAG:
            rest = rest[-_LONGEST_TAG:]
        reached = _extent_of_part(whole)
        rows, columns = max(rows, reached[0]), max(columns, reached[1])
        _check_extent(rows, columns)


def _extent_of_part(text: bytes) -> tuple[int, int]:
    """How many rows and columns the references in a part reach."""
    whole = pl.Series([text.decode("latin-1")])
    found = whole.str.extract_all(_REFERENCE).explode(empty_as_null=False)
    if found.is_empty():
        return 1, 1
    numbers = found.str.extract(r"([0-9]+)").str.slice(0, 18).str.to_integer()
    letters = found.str.extract(r"([A-Za-z]+)[0-9]").drop_nulls().unique()
    columns = (_column(one.encode()) for one in letters.str.slice(0, 12).to_list())
    highest = numbers.max()
    return (highest if isinstance(highest, int) else 1), max(columns, default=1)


def _check_extent(rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise Refused(
            f"a sheet of the workbook spans {rows:,} rows and {columns:,} columns; delete what is far from the table, or save the sheet as CSV"
        )


@cache
def _column(letters: bytes) -> int:
    """A column's number from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _extent_of_xls(data: bytes) -> tuple[int, int]:
    """How many rows and columns the cells of an .xls file reach."""
    try:
        stream = _Compound(data).stream("workbook", "book")
    except (struct.error, IndexError, ValueError):
        raise Refused("the workbook can't be read: it is damaged, or not an Excel workbook") from None  # fmt: skip
    rows = columns = 1
    at = 0
    while at + 8 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        if kind in _CELL_RECORDS and size >= 4:
            row, column = struct.unpack_from("<2H", stream, at + 4)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        at += 4 + size
    return rows, columns


class _Compound:
    """A compound file: its streams are chains of sectors; small ones are in a stream of small sectors.

    Raises:
        ValueError, struct.error: it is damaged.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, self._small_shift = struct.unpack_from("<2H", data, 30)
        if shift not in {9, 12} or self._small_shift != 6:
            raise ValueError("sector size")
        self._size = 1 << shift
        self._table = self._numbers(self._table_sectors())
        start, self._smallest = struct.unpack_from("<I4xI", data, 48)
        self._directory = self._chain(start)

    def stream(self, *names: str) -> bytes:
        """The first stream with one of these names."""
        for at in range(0, len(self._directory) - 127, 128):
            length = struct.unpack_from("<H", self._directory, at + 64)[0]
            name = self._directory[at : at + max(min(length, 64) - 2, 0)]
            if name.decode("utf-16-le", "replace").lower() in names:
                start, size = struct.unpack_from("<2I", self._directory, at + 116)
                if size >= self._smallest:
                    return self._chain(start)[:size]
                return self._small(start)[:size]
        raise ValueError("no such stream")

    def _table_sectors(self) -> list[int]:
        found = list(struct.unpack_from("<109I", self._data, 76))
        following, left = struct.unpack_from("<2I", self._data, 68)
        while following < _END_OF_CHAIN and left and len(found) < len(self._data):
            *more, following = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            found += more
            left -= 1
        return [number for number in found if number < _END_OF_CHAIN]

    def _numbers(self, sectors: Iterable[int]) -> list[int]:
        text = b"".join(self._sector(number) for number in sectors)
        return list(struct.unpack(f"<{len(text) // 4}I", text[: len(text) // 4 * 4]))

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _links(start, self._table))

    def _small(self, start: int) -> bytes:
        (first,) = struct.unpack_from("<I", self._data, 60)
        text = self._chain(first)
        table = list(struct.unpack(f"<{len(text) // 4}I", text))
        held = self._chain(struct.unpack_from("<I", self._directory, 116)[0])
        size = 1 << self._small_shift
        return b"".join(held[n * size : (n + 1) * size] for n in _links(start, table))


def _links(start: int, table: list[int]) -> Iterator[int]:
    """The sectors of a chain."""
    count = 0
    while start < _END_OF_CHAIN:
        count += 1
        if start >= len(table) or count > len(table):
            raise ValueError("chain")
        yield start
        start = table[start]
