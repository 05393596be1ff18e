"""The profile of a check: every edit and derived table is timed, and says how much it found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine import profile
from cleanclaim.engine.check import check
from cleanclaim.model import concat
from cleanclaim.read import read
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

CLINIC_DAY = Path(__file__).parents[1] / "examples" / "clinic-day.837"


@pytest.fixture(scope="module")
def told(reference: Reference) -> pl.DataFrame:
    batch = prepare(concat(list(read([CLINIC_DAY], []))), Settings())
    return profile.timings(batch, reference, own_edits(), repeat=1)


def test_every_edit_and_table_is_timed(told: pl.DataFrame) -> None:
    assert told.schema == pl.Schema(profile.TIMINGS)
    of_kind = {kind: rows["what"].to_list() for (kind,), rows in told.group_by("kind")}
    assert set(of_kind["edit"]) == {edit.code for edit in own_edits()}
    assert of_kind["table"] == list(profile.TABLES)
    assert (told["seconds"] > 0).all()


def test_ratios_are_to_the_fixed_query(told: pl.DataFrame) -> None:
    unit = told.filter(pl.col("kind") == "query")["seconds"].item()
    assert told.filter(pl.col("kind") == "query")["ratio"].item() == 1
    assert told.select((pl.col("ratio") - pl.col("seconds") / unit).abs().max()).item() < 1e-9


def test_rows_are_those_of_the_check(told: pl.DataFrame, reference: Reference) -> None:
    batch = prepare(concat(list(read([CLINIC_DAY], []))), Settings())
    whole = told.filter(pl.col("kind") == "all")["rows"].item()
    assert whole == check(batch, reference, own_edits()).findings.height
    assert told.filter(pl.col("what") == "DX102")["rows"].item() >= 2


def test_the_command_tells_the_slowest_first() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cleanclaim", "check", str(CLINIC_DAY), "--timings", "--format", "jsonl"],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    head, _, columns, *rows = done.stderr.splitlines()
    assert head.startswith("All edits on 28 claims: ")
    assert columns.split() == ["ms", "us", "a", "claim", "x", "query", "rows"]
    assert {edit.code for edit in own_edits() if edit.on} <= {row.split()[0] for row in rows}
    times = [float(row[22:34].replace(",", "")) for row in rows]
    assert times == sorted(times, reverse=True)


def test_nothing_to_time_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cleanclaim", "check", "-", "--timings"],
        input=CLINIC_DAY.read_bytes(),
        capture_output=True,
        check=False,
    )
    assert b"no claims for --timings" in done.stderr
