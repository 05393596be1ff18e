"""What edits could not judge: its table, how it is written, and how groups of claims are put together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import polars as pl

from cleanclaim.derived.looking_back import HISTORY
from cleanclaim.edits.edit import KEYS, Edit
from cleanclaim.engine.findings import Hit
from cleanclaim.engine.messages import render
from cleanclaim.model import Batch
from cleanclaim.model.arrays import taken
from cleanclaim.model.keys import found_in, keys_of, whole_numbers

NOT_CHECKED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "code": pl.String,
    "claim_id": pl.String,
    "line_number": pl.Int64,
    "diagnosis_number": pl.Int64,
    "reason": pl.String,
    "supply": pl.String,
    "table": pl.String,
    "procedure_code": pl.String,
    "file": pl.String,
    "claim_key": pl.Int64,
}
"""Columns of what could not be checked: which edit, where, why, and what would supply what was missing.

A row has a `line_number` or `diagnosis_number` if it is about one. If it's about a table, `table` names it, and `procedure_code` the code that
the table doesn't have (null if the table isn't loaded for the day at all).
"""

NOT_CHECKED_ORDER: Final = (
    "claim_key", "line_number", "diagnosis_number", "code", "procedure_code", "reason", "table",
)  # fmt: skip


@lru_cache(maxsize=8)
def questions(edits: tuple[Edit, ...]) -> dict[str, tuple[Edit, pl.Expr]]:
    """The lines whose codes a table must cover, by the edit's code and the table's name."""
    current = ~pl.col("is_history").fill_null(value=False)
    return {
        f"{edit.code} {name}": (
            edit,
            (test & current).fill_null(value=False).alias(f"{edit.code} {name}"),
        )
        for edit in edits
        for name, test in edit.needs.items()
        if test is not None
    }


def unanswered(unchecked: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """What could not be judged, without the rows that an edit looked back from and found something: it saw enough."""
    found = {edit.code: rows for edit, rows in hits}
    return [
        (edit, _without(rows, found[edit.code]) if edit.code in found else rows)
        for edit, rows in unchecked
    ]


def _without(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    if "table" not in rows.columns or found.is_empty():
        return rows
    keys = [name for name in KEYS if name in rows.columns and name in found.columns]
    looked_back = pl.col("table").eq_missing(HISTORY)
    left = rows.filter(looked_back).join(found.select(keys), on=keys, how="anti", maintain_order="left", nulls_equal=True)  # fmt: skip
    return pl.concat([rows.filter(~looked_back), left])


def not_checked_of(batch: Batch, unchecked: Sequence[Hit]) -> pl.DataFrame:
    """The table of what could not be judged, in order, with the claims' numbers and files; history left out."""
    if not unchecked:
        return pl.DataFrame(schema=NOT_CHECKED)
    told = pl.concat([rows for _, rows in unchecked])
    of_claim = batch.claims.select("claim_id", "file", "is_history")
    keys = whole_numbers(told["claim_key"].fill_null(-1))
    at = found_in(keys_of(batch.claims), keys)
    rows = told.hstack(taken(of_claim, at))
    if rows["is_history"].any():
        rows = rows.filter(~pl.col("is_history").fill_null(value=False))
    return rows.select(list(NOT_CHECKED)).sort(NOT_CHECKED_ORDER)


def written_unchecked(edit: Edit, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that an edit could not judge as they are reported."""
    return rows.select(_told(edit, tuple(rows.schema.items())))


@lru_cache(maxsize=1024)
def _told(edit: Edit, columns: tuple[tuple[str, pl.DataType], ...]) -> list[pl.Expr]:
    """What is told of rows that an edit could not judge; the same each time that they have the same columns."""
    schema = pl.Schema(columns)
    own = {
        "code": pl.lit(edit.code),
        "reason": render(edit.unchecked_reason, schema) if "reason" not in schema else pl.col("reason"),
        "supply": pl.lit(edit.supply or None, pl.String) if "supply" not in schema else pl.col("supply"),
    }  # fmt: skip
    told = [name for name in NOT_CHECKED if name not in {"claim_id", "file"}]
    return [
        own.get(name, pl.col(name) if name in schema else pl.lit(None))
        .cast(NOT_CHECKED[name])
        .alias(name)
        for name in told
    ]
