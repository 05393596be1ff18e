"""Claims from tables: CSV and Parquet files.

There are three forms. A *set* is a folder with files `claims`, `lines` and usually `diagnoses`,
joined by `claim_id`. A *flat* file has one row for each service line, with the claim's columns
repeated and diagnoses in `diagnosis_code_1` to `diagnosis_code_25`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cleanclaim.errors import TableError
from cleanclaim.model import CLAIMS, DIAGNOSES, LINES, Batch
from cleanclaim.read.assemble import assemble, long_diagnoses
from cleanclaim.read.columns import (
    CLAIM_COLUMNS,
    FLAT_COLUMNS,
    LISTS,
    ROW,
    columns_of,
    missing_column,
)
from cleanclaim.read.table_checks import (
    claim_id_faults,
    duplicate_claims,
    orphans,
    too_many_values,
    typed,
    with_model_names,
)


def read_flat(frame: pl.DataFrame, *, file: str, first_claim_key: int = 0) -> Batch:
    """Read the claims of a flat table, with one row for each service line.

    Args:
        frame: the rows as text or typed.
        file: the file name in findings.
        first_claim_key: key of the first claim.

    Returns:
        The batch; `position` is the row number, with the header as row 1.

    Raises:
        TableError: columns or values don't fit; every fault is listed.
    """
    faults: list[str] = []
    table = with_model_names(frame, FLAT_COLUMNS, "claims and lines", faults)
    has_names = table.width > 1
    if has_names and not {"procedure_code", "revenue_center_code"} & set(table.columns):
        faults.append(missing_column("procedure_code", frame))
    if faults:
        raise TableError(file, faults)
    faults += claim_id_faults(table, "claims and lines")
    lines = typed(table, LINES, tuple(LISTS), faults)
    too_many_values(lines, faults)
    claims = typed(
        table, CLAIMS, tuple(CLAIM_COLUMNS), faults, skip=("charge_amount", "from_date", "to_date")
    )
    codes = _numbered_diagnoses(table, faults)
    if faults:
        raise TableError(file, faults)
    claims = claims.unique("claim_id", keep="first", maintain_order=True).rename(
        {name: column.name for name, column in CLAIM_COLUMNS.items() if name in claims.columns}
    )
    long = long_diagnoses(codes.unique("claim_id", keep="first", maintain_order=True))
    return assemble({"claims": claims, "lines": lines, "diagnoses": long}, file, first_claim_key)


def read_set(frames: Mapping[str, pl.DataFrame], *, file: str, first_claim_key: int = 0) -> Batch:
    """Read the claims of a set of tables joined by `claim_id`.

    Args:
        frames: `claims`, `lines` and usually `diagnoses`; `claims` may have `diagnosis_code_1` and
            so on instead.
        file: the file name in findings.
        first_claim_key: key of the first claim.

    Returns:
        The batch.

    Raises:
        TableError: tables, columns or values don't fit; every fault is listed.
    """
    faults: list[str] = []
    named: dict[str, pl.DataFrame] = {}
    tables = {"claims": CLAIMS, "lines": LINES, "diagnoses": DIAGNOSES}
    for name, frame in frames.items():
        allowed = columns_of(tables[name])
        named[name] = with_model_names(frame, allowed, name, faults)
    faults += [
        f"the table '{name}' is missing" for name in ("claims", "lines") if name not in frames
    ]
    if "diagnoses" in named and "diagnosis_code" not in named["diagnoses"].columns:
        faults.append(f"diagnoses: {missing_column('diagnosis_code', named['diagnoses'])}")
    if faults:
        raise TableError(file, faults)
    for name, table in named.items():
        faults += claim_id_faults(table, name)
    claims = typed(named["claims"], CLAIMS, (), faults)
    lines = typed(named["lines"], LINES, tuple(LISTS), faults)
    too_many_values(lines, faults)
    given = named.get("diagnoses")
    diagnoses = (
        typed(given, DIAGNOSES, (), faults)
        if given is not None
        else long_diagnoses(_numbered_diagnoses(named["claims"], faults))
    )
    faults += duplicate_claims(claims)
    faults += orphans(claims, {"lines": lines, "diagnoses": diagnoses})
    if faults:
        raise TableError(file, faults)
    return assemble(
        {"claims": claims, "lines": lines, "diagnoses": diagnoses}, file, first_claim_key
    )


def _numbered_diagnoses(table: pl.DataFrame, faults: list[str]) -> pl.DataFrame:
    numbered = [
        name
        for name in table.columns
        if name.startswith(("diagnosis_code_", "present_on_admission_code_"))
    ]
    codes = table.select("claim_id", ROW, *numbered)
    return typed(codes, DIAGNOSES, tuple(numbered), faults)
