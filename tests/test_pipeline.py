"""The pipeline: few claims stay in memory, many are put on disk, and both find the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import pipeline
from cleanclaim.edits.edit import Disposition
from cleanclaim.engine.groups import whole_patients
from cleanclaim.failures import Failure
from cleanclaim.job import Job
from cleanclaim.large import Large
from cleanclaim.model import Batch
from cleanclaim.pipeline import run, run_whole
from cleanclaim.plan import Plan
from cleanclaim.read.objects import batch_of
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings
from one_edit import BACK_PAIN, barred
from runs import ALONE, EDITS, Told, assert_same, findings, in_memory


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


class TestMemoryOrDisk:
    """Only the pipeline chooses between the two."""

    @pytest.mark.parametrize(("most", "kind"), [(6, Report), (5, Large), (0, Large)])
    def test_the_plan_says_how_many_stay_in_memory(
        self, job: Job, most: int, kind: type[object]
    ) -> None:
        with run(replace(job, plan=Plan(at_once=1, in_memory=most))) as results:
            assert isinstance(results, kind)

    def test_a_run_that_was_begun_goes_on_on_disk_however_few_there_are(
        self, job: Job, tmp_path: Path
    ) -> None:
        work = tmp_path / "out.partial"
        work.mkdir()
        with run(replace(job, plan=Plan()), work) as results:
            assert isinstance(results, Large)
            assert_same(results, in_memory(job))

    def test_what_all_patients_show_is_counted_on_disk(
        self, job: Job, inputs: tuple[Path, ...]
    ) -> None:
        counting = tuple(edit for edit in EDITS if edit.scope == "all")
        asked = replace(job, inputs=inputs[:1], history=inputs[1:], plan=Plan())
        for edits, kind in ((counting, Large), (ALONE, Report)):
            with run(replace(asked, edits=edits)) as results:
                assert isinstance(results, kind)
        with run(replace(asked, edits=counting, history=())) as results:
            assert isinstance(results, Report)

    def test_callers_that_need_all_claims_at_hand_get_them(self, job: Job, told: Told) -> None:
        report = run_whole(replace(job, plan=Plan(at_once=1, in_memory=0)))
        assert report.claims.height == 6
        assert told.progress[:6] == [("reading", claims, None) for claims in range(1, 7)]


class TestInMemory:
    def test_groups_of_patients_find_what_all_find_together(
        self, job: Job, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        together = in_memory(job)
        monkeypatch.setattr(pipeline, "CLAIMS_AT_ONCE", 3)
        sizes: list[int] = []

        def groups(batch: Batch) -> Iterator[Batch]:
            for group in whole_patients(batch, 3):
                sizes.append(group.claims.height)
                yield group

        monkeypatch.setattr(pipeline, "whole_patients", groups)
        apart = run_whole(job)
        assert len([size for size in sizes if size]) == 2
        assert_same(apart, together)
        done = [(claims, share) for doing, claims, share in told.progress if doing == "checking"]
        assert done[-1] == (6, 1.0)

    def test_claims_at_hand_are_checked_in_place_of_the_inputs(
        self, job: Job, tmp_path: Path
    ) -> None:
        held = batch_of([BACK_PAIN])
        asked = replace(job, inputs=(tmp_path / "missing.837",), held=held)
        with run(asked) as results:
            assert isinstance(results, Report)
            assert results.claims["claim_id"].to_list() == ["A1"]
            assert results.files == ()
        with run(replace(asked, plan=Plan(at_once=1, in_memory=0))) as large:
            assert large.summary == results.summary

    def test_edits_that_did_not_load_and_edits_that_fail_are_both_told(self, job: Job) -> None:
        on_claims_alone = pl.col("procedure_code").str.to_date("%Y-%m-%d").is_null()
        failing = replace(barred(), code="ORG102", function=lambda: on_claims_alone)
        lost = Failure("edit", "ORG103.py", None, "SyntaxError")
        asked = replace(job, edits=(barred(), failing), broken=(lost,), held=batch_of([BACK_PAIN]))
        for plan in (Plan(), Plan(at_once=1, in_memory=0)):
            with run(replace(asked, plan=plan)) as results:
                assert [failure.name for failure in results.failures] == ["ORG102", "ORG103.py"]
                assert findings(results)["code"].to_list() == ["ORG101"]
                assert not results.is_clean

    def test_files_of_the_history_are_named_after_those_of_the_day(
        self, job: Job, inputs: tuple[Path, ...]
    ) -> None:
        later = replace(job, inputs=inputs[3:4], history=inputs[1:2], plan=Plan())
        with run(later) as results:
            assert [entry.file for entry in results.files] == [str(inputs[3]), str(inputs[1])]
            assert results.summary["claims"] == 1

    def test_the_payer_class_of_the_settings_binds_every_claim(self, job: Job) -> None:
        asked = replace(job, settings=Settings(payer_class="medicaid"))
        assert set(run_whole(asked).claims["payer_class"]) == {"medicaid"}
