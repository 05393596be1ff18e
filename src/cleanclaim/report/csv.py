"""The tables of a report as CSV, for spreadsheets."""

from __future__ import annotations

from typing import BinaryIO, Final

import polars as pl

from cleanclaim.report import tables
from cleanclaim.report.result import Results

_FORMULA: Final = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
"""The start of a text that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
_NUMBER: Final = r"^[+-]\d+(\.\d+)?$"
"""A plain number that starts this way is left alone."""
_PLACES: Final = ("element", "box", "fhir")


def write(results: Results, out: BinaryIO) -> None:
    """Write the findings as CSV with a header row, in UTF-8.

    `field` becomes `field_element`, `field_box` and `field_fhir`; `evidence` is JSON. The claim's charge, payer, providers and first date follow. A text that
    a spreadsheet would run as a formula gets an apostrophe in front; a plain number such as -5 does not.

    Args:
        results: what was found.
        out: where to write it.
    """
    write_table("findings", results, out)


def write_table(table: str, results: Results, out: BinaryIO) -> None:
    """Write one table of the report in the same way.

    Args:
        table: findings, claims (one row per claim, with its verdict) or not-checked.
        results: what was found.
        out: where to write it.
    """
    empty, parts = tables.table(table, results)
    columns = _columns(empty)
    out.write(empty.select(columns).write_csv().encode())
    for part in parts:
        rows = part.select(columns).with_columns(harmless())
        out.write(rows.write_csv(include_header=False).encode())


def harmless() -> pl.Expr:
    """Every text column, with an apostrophe in front of a text that a spreadsheet would run as a formula."""
    texts = pl.col(pl.String)
    is_formula = texts.str.contains(_FORMULA) & ~texts.str.contains(_NUMBER)
    return pl.when(is_formula).then(texts.str.replace(_FORMULA, "'${0}")).otherwise(texts)


def _columns(frame: pl.DataFrame) -> list[pl.Expr]:
    """The columns as a flat file has them: structures spread, lists joined by blanks."""
    columns: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        if name == "field":
            columns += [pl.col(name).struct.field(part).alias(f"{name}_{part}") for part in _PLACES]
        elif isinstance(dtype, pl.List):
            columns.append(pl.col(name).list.join(" "))
        elif isinstance(dtype, pl.Enum):
            columns.append(pl.col(name).cast(pl.String))
        else:
            columns.append(pl.col(name))
    return columns
