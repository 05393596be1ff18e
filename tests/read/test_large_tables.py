"""Tables larger than memory are read as those that fit."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, large_tables, read

COUNT = 23


def rows() -> pl.DataFrame:
    """A row a line; lines of a claim stand apart from each other."""
    return pl.DataFrame(
        {
            "Claim Number": [f" C{n % COUNT} " for n in range(2 * COUNT)],
            "person_id": [f"W{n % COUNT % 5}" for n in range(2 * COUNT)],
            "dob": ["1980-02-14"] * (2 * COUNT),
            "dx1": ["M54.5" if n % 2 else "I10" for n in range(2 * COUNT)],
            "cpt": [f"9921{n % 5}" for n in range(2 * COUNT)],
            "dos": ["05/12/2026"] * (2 * COUNT),
            "rev_code": [None if n % 3 else "0510" for n in range(2 * COUNT)],
            "charge": [f"${n}.50" for n in range(2 * COUNT)],
        }
    )


def tables() -> dict[str, pl.DataFrame]:
    flat = rows().rename({"Claim Number": "claim_id"})
    claims = flat.select("claim_id", "person_id", "dob").unique("claim_id", maintain_order=True)
    diagnoses = flat.select("claim_id", pl.col("dx1").alias("dx")).reverse()
    return {
        "claims": claims,
        "lines": flat.select("claim_id", "cpt", "dos", "charge"),
        "diagnoses": diagnoses,
    }


def write(path: Path, frame: pl.DataFrame) -> Path:
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_csv(path, separator=";")
    return path


def read_whole(path: Path) -> Batch:
    return concat(read([path], []))


def read_apart(path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> list[Batch]:
    monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": 0, ".parquet": 0})
    files: list[FileRead] = []
    batches = list(read([path], files, at_once=at_once))
    assert files[0].error is None
    return batches


def assert_same(parts: list[Batch], whole: Batch) -> None:
    together = concat(parts).frames()
    for name, frame in whole.frames().items():
        order = [column for column in ("claim_key", "position") if column in frame.columns]
        assert_frame_equal(together[name].sort(order), frame.sort(order))


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("at_once", [1, 5, COUNT, 100])
def test_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, at_once: int) -> None:
    path = write(tmp_path / f"flat{ending}", rows())
    whole = read_whole(path)
    assert set(whole.claims["claim_type"]) == {"professional", "institutional"}
    parts = read_apart(path, monkeypatch, at_once)
    assert len(parts) == -(-COUNT // at_once)
    assert_same(parts, whole)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    for name, frame in tables().items():
        write(tmp_path / f"{name}{ending}", frame)
    whole = read_whole(tmp_path)
    assert_same(read_apart(tmp_path, monkeypatch, 4), whole)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(2 * COUNT)), at_once=st.integers(1, 2 * COUNT))
def test_whatever_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: list[int], at_once: int
) -> None:
    path = write(tmp_path / "flat.parquet", rows()[order])
    monkeypatch.undo()
    whole = read_whole(path)
    assert_same(read_apart(path, monkeypatch, at_once), whole)


class TestFaults:
    @pytest.fixture(params=[0, 10**9], ids=["apart", "whole"])
    def _size(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        size = request.param
        monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": size, ".parquet": size})

    def error_of(self, path: Path) -> str:
        files: list[FileRead] = []
        list(read([path], files, at_once=5))
        return str(files[0].error)

    @pytest.mark.usefixtures("_size")
    def test_values(self, tmp_path: Path) -> None:
        wrong = pl.when(pl.int_range(pl.len()) == 30).then(pl.lit("never")).otherwise("dos")
        told = self.error_of(write(tmp_path / "flat.csv", rows().with_columns(wrong.alias("dos"))))
        assert "expects a date (YYYY-MM-DD) in row 32, found text of 5 characters" in told

    @pytest.mark.usefixtures("_size")
    @pytest.mark.parametrize("name", ["lines", "diagnoses"])
    def test_rows_of_no_claim(self, tmp_path: Path, name: str) -> None:
        frames = tables()
        last = pl.int_range(pl.len()) == pl.len() - 1
        lost = pl.when(last).then(pl.lit("Z")).otherwise("claim_id").alias("claim_id")
        frames[name] = frames[name].with_columns(lost)
        for table, frame in frames.items():
            write(tmp_path / f"{table}.parquet", frame)
        row = frames[name].height + 1
        assert f"{name} row {row}: its claim_id isn't in the claims table" in self.error_of(
            tmp_path
        )

    @pytest.mark.usefixtures("_size")
    def test_claims_that_stand_twice(self, tmp_path: Path) -> None:
        frames = tables()
        frames["claims"] = pl.concat([frames["claims"], frames["claims"].head(1)])
        for table, frame in frames.items():
            write(tmp_path / f"{table}.csv", frame)
        told = self.error_of(tmp_path)
        assert f"claims row {COUNT + 2}: its claim_id is already in an earlier row" in told

    @pytest.mark.usefixtures("_size")
    def test_rows_without_an_id(self, tmp_path: Path) -> None:
        gone = pl.when(pl.int_range(pl.len()) != 3).then("Claim Number").alias("Claim Number")
        told = self.error_of(write(tmp_path / "flat.csv", rows().with_columns(gone)))
        assert "row 5" in told
        assert "claim_id" in told

    @pytest.mark.usefixtures("_size")
    def test_no_column_of_ids(self, tmp_path: Path) -> None:
        told = self.error_of(write(tmp_path / "flat.csv", rows().drop("Claim Number")))
        assert "the column 'claim_id' is missing" in told
