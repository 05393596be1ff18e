"""Repair a file of claims: safe repairs, and what was decided."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.correct.corrector import Corrector
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.fhir_claims import FhirClaims
from cleanclaim.correct.grid import CsvGrid, Grid
from cleanclaim.correct.parquet_grid import ParquetGrid
from cleanclaim.correct.table_claims import TableClaims
from cleanclaim.correct.values import Reading
from cleanclaim.correct.workbook_grid import WorkbookGrid
from cleanclaim.correct.x12_claims import X12Claims
from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.model import concat
from cleanclaim.read.history import is_history
from cleanclaim.read.sources import Kind, kind_of, reason
from cleanclaim.read.table_options import AS_FOUND, TableOptions
from cleanclaim.read.x837 import read_x12
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.report.result import Report
from cleanclaim.storage.durable import whole_file
from cleanclaim.x12.rewrite import X12File

_RECORD: Final = ".changes.csv"
_HEAD: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Repaired:
    """A file with its repairs.

    Attributes:
        content: the file.
        safe: safe repairs.
        decided: what was decided.
        envelope: corrected counts and control numbers.
    """

    content: bytes
    safe: tuple[Decision, ...]
    decided: tuple[Decision, ...]
    envelope: tuple[Decision, ...]

    @property
    def changes(self) -> tuple[Decision, ...]:
        """Everything that was changed."""
        return (*self.safe, *self.decided, *self.envelope)


def read_file(path: Path, tables: TableOptions = AS_FOUND) -> tuple[bytes, Corrector[Any]]:
    """Read a file to correct: an 837, FHIR claims, or a table with a row for each service line.

    Args:
        path: the file.
        tables: what the user says about tables.

    Raises:
        UnreadableFile: it can't be read.
        InputError: it has another format or no claims, or a claim of an 837 isn't inside a
            transaction.
    """
    if path.is_dir():
        raise InputError(_folder(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {reason(error)}") from None
    kind = kind_of(content[:_HEAD], str(path))
    grid = _grid(kind, content, str(path), tables)
    if grid is not None:
        return content, TableClaims(grid, str(path), tables)
    if kind == "fhir":
        return content, FhirClaims(content, str(path))
    batch = concat(read_x12(io.BytesIO(content), file=str(path), form=False))
    if batch.claims.is_empty():
        raise InputError(f"{path}: the file has no claims")
    return content, X12Claims(X12File(content, CLAIMS), batch)


def _folder(path: Path) -> str:
    """Why a folder isn't corrected, and what to do instead."""
    if is_history(path):
        return f"{path}: a history isn't corrected: it keeps nothing that could be sent again; correct the file that was sent"
    names = {one.stem.lower() for one in path.iterdir() if not one.name.startswith(".")}
    if {"claims", "lines"} <= names:
        return f"{path}: tables that are joined by claim_id aren't corrected; correct the file that they are from, or join them to a row for each service line"
    return f"{path}: it is a folder, and one file is corrected at a time; name the file that has the claim"


def _grid(kind: Kind, content: bytes, file: str, tables: TableOptions) -> Grid | None:
    """The cells of a table; None for what is no table."""
    if kind == "csv":
        return CsvGrid(content, file, tables)
    if kind == "workbook":
        return WorkbookGrid(content, file, tables)
    return ParquetGrid(content, file) if kind == "parquet" else None


def repaired(
    corrector: Corrector[Any],
    findings: pl.DataFrame,
    decisions: Sequence[Decision],
    *,
    safe: bool = True,
) -> Repaired:
    """Repair a file.

    Args:
        corrector: the file.
        findings: what a check of it found.
        decisions: what was decided.
        safe: make safe repairs too, and correct the envelope.

    Raises:
        TableError: a decision can't be carried out; every fault is listed.
    """
    own = corrector.safe(findings) if safe else []
    corrector.apply(decisions)
    decided = tuple(corrector.done)
    places = {(one.claim_id, one.line_number, one.diagnosis_number, one.field) for one in decisions}
    corrector.apply(one for one in own if (one.claim_id, one.line_number, one.diagnosis_number, one.field) not in places)  # fmt: skip
    made = tuple(corrector.done[len(decided) :])
    content, around = corrector.finish(safe=safe)
    return Repaired(content, made, decided, tuple(around))


def record_of(output: Path) -> Path:
    """The file that records what was changed in an output."""
    return output.with_name(output.name + _RECORD)


def write(path: Path, content: bytes) -> None:
    """Write a file completely or not at all; only its owner can read it."""
    with whole_file(path) as out:
        out.write(content)


def proposals(report: Report) -> list[Decision]:
    """A row for each finding whose repair must be decided; the new values are empty."""
    rows = report.findings.filter(pl.col("fix") == "proposed").filter(pl.col("field").is_not_null())
    known = Reading(report.batch)
    return [
        Decision(
            row["claim_id"] or "",
            row["line_number"],
            row["diagnosis_number"],
            row["code"],
            row["field"]["column"],
            _value(report, known, row),
            "",
            "",
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _value(report: Report, known: Reading, row: Mapping[str, Any]) -> str:
    table, _, name = row["field"]["column"].partition(".")
    numbers = {"claims": 0, "lines": row["line_number"], "diagnoses": row["diagnosis_number"]}
    if table in numbers:
        found = known.value((row["claim_key"], table, int(numbers[table] or 0), name))
        return "" if found is None else str(found)
    frame: pl.DataFrame | None = getattr(report.batch, table, None)
    if frame is None or name not in frame.columns:
        return ""
    rows = frame.filter(pl.col("claim_key") == row["claim_key"])
    return "" if rows.is_empty() or rows[name][0] is None else str(rows[name][0])
