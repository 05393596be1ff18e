"""Runs in memory and on disk, and what they find."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from cleanclaim.edits import registry
from cleanclaim.edits.samples import interchange
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.job import Job
from cleanclaim.large import Large
from cleanclaim.pipeline import run_whole
from cleanclaim.plan import Plan
from cleanclaim.report.result import Report
from cleanclaim.verdicts import FINDINGS

EDITS = tuple(registry.own_edits())
ALONE = tuple(edit for edit in EDITS if not edit.looks_across)
SMALL = Plan(at_once=3, in_memory=4)
ORDER = ["file", "claim_id", "line_number", "diagnosis_number", "code", "position", "message"]
SHOWN = [*ORDER, "disposition", "suggestion", "evidence", "release"]


def write_files(folder: Path, count: int = 6) -> list[Path]:
    """Files of a claim each of two patients in turn, with faults of code, of form and across claims."""
    paths = []
    for n in range(count):
        code = "M545" if n % 3 == 0 else "E1165"
        text = interchange(
            ("CLM*EXAMPLE-1", f"CLM*DAY-{n}"),
            ("HI*ABK", f"HI*ABK:{code}"),
            ("NM1*IL", f"NM1*IL*1*EXAMPLE*PAT****MI*W00000000{n % 2}"),
            ("SE*25", "SE*24" if n == 1 else "SE*25"),
        )
        paths.append(folder / f"day-{n}.837")
        paths[-1].write_text(text)
    return paths


@dataclass
class Told:
    """What a run told while it went on."""

    words: list[str] = field(default_factory=list)
    progress: list[tuple[str, int, float | None]] = field(default_factory=list)


def findings(results: Report | Large) -> pl.DataFrame:
    nothing = pl.DataFrame(schema=FINDINGS)
    return pl.concat([nothing, *results.findings_parts()]).select(SHOWN).sort(ORDER)


def not_checked(results: Report | Large) -> pl.DataFrame:
    nothing = pl.DataFrame(schema=NOT_CHECKED)
    rows = pl.concat([nothing, *results.not_checked_parts()]).drop("claim_key")
    return rows.sort(rows.columns)


def in_memory(job: Job) -> Report:
    return run_whole(replace(job, progress=lambda _doing, _done, _share: None))


def assert_same(results: Report | Large, expected: Report) -> None:
    assert_frame_equal(findings(results), findings(expected))
    assert_frame_equal(not_checked(results), not_checked(expected))
    assert results.summary == expected.summary
    assert results.files == expected.files
    assert results.is_clean == expected.is_clean
