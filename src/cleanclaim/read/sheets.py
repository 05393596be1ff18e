"""The tables in a workbook: which sheet to read, where its header is, and its rows as a frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.read.columns import ROW, SET_FILES
from cleanclaim.read.header import MOST_ABOVE, distinct, header_at, names_in
from cleanclaim.read.prepare import FLAT, Reading
from cleanclaim.read.workbook import Row, Sheet, sheets_of
from cleanclaim.text.masking import is_shown

_AT_ONCE: Final = 10_000
"""How many rows are held as Python objects."""
_FEW_NAMES: Final = 3
"""A sheet with so many names of columns in one row is a table of claims."""
_PLAIN_NAME: Final = re.compile(
    r"(?i)(?:sheet|table|page|tab|week|day|month|qtr|quarter|q|batch|export|report|charges?|claims?|visits?|lines?|data|billing|superbill|encounters?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|\d{1,4}|[\s_.()/-])+"
)


def read_workbook(data: bytes, reading: Reading) -> dict[str, pl.DataFrame]:
    """The tables of a workbook as text: `FLAT`, or the tables of a set if sheets have their names.

    Args:
        data: the workbook's bytes.
        reading: how the input is read; its notes are added to.

    Returns:
        The rows below the header, with `ROW`, their numbers in the sheet.

    Raises:
        UnreadableFile: the workbook can't be read, or no sheet, or several, could be meant.
    """
    sheets = _sheets(data, reading)
    by_name = {sheet.name.strip().lower(): sheet for sheet in sheets}
    if reading.options.sheet is None and {"claims", "lines"} <= set(by_name):
        return {name: _frame(by_name[name], reading) for name in SET_FILES if name in by_name}
    return {FLAT: _frame(chosen_sheet(sheets, reading), reading)}


def read_sheet(data: bytes, reading: Reading) -> pl.DataFrame:
    """The one table of a workbook that is part of a set, as text with `ROW`.

    Raises:
        UnreadableFile: the workbook can't be read, or no sheet, or several, could be meant.
    """
    return _frame(chosen_sheet(_sheets(data, reading), reading), reading)


def _sheets(data: bytes, reading: Reading) -> list[Sheet]:
    sheets = sheets_of(data, file=reading.file)
    if not sheets:
        raise UnreadableFile(f"{reading.file}: the workbook has no visible sheets")
    return sheets


def chosen_sheet(sheets: Sequence[Sheet], reading: Reading) -> Sheet:
    """The sheet that is meant: the named one, or the only one with a header of claims.

    Raises:
        UnreadableFile: there is no such sheet, or several could be meant.
    """
    wanted = reading.options.sheet
    if wanted is not None:
        return _named(sheets, wanted, reading.file)
    if len(sheets) == 1:
        return sheets[0]
    fitting = [sheet for sheet in sheets if _looks_like_claims(sheet, reading)]
    if len(fitting) == 1:
        return fitting[0]
    which = _listed(fitting or sheets)
    why = "several sheets look like claims" if fitting else "no sheet has a header with names such as claim_id and procedure_code"  # fmt: skip
    raise UnreadableFile(f"{reading.file}: {why}: {which}; say which one to read with --sheet")


def sheet_words(sheet: Sheet) -> str:
    """A sheet as messages name it: a name that could be a person's isn't shown."""
    is_plain = _PLAIN_NAME.fullmatch(sheet.name) or is_shown(sheet.name)
    return f"{sheet.number} ('{sheet.name}')" if is_plain else str(sheet.number)


def header_of(sheet: Sheet, reading: Reading) -> tuple[int, Row]:
    """The number of a sheet's header row, and its cells; row 1 if no row looks like one."""
    first, _ = _first_rows(sheet.rows())
    return _header(first, reading)


def _listed(sheets: Iterable[Sheet]) -> str:
    return "sheets " + ", ".join(sheet_words(sheet) for sheet in sheets)


def _named(sheets: Sequence[Sheet], wanted: str, file: str) -> Sheet:
    key = wanted.strip().lower()
    for sheet in sheets:
        if sheet.name.strip().lower() == key:
            return sheet
    for sheet in sheets:
        if key == str(sheet.number):
            return sheet
    raise UnreadableFile(f"{file}: the workbook has no such sheet; it has {_listed(sheets)}")


def _looks_like_claims(sheet: Sheet, reading: Reading) -> bool:
    _, header = header_of(sheet, reading)
    return names_in(header, reading.options.columns) >= _FEW_NAMES


def _first_rows(rows: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    first = list(islice(rows, MOST_ABOVE))
    return first, chain(first, rows)


def _header(first: Sequence[Row], reading: Reading) -> tuple[int, Row]:
    wanted = reading.options.header_row
    at = wanted - 1 if wanted else header_at(first, reading.options.columns) or 0
    return at + 1, list(first[at]) if at < len(first) else []


def _frame(sheet: Sheet, reading: Reading) -> pl.DataFrame:
    """A sheet's rows below its header."""
    first, rows = _first_rows(sheet.rows())
    number, header = _header(first, reading)
    width = max((at + 1 for at, cell in enumerate(header) if cell.strip()), default=0)
    if not width:
        raise UnreadableFile(f"{reading.file}: sheet {sheet_words(sheet)} is empty, or has no header")  # fmt: skip
    columns = distinct(header[:width])
    if ROW in columns:
        raise TableError(reading.file, [f"{FLAT}: unknown column '{ROW}'"])
    schema = dict.fromkeys(columns, pl.String)
    parts = [pl.DataFrame(schema=schema)]
    below = islice(rows, number, None)
    while some := list(islice(below, _AT_ONCE)):
        cells = [
            [row[at] or None if at < len(row) else None for row in some] for at in range(width)
        ]
        parts.append(pl.DataFrame(dict(zip(columns, cells, strict=True)), schema=schema))
    return pl.concat(parts).with_row_index(ROW, number + 1)
