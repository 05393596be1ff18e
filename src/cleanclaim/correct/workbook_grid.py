"""The cells of a workbook's sheet: those that were decided change, and every other part of the workbook stays."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from cleanclaim.correct.grid import Address
from cleanclaim.correct.sheet_xml import Cell, SheetXml, elements, is_number
from cleanclaim.errors import InputError, RewriteError
from cleanclaim.read.columns import ROW
from cleanclaim.read.prepare import FLAT, Reading
from cleanclaim.read.sheets import chosen_sheet, header_of, read_workbook
from cleanclaim.read.table_options import TableOptions
from cleanclaim.read.workbook import OLE, Sheet, sheets_of

_BOOK: Final = "xl/workbook.xml"
_FORMULAS: Final = "xl/calcChain.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_DAY: Final = date(1900, 3, 1)
"""Days before it have other numbers, since Excel takes 1900 for a leap year."""
_ZERO: Final = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_CALCULATION: Final = re.compile(rb"<((?:\w+:)?)calcPr\b([^>]*?)(/?)>")
_BEFORE_CALCULATION: Final = re.compile(rb"</((?:\w+:)?)(?:definedNames|externalReferences|functionGroups|sheets)>")  # fmt: skip


class WorkbookGrid:
    """The cells of the sheet that has the claims.

    Attributes:
        frame: the rows below the header as they are read, with `ROW`.
    """

    def __init__(self, content: bytes, file: str, options: TableOptions) -> None:
        """Find the cells of a workbook.

        Raises:
            InputError: it can't be read, or not changed in place.
        """
        if content.startswith(OLE):
            raise InputError(f"{file}: an .xls workbook can't be corrected in place; save it as .xlsx first")  # fmt: skip
        self._content, self._file, self._options = content, file, options
        self.frame = self.read(content)
        self._header, self._sheet = self._found()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if any(name.startswith("_xmlsignatures/") for name in archive.namelist()):
                    raise InputError(f"{file}: the workbook is signed, and a change would break the signature; remove it first")  # fmt: skip
                self._part, self._is_1904 = _part_of(archive, self._sheet.name)
                self._xml = SheetXml(archive.read(self._part))
        except (RewriteError, KeyError):
            raise InputError(f"{file}: the sheet can't be changed in place; save it as CSV to correct it") from None  # fmt: skip
        self._changed: dict[Address, str] = {}

    def read(self, content: bytes) -> pl.DataFrame:
        """The rows of the changed workbook."""
        tables = read_workbook(content, Reading(self._file, self._options))
        if FLAT not in tables:
            raise InputError(f"{self._file}: sheets for claims and lines that are joined by claim_id aren't corrected; correct them in Excel")  # fmt: skip
        return tables[FLAT]

    def _found(self) -> tuple[int, Sheet]:
        reading = Reading(self._file, self._options)
        sheet = chosen_sheet(sheets_of(self._content, file=self._file), reading)
        return header_of(sheet, reading)[0], sheet

    def row(self, number: int) -> Sequence[Address]:
        """The cells of a row; an empty one that is merged is the first of the merged cells."""
        return [self._holder((number, column)) for column in range(1, self.frame.width)]

    def _holder(self, cell: Address) -> Address:
        own = self._xml.cells.get(cell)
        return self._xml.merged.get(cell, cell) if own is None or own.is_empty else cell

    def value(self, cell: Address) -> str:
        """The text of a cell as it was."""
        at = cell[0] - self._header - 1
        return self.frame[at, cell[1]] or "" if at >= 0 else ""

    def now(self, cell: Address) -> str:
        """The text of a cell as it is."""
        return self._changed.get(cell, self.value(cell))

    def put(self, cell: Address, value: str) -> None:
        """Write a value in the way of the cell, or of its column if it is empty: a number, a date, a text."""
        known = self._xml.cells.get(cell)
        is_filled = known is not None and not known.is_empty
        like = (known, self.value(cell)) if known is not None and is_filled else self._like(cell[1])
        style = known.style if known is not None else like[0].style if like else None
        number = None
        if like is not None and like[0].is_number:
            is_day = _DAY.match(like[1]) is not None
            number = self._serial(value) if is_day else value if is_number(value) else None
        self._xml.put(cell, value if number is None else number, style, is_number=number is not None)  # fmt: skip
        self._changed[cell] = value

    def _like(self, column: int) -> tuple[Cell, str] | None:
        """The first cell of a column that holds something, with its text."""
        for at, text in self.frame.select(ROW, self.frame.columns[column]).iter_rows():
            cell = self._xml.cells.get((at, column))
            if text and cell is not None and not cell.is_empty:
                return cell, text
        return None

    def _serial(self, value: str) -> str | None:
        """The number of a day; None if a workbook can't hold it as one."""
        if not _DAY.fullmatch(value) or date.fromisoformat(value) < _FIRST_DAY:
            return None
        return str((date.fromisoformat(value) - _ZERO[self._is_1904]).days)

    def whole(self) -> bytes:
        """The workbook with its changes; formulas are computed again when it is opened."""
        if not self._changed:
            return self._content
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._content)) as old, zipfile.ZipFile(out, "w") as new:
            is_computed = self._xml.has_formulas or _FORMULAS in old.namelist()
            for info in old.infolist():
                part = old.read(info)
                if info.filename == self._part:
                    part = self._xml.done()
                elif info.filename == _BOOK and is_computed:
                    part = _computed_again(part)
                new.writestr(info, part)
        return out.getvalue()

    def alone(self, rows: Sequence[int], added: Mapping[str, str]) -> bytes:
        """A new workbook with the header and some rows: the old one holds other patients, also where nobody looks."""
        import xlsxwriter  # noqa: PLC0415 - only needed here

        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})  # fmt: skip
        sheet = book.add_worksheet(self._sheet.name)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        names = [name for name in self.frame.columns if name != ROW]
        sheet.write_row(0, 0, [*names, *added], bold)
        for at, number in enumerate(rows, start=1):
            for column, cell in enumerate(self.row(number)):
                self._write(sheet, (at, column), cell, day)
            for column, value in enumerate(added.values(), start=len(names)):
                sheet.write_string(at, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
        book.close()
        return out.getvalue()

    def _write(self, sheet: Any, place: tuple[int, int], cell: Address, day: Any) -> None:
        value, known = self.now(cell), self._xml.cells.get(cell)
        is_kept = known is not None and known.is_number
        if is_kept and _DAY.fullmatch(value):
            sheet.write_datetime(*place, datetime.fromisoformat(value), day)
        elif is_kept and is_number(value):
            sheet.write_number(*place, float(value))
        elif value:
            sheet.write_string(*place, value)


def _part_of(archive: zipfile.ZipFile, name: str) -> tuple[str, bool]:
    """The part that holds a sheet, and whether the workbook's days count from 1904.

    Raises:
        KeyError: it can't be found.
    """
    book = elements(archive.read(_BOOK))
    targets = {
        one.get("Id"): one.get("Target", "") for _, one in elements(archive.read(_RELATIONS))
    }
    is_1904 = any(one.get("date1904") in {"1", "true"} for what, one in book if what == "workbookPr")  # fmt: skip
    found = next(one for what, one in book if what == "sheet" and one.get("name") == name)
    target = targets[found["id"]]
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    archive.getinfo(part)
    return part, is_1904


def _computed_again(book: bytes) -> bytes:
    """The workbook part that asks for all formulas to be computed when it is opened."""
    asked = b' fullCalcOnLoad="1"'
    found = _CALCULATION.search(book)
    if found:
        given = re.sub(rb'\s+fullCalcOnLoad="[^"]*"', b"", found[2])
        return book[: found.start()] + b"<" + found[1] + b"calcPr" + given + asked + found[3] + b">" + book[found.end() :]  # fmt: skip
    *_, last = _BEFORE_CALCULATION.finditer(book)
    return book[: last.end()] + b"<" + last[1] + b"calcPr" + asked + b"/>" + book[last.end() :]
