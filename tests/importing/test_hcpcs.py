"""HCPCS Level II: codes and modifiers from the fixed-width file."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.importing import import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from published import Published


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def record(
    code: str, number: int, kind: int, long: str, *, added: str = "20020701", ended: str = ""
) -> str:
    head = f"{code:>5}{number:05d}{kind}{long:<80}"
    if kind in {4, 8}:
        return head.rstrip()
    return f"{head}{'Short':<28}{'':149}{added:8}{added:8}{ended:8}N"


def written(folder: Path, *records: str, name: str = "HCPC2024_JUL_ANWEB.txt") -> Path:
    path = folder / name
    path.write_text("A notice\t\t\r\n\r\n" + "".join(f"{one}\r\n" for one in records))
    return path


def test_codes_and_modifiers_are_two_tables(tmp_path: Path, store: Store) -> None:
    path = written(
        tmp_path,
        record("E0114", 100, 3, "Crutches underarm, other than wood,"),
        record("E0114", 200, 4, "and handgrips"),
        record("A4550", 100, 3, "Surgical trays", ended="20231231"),
        record("XE", 100, 7, "Separate encounter", added="20150101"),
    )
    stored = import_files([path], store).stored
    assert [(release.name, release.rows) for release in stored] == [
        ("HCPCS Level II 2024Q3", 2),
        ("HCPCS modifiers 2024Q3", 1),
    ]
    assert [(r.covers_from, r.covers_to) for r in stored] == [
        (date(2023, 12, 31), date(2024, 9, 30)),  # a list with ended codes covers earlier days
        (date(2024, 7, 1), date(2024, 9, 30)),
    ]
    table = pl.read_parquet(next(store.path.glob("releases/hcpcs/*/table-*.parquet")))
    assert table.select("code", "valid_to", "description").rows() == [
        ("A4550", date(2023, 12, 31), "Surgical trays"),
        ("E0114", date(9999, 12, 31), "Crutches underarm, other than wood, and handgrips"),
    ]
    assert Reference.load(store=store.path).table("hcpcs_modifiers")["code"].to_list() == ["XE"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (record("99213", 100, 3, "A visit"), "found '99213', expected a HCPCS Level II code"),
        (record("E0115", 100, 3, "x", added="20021301"), "found '20021301', expected a date"),
        (record("E0115", 100, 3, "x", ended="20021301"), "expected a date as YYYYMMDD, or a blank"),
        (record("E0114", 300, 3, "x"), "found 'E0114', expected every code once"),
        ("E0115 no number", "found 'E0115', expected a record"),
    ],
)
def test_a_record_that_does_not_fit(line: str, says: str, tmp_path: Path, store: Store) -> None:
    path = written(tmp_path, record("E0114", 100, 3, "Crutches"), line)
    done = import_files([path], store)
    assert says in done.refused[0]
    assert store.releases() == []


def test_the_name_must_say_the_quarter(tmp_path: Path, store: Store) -> None:
    path = written(tmp_path, record("E0114", 100, 3, "Crutches"), name="codes.txt")
    assert "a name with the quarter" in import_files([path], store).refused[0]


def test_the_publishers_own_files(cms: Published) -> None:
    done = cms.done["hcpcs"]
    assert done.refused == ()
    assert {release.name: release.rows for release in done.stored} == {
        "HCPCS Level II 2017": 6_155,
        "HCPCS Level II 2018": 6_205,
        "HCPCS Level II 2019": 6_440,
        "HCPCS Level II 2024Q3": 8_033,
        "HCPCS modifiers 2017": 343,
        "HCPCS modifiers 2018": 354,
        "HCPCS modifiers 2019": 360,
        "HCPCS modifiers 2024Q3": 383,
        "HCPCS NOC 2024Q3": 161,
    }


@pytest.mark.parametrize("year", [2017, 2018, 2019])
def test_the_publishers_sheet_agrees_with_the_text(
    year: int, data_dir: Path, tmp_path: Path
) -> None:
    archive = data_dir / "data" / "hcpcs" / f"{year}-Alpha-Numeric-HCPCS-File.zip"
    tables = {}
    for kind in ("txt", "xlsx"):
        folder = tmp_path / kind
        with zipfile.ZipFile(archive) as packed:
            [name] = [n for n in packed.namelist() if "ANWEB" in n and n.endswith(kind)]
            packed.extract(name, folder)
        own = Store(tmp_path / f"store-{kind}")
        done = import_files([folder], own)
        assert done.refused == ()
        tables[kind] = {r.table: own.read(r) for r in done.stored}
    for table, text in tables["txt"].items():
        columns = ["code", "valid_from", "valid_to", "action", "coverage", "pricing"]
        assert_frame_equal(tables["xlsx"][table].select(columns), text.select(columns))
        words = [
            t["description"].str.replace_all(r"\W+", "") for t in (tables["xlsx"][table], text)
        ]
        differ = (words[0] != words[1]).sum()
        assert differ <= text.height // 100
