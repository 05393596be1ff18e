"""Propose what the columns of a table mean, for a user to confirm or change."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Final

from cleanclaim.errors import InputError, UnknownFormat, UnreadableFile
from cleanclaim.read.columns import FLAT_COLUMNS
from cleanclaim.read.names import EVERY_NAME, model_name
from cleanclaim.read.naming import Names, name_columns, no_header, said
from cleanclaim.read.prepare import Reading
from cleanclaim.read.sheets import chosen_sheet, header_of
from cleanclaim.read.sources import kind_of, peek, sources
from cleanclaim.read.table_files import layout_of, read_csv, read_parquet
from cleanclaim.read.table_options import AS_FOUND, TableOptions, mapping_text
from cleanclaim.read.workbook import sheets_of
from cleanclaim.text.masking import is_name, is_shown
from cleanclaim.text.masking import kind_of as kind_of_cell

_LIKELY: Final = 0.75
_LONGEST_NAME: Final = 80
_LINE_BREAK: Final = re.compile(r"[\r\n]")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the columns of a table probably mean.

    Attributes:
        options: the sheet, the header's row, and the columns that are recognized.
        others: a comment for each column that isn't.
        left_out: how many columns have names that may be content of the table, as after a quotation
            mark that isn't closed.
    """

    options: TableOptions
    others: dict[str, str]
    left_out: int = 0

    def text(self, file: str) -> str:
        """The proposal as a mapping of columns, in TOML."""
        title = (
            f"What the columns of {Path(file).name} mean, as cleanclaim understands them.\n"
            "Change what is wrong. A column with an empty name isn't used. Every name: cleanclaim template FOLDER"
        )
        if self.left_out:
            title += f"\nColumns left out, since their names look like content of the table: {self.left_out}. Is a quotation mark not closed?"
        return mapping_text(title, self.options, self.others)


def propose(path: Path, options: TableOptions = AS_FOUND) -> Proposal:
    """Propose what the columns of a table file mean.

    Args:
        path: a workbook, or a CSV or Parquet file.
        options: the sheet, and the header's row, if they aren't to be found.

    Raises:
        InputError: the file can't be read, isn't a table or has no header.
    """
    found = list(sources([path]))
    if len(found) != 1:
        raise UnreadableFile(f"{path}: expected one table, found a folder or an archive")
    [source] = found
    with source.open() as opened:
        head, stream = peek(opened)
        kind = kind_of(head, source.name)
        if kind == "x12":
            raise UnknownFormat(f"{path}: expected a table, found an 837 file, which needs no mapping")  # fmt: skip
        reading = Reading(source.name, options)
        if kind == "workbook":
            chosen = _of_workbook(stream, reading)
        elif kind == "parquet":
            chosen = AS_FOUND, read_parquet(stream.read(), file=source.name).columns
        else:
            chosen = _of_csv(head, reading)
    return _proposal(chosen[0], chosen[1], source.name)


def _of_workbook(stream: BinaryIO, reading: Reading) -> tuple[TableOptions, Sequence[str]]:
    sheets = sheets_of(stream.read(), file=reading.file)
    sheet = chosen_sheet(sheets, reading)
    row, cells = header_of(sheet, reading)
    return TableOptions(sheet.name if len(sheets) > 1 else None, row if row > 1 else None), cells


def _of_csv(head: bytes, reading: Reading) -> tuple[TableOptions, Sequence[str]]:
    layout = layout_of(head, reading.options)
    first = io.BytesIO(head).read().rpartition(b"\n")[0] or head
    columns = read_csv(first, file=reading.file, options=reading.options).columns[1:]
    return TableOptions(header_row=layout.row if layout.row > 1 else None), columns


def _proposal(options: TableOptions, cells: Sequence[str], file: str) -> Proposal:
    columns = [cell for cell in cells if cell.strip()]
    if fault := no_header(columns, options.header_row or 1):
        raise InputError(f"{file}: {fault}")
    names = name_columns(columns, FLAT_COLUMNS, Names("table"), [])
    known = {said(given): name for given, name in names.model.items()}
    free = sorted(FLAT_COLUMNS - set(known.values()))
    unused = [given for given in columns if said(given) not in known]
    shown = _may_be_shown(unused)
    others = {said(given): _comment(said(given), free) for given in shown}
    left_out = len(unused) - len(shown)
    return Proposal(TableOptions(options.sheet, options.header_row, known), others, left_out)


def _may_be_shown(columns: Sequence[str]) -> list[str]:
    """The names of columns without those that may be content of the table, as if a row were part of the header."""
    certain = [given for given in columns if is_shown(said(given), EVERY_NAME)]
    if any(given not in certain and _is_value(given) for given in columns):
        return certain
    return [
        given
        for given in columns
        if given in certain
        or (len(given) <= _LONGEST_NAME and not _LINE_BREAK.search(given.strip()))
    ]


def _is_value(given: str) -> bool:
    """True for a number or a date."""
    return not kind_of_cell(said(given)).startswith("text")


def _comment(given: str, free: Sequence[str]) -> str:
    """The comment on a column that isn't used."""
    near = get_close_matches(model_name(given), free, n=1, cutoff=_LIKELY)
    likely = near and len(given) < _LONGEST_NAME and is_name(given, EVERY_NAME)
    return f"  # perhaps {near[0]}" if likely else ""
