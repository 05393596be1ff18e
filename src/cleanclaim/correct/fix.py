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
from cleanclaim.correct.table_claims import TableClaims
from cleanclaim.correct.values import Reading
from cleanclaim.correct.x12_claims import X12Claims
from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.model import concat
from cleanclaim.read.sources import kind_of, reason
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
    """Read a file to correct: an 837, a CSV file with a row for each service line, or FHIR claims.

    Args:
        path: the file.
        tables: what the user says about tables.

    Raises:
        UnreadableFile: it can't be read.
        InputError: it has another format or no claims, or a claim of an 837 isn't inside a
            transaction.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {reason(error)}") from None
    kind = kind_of(content[:_HEAD], str(path))
    if kind == "csv":
        return content, TableClaims(content, str(path), tables)
    if kind == "fhir":
        return content, FhirClaims(content, str(path))
    if kind != "x12":
        raise InputError(f"{path}: expected an 837, a CSV file or FHIR claims; save a workbook as CSV to correct it")  # fmt: skip
    batch = concat(read_x12(io.BytesIO(content), file=str(path), form=False))
    if batch.claims.is_empty():
        raise InputError(f"{path}: the file has no claims")
    return content, X12Claims(X12File(content, CLAIMS), batch)


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
