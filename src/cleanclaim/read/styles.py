"""How each column of a file writes its dates, decided from all of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from cleanclaim.model import CLAIMS, DIAGNOSES, LINES
from cleanclaim.read.columns import CLAIM_COLUMNS, ROW
from cleanclaim.read.dates import PLAIN, Clue, Style, clue, is_serial
from cleanclaim.read.naming import Names
from cleanclaim.read.values import converted, refused

DATES: Final = frozenset(
    name
    for table in (CLAIMS, LINES, DIAGNOSES)
    for name, dtype in table.schema.items()
    if dtype == pl.Date
) | {name for name, column in CLAIM_COLUMNS.items() if column.dtype == pl.Date}
"""The model's columns of dates."""
Styles = dict[tuple[str, str], Style]
"""How dates are written, by table and the model's column."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of dates: its words, and for each clue the first row that gives it."""

    key: tuple[str, str]
    words: str
    clues: Mapping[Clue, int]

    @property
    def order(self) -> bool | None:
        """Whether the day is first; None if nothing in the column says so."""
        if Clue.DAY_FIRST in self.clues:
            return True
        return False if Clue.MONTH_FIRST in self.clues else None

    @property
    def is_contradictory(self) -> bool:
        """Whether some dates have the day first and others the month."""
        return {Clue.DAY_FIRST, Clue.MONTH_FIRST} <= set(self.clues)


def styles_of(
    tables: Mapping[str, tuple[pl.LazyFrame, Names]],
    faults: list[str],
    notes: list[str],
    *,
    numbered: bool = True,
) -> Styles:
    """Decide how the columns of a file's tables write their dates.

    A column that could have the day or the month first is read like the file's other columns.

    Args:
        tables: each table's rows, numbered, with its own column names; and what they mean.
        faults: added to if dates contradict each other.
        notes: added to if dates are read with the day first.
        numbered: whether the numbers of the rows are the user's, so that messages name them.
    """
    columns = [
        _Column((table, name), names.words(name), found)
        for table, (rows, names) in tables.items()
        for given, name in names.model.items()
        if name in DATES and (found := _clues(rows, given))
    ]
    at = _at if numbered else _nowhere
    for column in columns:
        if column.is_contradictory:
            first, second = (at(column.clues[one]) for one in (Clue.DAY_FIRST, Clue.MONTH_FIRST))
            faults.append(
                f"{column.words} has dates with the day first{first} and with the month first{second}; write all dates the same way, such as YYYY-MM-DD"
            )
    orders = {column.order for column in columns if not column.is_contradictory} - {None}
    styles: Styles = {}
    for column in columns:
        order = column.order
        if order is None and Clue.EITHER_ORDER in column.clues:
            order = next(iter(orders)) if len(orders) == 1 else None
            if len(orders) > 1:
                where = at(column.clues[Clue.EITHER_ORDER])
                faults.append(
                    f"{column.words} could have the day or the month first{where}, and other columns show both orders; "
                    "write the dates as YYYY-MM-DD"
                )
        styles[column.key] = Style(order, is_serial(column.clues))
        if order:
            shown = column.clues.get(Clue.DAY_FIRST)
            like = ", like other columns of dates" if shown is None else f", as{at(shown)}"
            notes.append(f"{column.words} is read with the day first{like.removesuffix(', as')}")
    return styles


def _at(row: int) -> str:
    return f" in row {row}"


def _nowhere(_row: int) -> str:
    return ""


def _clues(rows: pl.LazyFrame, given: str) -> dict[Clue, int]:
    """The clues in a column, each with the first row that gives it."""
    dtype = rows.collect_schema()[given]
    if dtype.is_temporal() or refused(dtype, pl.String):
        return {}
    text = converted(given, dtype, pl.String).alias("text")
    other = rows.select(ROW, text).filter(~pl.col("text").str.contains(PLAIN))
    found: dict[Clue, int] = {}
    for row, value in other.unique("text", keep="first", maintain_order=True).collect().rows():
        said = clue(value)
        if said is not None:
            found.setdefault(said, row)
    return found
