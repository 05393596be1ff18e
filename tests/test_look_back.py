"""Looking back: edits see the earlier claims of the patients, reports don't."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim import History, check
from cleanclaim.edits import registry
from cleanclaim.edits.samples import interchange, professional
from cleanclaim.engine.not_checked import NOT_CHECKED_ORDER
from cleanclaim.job import Job
from cleanclaim.large import Large
from cleanclaim.look_back import Earlier, Known, pairs_of, with_past
from cleanclaim.model import TABLES, Batch, concat
from cleanclaim.model.spans import EVERY_DAY
from cleanclaim.pipeline import run
from cleanclaim.plan import Plan
from cleanclaim.read.inputs import digest_of
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings
from histories import ORDER, claim, codes, found


class TestLookingBack:
    def test_as_with_the_files_themselves(
        self, kept: History, past: list[Path], today: Path, reference: Reference
    ) -> None:
        kept.add(past)
        with_files = check(today, history=past, reference=reference)
        with_history = check(today, history=kept.folder, reference=reference)
        assert_frame_equal(found(with_history), found(with_files))
        assert_frame_equal(with_history.not_checked, with_files.not_checked)
        assert "HX103" in codes(with_history)

    def test_only_the_patients_of_the_day_are_read(
        self, kept: History, past: list[Path], today: Path, reference: Reference
    ) -> None:
        kept.add(past)
        report = check(today, history=kept.folder, reference=reference)
        earlier = report.batch.claims.filter("is_history")
        assert earlier["claim_id"].to_list() == ["SENT-1", "SENT-4"]
        assert report.claims["claim_id"].to_list() == ["TODAY-1"]
        assert report.files[-1].claims == 6

    def test_objects_look_back_too(
        self, kept: History, past: list[Path], reference: Reference
    ) -> None:
        kept.add(past)
        asked = {
            "claim_id": "TODAY-1",
            "member_id": "W000000001",
            "patient_birth_date": "1980-02-14",
            "billing_npi": "1234567893",
            "rendering_npi": "1245319599",
            "lines": [{"procedure_code": "99213", "from_date": "2026-05-12"}],
        }
        assert "HX103" in codes(check(asked, history=kept.folder, reference=reference))
        assert "HX103" not in codes(check(asked, reference=reference))

    def test_the_days_own_file_is_no_past(
        self, kept: History, past: list[Path], reference: Reference
    ) -> None:
        kept.add(past[:3])
        report = check(past[1], history=kept.folder, reference=reference)
        assert "HX103" not in codes(report)
        assert report.notes == (
            f"Already in the history, so not used for looking back: {past[1]}.",
        )

    def test_what_all_patients_show(
        self, kept: History, tmp_path: Path, today: Path, reference: Reference
    ) -> None:
        folder = tmp_path / "paid"
        folder.mkdir()
        for number in range(20):
            path = claim(folder / f"{number}.837", f"PAID-{number}", patient=2 + number % 7)
            path.write_text(path.read_text().replace("ABK:I10", "ABK:E119"))
        kept.add([folder])
        in_memory = check(today, history=kept.folder, select=["LNK108"], reference=reference)
        assert codes(in_memory) == {"LNK108"}
        job = Job(
            (today, claim(tmp_path / "more.837", "TODAY-2", patient=8)),
            reference,
            tuple(in_memory.edits),
            Settings(),
            history=(kept.folder,),
            plan=Plan(at_once=1, in_memory=0),
        )
        with run(job) as on_disk:
            assert isinstance(on_disk, Large)
            assert on_disk.summary["findings_by_edit"]["LNK108"]["count"] == 2
            assert on_disk.summary["not_checked_by_reason"] == []

    def test_large_runs_read_only_their_patients(
        self, kept: History, past: list[Path], today: Path, reference: Reference
    ) -> None:
        kept.add([*past, today])
        edits = tuple(edit for edit in registry.own_edits() if edit.scope != "all")
        job = Job((today,), reference, edits, Settings(), history=(kept.folder,))
        with run(job) as expected, run(replace(job, plan=Plan(at_once=1, in_memory=0))) as large:
            assert isinstance(expected, Report)
            assert isinstance(large, Large)
            assert expected.batch.claims.height == 3
            shown = pl.concat(list(large.findings_parts())).select(ORDER).sort(ORDER)
            assert_frame_equal(shown, found(expected))
            assert large.summary == expected.summary
            assert large.notes == expected.notes != ()

    def test_a_void_takes_the_place_of_what_it_voids(
        self, kept: History, past: list[Path], today: Path, tmp_path: Path, reference: Reference
    ) -> None:
        kept.add([past[1]])
        assert "HX103" in codes(check(today, history=kept.folder, reference=reference))
        kept.add([claim(tmp_path / "void.837", "SENT-1", patient=1, frequency="8")])
        assert "HX103" not in codes(check(today, history=kept.folder, reference=reference))

    def test_a_correction_takes_the_place_of_what_it_corrects(
        self, kept: History, past: list[Path], today: Path, tmp_path: Path, reference: Reference
    ) -> None:
        kept.add([past[1]])
        corrected = claim(
            tmp_path / "corrected.837", "SENT-1", patient=1, procedure="99214", frequency="7"
        )
        kept.add([corrected])
        assert "HX103" not in codes(check(today, history=kept.folder, reference=reference))
        same = claim(tmp_path / "same.837", "TODAY-2", patient=1, procedure="99214")
        assert "HX103" in codes(check(same, history=kept.folder, reference=reference))


def dated(path: Path, claim_id: str, day: str, patient: int, **changes: str) -> Path:
    """A claim of another day than the example's."""
    claim(path, claim_id, patient=patient, **changes)
    path.write_text(path.read_text().replace("20260512", day))
    return path


