"""Rows of a table that aren't claim lines: blank rows, totals, and notes below the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from cleanclaim.read.columns import ROW
from cleanclaim.read.values import is_blank

_TOTAL: Final = (
    r"(?i)^\s*(?:(?:grand|sub|page|report|batch|day|daily)[\s-]*)?(?:totals?|sums?)\b[^\n]{0,40}$"
)
_CODES: Final = ("procedure_code", "revenue_center_code")
_FEW_CELLS: Final = 2
"""A note below the table fills at most this many cells."""
_SHOWN: Final = 5


def without_leftovers(
    rows: pl.LazyFrame, names: Mapping[str, str], notes: list[str]
) -> pl.LazyFrame:
    """A flat table without blank rows, totals and notes below it; all but blank ones are noted.

    Args:
        rows: all rows, numbered, with the table's own column names.
        names: the model's name for each column that is used.
        notes: added to.
    """
    schema = rows.collect_schema()
    codes = [given for given, name in names.items() if name in _CODES]
    if not codes:
        return rows
    is_coded = pl.any_horizontal(~is_blank(given, schema[given]) for given in codes)
    candidates = rows.filter(~is_coded).collect()
    if candidates.is_empty():
        return rows
    last = rows.filter(is_coded).select(pl.col(ROW).max()).collect().item() or 0
    given_id = next((given for given, name in names.items() if name == "claim_id"), None)
    blank, noted = _sorted_out(candidates, given_id, last)
    if noted:
        notes.append(_note(noted))
    dropped = pl.Series([*blank, *noted], dtype=schema[ROW])
    return rows.filter(~pl.col(ROW).is_in(dropped.implode())) if len(dropped) else rows


def without_blank_rows(rows: pl.LazyFrame, names: Mapping[str, str]) -> pl.LazyFrame:
    """A table of a set without its blank rows."""
    schema = rows.collect_schema()
    given_id = next((given for given, name in names.items() if name == "claim_id"), None)
    if given_id is None:
        return rows
    candidates = rows.filter(is_blank(given_id, schema[given_id])).collect()
    blank = _cells(candidates).filter(pl.col("cells") == 0)[ROW]
    return rows.filter(~pl.col(ROW).is_in(blank.implode())) if len(blank) else rows


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """For each row, how many cells are filled."""
    others = [(name, dtype) for name, dtype in rows.schema.items() if name != ROW]
    filled = pl.sum_horizontal(
        pl.lit(0, pl.UInt32), *(~is_blank(name, dtype) for name, dtype in others)
    )
    return rows.select(ROW, filled.alias("cells"))


def _sorted_out(rows: pl.DataFrame, given_id: str | None, last: int) -> tuple[list[int], list[int]]:
    """The numbers of blank rows, and of other rows that aren't lines, among rows without a code."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    label = pl.any_horizontal(
        pl.lit(value=False),
        *(pl.col(name).str.contains(_TOTAL).fill_null(value=False) for name in texts),
    )
    lacks_id = own_label = pl.lit(value=False)
    if given_id is not None:
        lacks_id = is_blank(given_id, rows.schema[given_id])
        if given_id in texts:
            own_label = pl.col(given_id).str.contains(_TOTAL).fill_null(value=False)
    told = rows.select(
        ROW,
        _cells(rows)["cells"],
        (label & (lacks_id | own_label)).alias("is_total"),
        lacks_id.alias("lacks_id"),
    )
    is_below = (pl.col(ROW) > last) & ((pl.col("cells") <= _FEW_CELLS) | pl.col("lacks_id"))
    blank = told.filter(pl.col("cells") == 0)[ROW].to_list()
    noted = told.filter(pl.col("cells") > 0, pl.col("is_total") | (is_below & (last > 0)))[ROW]
    return blank, noted.to_list()


def _note(rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    if len(rows) == 1:
        return f"row {shown} was left out: it is a total or a note, not a claim line"
    return f"rows {shown}{more} were left out: they are totals or notes, not claim lines"
