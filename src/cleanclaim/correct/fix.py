"""Repair an 837: safe repairs, and what was decided."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.correct.apply import Corrector
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.envelope import envelope_faults
from cleanclaim.correct.safe import OURS, safe_repairs
from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.model import concat
from cleanclaim.read.sources import reason
from cleanclaim.read.x837 import read_x12
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.report.result import Report
from cleanclaim.storage.durable import whole_file
from cleanclaim.x12.rewrite import X12File

_RECORD: Final = ".changes.csv"


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


def read_file(path: Path) -> tuple[bytes, Corrector]:
    """Read an 837 to correct.

    Raises:
        UnreadableFile: it can't be read.
        InputError: it isn't an 837, or a claim of it isn't inside a transaction.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {reason(error)}") from None
    batch = concat(read_x12(io.BytesIO(content), file=str(path), form=False))
    if batch.claims.is_empty():
        raise InputError(f"{path}: the file has no claims")
    return content, Corrector(X12File(content, CLAIMS), batch)


def repaired(
    corrector: Corrector,
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
    own = safe_repairs(corrector, findings) if safe else []
    corrector.apply(decisions)
    decided = tuple(corrector.done)
    places = {(one.claim_id, one.line_number, one.diagnosis_number, one.field) for one in decisions}
    corrector.apply(one for one in own if (one.claim_id, one.line_number, one.diagnosis_number, one.field) not in places)  # fmt: skip
    made = tuple(corrector.done[len(decided) :])
    inserted = Counter(corrector.file.inserted)
    envelope = []
    if safe or inserted:
        for number, element, old, new in list(envelope_faults(corrector.names, inserted)):
            corrector.file.replace(number, element, new)
            envelope.append(Decision("", None, None, "ENV001", element, old, new, OURS))
    return Repaired(corrector.file.to_bytes(), made, decided, tuple(envelope))


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
    return [
        Decision(
            row["claim_id"] or "",
            row["line_number"],
            row["diagnosis_number"],
            row["code"],
            row["field"]["column"],
            _value(report, row["claim_key"], row["line_number"], row["diagnosis_number"], row["field"]["column"]),
            "",
            "",
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _value(report: Report, key: int, line: int | None, diagnosis: int | None, field: str) -> str:
    table, _, name = field.partition(".")
    frame: pl.DataFrame | None = getattr(report.batch, table, None)
    if frame is None or name not in frame.columns:
        return ""
    rows = frame.filter(pl.col("claim_key") == key)
    if table == "lines":
        rows = rows.filter(pl.col("line_number") == line)
    if table == "diagnoses":
        rows = rows.filter(pl.col("diagnosis_number") == diagnosis)
    return "" if rows.is_empty() or rows[name][0] is None else str(rows[name][0])
