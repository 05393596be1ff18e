"""Rows by key are the whole table's rows, whether they come from memory or from the file's blocks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.errors import DamagedRelease
from cleanclaim.reference import Reference, keyed
from cleanclaim.reference.release import Release
from cleanclaim.reference.store import Store


def pairs(year: int, codes: range) -> pl.DataFrame:
    """Pairs of each code with the next five."""
    return pl.DataFrame(
        [
            {
                "code": f"{one:05}",
                "column_2": f"{one + n:05}",
                "valid_from": date(2020, 1, 1),
                "valid_to": date(9999, 12, 31),
                "indicator": year % 2,
            }
            for one in codes
            for n in range(1, 6)
        ]
    ).sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two years of pairs, in blocks of seven rows."""
    monkeypatch.setattr(keyed, "BLOCK", 7)
    monkeypatch.setattr("cleanclaim.reference.store.BLOCK", 7)
    place = Store(tmp_path)
    for year, codes in ((2024, range(10_000, 10_040)), (2025, range(10_000, 10_060, 2))):
        first, last = date(year, 1, 1), date(year, 12, 31)
        release = Release(f"Pairs {year}", "ncci_ptp_practitioner", "nobody", first, last, "none")
        place.add(release, pairs(year, codes))
    return place


@pytest.mark.parametrize("column", ["code", "column_2"])
def test_rows_by_key_are_the_tables_rows(store: Store, column: str) -> None:
    by_key = Reference.load(store=store.path).keyed("ncci_ptp_practitioner", column)
    whole = Reference.load(store=store.path).table("ncci_ptp_practitioner")
    order = ["code", "column_2", "valid_from"]
    for key in ["00000", "10000", "10001", "10007", "10039", "10061", "99999"]:
        wanted = whole.filter(pl.col(column) == key).sort(order).to_dicts()
        found = sorted(by_key.rows(key), key=lambda row: [row[name] for name in order])
        assert [{name: row[name] for name in whole.columns} for row in found] == wanted
        frame = by_key.frame(key)
        assert frame.height == len(wanted)
    assert wanted == []


def test_a_question_about_one_code_does_not_load_the_table(store: Store) -> None:
    reference = Reference.load(store=store.path)
    assert reference.keyed("ncci_ptp_practitioner").rows("10010")
    assert not reference.is_whole("ncci_ptp_practitioner")


def test_longer_keys(store: Store) -> None:
    by_key = Reference.load(store=store.path).keyed("ncci_ptp_practitioner")
    assert by_key.starting_with("1005") == ["10050", "10052", "10054", "10056", "10058"]


def test_some_columns(store: Store) -> None:
    reference = Reference.load(store=store.path)
    found = reference.columns("ncci_ptp_practitioner", ("column_2", "unheard_of"))
    assert set(found.columns) == {"code", "column_2", "valid_from", "valid_to", "release"}


def test_a_damaged_order_is_found(store: Store) -> None:
    release = store.releases()[0]
    for path in store.path.glob("releases/*/*/table-*.parquet"):
        if path.name == f"table-{release.orders[0][1][:16]}.parquet":
            path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DamagedRelease, match=release.name):
        store.verify()
    with pytest.raises(DamagedRelease, match=release.name):
        Reference.load(store=store.path).keyed("ncci_ptp_practitioner", "column_2")
