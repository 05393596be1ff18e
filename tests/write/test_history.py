"""A history: what is added is looked back at, once, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim import History
from cleanclaim.errors import ConfigError, HistoryError
from cleanclaim.model import TABLES
from cleanclaim.read import FileRead, read
from cleanclaim.storage.folder_lock import locked
from cleanclaim.write import history
from histories import claims_in, files_of


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
