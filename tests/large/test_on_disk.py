"""Runs on disk find what runs in memory find, and go on after they were stopped."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.edit import Edit
from cleanclaim.errors import ConfigError
from cleanclaim.job import Job
from cleanclaim.large import Large
from cleanclaim.large.journal import opened
from cleanclaim.pipeline import run
from cleanclaim.plan import Plan
from runs import ALONE, EDITS, Told, assert_same, findings, in_memory, not_checked


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
        assert all(part.is_empty() for part in results.not_checked_parts())
        assert len(results.unread) == 1


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
    path = Path(str(job.inputs[0]))
    path.write_text(path.read_text().replace("M545", "I10"))
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
