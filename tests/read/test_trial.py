"""Damaged Parquet files that would end the process that decodes them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.errors import UnreadableFile
from cleanclaim.read import FileRead, read, trial
from cleanclaim.read.table_files import read_parquet
from cleanclaim.read.trial import survives
from places import CORPUS

DEADLY = CORPUS / "parquet-that-asks-for-too-much-memory.parquet"
"""Decoding it asks for more memory than there is, and the process is aborted."""


def sound(folder: Path) -> Path:
    path = folder / "sound.parquet"
    rows = {"claim_id": ["A1"], "procedure_code": ["99213"], "from_date": ["2026-01-05"]}
    pl.DataFrame(rows).write_parquet(path)
    return path


def test_a_deadly_file_is_told_from_a_sound_one(tmp_path: Path) -> None:
    good = sound(tmp_path)
    for source in (DEADLY, DEADLY.read_bytes()):
        assert not survives(source)
        assert survives(good), "after a process ended, another one takes its place"
    assert survives(good.read_bytes())


def test_errors_that_can_be_caught_are_left_to_the_reader(tmp_path: Path) -> None:
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(sound(tmp_path).read_bytes()[:-20])
    assert survives(cut)
    with pytest.raises(UnreadableFile, match="not a valid Parquet file"):
        read_parquet(cut, file="cut.parquet")


def test_large_files_are_decoded_too(tmp_path: Path) -> None:
    rows = pl.DataFrame({"value": range(200_000)})
    data = io.BytesIO()
    rows.write_parquet(data)
    assert survives(data.getvalue())


def test_the_other_files_of_a_run_are_read(tmp_path: Path) -> None:
    deadly = tmp_path / "b.parquet"
    deadly.write_bytes(DEADLY.read_bytes())
    files: list[FileRead] = []
    claims = sum(b.claims.height for b in read([deadly, sound(tmp_path)], files))
    assert claims == 1
    assert [file.error is None for file in files] == [False, True]
    assert "not a valid Parquet file" in (files[0].error or "")


def test_a_set_of_tables_with_a_deadly_file_is_not_read(tmp_path: Path) -> None:
    sound(tmp_path).rename(tmp_path / "lines.parquet")
    (tmp_path / "claims.parquet").write_bytes(DEADLY.read_bytes())
    files: list[FileRead] = []
    assert not list(read([tmp_path], files))
    assert all("not a valid Parquet file" in (file.error or "") for file in files)


def test_a_data_set_with_a_deadly_file_is_not_read(tmp_path: Path) -> None:
    keys = pl.DataFrame({"claim_key": [0], "patient_key": [1]})
    keys.write_parquet(tmp_path / "claims.parquet")
    (tmp_path / "lines.parquet").write_bytes(DEADLY.read_bytes())
    files: list[FileRead] = []
    assert not list(read([tmp_path], files))
    assert all("not a valid data set" in (file.error or "") for file in files)


def test_a_large_table_with_a_deadly_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleanclaim.read.is_large", lambda _path: True)
    files: list[FileRead] = []
    assert not list(read([DEADLY], files))
    assert "not a valid Parquet file" in (files[0].error or "")


def test_where_nothing_can_be_started_files_are_read_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that can't start says nothing about a file."""
    monkeypatch.setattr("cleanclaim.read.trial._DECODING", trial._Decoding())
    monkeypatch.setattr("cleanclaim.read.trial._DECODER", tmp_path / "missing.py")
    assert survives(sound(tmp_path))
    files: list[FileRead] = []
    assert sum(b.claims.height for b in read([sound(tmp_path)], files)) == 1


def test_it_ends_with_the_program() -> None:
    """Nothing is left running, and nothing is said of it."""
    program = "from pathlib import Path; from cleanclaim.read.trial import survives; survives(Path('a.parquet'))"
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True, check=True
    )
    assert "still running" not in done.stderr
    assert "unclosed" not in done.stderr


def test_a_file_that_is_gone_is_reported_by_its_reader(tmp_path: Path) -> None:
    assert survives(tmp_path / "gone.parquet")
    with pytest.raises(UnreadableFile, match=r"^gone\.parquet: "):
        read_parquet(tmp_path / "gone.parquet", file="gone.parquet")
