"""Check a table's names, values and claim ids; every fault is listed.

A fault names a value's position and kind. It doesn't show the value, since it may be a patient's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from cleanclaim.model import Table, expected
from cleanclaim.model.keys import MOST_NUMBERS
from cleanclaim.read.columns import (
    CLAIM_COLUMNS,
    LISTS,
    ROW,
    SET_FILES,
    missing_column,
    model_names,
    no_header,
)
from cleanclaim.read.values import cast_to, is_blank, refused
from cleanclaim.text.masking import kind_of

_RUN_TOGETHER: Final = r'[\r\n\t,;|"]'
_LONGEST_ID: Final = 50
"""CLM01 has at most 38 characters."""
_MOST_VALUES: Final = 4
_NUMBERING: Final = frozenset(
    {"line_number", "diagnosis_number", *(f"diagnosis_pointer_{n}" for n in range(1, 5))}
)
"""Columns that number lines and diagnoses."""


def with_model_names(
    frame: pl.DataFrame, allowed: frozenset[str], what: str, faults: list[str]
) -> pl.DataFrame:
    """The frame with the model's column names and numbered rows; unknown names become faults."""
    rows = frame if ROW in frame.columns else frame.with_row_index(ROW, 2)
    columns = [name for name in rows.columns if name != ROW]
    if fault := no_header(columns):
        faults.append(f"{what}: {fault}" if what in SET_FILES else fault)
        return rows.select(ROW)
    names = model_names(columns, allowed, what, faults)
    table = rows.select(*names, pl.col(ROW).cast(pl.Int64)).rename(names)
    if "claim_id" not in table.columns:
        lacks = missing_column("claim_id", frame)
        faults.append(f"{what}: {lacks}" if what in SET_FILES else lacks)
        return table
    ids = table["claim_id"]
    if held := refused(ids.dtype, pl.String):
        faults.append(f"{what}: claim_id expects text; the column holds {held}")
    text = cast_to(ids, pl.String)
    wrong = text.is_null() & ~table.select(is_blank("claim_id", ids.dtype)).to_series()
    if wrong.any() and not held:
        at = table[ROW].filter(wrong)
        found = kind_of(ids.filter(wrong)[0])
        faults.append(f"{what}: claim_id expects text in row {at[0]}, found {found}{and_more(at)}")
    return table.with_columns(text)


def typed(
    table: pl.DataFrame,
    model: Table,
    extra: tuple[str, ...],
    faults: list[str],
    skip: tuple[str, ...] = (),
) -> pl.DataFrame:
    """One table's columns, typed; values that don't fit become faults with row, column and kind of value."""
    out: list[pl.Series] = [table["claim_id"], table[ROW]]
    for name in table.columns:
        column = (
            CLAIM_COLUMNS.get(name)
            if name in extra
            else model[name]
            if name in model and name not in skip
            else None
        )
        if name in {"claim_id", ROW} or (column is None and name not in extra):
            continue
        dtype = pl.String if column is None else column.dtype
        values = _typed_column(table, name, dtype, model.name, faults)
        if values is not None:
            out.append(values)
    return pl.DataFrame(out)


def _typed_column(
    table: pl.DataFrame,
    name: str,
    dtype: pl.DataType | type[pl.DataType],
    model: str,
    faults: list[str],
) -> pl.Series | None:
    given = table[name]
    what = f"{model}.{name} expects {expected(dtype)}"
    if held := _refused(name, given.dtype, dtype):
        faults.append(f"{what}; the column holds {held}")
        return None
    values = cast_to(given, dtype)
    wrong = values.is_null() & ~table.select(is_blank(name, given.dtype)).to_series()
    if name in _NUMBERING:
        what += f" below {MOST_NUMBERS:,}"
        wrong |= ~values.is_between(0, MOST_NUMBERS - 1).fill_null(value=True)
    if wrong.any():
        rows = table[ROW].filter(wrong)
        found = _found(given.filter(wrong)[0], dtype)
        faults.append(f"{what} in row {rows[0]}, found {found}{and_more(rows)}")
    return values.alias(name)


def _refused(name: str, given: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> str | None:
    if name.startswith("diagnosis_code") and (given.is_float() or given.is_decimal()):
        return "decimal numbers, which lose zeros at the end"
    return refused(given, wanted)


def _found(value: object, wanted: pl.DataType | type[pl.DataType]) -> str:
    kind = kind_of(value)
    if wanted == pl.Date and kind == "a date":
        return "a date in another form"
    if isinstance(wanted, pl.Decimal) and kind.startswith("a number"):
        return f"a number with more than {wanted.scale} decimals or too many digits"
    return kind


def and_more(rows: pl.Series) -> str:
    """How many more rows have the same fault, to append to a message."""
    more = len(rows) - 1
    return f" (and {more:,} more row{'s' if more > 1 else ''})" if more else ""


def claim_id_faults(table: pl.DataFrame, name: str) -> list[str]:
    """Faults of the claim ids: missing ones, and ones that other cells ran into.

    Cells run together after an unclosed quotation mark, for example.
    """
    ids = table["claim_id"]
    missing = table[ROW].filter(ids.is_null())
    odd = (ids.str.contains(_RUN_TOGETHER) | (ids.str.len_chars() > _LONGEST_ID)).fill_null(
        value=False
    )
    faults = []
    if len(missing):
        faults.append(f"{name}: claim_id is missing in row {missing[0]}{and_more(missing)}")
    if odd.any():
        rows = table[ROW].filter(odd)
        faults.append(
            f"{name}: claim_id expects up to {_LONGEST_ID} characters on one line, without commas, semicolons, bars, tabs or quotation marks, "
            f"in row {rows[0]}, found {kind_of(ids.filter(odd)[0])}{and_more(rows)}"
        )
    return faults


def duplicate_claims(claims: pl.DataFrame) -> list[str]:
    """A fault if several claims have the same id: lines could belong to any of them."""
    again = claims.filter(~pl.col("claim_id").is_first_distinct())[ROW]
    if again.is_empty():
        return []
    return [f"claims row {again[0]}: its claim_id is already in an earlier row{and_more(again)}"]


def orphans(claims: pl.DataFrame, below: Mapping[str, pl.DataFrame]) -> list[str]:
    """Faults for lines and diagnoses without a claim."""
    return [
        f"{name} row {rows[ROW][0]}: its claim_id isn't in the claims table{and_more(rows[ROW])}"
        for name, frame in below.items()
        if not (rows := frame.join(claims, on="claim_id", how="anti")).is_empty()
    ]


def too_many_values(lines: pl.DataFrame, faults: list[str]) -> None:
    """Faults for more than four modifiers or pointers, which a line can't hold and must not drop silently."""
    for name, one in LISTS.items():
        if name in lines.columns:
            counts = lines[name].str.to_uppercase().str.count_matches(one)
            rows = lines[ROW].filter(counts > _MOST_VALUES)
            if len(rows):
                faults.append(
                    f"lines.{name} expects at most {_MOST_VALUES} in row {rows[0]}{and_more(rows)}"
                )
