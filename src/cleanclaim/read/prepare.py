"""Decide how the tables of a file are read: what columns mean, which rows are lines, how dates are written.

All of it is decided once for the whole file, so that it doesn't matter in which parts the rows are
read afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from cleanclaim.errors import TableError
from cleanclaim.model import CLAIMS, DIAGNOSES, LINES
from cleanclaim.read.columns import FLAT_COLUMNS, ROW, SET_FILES, columns_of
from cleanclaim.read.leftovers import without_blank_rows, without_leftovers
from cleanclaim.read.naming import Names, missing_column, name_columns, no_header
from cleanclaim.read.styles import Styles, styles_of
from cleanclaim.read.table_options import AS_FOUND, TableOptions

FLAT: Final = "claims and lines"
"""The name of a flat table: one row for each service line."""
_SET: Final = {"claims": CLAIMS, "lines": LINES, "diagnoses": DIAGNOSES}


@dataclass(slots=True)
class Reading:
    """How one input is read.

    Attributes:
        file: the file name in findings.
        options: what the user says about tables.
        notes: what the reader of the report must know; added to.
        styles: how dates are written; None to find out from the rows.
    """

    file: str
    options: TableOptions = AS_FOUND
    notes: list[str] = field(default_factory=list)
    styles: Styles | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The tables of a file, and how to read them.

    Attributes:
        rows: the rows of each table, numbered, with the table's own column names.
        names: what the columns of each table mean.
        styles: how dates are written.
    """

    rows: dict[str, pl.LazyFrame]
    names: dict[str, Names]
    styles: Styles

    def collected(self) -> dict[str, pl.DataFrame]:
        """All rows."""
        return {what: rows.collect() for what, rows in self.rows.items()}


def prepare(frames: Mapping[str, pl.LazyFrame], reading: Reading) -> Prepared:
    """Decide how to read a flat table, or a set of tables.

    Args:
        frames: the rows: one table called `FLAT`; or `claims`, `lines` and usually `diagnoses`.
        reading: the input; its notes are added to.

    Raises:
        TableError: columns are missing or can't be told apart, or dates contradict each other;
            every fault is listed.
    """
    faults: list[str] = []
    rows: dict[str, pl.LazyFrame] = {}
    names: dict[str, Names] = {}
    for what, frame in frames.items():
        given = frame.collect_schema().names()
        rows[what] = frame if ROW in given else frame.with_row_index(ROW, 2)
        names[what] = _named(what, [name for name in given if name != ROW], reading, faults)
    faults += [f"the table '{name}' is missing" for name in ("claims", "lines") if FLAT not in frames and name not in frames]  # fmt: skip
    if faults:
        raise TableError(reading.file, faults)
    notes: list[str] = []
    for what, table in names.items():
        if FLAT in frames:
            rows[what] = without_leftovers(rows[what], table.model, notes)
        else:
            rows[what] = without_blank_rows(rows[what], table.model)
        if table.ignored:
            where = "" if what == FLAT else f"{what}: "
            notes.append(f"{where}columns that aren't used: {', '.join(table.ignored)}")
    styles = reading.styles
    if styles is None:
        styles = styles_of({what: (rows[what], names[what]) for what in rows}, faults, notes)
    if faults:
        raise TableError(reading.file, faults)
    reading.notes += notes
    return Prepared(rows, names, styles)


def _named(what: str, given: list[str], reading: Reading, faults: list[str]) -> Names:
    """What the columns of one table mean."""
    names = Names(what)
    where = f"{what}: " if what in SET_FILES else ""
    if fault := no_header(given, reading.options.header_row or 1, reading.options.columns):
        faults.append(f"{where}{fault}")
        return names
    allowed = FLAT_COLUMNS if what == FLAT else columns_of(_SET[what])
    name_columns(given, allowed, names, faults, reading.options.columns)
    found = set(names.model.values())
    lacking = [] if "claim_id" in found else ["claim_id"]
    if what == FLAT and not {"procedure_code", "revenue_center_code"} & found:
        lacking.append("procedure_code")
    if what == "diagnoses" and "diagnosis_code" not in found:
        lacking.append("diagnosis_code")
    free = [column for column in given if column not in names.model]
    faults += [f"{where}{missing_column(name, free)}" for name in lacking]
    return names
