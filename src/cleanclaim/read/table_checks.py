"""Check a table's names, values and claim ids; every fault is listed.

A fault names a value's position and kind. It doesn't show the value, since it may be a patient's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from cleanclaim.model import CLAIMS, LINES, Table, expected
from cleanclaim.model.keys import MOST_NUMBERS
from cleanclaim.read.columns import CLAIM_COLUMNS, LISTS, ROW, SHORT_BIRTH_YEAR
from cleanclaim.read.dates import AMERICAN, Style, days
from cleanclaim.read.naming import Names
from cleanclaim.read.styles import Styles
from cleanclaim.read.values import cast_to, is_blank, refused
from cleanclaim.text.masking import kind_of

_RUN_TOGETHER: Final = r'[\r\n\t,;|"]'
_LONGEST_ID: Final = 50
"""CLM01 has at most 38 characters."""
_OF_CLAIM_ALONE: Final = (set(CLAIMS.schema) - set(LINES.schema)) | set(CLAIM_COLUMNS)
"""Columns that only claims have."""
_MOST_VALUES: Final = 4
_LISTED: Final = {
    "modifiers": "modifiers of two characters",
    "diagnosis_pointers": "letters A to L or numbers 1 to 12",
}
_NUMBERING: Final = frozenset(
    {"line_number", "diagnosis_number", *(f"diagnosis_pointer_{n}" for n in range(1, 5))}
)
"""Columns that number lines and diagnoses."""


@dataclass(frozen=True, slots=True)
class NamedTable:
    """Rows of one table with the model's column names.

    Attributes:
        frame: the rows.
        names: what its own columns are called.
        styles: how its columns write dates.
    """

    frame: pl.DataFrame
    names: Names
    styles: Mapping[str, Style]


def with_model_names(
    rows: pl.DataFrame, names: Names, styles: Styles, faults: list[str]
) -> NamedTable:
    """The rows with the model's column names, and claim ids as text."""
    table = rows.select(*names.model, pl.col(ROW).cast(pl.Int64)).rename(names.model)
    own = {name: style for (what, name), style in styles.items() if what == names.what}
    ids = table["claim_id"]
    where = f"{names.what}: {names.words('claim_id')}"
    if held := refused(ids.dtype, pl.String):
        faults.append(f"{where} expects text; the column holds {held}")
    text = cast_to(ids, pl.String)
    wrong = text.is_null() & ~table.select(is_blank("claim_id", ids.dtype)).to_series()
    if wrong.any() and not held:
        at = table[ROW].filter(wrong)
        found = kind_of(ids.filter(wrong)[0])
        faults.append(f"{where} expects text in row {at[0]}, found {found}{and_more(at)}")
    return NamedTable(table.with_columns(text), names, own)


def typed(
    table: NamedTable,
    model: Table,
    extra: tuple[str, ...],
    faults: list[str],
    skip: tuple[str, ...] = (),
) -> pl.DataFrame:
    """One table's columns, typed; values that don't fit become faults with row, column and kind of value."""
    out: list[pl.Series] = [table.frame["claim_id"], table.frame[ROW]]
    for name in table.frame.columns:
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
        out += _typed_column(table, name, dtype, model.name, faults)
    return pl.DataFrame(out)


def _typed_column(
    table: NamedTable,
    name: str,
    dtype: pl.DataType | type[pl.DataType],
    model: str,
    faults: list[str],
) -> list[pl.Series]:
    """A column, typed; for birth dates also which years were written with two digits; none if its type is wrong."""
    frame = table.frame
    given = frame[name]
    what = f"{table.names.words(name, model)} expects {expected(dtype)}"
    if held := _refused(name, given.dtype, dtype):
        faults.append(f"{what}; the column holds {held}")
        return []
    values, is_short = _read(given, dtype, table.styles.get(name, AMERICAN))
    wrong = values.is_null() & ~frame.select(is_blank(name, given.dtype)).to_series()
    if name in _NUMBERING:
        what += f" below {MOST_NUMBERS:,}"
        wrong |= ~values.is_between(0, MOST_NUMBERS - 1).fill_null(value=True)
    if wrong.any():
        rows = frame[ROW].filter(wrong)
        found = _found(given.filter(wrong)[0], dtype)
        faults.append(f"{what} in row {rows[0]}, found {found}{and_more(rows)}")
    if name == "patient_birth_date" and is_short is not None:
        return [values.alias(name), is_short.alias(SHORT_BIRTH_YEAR)]
    return [values.alias(name)]


def _read(
    given: pl.Series, dtype: pl.DataType | type[pl.DataType], style: Style
) -> tuple[pl.Series, pl.Series | None]:
    """Values of the model's type, and for dates which years were written with two digits."""
    if dtype != pl.Date or given.dtype.is_temporal():
        return cast_to(given, dtype), None
    return days(cast_to(given, pl.String), style)


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


def claim_id_faults(named: NamedTable) -> list[str]:
    """Faults of the claim ids: missing ones, and ones that other cells ran into.

    Cells run together after an unclosed quotation mark, for example.
    """
    table, name, claim_id = named.frame, named.names.what, named.names.words("claim_id")
    ids = table["claim_id"]
    missing = table[ROW].filter(ids.is_null())
    odd = (ids.str.contains(_RUN_TOGETHER) | (ids.str.len_chars() > _LONGEST_ID)).fill_null(
        value=False
    )
    faults = []
    if len(missing):
        faults.append(f"{name}: {claim_id} is missing in row {missing[0]}{and_more(missing)}")
    if odd.any():
        rows = table[ROW].filter(odd)
        faults.append(
            f"{name}: {claim_id} expects up to {_LONGEST_ID} characters on one line, without commas, semicolons, bars, tabs or quotation marks, "
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


def list_faults(table: NamedTable, lines: pl.DataFrame, faults: list[str]) -> None:
    """Faults for more than four modifiers or pointers, or for others, which a line can't hold and must not drop silently."""
    for name, one in LISTS.items():
        if name not in lines.columns:
            continue
        what = f"{table.names.words(name, 'lines')} expects"
        given = lines[name].str.to_uppercase()
        rows = lines[ROW].filter(given.str.count_matches(one) > _MOST_VALUES)
        if len(rows):
            faults.append(f"{what} at most {_MOST_VALUES} in row {rows[0]}{and_more(rows)}")
        rest = given.str.replace_all(one, "").str.contains("[A-Z0-9]").fill_null(value=False)
        rows = lines[ROW].filter(rest)
        if len(rows):
            found = kind_of(given.filter(rest)[0])
            faults.append(f"{what} {_LISTED[name]} in row {rows[0]}, found {found}{and_more(rows)}")


def conflicts(claims: pl.DataFrame, table: NamedTable) -> list[str]:
    """Faults for rows of one claim that say different things about it.

    Columns that a line has too may differ: each line has its own value.
    """
    own = [
        name
        for name in claims.columns
        if name in _OF_CLAIM_ALONE and name not in {"claim_id", ROW, SHORT_BIRTH_YEAR}
    ]
    faults = []
    for name in own:
        said = claims.select("claim_id", ROW, name).drop_nulls(name)
        several = said.filter(pl.col(name) != pl.col(name).first().over("claim_id"))
        if several.is_empty():
            continue
        row = several[ROW][0]
        first = said.filter(pl.col("claim_id") == several["claim_id"][0])[ROW][0]
        faults.append(
            f"rows {first} and {row} have the same {table.names.words('claim_id')}, but their {table.names.words(name)} differs{and_more(several[ROW])}"
        )
    return faults
