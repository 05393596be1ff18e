"""Tables as publishers make them: CSV with a preamble above the header, and the first sheet of an Excel workbook.

All cells are read as text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.importing.layout import Part, refuse
from cleanclaim.read.workbook import sheets_of

Grid = list[list[str]]
_ZIP: Final = b"PK\x03\x04"
_WORKBOOK: Final = ".xlsx"
_LONGEST_CELL: Final = 1 << 24


def is_workbook(part: Part) -> bool:
    """Return True for an Excel workbook."""
    return part.own_name.lower().endswith(_WORKBOOK) and part.head.startswith(_ZIP)


def text_of(part: Part) -> str:
    """Return the file's text: UTF-8 if it is valid, otherwise Windows Latin-1."""
    data = part.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def head_of(part: Part) -> str:
    """Return the file's first characters, for recognizing it."""
    return part.head.decode("utf-8-sig", "replace")


def grid(part: Part) -> Grid:
    """Return the rows of a CSV file or of a workbook's first sheet, with the blanks around each cell removed.

    Raises:
        ReferenceProblem: it can't be read.
    """
    rows = _workbook(part) if is_workbook(part) else _csv(part)
    return [[plain(cell) for cell in row] for row in rows]


def plain(cell: str) -> str:
    """Return a cell with its blanks, line ends and no-break spaces made single blanks."""
    return " ".join(cell.replace("\xa0", " ").split())


def header_at(part: Part, rows: Sequence[Sequence[str]], header: Sequence[str]) -> int:
    """Return the number of the header row, which must match completely except for blank columns at the end.

    Args:
        part: the file.
        rows: its rows.
        header: the header's cells, in any case.

    Raises:
        ReferenceProblem: there is no such row.
    """
    wanted = [cell.lower() for cell in header]
    width = len(wanted)
    for number, row in enumerate(rows):
        if [cell.lower() for cell in row[:width]] == wanted and not any(row[width:]):
            found = number
            break
    else:
        begun = next((row for row in rows if row and row[0].lower() == wanted[0]), [])
        refuse(part, None, ",".join(begun) or "no such row", f"the header {','.join(header)}")
    return found


def below(
    part: Part, rows: Sequence[Sequence[str]], at: int, columns: Sequence[str]
) -> pl.DataFrame:
    """Return the rows below a header as text, without blank rows.

    `row` is each row's number in the file, from 1. Blank cells are null.

    Args:
        part: the file.
        rows: its rows.
        at: the header's position.
        columns: a name for each column.

    Raises:
        ReferenceProblem: a row has more columns than the header.
    """
    width = len(columns)
    kept: list[list[str | None]] = []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if not any(row):
            continue
        if any(row[width:]):
            refuse(part, number, f"{len(row)} columns", f"{width} columns")
        padded = [*row[:width], *[""] * (width - len(row))]
        kept.append([str(number), *(cell or None for cell in padded)])
    schema = dict.fromkeys(("row", *columns), pl.String)
    return pl.DataFrame(kept, schema=schema, orient="row").with_columns(
        pl.col("row").cast(pl.Int64)
    )


def tab_separated(part: Part, first_row: re.Pattern[bytes], columns: Sequence[str]) -> pl.DataFrame:
    """Return the rows of a tab-separated file as text, with `row`, their number in the file.

    Args:
        part: the file.
        first_row: matches the first row; anything before it is skipped.
        columns: a name for each column.

    Raises:
        ReferenceProblem: the file doesn't have these columns.
    """
    expected = f"{len(columns)} columns separated by tabs"
    data = part.read()
    first = first_row.search(data)
    if first is None:
        refuse(part, None, "no such row", expected)
    number = data.count(b"\n", 0, first.start()) + 1
    try:
        frame = pl.read_csv(
            io.BytesIO(memoryview(data)[first.start() :]),
            separator="\t",
            has_header=False,
            new_columns=list(columns),
            quote_char=None,
            infer_schema=False,
            encoding="utf8-lossy",
        )
    except pl.exceptions.PolarsError as error:
        refuse(part, None, str(error).splitlines()[0], expected)
    if frame.width != len(columns):
        refuse(part, number, f"{frame.width} columns", expected)
    return frame.with_row_index("row", number)


def check_cells(
    part: Part, table: pl.DataFrame, column: str, wrong: pl.Expr, expected: str
) -> None:
    """Refuse a file if a cell in a column is wrong; null counts as wrong.

    Raises:
        ReferenceProblem: a cell is wrong.
    """
    faults = table.filter(wrong.fill_null(value=True))
    if faults.height:
        refuse(part, int(faults["row"][0]), str(faults[column][0] or ""), expected)


def check_codes(part: Part, table: pl.DataFrame, *columns: str) -> None:
    """Refuse a file if a cell in one of the columns isn't a procedure code.

    Raises:
        ReferenceProblem: a cell isn't one.
    """
    for column in columns:
        is_code = pl.col(column).str.contains(r"^[0-9A-Z]{5}$")
        check_cells(part, table, column, ~is_code, "a code of five characters")


def year_in(name: str) -> int | None:
    """Return a four-digit year, 2000 or later, from a name."""
    match = re.search(r"(?<!\d)(20\d{2})(?!\d)", name)
    return int(match[1]) if match else None


def _csv(part: Part) -> Grid:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        return list(csv.reader(io.StringIO(text_of(part), newline="")))
    except csv.Error as error:
        refuse(part, None, str(error), "a CSV file")


def _workbook(part: Part) -> Grid:
    try:
        sheets = sheets_of(part.read(), file=part.name)
        return list(sheets[0].rows()) if sheets else []
    except InputError as error:
        why = str(error).removeprefix(f"{part.name}: ")
        refuse(part, None, why, "an Excel workbook")