def unseen(report: Report, code: str = "EM101") -> list[str]:
    """Why an edit couldn't look back."""
    rows = report.not_checked.filter(pl.col("code") == code)
    return rows["reason"].unique().sort().to_list()


class TestDaysCovered:
    """Earlier claims answer only for the days that they cover, whoever's they are."""

    @pytest.fixture
    def new(self, tmp_path: Path) -> Path:
        return claim(tmp_path / "new.837", "NEW", patient=9, procedure="99203")

    def test_a_month_of_two_years_ago_does_not_answer(
        self, kept: History, new: Path, tmp_path: Path, reference: Reference
    ) -> None:
        august = [
            dated(tmp_path / f"{day}.837", f"SENT-{day}", day, patient=day_of_month % 3)
            for day_of_month in (1, 16, 31)
            for day in (f"202408{day_of_month:02}",)
        ]
        kept.add(august)
        expected = [
            "to tell whether the patient is new, claims of the 3 years before are needed; "
            "those loaded are from 2024-08-01 to 2024-08-31 and 2026-05-12"
        ]
        for history in (kept.folder, august):
            assert unseen(check(new, history=history, reference=reference)) == expected

    @pytest.mark.parametrize(
        ("begins", "answers"), [(date(2023, 5, 13), True), (date(2023, 5, 14), False)]
    )
    def test_three_years_without_a_gap_answer(
        self, new: Path, tmp_path: Path, begins: date, answers: bool, reference: Reference
    ) -> None:
        days = [begins + timedelta(days=31 * n) for n in range(36)]
        files = [
            dated(tmp_path / f"{day:%Y%m%d}.837", f"SENT-{n}", f"{day:%Y%m%d}", patient=n % 7)
            for n, day in enumerate(days)
        ]
        assert (days[-1] - DAY).days >= -31
        report = check(new, history=files, reference=reference)
        assert bool(unseen(report)) != answers
        history = History(tmp_path / "history")
        history.add(files)
        kept = check(new, history=history.folder, reference=reference)
        assert_frame_equal(kept.not_checked, report.not_checked)
        job = Job((new,), reference, report.edits, history=(history.folder,), plan=DISK)
        with run(job) as on_disk:
            assert isinstance(on_disk, Large)
            told = pl.concat(list(on_disk.not_checked_parts()))
        assert_frame_equal(told, report.not_checked)

    def test_what_the_earlier_claims_show_is_found_in_any_case(
        self, tmp_path: Path, reference: Reference
    ) -> None:
        seen = dated(tmp_path / "seen.837", "SENT", "20240812", patient=9)
        new = claim(tmp_path / "new.837", "NEW", patient=9, procedure="99203")
        report = check(new, history=seen, reference=reference)
        assert "EM101" in codes(report)
        assert not unseen(report)

    def test_a_surgery_is_missed_only_where_claims_are_loaded(
        self, tmp_path: Path, reference: Reference
    ) -> None:
        visit = claim(tmp_path / "visit.837", "VISIT", patient=9, procedure="99213:24")
        march = [dated(tmp_path / f"{d}.837", d, d, patient=1) for d in ("20260301", "20260331")]
        february = dated(tmp_path / "february.837", "FEBRUARY", "20260211", patient=1)
        april = dated(tmp_path / "april.837", "APRIL", "20260430", patient=1)
        too_late = check(visit, history=[*march, april], reference=reference)
        assert "MOD114" not in codes(too_late)
        assert unseen(too_late, "MOD114")
        enough = check(visit, history=[february, *march, april], reference=reference)
        assert "MOD114" in codes(enough)
        assert not unseen(enough, "MOD114")

    def test_groups_of_patients_know_what_all_claims_cover(
        self, tmp_path: Path, reference: Reference
    ) -> None:
        """The claims being checked count too, those of other groups included."""
        first = date(2026, 2, 1)
        files = [
            dated(tmp_path / f"{n}.837", f"C{n}", f"{first + timedelta(days=20 * n):%Y%m%d}", n)
            for n in range(6)
        ]
        in_memory = check(files, reference=reference)
        assert in_memory.not_checked.filter(pl.col("code") == "HX101")["claim_id"].to_list() == [
            f"C{n}" for n in range(5)
        ]
        with run(Job(tuple(files), reference, in_memory.edits, plan=DISK)) as on_disk:
            assert isinstance(on_disk, Large)
            told = pl.concat(list(on_disk.not_checked_parts()))
        assert_frame_equal(told.sort("claim_key", *NOT_CHECKED_ORDER[1:]), in_memory.not_checked)


