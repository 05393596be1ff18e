"""`cleanclaim price`, and the dollars at risk in a report."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

import cleanclaim
from cleanclaim.cli.main import app
from cleanclaim.edits.samples import interchange, medicare
from cleanclaim.reference import Reference, Release
from cleanclaim.reference.store import Store

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
RVU = pl.Decimal(10, 4)
VALUES = ("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu", "conversion_factor")


def added(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    release = Release(f"own {table}", table, "test", FIRST, LAST, "none", embedded=False)
    dated = [{"valid_from": FIRST, "valid_to": LAST, **row} for row in rows]
    frame = pl.DataFrame(dated, infer_schema_length=None)
    numbers = [name for name in (*VALUES, "work", "pe", "mp") if name in frame.columns]
    store.add(release, frame.with_columns(pl.col(numbers).cast(RVU)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two codes in North Carolina, worth 105 and 135 dollars outside a facility."""
    kept = Store(tmp_path / "store")
    fact = {"modifier": None, "status": "A", "global_days": "XXX", "multiple_procedure": 0}
    of = {"nonfacility_pe_rvu": "2", "facility_pe_rvu": "1", "mp_rvu": "0.5"}
    codes = [("11111", "1"), ("33333", "2")]
    added(
        kept,
        "mpfs",
        [
            {"code": code, **fact, **of, "work_rvu": work, "conversion_factor": "30"}
            for code, work in codes
        ],
    )
    place = {"code": "1150200", "mac": "11502", "locality": "00", "state": "NC"}
    added(kept, "gpci", [{**place, "work": "1", "pe": "1", "mp": "1"}])
    return kept


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.837"
    line = ("SV1*HC:99213", "SV1*HC:11111*125*UN*1***1")
    path.write_text(interchange(line))
    return path


def priced(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["price", *map(str, words)])


def test_a_report_tells_the_dollars_at_risk(store: Store) -> None:
    lines: list[dict[str, Any]] = [
        {"procedure_code": "11111"},
        {"procedure_code": "33333", "diagnosis_pointers": ()},
    ]
    report = cleanclaim.check(
        medicare(diagnoses=["E11"], lines=lines), reference=Reference.load(store=store.path)
    )
    assert report.lines.select("line_number", "allowed").rows() == [
        (1, Decimal("105.00")),
        (2, Decimal("135.00")),
    ]
    priced_lines = Decimal("105.00") + Decimal("125.00")  # the second costs less than its price
    assert report.at_risk.select("line_number", "code", "at_risk_amount").rows() == [
        (None, "DX103", priced_lines),
        (2, "LNK101", priced_lines),  # the claim is returned as a whole
    ]


def test_text(store: Store, claims: Path) -> None:
    done = priced(claims, "--store", store.path)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "     ALLOWED      CHARGED  CODE  MODIFIERS   CLAIM",
        "     $105.00      $125.00  11111             EXAMPLE-1 line 1  (own mpfs, locality 11502-00, non-facility)",
        "",
        "Priced: 1 of 1 line, $125.00 charged, $105.00 allowed",
    ]


def test_csv_and_json(store: Store, claims: Path) -> None:
    done = priced(claims, "--store", store.path, "-f", "csv")
    assert next(csv.DictReader(io.StringIO(done.stdout)))["allowed"] == "105.00"
    content = json.loads(priced(claims, "--store", store.path, "-f", "json").stdout)
    assert content["lines"][0]["allowed"] == "105.00"
    assert content["summary"] == {
        "lines": 1,
        "priced": 1,
        "allowed": "105.00",
        "payable": "105.00",
        "charged_below_fee": 0,
        "charged": "125.00",
        "not_priced": [],
    }


def test_what_has_no_price_is_told_with_its_charges(tmp_path: Path, claims: Path) -> None:
    told = priced(claims, "--store", tmp_path / "empty").stdout.splitlines()
    assert told == [
        "Priced: 0 of 1 line, $0.00 charged, $0.00 allowed",
        "Not priced: 1 line, $125.00 charged: no Medicare Physician Fee Schedule is loaded for 2026Q2",
    ]


def test_into_a_file(store: Store, claims: Path, tmp_path: Path) -> None:
    out = tmp_path / "prices.csv"
    assert priced(claims, "--store", store.path, "-f", "csv", "-o", out).stdout == ""
    assert "105.00" in out.read_text(encoding="utf-8")


def test_a_file_that_is_not_there(store: Store, tmp_path: Path) -> None:
    done = priced(tmp_path / "missing.837", "--store", store.path)
    assert done.exit_code == 2
    assert "missing.837" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-f", "xml"), "--format: expected text, csv or json, found 'xml'"),
        (("--as-of", "soon"), "--as-of: expected a date (YYYY-MM-DD), found 'soon'"),
    ],
)
def test_words_that_mean_nothing(words: tuple[str, ...], message: str, claims: Path) -> None:
    assert message in str(priced(claims, *words).exception)


def test_medicare_pays_on_the_lesser_of_the_charge_and_the_fee(store: Store, claims: Path) -> None:
    claims.write_text(claims.read_text().replace("125", "90"))
    shown = priced(claims, "--store", store.path).stdout
    assert "charged less: Medicare pays on the charge" in shown
    assert "Medicare pays on the lesser of the charge and the fee: 1 line charged below the fee, $90.00 in all" in shown  # fmt: skip
    line = json.loads(priced(claims, "--store", store.path, "-f", "json").stdout)["lines"][0]
    assert (line["allowed"], line["payable"]) == ("105.00", "90.00")


def test_lines_are_shown_in_pages(store: Store, claims: Path) -> None:
    shown = priced(claims, "--store", store.path, "--limit", "1", "--page", "2").stdout
    assert "ALLOWED" not in shown
    assert "Priced: 1 of 1 line" in shown
