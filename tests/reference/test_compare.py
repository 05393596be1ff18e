"""Two releases compared, and what does not fit between tables."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.reference import Reference, Release
from cleanclaim.reference.compare import difference, doubts
from cleanclaim.reference.store import Store
from command import run


def release(name: str, table: str, year: int) -> Release:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return Release(name, table, "a publisher", first, last, "none", published=first, embedded=False)


def pairs(year: int, *rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"code": pl.String, "column_2": pl.String, "indicator": pl.Int8}, orient="row"
    ).with_columns(
        pl.lit(date(year, 1, 1)).alias("valid_from"), pl.lit(date(year, 12, 31)).alias("valid_to")
    )


OLD = pairs(2025, ("11111", "22222", 1), ("11111", "33333", 0), ("44444", "22222", 1))
NEW = pairs(2026, ("11111", "22222", 0), ("44444", "22222", 1), ("55555", "22222", 1))


def test_added_ended_and_changed() -> None:
    found = difference(OLD, NEW)
    assert found.key == ("code", "column_2")
    assert found.added.select(found.key).rows() == [("55555", "22222")]
    assert found.ended.select(found.key).rows() == [("11111", "33333")]
    assert found.changed.rows() == [("11111", "22222", "indicator", "1", "0")]


def test_a_release_against_itself() -> None:
    found = difference(OLD, OLD)
    assert (found.added.height, found.ended.height, found.changed.height) == (0, 0, 0)


def test_what_ended_before_the_releases_end_is_no_difference() -> None:
    gone = pairs(2025, ("66666", "22222", 1)).with_columns(
        pl.lit(date(2025, 6, 30)).alias("valid_to")
    )
    found = difference(pl.concat([OLD, gone]), NEW)
    assert found.ended.select(found.key).rows() == [("11111", "33333")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    kept = Store(tmp_path / "store")
    kept.add(release("Pairs 2025", "ncci_ptp_practitioner", 2025), OLD)
    kept.add(release("Pairs 2026", "ncci_ptp_practitioner", 2026), NEW)
    return kept


def command(store: Store, *arguments: str) -> tuple[int, str]:
    done = run("reference", *arguments, "--store", store.path)
    return done.returncode, (done.stdout + done.stderr).decode()


def test_diff_from_the_command_line(store: Store) -> None:
    status, shown = command(store, "diff", "Pairs 2025", "Pairs 2026")
    assert status == 0
    assert shown.splitlines() == [
        "ncci_ptp_practitioner: 1 added, 1 ended, 1 value changed",
        "  added    55555 22222",
        "  ended    11111 33333",
        "  changed  11111 22222  indicator: 1 → 0",
    ]
    status, shown = command(store, "diff", "Pairs 2025", "Pairs 2026", "--format", "json")
    assert json.loads(shown)["ncci_ptp_practitioner"]["added"][0]["code"] == "55555"
    assert (
        "… 3 more: use --limit 3"
        in command(store, "diff", "Pairs 2025", "Pairs 2026", "--limit", "0")[1]
    )
    status, shown = command(store, "diff", "Pairs 2024", "Pairs 2026")
    assert status == 2
    assert "did you mean" in shown


def test_path_list_and_verify(store: Store) -> None:
    assert command(store, "path") == (0, f"{store.path}\n")
    assert "Pairs 2026  (imported)" in command(store, "list")[1]
    assert command(store, "verify") == (0, "Not damaged: 2 imported releases\n")
    table = next(store.path.glob("releases/*/Pairs-2025-*/table-*.parquet"))
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    status, shown = command(store, "verify")
    assert status == 2
    assert "Pairs 2025" in shown


def test_codes_that_no_list_holds_are_doubtful(store: Store) -> None:
    codes = pairs(2026, ("11111", "", 0)).select("code", "valid_from", "valid_to")
    store.add(release("Codes", "cpt", 2026), codes)
    store.add(release("Level II", "hcpcs", 2026), codes.with_columns(pl.lit("J1885").alias("code")))
    shown = doubts(Reference.load(store=store.path))
    [doubt] = [one for one in shown if one.startswith("ncci_ptp_practitioner")]
    assert doubt.endswith("codes aren't in any loaded list of procedure codes, such as 10060")
    status, output = command(store, "verify")
    assert status == 1
    assert "doesn't fit  ncci_ptp_practitioner" in output
