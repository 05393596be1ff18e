"""Claims sent earlier, and what a history tells of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cleanclaim import History
from cleanclaim.edits.samples import interchange
from cleanclaim.model import Batch
from cleanclaim.read import FileRead, Past, read
from cleanclaim.report.result import Report

ORDER = ["claim_id", "line_number", "diagnosis_number", "code", "position", "message"]


def claim(
    path: Path,
    claim_id: str,
    *,
    patient: int = 0,
    procedure: str = "99213",
    frequency: str = "1",
) -> Path:
    text = interchange(
        ("CLM*EXAMPLE-1", f"CLM*{claim_id}*125***11:B:{frequency}*Y*A*Y*Y"),
        ("NM1*IL", f"NM1*IL*1*EXAMPLE*PAT****MI*W00000000{patient}"),
    )
    path.write_text(text.replace("HC:99213", f"HC:{procedure}"))
    return path


def claims_in(kept: History, patients: pl.Series | None = None) -> Batch:
    """What a history holds, read back."""
    files: list[FileRead] = []
    batches = list(read([kept.folder], files, past=Past(patients)))
    assert [entry.error for entry in files] == [None]
    return Batch.of(
        {
            name: pl.concat([batch.frames()[name] for batch in batches])
            for name in ("claims", "lines", "diagnoses")
        }
    )


def found(report: Report) -> pl.DataFrame:
    return report.findings.select(ORDER).sort(ORDER)


def codes(report: Report) -> set[str]:
    return set(report.findings["code"].cast(pl.String))


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
