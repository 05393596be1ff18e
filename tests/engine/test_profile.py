"""The profile of a check: every edit and derived table is timed, and says how much it found."""

from __future__ import annotations

import polars as pl
import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine import profile
from cleanclaim.engine.check import check
from cleanclaim.model import concat
from cleanclaim.read import read
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare
from command import run
from places import CLINIC_DAY


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
    done = run("check", CLINIC_DAY, "--timings", "--format", "jsonl")
    assert done.returncode == 1
    head, _, columns, *rows = done.stderr.decode().splitlines()
    assert head.startswith("All edits on 28 claims: ")
    assert columns.split() == ["ms", "us", "a", "claim", "x", "query", "rows"]
    assert {edit.code for edit in own_edits() if edit.default_on} <= {
        row.split()[0] for row in rows
    }
    end = columns.index("ms") + 2
    assert all(row[end].isspace() for row in rows)
    times = [float(row[:end].split()[-1].replace(",", "")) for row in rows]
    assert times == sorted(times, reverse=True)


def test_nothing_to_time_is_said() -> None:
    done = run("check", "-", "--timings", stdin=CLINIC_DAY.read_bytes())
    assert b"no claims for --timings" in done.stderr
