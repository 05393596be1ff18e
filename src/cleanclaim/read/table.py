"""Claims from tables: CSV and Parquet files.

There are three forms. A *set* is a folder with files `claims`, `lines` and usually `diagnoses`,
joined by `claim_id`. A *flat* file has one row for each service line, with the claim's columns
repeated and diagnoses in `diagnosis_code_1` to `diagnosis_code_25`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from cleanclaim.errors import TableError
from cleanclaim.model import CLAIMS, DIAGNOSES, LINES, Batch
from cleanclaim.read.assemble import assemble
from cleanclaim.read.columns import CLAIM_COLUMNS, LIST_OF_DIAGNOSES, LISTS, ROW
from cleanclaim.read.diagnoses import diagnoses_of_rows, long_diagnoses
from cleanclaim.read.prepare import FLAT, Prepared, Reading, prepare
from cleanclaim.read.table_checks import (
    NamedTable,
    claim_id_faults,
    conflicts,
    duplicate_claims,
    list_faults,
    orphans,
    typed,
    with_model_names,
)

_OF_LINES: Final = ("charge_amount", "from_date", "to_date")
"""Columns that mean the line's own value in a flat table."""


def read_flat(
    frame: pl.DataFrame, *, file: str, first_claim_key: int = 0, reading: Reading | None = None
) -> Batch:
    """Read the claims of a flat table, with one row for each service line.

    Args:
        frame: the rows as text or typed.
        file: the file name in findings.
        first_claim_key: key of the first claim.
        reading: how the input is read; its notes are added to.

    Returns:
        The batch; `position` is the row number, with the header as row 1.

    Raises:
        TableError: columns or values don't fit; every fault is listed.
    """
    prepared = prepare({FLAT: frame.lazy()}, reading or Reading(file))
    return batch_of_rows(prepared, prepared.collected(), file, first_claim_key)


def read_set(
    frames: Mapping[str, pl.DataFrame],
    *,
    file: str,
    first_claim_key: int = 0,
    reading: Reading | None = None,
) -> Batch:
    """Read the claims of a set of tables joined by `claim_id`.

    Args:
        frames: `claims`, `lines` and usually `diagnoses`; `claims` may have `diagnosis_code_1` and
            so on instead.
        file: the file name in findings.
        first_claim_key: key of the first claim.
        reading: how the input is read; its notes are added to.

    Returns:
        The batch.

    Raises:
        TableError: tables, columns or values don't fit; every fault is listed.
    """
    lazy = {name: frame.lazy() for name, frame in frames.items()}
    prepared = prepare(lazy, reading or Reading(file))
    return batch_of_rows(prepared, prepared.collected(), file, first_claim_key)


def batch_of_rows(
    prepared: Prepared, rows: Mapping[str, pl.DataFrame], file: str, first_claim_key: int
) -> Batch:
    """Build a batch from rows of prepared tables: all of them, or those of some claims.

    Args:
        prepared: the tables.
        rows: the rows of each table.
        file: the file name in findings.
        first_claim_key: key of the first claim.

    Raises:
        TableError: values don't fit; every fault is listed.
    """
    faults: list[str] = []
    tables = {
        what: with_model_names(rows[what], names, prepared.styles, faults)
        for what, names in prepared.names.items()
    }
    if faults:
        raise TableError(file, faults)
    for table in tables.values():
        faults += claim_id_faults(table)
    frames = _flat(tables[FLAT], faults) if FLAT in tables else _set(tables, faults)
    if faults:
        raise TableError(file, faults)
    return assemble(frames, file, first_claim_key)


def _flat(table: NamedTable, faults: list[str]) -> dict[str, pl.DataFrame]:
    lines = typed(table, LINES, tuple(LISTS), faults)
    list_faults(table, lines, faults)
    claims = typed(table, CLAIMS, tuple(CLAIM_COLUMNS), faults, skip=_OF_LINES)
    codes = _numbered_diagnoses(table, faults)
    if faults:
        return {}
    claims = _one_row_a_claim(claims, table, faults)
    claims = claims.rename(
        {name: column.name for name, column in CLAIM_COLUMNS.items() if name in claims.columns}
    )
    diagnoses, lines = diagnoses_of_rows(codes, lines)
    return {"claims": claims, "lines": lines, "diagnoses": diagnoses}


def _one_row_a_claim(claims: pl.DataFrame, table: NamedTable, faults: list[str]) -> pl.DataFrame:
    """Each claim once, with the first value of each column; different values become faults."""
    first = claims.unique("claim_id", keep="first", maintain_order=True)
    if claims.drop(ROW).unique().height == first.height:
        return first
    faults += conflicts(claims, table)
    values = [name for name in claims.columns if name != "claim_id"]
    return claims.group_by("claim_id", maintain_order=True).agg(pl.col(values).drop_nulls().first())


def _set(tables: Mapping[str, NamedTable], faults: list[str]) -> dict[str, pl.DataFrame]:
    claims = typed(tables["claims"], CLAIMS, (), faults)
    lines = typed(tables["lines"], LINES, tuple(LISTS), faults)
    list_faults(tables["lines"], lines, faults)
    given = tables.get("diagnoses")
    diagnoses = (
        typed(given, DIAGNOSES, (), faults)
        if given is not None
        else long_diagnoses(_numbered_diagnoses(tables["claims"], faults))
    )
    faults += duplicate_claims(claims)
    faults += orphans(claims, {"lines": lines, "diagnoses": diagnoses})
    return {"claims": claims, "lines": lines, "diagnoses": diagnoses}


def _numbered_diagnoses(table: NamedTable, faults: list[str]) -> pl.DataFrame:
    numbered = [
        name
        for name in table.frame.columns
        if name.startswith(("diagnosis_code_", "present_on_admission_code_"))
        or name == LIST_OF_DIAGNOSES
    ]
    codes = table.frame.select("claim_id", ROW, *numbered)
    return typed(NamedTable(codes, table.names, {}), DIAGNOSES, tuple(numbered), faults)
