"""A history: what is added is looked back at, once, whole or not at all."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from cleanclaim import History, check
from cleanclaim.cli.main import app
from cleanclaim.edits import registry
from cleanclaim.edits.samples import interchange
from cleanclaim.errors import CleanclaimError, ConfigError, HistoryError, InputError, UnreadableFile
from cleanclaim.job import Job
from cleanclaim.large import Large
from cleanclaim.model import TABLES, Batch
from cleanclaim.pipeline import run
from cleanclaim.plan import Plan
from cleanclaim.read import FileRead, Past, read
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings
from cleanclaim.storage.folder_lock import locked
from cleanclaim.storage.history_key import Key, Keys
from cleanclaim.write import history
from cleanclaim.write.dataset import write_dataset

ROOT = Path(__file__).resolve().parent.parent
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


@pytest.fixture
def kept(tmp_path: Path) -> History:
    return History(tmp_path / "history")


@pytest.fixture
def past(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "sent"
    folder.mkdir()
    return [claim(folder / f"{n}.837", f"SENT-{n}", patient=n % 3) for n in range(6)]


@pytest.fixture
def today(tmp_path: Path) -> Path:
    return claim(tmp_path / "today.837", "TODAY-1", patient=1)


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


class TestAdd:
    def test_what_is_read_back_is_what_was_added(self, kept: History, past: list[Path]) -> None:
        done = kept.add(past[:4])
        kept.add(past[4:])
        assert [added.claims for added in done.added] == [1, 1, 1, 1]
        sent: list[FileRead] = []
        expected = list(read(past, sent, form=False))
        whole = {
            name: pl.concat([batch.frames()[name] for batch in expected])
            for name in ("claims", "lines", "diagnoses")
        }
        held = claims_in(kept, whole["claims"]["patient_key"].unique())
        for name, frame in whole.items():
            private = [column.name for column in TABLES[name].columns if column.private]
            without = TABLES[name].conform(frame.drop(private))
            assert_frame_equal(held.frames()[name], without)

    def test_folders_and_tables(self, kept: History, past: list[Path], tmp_path: Path) -> None:
        tables = tmp_path / "tables"
        tables.mkdir()
        (tables / "claims.csv").write_text(
            "claim_id,member_id,patient_birth_date\nT1,W000000001,1980-02-14\n"
        )
        (tables / "lines.csv").write_text(
            "claim_id,line_number,procedure_code,from_date\nT1,1,99213,2026-05-12\n"
        )
        done = kept.add([past[0].parent, tables])
        assert [Path(added.name).name for added in done.added] == [
            *(path.name for path in past),
            "tables",
        ]
        assert claims_in(kept).claims["claim_id"].to_list()[-1] == "T1"
        assert kept.add([tables]).known[0][0] == str(tables)

    def test_large_files_have_parts_of_their_own(
        self, kept: History, past: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history, "CLAIMS_A_PART", 1)
        kept.add(past)
        assert claims_in(kept).claims["claim_key"].to_list() == list(range(6))
        assert claims_in(kept).claims["claim_id"].to_list() == [f"SENT-{n}" for n in range(6)]

    def test_a_file_is_added_once(self, kept: History, past: list[Path], tmp_path: Path) -> None:
        kept.add(past[:2])
        copy = tmp_path / "copy.837"
        shutil.copy(past[0], copy)
        other = tmp_path / "other.837"
        shutil.copy(past[2], other)
        done = kept.add([copy, past[2], other])
        assert [(name, known.number) for name, known in done.known] == [(str(copy), 1)]
        assert [added.name for added in done.added] == [str(past[2])]
        assert done.refused == [f"{other}: same content as {past[2]}"]
        assert claims_in(kept).claims.height == 3

    def test_a_file_that_cannot_be_read_to_its_end_is_not_added(
        self, kept: History, past: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history, "CLAIMS_A_PART", 1)
        broken = tmp_path / "broken.zip"
        whole = tmp_path / "whole.zip"
        pack(whole, past[:3])
        content = bytearray(whole.read_bytes())
        at = content.find(past[2].name.encode()) + 60
        content[at : at + 20] = bytes(20)
        broken.write_bytes(content)
        done = kept.add([past[3], broken, past[4]])
        assert [added.number for added in done.added] == [1, 2]
        assert len(done.refused) == 1
        assert str(broken) in done.refused[0]
        assert claims_in(kept).claims["claim_id"].to_list() == ["SENT-3", "SENT-4"]
        assert len(list(kept.folder.rglob("claims-*.parquet"))) == 2

    def test_nothing_to_add(self, kept: History, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "note.txt").write_text("nothing of a claim")
        done = kept.add([tmp_path / "empty", tmp_path / "note.txt", tmp_path / "none", "-"])
        assert done.added == []
        assert len(done.refused) == 4
        assert kept.files() == []
        assert kept.add([kept.folder]).refused == [f"{kept.folder}: this is a history itself"]

    def test_a_run_that_was_stopped_leaves_nothing(self, kept: History, past: list[Path]) -> None:
        kept.add(past[:1])
        left = kept.folder / "additions" / "000003"
        left.mkdir()
        shutil.copy(past[1], left / "claims-0000.parquet")
        assert claims_in(kept).claims.height == 1
        kept.add(past[1:2])
        assert not left.exists()
        assert claims_in(kept).claims.height == 2

    def test_a_folder_of_something_else_is_left_alone(self, past: list[Path]) -> None:
        with pytest.raises(HistoryError, match="holds something else"):
            History(past[0].parent).add(past)

    def test_one_at_a_time(self, kept: History, past: list[Path]) -> None:
        kept.add(past[:1])
        with locked(kept.folder), pytest.raises(ConfigError, match="another run"):
            kept.add(past[1:])

    def test_only_its_owner_reads_it(self, kept: History, past: list[Path]) -> None:
        kept.add(past)
        assert kept.folder.stat().st_mode & 0o077 == 0


def pack(path: Path, members: list[Path]) -> None:
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(member, member.name)


class TestRemove:
    def test_its_claims_are_gone_from_the_disk(self, kept: History, past: list[Path]) -> None:
        kept.add(past[:3])
        kept.add(past[3:4])
        before = files_of(kept.folder / "additions")
        gone = kept.remove([2])
        assert [added.name for added in gone] == [str(past[1])]
        assert claims_in(kept).claims["claim_id"].to_list() == ["SENT-0", "SENT-2", "SENT-3"]
        assert claims_in(kept).lines.height == 3
        assert len(files_of(kept.folder / "additions")) == len(before)
        held = pl.concat(
            [
                pl.read_parquet(path, columns=["claim_id"])
                for path in kept.folder.rglob("claims-*.parquet")
            ]
        )
        assert "SENT-1" not in held["claim_id"].to_list()
        assert [added.number for added in kept.files()] == [1, 3, 4]

    def test_a_whole_addition(self, kept: History, past: list[Path]) -> None:
        kept.add(past[:2])
        kept.add(past[2:3])
        kept.remove([1, 2])
        assert claims_in(kept).claims["claim_id"].to_list() == ["SENT-2"]
        assert not (kept.folder / "additions" / "000001").exists()

    def test_it_can_be_added_again(self, kept: History, past: list[Path]) -> None:
        kept.add(past[:3])
        kept.remove([1])
        kept.add(past[:1])
        assert claims_in(kept).claims["claim_id"].to_list() == ["SENT-1", "SENT-2", "SENT-0"]

    def test_unknown_numbers(self, kept: History, past: list[Path]) -> None:
        kept.add(past[:1])
        with pytest.raises(HistoryError, match="no file 7, 9"):
            kept.remove([9, 7, 1])
        assert len(kept.files()) == 1


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

    def test_without_claims_of_the_patient_it_is_a_history_still(
        self, kept: History, past: list[Path], tmp_path: Path, reference: Reference
    ) -> None:
        visit = claim(tmp_path / "new.837", "NEW", patient=9, procedure="99203")
        kept.add(past)
        alone = check(visit, reference=reference).not_checked
        looked_back = check(visit, history=kept.folder, reference=reference).not_checked
        assert "EM101" in alone["code"].cast(pl.String).to_list()
        assert "EM101" not in looked_back["code"].cast(pl.String).to_list()

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
            assert on_disk.summary["not_checked"] == 0

    def test_large_runs_read_only_their_patients(
        self, kept: History, past: list[Path], today: Path, reference: Reference
    ) -> None:
        kept.add([*past, today])
        edits = tuple(edit for edit in registry.own_edits() if not edit.of_all_patients)
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


class TestPatients:
    """A history doesn't say who its patients are."""

    def test_nothing_that_identifies_a_patient_is_stored(
        self, kept: History, tmp_path: Path
    ) -> None:
        path = claim(tmp_path / "1.837", "SENT-1")
        text = path.read_text().replace("CLM*SENT-1", "REF*EA*RECORD77~\nCLM*SENT-1", 1)
        path.write_text(text)
        [batch] = read([path], [])
        kept.add([path])
        stored = {p.name: pl.read_parquet(p) for p in kept.folder.rglob("*.parquet")}
        columns = {name for frame in stored.values() for name in frame.columns}
        private = {c.name for t in TABLES.values() for c in t.columns if c.private}
        assert columns & {*private, "file"} == set()
        assert {"member_id", "patient_birth_date", "medical_record_number"} <= private
        keys = batch.claims["patient_key"].to_list()
        for frame in stored.values():
            assert frame["patient_key"].null_count() == 0
            assert not frame["patient_key"].is_in(keys).any()
        held = "".join(str(frame.rows()) for frame in stored.values())
        assert "W000000000" not in held
        assert "1980" not in held

    def test_another_key_gives_other_numbers(self, tmp_path: Path) -> None:
        keys = Keys(tmp_path / "a").own(), Keys(tmp_path / "b").own()
        assert keys[0].secret != keys[1].secret
        assert keys[0].fingerprint != keys[1].fingerprint
        patients = pl.Series("patient_key", [7, None, 8, 7], pl.UInt64)
        one, other = (key.hashed(patients) for key in keys)
        assert one.dtype == pl.UInt64
        assert one.is_null().to_list() == [False, True, False, False]
        assert one[0] == one[3] != one[2]
        assert not set(one.drop_nulls()) & {7, 8, *other.drop_nulls()}
        assert keys[0].secret.hex() not in repr(keys[0])

    def test_a_key_is_always_the_same(self) -> None:
        key = Key(bytes(range(32)))
        assert key.fingerprint == "79f432ef11e07472"
        assert key.hashed(pl.Series([1], dtype=pl.UInt64)).to_list() == [1623775025501781635]

    def test_only_its_owner_reads_the_key(self, tmp_path: Path) -> None:
        keys = Keys(tmp_path / "new" / "keys")
        keys.own()
        assert keys.folder.stat().st_mode & 0o077 == 0
        assert [path.stat().st_mode & 0o777 for path in keys.folder.iterdir()] == [0o600]

    def test_histories_of_several_installations_together(
        self,
        past: list[Path],
        today: Path,
        tmp_path: Path,
        reference: Reference,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, files in (("here", past[:3]), ("there", past[3:])):
            monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / f"home-{name}"))
            History(tmp_path / name).add(files)
        both = [tmp_path / "here", tmp_path / "there"]
        report = check(today, history=both, reference=reference)
        [error] = [str(entry.error) for entry in report.unread]
        fingerprint = Keys().own().fingerprint
        assert fingerprint not in error
        assert "hashed with key" in error
        assert "history key --import" in error
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home-here"))
        Keys().export(Keys().own(), tmp_path / "key.json")
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home-there"))
        taken = Keys().import_key(tmp_path / "key.json")
        assert Keys().import_key(tmp_path / "key.json") == taken
        assert Keys().own().fingerprint == fingerprint
        report = check(today, history=both, reference=reference)
        assert report.unread == []
        expected = check(today, history=past, reference=reference)
        assert_frame_equal(found(report), found(expected))
        earlier = report.batch.claims.filter("is_history")
        assert earlier["claim_id"].to_list() == ["SENT-1", "SENT-4"]

    def test_without_its_key(
        self,
        kept: History,
        past: list[Path],
        today: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        reference: Reference,
    ) -> None:
        kept.add(past[:2])
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "new"))
        with pytest.raises(UnreadableFile, match="history key --import"):
            kept.add(past[2:])
        report = check(today, history=kept.folder, reference=reference)
        assert report.unread
        assert report.files[-1].claims == 0
        assert "EM101" not in codes(report)
        assert kept.remove([1])[0].number == 1
        assert [added.number for added in kept.files()] == [2]

    @pytest.mark.parametrize("content", ["", "{}", '{"history_key": "00"}', '{"history_key": 3}'])
    def test_a_damaged_key_is_told(
        self,
        kept: History,
        past: list[Path],
        tmp_path: Path,
        content: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home"))
        kept.add(past[:1])
        key = tmp_path / "home" / "keys" / "own.json"
        key.write_text(content)
        for work in (lambda: kept.add(past[1:]), lambda: History(tmp_path / "b").add(past)):
            with pytest.raises(CleanclaimError, match=r"own\.json: not a history key"):
                work()
        assert key.read_text() == content

    def test_it_is_not_checked_itself(
        self, kept: History, past: list[Path], reference: Reference
    ) -> None:
        kept.add(past)
        with pytest.raises(InputError, match="a history holds only what looking back needs"):
            check(kept.folder, reference=reference)

    def test_generated_claims_give_the_same_findings(
        self, kept: History, tmp_path: Path, reference: Reference
    ) -> None:
        files = generated(tmp_path)
        kept.add(files[:-1])
        edits = registry.own_edits()
        expected = check(files[-1], history=files[:-1], edits=edits, reference=reference)
        looked_back = check(files[-1], history=kept.folder, edits=edits, reference=reference)
        assert codes(expected) >= {"HX103", "QTY102"}
        assert_frame_equal(looked_back.findings, expected.findings)
        assert_frame_equal(looked_back.not_checked, expected.not_checked)


def generated(folder: Path) -> list[Path]:
    """Several days of invented claims, some of them corrected and voided later."""
    spec = spec_from_file_location("generate", ROOT / "benches" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = module_from_spec(spec)
    sys.modules["generate"] = generate
    spec.loader.exec_module(generate)
    paths = []
    for number in range(3):
        path = folder / f"day-{number}.837"
        made_of = replace(generate.EVERYDAY, start=generate.START + timedelta(days=number % 2 * 7))
        generate.write(path, 150 - number, made_of=made_of)
        if number == 1:
            path.write_text(
                path.read_text().replace(":B:1*", ":B:7*", 40).replace(":B:1*", ":B:8*", 20)
            )
        paths.append(path)
    return paths


class TestBelowAFolder:
    """A practice's folder may hold its history, and data sets, beside its files."""

    @pytest.fixture
    def practice(self, past: list[Path], tmp_path: Path) -> Path:
        folder = tmp_path / "practice"
        folder.mkdir()
        shutil.copy(past[0], folder)
        write_dataset([past[1]], folder / "set")
        History(folder / "kept").add(past[2:4])
        return folder

    def test_a_history_is_not_checked_and_a_data_set_is(self, practice: Path) -> None:
        files: list[FileRead] = []
        ids = [claim for batch in read([practice], files) for claim in batch.claims["claim_id"]]
        assert sorted(ids) == ["SENT-0", "SENT-1"]
        told = {Path(entry.file).name: (entry.format, entry.claims, entry.error) for entry in files}
        assert told == {
            "0.837": ("x12", 1, None),
            "set": ("data set", 1, None),
            "kept": ("history", 0, None),
        }

    def test_for_a_look_back_it_is_read(self, practice: Path) -> None:
        batches = read([practice], [], past=Past())
        ids = [claim for batch in batches for claim in batch.claims["claim_id"]]
        assert sorted(ids) == ["SENT-0", "SENT-1", "SENT-2", "SENT-3"]

    def test_added_to_another_history(self, practice: Path, kept: History) -> None:
        done = kept.add([practice])
        assert sorted(Path(added.name).name for added in done.added) == ["0.837", "set"]
        assert done.refused == []


class TestDamage:
    @pytest.fixture
    def damaged(self, kept: History, past: list[Path]) -> History:
        kept.add(past)
        return kept

    def test_a_missing_table_is_told(
        self, damaged: History, today: Path, reference: Reference
    ) -> None:
        next(damaged.folder.rglob("lines-*.parquet")).unlink()
        report = check(today, history=damaged.folder, reference=reference)
        assert "missing or damaged" in str(report.unread[0].error)

    def test_a_damaged_table_is_told(
        self, damaged: History, today: Path, reference: Reference
    ) -> None:
        next(damaged.folder.rglob("lines-*.parquet")).write_bytes(b"PAR1 no more")
        report = check(today, history=damaged.folder, reference=reference)
        assert "missing or damaged" in str(report.unread[0].error)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no ledger",
            b"{}",
            b"[]",
            b'{"format": 2, "key": "0", "additions": 3}',
            b"\xff\xfe",
        ],
    )
    def test_a_damaged_ledger_is_told(
        self, damaged: History, past: list[Path], today: Path, content: bytes, reference: Reference
    ) -> None:
        (damaged.folder / "history.json").write_bytes(content)
        for work in (damaged.files, lambda: damaged.add(past), lambda: damaged.remove([1])):
            with pytest.raises(CleanclaimError, match=r"history\.json: the ledger is damaged"):
                work()
        report = check(today, history=damaged.folder, reference=reference)
        assert "history.json: the ledger is damaged" in str(report.unread[0].error)

    @pytest.mark.parametrize(
        ("written", "what_to_do"),
        [(1, "add the original files to a new history"), (3, "update cleanclaim")],
    )
    def test_one_of_another_version_is_not_read(
        self, damaged: History, written: int, what_to_do: str
    ) -> None:
        (damaged.folder / "history.json").write_text(f'{{"format": {written}}}')
        with pytest.raises(UnreadableFile, match=f"format {written}.*{what_to_do}"):
            damaged.files()

    @pytest.mark.parametrize("change", ["gone", "empty", "short", "zeros", "not permitted"])
    def test_one_clear_line_for_each_damage(
        self, damaged: History, past: list[Path], today: Path, change: str, reference: Reference
    ) -> None:
        table = next(damaged.folder.rglob("lines-*.parquet"))
        content = table.read_bytes()
        if change == "gone":
            table.unlink()
        elif change == "not permitted":
            table.unlink()
            table.symlink_to(table)
        else:
            table.write_bytes(
                {"empty": b"", "short": content[:-9]}.get(change, bytes(len(content)))
            )
        report = check(today, history=damaged.folder, reference=reference, select=["HX103"])
        [error] = [str(entry.error) for entry in report.unread]
        assert error.startswith(f"{table}: missing or damaged (")
        assert error.endswith(": files 1 to 6")
        assert "\n" not in error
        with pytest.raises(CleanclaimError, match="files 1 to 6"):
            damaged.remove([1])
        damaged.remove(range(1, 7))
        damaged.add(past)
        assert claims_in(damaged).claims.height == 6

    def test_a_panic_of_the_parquet_reader_is_told(
        self, damaged: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def panics(*_: object, **__: object) -> None:
            raise pl.exceptions.PanicException

        monkeypatch.setattr(pl, "collect_all", panics)
        files: list[FileRead] = []
        assert list(read([damaged.folder], files, past=Past())) == []
        assert str(files[0].error).startswith(f"{damaged.folder}: one of its files is damaged")
        monkeypatch.setattr(pl, "read_parquet", panics)
        with pytest.raises(UnreadableFile, match=r"claims-0000\.parquet: missing or damaged"):
            damaged.remove([1])

    def test_what_an_earlier_version_did_not_write_is_null(self, damaged: History) -> None:
        table = next(damaged.folder.rglob("claims-*.parquet"))
        size = table.stat().st_size
        pl.read_parquet(table).drop("billing_state").write_parquet(table)
        ledger = damaged.folder / "history.json"
        sizes = f'"claims": {size}', f'"claims": {table.stat().st_size}'
        assert sizes[0] in ledger.read_text()
        ledger.write_text(ledger.read_text().replace(*sizes))
        held = claims_in(damaged).claims
        assert held["billing_state"].null_count() == held.height == 6


class TestCommands:
    def run(self, *arguments: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["history", *map(str, arguments)])
        return done.exit_code, done.stdout, done.stderr

    def test_add_list_remove(self, kept: History, past: list[Path]) -> None:
        status, out, err = self.run("add", kept.folder, *past[:2])
        assert (status, err) == (0, "")
        assert out.count(": 1 claim, 2026-05-12 to 2026-05-12, ") == 2
        status, out, _ = self.run("add", kept.folder, past[0])
        assert (status, out[:28]) == (0, "already added as file 1 on 2")
        status, out, _ = self.run("list", kept.folder)
        assert (status, out.splitlines()[-1]) == (
            0,
            "2 files, 2 claims, 2026-05-12 to 2026-05-12",
        )
        assert self.run("remove", kept.folder, 1)[0] == 0
        _, out, _ = self.run("list", kept.folder, "--format", "json")
        assert [entry["number"] for entry in json.loads(out)["files"]] == [2]

    def test_the_key(
        self, kept: History, past: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home"))
        status, out, _ = self.run("key")
        assert (status, out[:10]) == (0, "No key yet")
        assert self.run("key", "--export", tmp_path / "key.json")[0] != 0
        kept.add(past[:1])
        status, out, _ = self.run("key")
        own = Keys().own()
        assert (status, out.split()[0]) == (0, own.fingerprint)
        assert self.run("key", kept.folder, "--export", tmp_path / "key.json")[1] == out
        assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
        assert self.run("key", "--export", tmp_path / "key.json")[0] != 0
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "other"))
        assert self.run("key", kept.folder)[0] != 0
        status, out, _ = self.run("key", "--import", tmp_path / "key.json")
        assert (status, out.split()[0]) == (0, own.fingerprint)
        assert "from another installation" in self.run("key", kept.folder)[1]
        kept.add(past[1:2])
        assert len(kept.files()) == 2
        assert own.secret.hex() not in out

    def test_what_is_not_added_is_told(self, kept: History, tmp_path: Path) -> None:
        status, _, err = self.run("add", kept.folder, tmp_path / "none.837")
        assert status == 2
        assert err == f"cleanclaim: not added: {tmp_path / 'none.837'}: No such file or directory\n"