def batch(*claim_ids: str, patient: str = "W1", first_key: int = 0) -> Batch:
    claims = [
        professional(claim_id=claim_id, member_id=patient, diagnoses=["I10", "E11.9"])
        for claim_id in claim_ids
    ]
    return batch_of(claims, first_claim_key=first_key)


DISK = Plan(at_once=1, in_memory=0)
NOTHING_KNOWN = Known(covered=(), pairs=None)
DAY = date(2026, 5, 12)


class TestWithPast:
    def test_the_earlier_claims_of_the_same_patients_are_marked(self) -> None:
        past = concat([batch("P1", "P2", first_key=5), batch("Q1", patient="W2", first_key=7)])
        both = with_past(batch("D1"), past, NOTHING_KNOWN)
        marked = both.claims.select("claim_id", "is_history").fill_null(value=False)
        assert marked.rows() == [("D1", False), ("P1", True), ("P2", True)]

    def test_all_their_rows_come_along_and_no_others(self) -> None:
        past = concat([batch("P1", first_key=5), batch("Q1", patient="W2", first_key=7)])
        both = with_past(batch("D1"), past, NOTHING_KNOWN)
        for name in ("lines", "diagnoses"):
            assert both.frames()[name]["claim_key"].unique().to_list() == [0, 5], name
        assert both.diagnoses.height == 4

    def test_faults_of_form_of_earlier_files_are_left_out(self) -> None:
        broken = interchange(("SE*25", "SE*24")).encode()
        past = concat(list(read_x12(broken, file="past.837", first_claim_key=9)))
        day = concat(list(read_x12(broken, file="day.837")))
        assert past.syntax_faults.height
        both = with_past(day, past, NOTHING_KNOWN)
        assert both.claims.height == 2
        assert both.syntax_faults["file"].unique().to_list() == ["day.837"]

    def test_a_patient_without_a_number_has_no_past(self) -> None:
        nobody = batch("D1", patient="")
        unknown = nobody.claims.with_columns(pl.lit(None, pl.UInt64).alias("patient_key"))
        nobody = replace(nobody, claims=TABLES["claims"].conform(unknown))
        earlier = batch("P1", patient="", first_key=5)
        past = replace(
            earlier,
            claims=TABLES["claims"].conform(
                earlier.claims.with_columns(pl.lit(None, pl.UInt64).alias("patient_key"))
            ),
        )
        assert with_past(nobody, past, NOTHING_KNOWN).claims["claim_id"].to_list() == ["D1"]

    def test_it_says_what_every_group_knows(self) -> None:
        pairs = pl.DataFrame({"pair": [1]})
        both = with_past(
            batch("D1"), batch("P1", first_key=5), Known(covered=EVERY_DAY, pairs=pairs)
        )
        assert both.days == EVERY_DAY
        assert both.history_pairs is pairs
        assert with_past(batch("D1"), batch("P1", first_key=5), NOTHING_KNOWN).days == ()


class TestKnown:
    def test_the_days_of_all_groups_are_covered(self, reference: Reference) -> None:
        groups = [((DAY, DAY),), (), ((date(2026, 4, 11), date(2026, 4, 11)),)]
        known = Known.of(groups, [], reference, counts=False)
        assert known == Known(((date(2026, 4, 11), DAY),), None)

    def test_pairs_are_counted_only_if_an_edit_asks(self, reference: Reference) -> None:
        past = [batch("P1", "P2"), batch("Q1", patient="W2", first_key=7)]
        assert Known.of([], past, reference, counts=False).pairs is None
        counted = Known.of([], past, reference, counts=True).pairs
        whole = pairs_of(concat(past), reference)
        assert counted is not None
        assert counted.height
        assert_frame_equal(counted, whole, check_row_order=False)
        assert Known.of([], [Batch.of({})], reference, counts=True).pairs is None


class TestEarlier:
    def test_claims_of_the_day_are_left_out_of_a_history_alone(
        self, kept: History, past: list[Path]
    ) -> None:
        kept.add(past[:2])
        assert Earlier.before(past[:2], past[2:]) == Earlier(tuple(past[2:]))
        before = Earlier.before([past[0], "-"], [kept.folder])
        assert before.exclude == {digest_of(past[0])}
        assert Earlier.before([past[0].parent], [kept.folder]).exclude == set(map(digest_of, past))
        assert Earlier.before([past[0].parent / "missing"], [kept.folder]).exclude == set()

    def test_files_in_the_history_already_are_told_few_by_name(
        self, kept: History, past: list[Path]
    ) -> None:
        kept.add(past[:5])
        [told] = Earlier.before(past, [kept.folder]).notes
        assert told.endswith(f"{past[0]}, {past[1]}, {past[2]} and 2 more.")
        assert str(past[3]) not in told
        assert Earlier.before(past[5:], [kept.folder]).notes == ()
        assert Earlier.before(past, past).notes == ()
