"""Runs on disk find what runs in memory find, and go on after they were stopped."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.edits import registry
from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.edits.samples import interchange
from cleanclaim.errors import ConfigError
from cleanclaim.job import Job
from cleanclaim.large import Large
from cleanclaim.large.journal import opened
from cleanclaim.large.spill import BUCKETS, groups
from cleanclaim.pipeline import run, run_whole
from cleanclaim.plan import Plan
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings

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


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, ...]:
    folder = tmp_path / "in"
    folder.mkdir()
    return tuple(write_files(folder))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def job(inputs: tuple[Path, ...], reference: Reference, told: Told) -> Job:
    return Job(
        inputs,
        reference,
        EDITS,
        Settings(),
        plan=SMALL,
        progress=lambda doing, done, share: told.progress.append((doing, done, share)),
        tell=told.words.append,
    )


def findings(results: Report | Large) -> pl.DataFrame:
    return pl.concat(list(results.findings_parts())).select(SHOWN).sort(ORDER)


def not_checked(results: Report | Large) -> pl.DataFrame:
    rows = pl.concat(list(results.not_checked_parts())).drop("claim_key")
    return rows.sort(rows.columns)


def in_memory(job: Job) -> Report:
    return run_whole(replace(job, progress=lambda _doing, _done, _share: None))


def assert_same(results: Report | Large, expected: Report) -> None:
    assert_frame_equal(findings(results), findings(expected))
    assert_frame_equal(not_checked(results), not_checked(expected))
    assert results.summary == expected.summary
    assert results.files == expected.files
    assert results.is_clean == expected.is_clean


def test_few_claims_stay_in_memory(job: Job) -> None:
    few = replace(job, plan=Plan())
    with run(few) as results:
        assert isinstance(results, Report)
        assert_same(results, in_memory(job))


def test_on_disk_finds_what_memory_finds(job: Job, told: Told) -> None:
    with run(job) as results:
        assert isinstance(results, Large)
        assert len(results.folders) > 1
        assert_same(results, in_memory(job))
        assert findings(results)["code"].n_unique() > 2
    assert not results.folders[0].exists()
    assert {doing for doing, _, _ in told.progress} == {"reading", "checking"}
    assert told.progress[-1] == ("checking", 6, 1.0)


def test_claims_of_a_patient_in_several_files_meet(job: Job) -> None:
    with run(job) as results:
        twice = findings(results).filter(pl.col("code") == "CLM115")
    assert twice["file"].n_unique() > 1


def test_history_is_looked_back_at(job: Job, inputs: tuple[Path, ...]) -> None:
    later = replace(job, inputs=inputs[3:], history=inputs[:3], plan=Plan(1, 1))
    with run(later) as results:
        assert isinstance(results, Large)
        assert_same(results, in_memory(later))
        assert findings(results).filter(pl.col("code") == "HX103").height


def test_history_of_other_patients_is_history(job: Job, inputs: tuple[Path, ...]) -> None:
    """Patient 1 has no earlier claim, but earlier claims were given: nothing is told as not loaded."""
    later = replace(job, inputs=inputs[1:], history=inputs[:1], plan=Plan(1, 1))
    with run(later) as results:
        assert_same(results, in_memory(later))
        reasons = not_checked(results)["reason"].to_list()
    assert not [words for words in reasons if words.startswith("no earlier claims")]


def test_a_history_that_cannot_be_read_is_told(job: Job, tmp_path: Path) -> None:
    asked = replace(job, edits=ALONE, history=(tmp_path / "missing.837",))
    with run(asked) as results:
        assert isinstance(results, Large)
        assert [entry.file for entry in results.unread] == [str(tmp_path / "missing.837")]


@pytest.mark.parametrize("edits", [EDITS, ALONE], ids=["across", "alone"])
def test_nothing_to_read_where_a_run_was_begun(
    job: Job, tmp_path: Path, edits: tuple[Edit, ...]
) -> None:
    work = tmp_path / "out.partial"
    work.mkdir()
    with run(replace(job, inputs=(tmp_path / "missing.837",), edits=edits), work) as results:
        assert results.summary["claims"] == 0
        assert pl.concat(list(results.not_checked_parts())).is_empty()
        assert len(results.unread) == 1


def test_without_edits_across_claims_nothing_is_put_in_order(job: Job, tmp_path: Path) -> None:
    alone = replace(job, edits=ALONE)
    work = tmp_path / "out.partial"
    with run(alone, work) as results:
        assert isinstance(results, Large)
        assert not list(work.glob("piece-*"))
        assert_same(results, in_memory(alone))
    assert not work.exists()


def test_milder_findings_are_left_out(job: Job) -> None:
    harder = replace(job, settings=Settings(min_disposition=Disposition.REJECT))
    with run(harder) as results:
        assert_same(results, in_memory(harder))
        assert set(findings(results)["disposition"].cast(pl.String)) == {"reject"}


def test_files_that_cannot_be_read_are_told(job: Job, tmp_path: Path) -> None:
    (tmp_path / "empty.837").touch()
    worse = replace(job, inputs=(tmp_path / "empty.837", *job.inputs, tmp_path / "missing.837"))
    with run(worse) as results:
        assert isinstance(results, Large)
        assert [entry.file for entry in results.unread] == [
            str(tmp_path / "empty.837"),
            str(tmp_path / "missing.837"),
        ]
        assert_same(results, in_memory(worse))


class StoppedError(Exception):
    """A run that ends before its time."""


def stopping(job: Job, doing: str, after: int) -> Job:
    """A job that is stopped at its so-many-th report of what it is doing."""
    seen = 0

    def progress(now: str, _done: int, _share: float | None) -> None:
        nonlocal seen
        seen += now == doing
        if seen == after:
            raise StoppedError

    return replace(job, progress=progress)


@pytest.mark.parametrize(
    ("edits", "doing", "after"),
    [
        (EDITS, "reading", 3),
        (EDITS, "reading", 5),
        (EDITS, "checking", 1),
        (ALONE, "reading", 3),
        (ALONE, "reading", 5),
    ],
)
def test_a_stopped_run_goes_on(
    job: Job, told: Told, tmp_path: Path, edits: tuple[Edit, ...], doing: str, after: int
) -> None:
    work = tmp_path / "out.partial"
    asked = replace(job, edits=edits, plan=Plan(1, 1))
    with pytest.raises(StoppedError), run(stopping(asked, doing, after), work):
        pass
    kept = {path: path.stat().st_mtime_ns for path in work.glob("*-*/record.json")}
    assert kept
    with run(asked, work) as results:
        assert_same(results, in_memory(asked))
        stayed = [path for path, time in kept.items() if path.exists() and path.stat().st_mtime_ns == time]  # fmt: skip
        assert stayed
    assert told.words == [f"resuming {work}"]
    assert not work.exists()


def test_another_run_begins_anew(job: Job, told: Told, tmp_path: Path) -> None:
    work = tmp_path / "out.partial"
    with pytest.raises(StoppedError), run(stopping(job, "checking", 1), work):
        pass
    other = replace(job, inputs=job.inputs[:-1])
    with run(other, work) as results:
        assert_same(results, in_memory(other))
    assert told.words == [f"{work} belongs to another run (inputs changed); starting over"]


def test_a_changed_file_begins_anew(job: Job, told: Told, tmp_path: Path) -> None:
    work = tmp_path / "out.partial"
    with pytest.raises(StoppedError), run(stopping(job, "checking", 1), work):
        pass
    job.inputs[0].write_text(Path(job.inputs[0]).read_text().replace("M545", "I10"))  # type: ignore[union-attr]
    with run(job, work) as results:
        assert_same(results, in_memory(job))
    assert "inputs changed" in told.words[0]


def test_two_runs_do_not_share_a_folder(job: Job, tmp_path: Path) -> None:
    work = tmp_path / "out.partial"
    with (
        opened(work, {}, lambda _words: None),
        pytest.raises(ConfigError, match="another run is using it"),
        run(job, work),
    ):
        pass


def test_only_its_owner_reads_the_folder(job: Job, tmp_path: Path) -> None:
    work = tmp_path / "out.partial"
    with run(job, work):
        assert work.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told(job: Job, tmp_path: Path) -> None:
    def full(_folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with (
        opened(tmp_path / "out.partial", {}, lambda _words: None) as journal,
        pytest.raises(ConfigError, match="piece-000000: No space left on device"),
    ):
        journal.commit("piece", 0, full, {})


def test_half_a_folder_does_not_count(job: Job, tmp_path: Path) -> None:
    work = tmp_path / "out.partial"
    with pytest.raises(StoppedError), run(stopping(job, "checking", 1), work):
        pass
    (work / ".part-000009").mkdir()
    with run(job, work) as results:
        assert_same(results, in_memory(job))


@pytest.mark.parametrize(
    ("memory", "at_once"), [("2GB", 46_000), ("1.2 GB", 14_000), ("100MB", 1_000), ("1TB", 50_000)]
)
def test_memory_bounds_the_groups(memory: str, at_once: int) -> None:
    assert Plan.within(memory).at_once == at_once


@pytest.mark.parametrize("memory", ["much", "2 gigs", "-1GB", ""])
def test_memory_that_is_no_size(memory: str) -> None:
    with pytest.raises(ConfigError, match="expected a size such as 2GB"):
        Plan.within(memory)


@pytest.mark.parametrize(
    "shares", [[0] * BUCKETS, [1] * BUCKETS, [0, 900, 1, *[2] * (BUCKETS - 3)]]
)
@pytest.mark.parametrize("at_once", [1, 7, 100, 10**6])
def test_groups_cover_every_bucket_once(shares: list[int], at_once: int) -> None:
    counts = np.array(shares)
    ranges = groups(counts, at_once)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == BUCKETS
    assert all(a[1] == b[0] and a[0] < a[1] for a, b in pairwise(ranges))
    most = max(int(counts[first:last].sum()) for first, last in ranges)
    assert most <= at_once + max(shares)
