"""Data sets: claims as the model's own tables, written and read again without loss."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from cleanclaim import Reference, check
from cleanclaim.cli.main import app
from cleanclaim.edits.samples import interchange
from cleanclaim.errors import ConfigError
from cleanclaim.model import TABLES, concat
from cleanclaim.read import FileRead, read
from cleanclaim.read.inputs import digest_of, files_below
from cleanclaim.write.dataset import write_dataset
from places import CLINIC_DAY


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    broken = tmp_path / "broken.837"
    broken.write_text(interchange(("SE*25", "SE*24")) + interchange(("IEA", "")))
    return [CLINIC_DAY, broken]


@pytest.fixture
def dataset(inputs: list[Path], tmp_path: Path) -> Path:
    write_dataset(inputs, tmp_path / "set")
    return tmp_path / "set"


def error_of(path: Path) -> str:
    files: list[FileRead] = []
    list(read([path], files))
    return str(files[0].error)


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_nothing_is_lost(inputs: list[Path], dataset: Path, at_once: int) -> None:
    files: list[FileRead] = []
    there = concat(read(inputs, []))
    here = concat(read([dataset], files, at_once=at_once))
    assert there.syntax_faults["claim_key"].null_count() > 0
    for name, table in TABLES.items():
        order = list(table.key)
        assert_frame_equal(here.frames()[name].sort(order), there.frames()[name].sort(order))
    assert [(entry.format, entry.claims, entry.error) for entry in files] == [
        ("data set", there.claims.height, None)
    ]


def test_claims_are_numbered_on(dataset: Path) -> None:
    several = list(read([dataset, CLINIC_DAY, dataset], []))
    keys = concat(several).claims["claim_key"]
    assert keys.to_list() == list(range(keys.len()))


def test_it_is_found_to_be_the_same(
    inputs: list[Path], dataset: Path, reference: Reference
) -> None:
    here = check(dataset, reference=reference)
    there = check(inputs, reference=reference)
    assert_frame_equal(here.findings, there.findings)
    assert here.summary == {**there.summary, "files": 1}


def test_tables_may_be_single_files(dataset: Path, tmp_path: Path, reference: Reference) -> None:
    single = tmp_path / "single"
    single.mkdir()
    for part in dataset.iterdir():
        pl.read_parquet(part / "*.parquet").write_parquet(single / f"{part.name}.parquet")
    expected = check(dataset, reference=reference).findings
    assert_frame_equal(check(single, reference=reference).findings, expected)


def test_it_counts_as_one_file(dataset: Path, tmp_path: Path) -> None:
    assert list(files_below(dataset)) == [dataset]
    copy = tmp_path / "copy"
    shutil.copytree(dataset, copy)
    assert digest_of(copy) == digest_of(dataset)
    next((copy / "lines").glob("*")).unlink()
    assert digest_of(copy) != digest_of(dataset)


class TestFaults:
    def change(self, dataset: Path, name: str, *changes: pl.Expr) -> None:
        for part in (dataset / name).glob("*.parquet"):
            pl.read_parquet(part).with_columns(changes).write_parquet(part)

    def test_unknown_columns(self, dataset: Path) -> None:
        self.change(dataset, "lines", pl.lit("x").alias("procedure_kode"))
        assert "lines: unknown column 'procedure_kode'; did you mean" in error_of(dataset)

    def test_values_of_another_type(self, dataset: Path) -> None:
        self.change(dataset, "claims", pl.lit("soon").alias("submitted_date"))
        told = error_of(dataset)
        assert "claims.submitted_date expects a date (YYYY-MM-DD); " in told
        assert "soon" not in told

    def test_keys_that_are_not_unique(self, dataset: Path) -> None:
        self.change(dataset, "claims", pl.lit(1, pl.Int64).alias("claim_key"))
        assert "claim_key is missing or repeated" in error_of(dataset)

    def test_rows_below_no_claim(self, dataset: Path) -> None:
        high = pl.col("claim_key") + pl.when(pl.col("claim_key") == 2).then(10_000).otherwise(0)
        self.change(dataset, "diagnoses", high.alias("claim_key"))
        assert "diagnoses: " in error_of(dataset)
        assert "belong to no claim" in error_of(dataset)

    def test_a_missing_table(self, dataset: Path) -> None:
        shutil.rmtree(dataset / "lines")
        assert "the table 'lines' is missing" in error_of(dataset)

    def test_a_damaged_file(self, dataset: Path) -> None:
        next((dataset / "lines").glob("*.parquet")).write_bytes(b"PAR1")
        assert "not a valid data set" in error_of(dataset)

    def test_a_folder_that_is_there(self, inputs: list[Path], dataset: Path) -> None:
        with pytest.raises(ConfigError, match="already exists"):
            write_dataset(inputs, dataset)


class TestCommand:
    def run(self, *arguments: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["export", "claims", *map(str, arguments)])
        return done.exit_code, done.stdout, done.stderr

    def test_what_is_written(self, tmp_path: Path) -> None:
        status, out, err = self.run(CLINIC_DAY, "--output", tmp_path / "set")
        assert (status, err) == (0, "")
        assert f"{tmp_path / 'set' / 'claims'}: 28 rows" in out

    def test_what_could_not_be_read_is_told(self, tmp_path: Path) -> None:
        status, _, err = self.run(tmp_path / "none", "--output", tmp_path / "set")
        assert (status, err) == (2, f"cleanclaim: {tmp_path / 'none'}: there is no such file\n")
        assert not (tmp_path / "set").exists()
