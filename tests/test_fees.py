"""What Medicare would allow: by hand-made schedules whose prices are reckoned by hand, and by the publisher's own."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cleanclaim
from cleanclaim.derive import Claims
from cleanclaim.fees import allowed
from cleanclaim.importing import import_files
from cleanclaim.objects import batch_of
from cleanclaim.reference import Reference, Release
from cleanclaim.reference.store import Store
from cleanclaim.samples import interchange, medicare

ALWAYS = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31)}
NOTHING = {
    "modifier": None, "status": "A", "global_days": "XXX", "endoscopic_base": None, "pctc": 0, "multiple_procedure": 0, "bilateral": 0, "assistant": 0,
    "co_surgeon": 0, "team": 0, "nonfacility_na": False, "facility_na": False, "work_rvu": "1", "nonfacility_pe_rvu": "2", "facility_pe_rvu": "1", "mp_rvu": "0.5",
    "preoperative": "0.10", "intraoperative": "0.70", "postoperative": "0.20", "conversion_factor": "30",
}  # fmt: skip
NUMBERS = [
    name
    for name, value in NOTHING.items()
    if isinstance(value, str) and name not in {"status", "global_days"}
]
SCHEDULE = [
    {"code": "11111"},  # (1 x 1 + 2 x 1 + 0.5 x 1) x 30 = 105 outside a facility, 75 in one
    {"code": "22222", "multiple_procedure": 2, "bilateral": 1, "global_days": "010"},
    {"code": "33333", "multiple_procedure": 2, "work_rvu": "2"},  # 135
    {"code": "44444", "multiple_procedure": 5},
    {"code": "55555", "multiple_procedure": 3, "endoscopic_base": "55550", "work_rvu": "3"},  # 165
    {"code": "55556", "multiple_procedure": 3, "endoscopic_base": "55550", "work_rvu": "2"},  # 135
    {"code": "55550", "work_rvu": "0"},  # 75
    {"code": "77777", "multiple_procedure": 4, "pctc": 1},  # 105 = 26 60 + TC 45
    {"code": "77777", "modifier": "26", "multiple_procedure": 4, "pctc": 1, "nonfacility_pe_rvu": "0.5"},
    {"code": "77777", "modifier": "TC", "multiple_procedure": 4, "pctc": 1, "work_rvu": "0", "nonfacility_pe_rvu": "1.5", "mp_rvu": "0"},
    {"code": "88888", "status": "N"},
    {"code": "99999", "status": "C"},
]  # fmt: skip


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    table = pl.DataFrame([{**ALWAYS, **NOTHING, **row} for row in rows], infer_schema_length=None)
    return table.with_columns(
        pl.col(NUMBERS).cast(pl.Decimal(10, 4)),
        pl.col("modifier", "endoscopic_base").cast(pl.String),
        pl.col("pctc", "multiple_procedure", "bilateral").cast(pl.Int8),
    )


def release(table: str) -> Release:
    return Release(
        f"own {table}",
        table,
        "test",
        ALWAYS["valid_from"],
        ALWAYS["valid_to"],
        "none",
        embedded=False,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    kept = Store(tmp_path / "store")
    kept.add(release("mpfs"), frame(SCHEDULE))
    one = pl.lit(Decimal(1), pl.Decimal(10, 4))
    place = pl.DataFrame(
        {
            "code": ["1150200"],
            "mac": ["11502"],
            "locality": ["00"],
            "state": ["NC"],
            **{k: [v] for k, v in ALWAYS.items()},
        }
    )
    kept.add(release("gpci"), place.with_columns(one.alias(name) for name in ("work", "pe", "mp")))
    return kept


def prices(store: Store, *lines: dict[str, Any], **claim: Any) -> list[str]:
    """What is allowed for each line, or why nothing is told."""
    claims = Claims(
        batch_of([medicare(lines=list(lines), **claim)]), Reference.load(store=store.path)
    )
    told = allowed(claims, claims.reference)
    return [
        str(row["allowed"]) if row["allowed"] is not None else row["reason"]
        for row in told.iter_rows(named=True)
    ]


def line(code: str, modifier: str | None = None, units: int = 1) -> dict[str, Any]:
    return {"procedure_code": code, "modifier_1": modifier, "units": units}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([line("11111")], ["105.00"]),
        ([line("11111", units=3)], ["315.00"]),
        ([line("22222", "50")], ["157.50"]),  # both sides: 150 percent
        ([line("11111", "50")], ["105.00"]),  # not paid by side
        ([line("11111", "62")], ["65.63"]),  # 62.5 percent, half a cent up
        ([line("11111", "80")], ["16.80"]),
        ([line("11111", "AS")], ["14.28"]),
        ([line("22222", "54")], ["84.00"]),  # before and during: 80 percent
        ([line("22222", "55")], ["21.00"]),
        ([line("22222", "78")], ["73.50"]),
        ([line("22222"), line("33333")], ["52.50", "135.00"]),  # the dearer whole, the other half
        ([line("22222", units=2)], ["157.50"]),
        ([line("44444", units=2)], ["180.00"]),  # second unit: half the practice expense, 105 - 30
        ([line("55555"), line("55556")], ["165.00", "60.00"]),  # the second less its base: 135 - 75
        ([line("77777")], ["105.00"]),
        ([line("77777", "26")], ["60.00"]),
        ([line("77777", "TC")], ["45.00"]),
        ([line("77777"), line("77777", "59")], ["105.00", "79.50"]),  # 60 x 0.95 + 45 x 0.5
        ([line("88888")], ["the fee schedule pays nothing for it (status N)"]),
        ([line("99999")], ["the contractor prices it (status C)"]),
        ([line("11111", "53")], ["no fee schedule that is loaded holds it on its day"]),
        ([line("11111", "52")], ["a reduced or discontinued service is priced by report"]),
        ([line("66666")], ["no fee schedule that is loaded holds it on its day"]),
    ],
)  # fmt: skip
def test_prices_reckoned_by_hand(
    lines: list[dict[str, Any]], told: list[str], store: Store
) -> None:
    assert prices(store, *lines) == told


def test_in_a_facility(store: Store) -> None:
    assert prices(store, line("11111"), place_of_service_code="22") == ["75.00"]


def test_a_place_that_is_not_known(store: Store) -> None:
    [why] = prices(store, line("11111"), billing_state="CA", billing_zip_code=None)
    assert why.startswith("its locality is not known")


def test_a_day_without_a_schedule(store: Store) -> None:
    assert prices(store, line("11111"), from_date="2027-01-05") == [
        "no fee schedule that is loaded holds it on its day"
    ]


def test_the_starter_set_has_no_prices(tmp_path: Path) -> None:
    [why] = prices(Store(tmp_path / "empty"), line("99213"))
    assert "locality is not known" in why or "no relative values" in why


def test_laboratory_drugs_and_anesthesia(store: Store, tmp_path: Path) -> None:
    dated = {k: [v] for k, v in ALWAYS.items()}
    rate = pl.DataFrame(
        {"code": ["80053"], **dated, "modifier": [None], "rate": [Decimal("10.56")]}
    )
    store.add(release("clfs"), rate.with_columns(pl.col("modifier").cast(pl.String)))
    limit = pl.DataFrame({"code": ["J1885"], **dated, "payment_limit": [Decimal("0.305")]})
    store.add(release("asp"), limit)
    factor = pl.DataFrame({"code": ["1150200"], **dated, "conversion_factor": [Decimal("20.05")]})
    store.add(release("anesthesia_factors"), factor)
    rule = pl.DataFrame(
        {"code": ["00100"], **dated, "rule": ["anesthesia_base_units"], "value": ["5"]}
    )
    store.add(release("code_rules"), rule)
    anesthesia = {
        "procedure_code": "00100",
        "modifier_1": "AA",
        "units": 50,
        "unit_basis_code": "MJ",
    }
    assert prices(store, line("80053", units=2), line("J1885", units=3), anesthesia) == [
        "21.12",
        "0.92",  # three times 0.305
        "166.42",  # (5 + 3.3) x 20.05 = 166.415
    ]
    assert prices(store, {**anesthesia, "modifier_1": "QK"}) == ["83.21"]


def test_a_report_tells_the_dollars_at_risk(store: Store) -> None:
    claim = medicare(
        diagnoses=["E11"], lines=[line("11111"), {**line("33333"), "diagnosis_pointers": ()}]
    )
    report = cleanclaim.check(claim, reference=Reference.load(store=store.path))
    assert report.lines.select("line_number", "allowed").rows() == [
        (1, Decimal("105.00")),
        (2, Decimal("135.00")),
    ]
    first = report.at_risk.to_dicts()[0]
    assert (first["line_number"], first["code"], first["allowed"]) == (
        2,
        "LNK101",
        Decimal("135.00"),
    )


def test_the_command(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "claims.837"
    path.write_text(interchange(("SV1*HC:99213", "SV1*HC:11111*125*UN*1***1")))
    command = [sys.executable, "-m", "cleanclaim", "price", str(path), "--store", str(store.path)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "EXAMPLE-1            line 1   11111" in text
    assert "allowed      $105.00" in text
    assert "1 of 1 lines priced: allowed $105.00 of $125.00 charged." in text
    done = subprocess.run([*command, "-f", "csv"], check=True, capture_output=True, text=True)
    assert next(csv.DictReader(io.StringIO(done.stdout)))["allowed"] == "105.00"
    done = subprocess.run([*command, "-f", "json"], check=True, capture_output=True, text=True)
    assert (
        json.loads(done.stdout)["lines"][0]["basis"] == "own mpfs, locality 1150200, non-facility"
    )


def test_prices_of_the_publishers_schedule(data_dir: Path, tmp_path: Path) -> None:
    kept = Store(tmp_path / "real")
    assert import_files([data_dir / "data" / "mpfs" / "RVU25D.zip"], kept).refused == ()
    reference = Reference.load(store=kept.path)
    whole = pl.col("modifier").is_null() & pl.col("status").is_in(["A", "R", "T"])
    rows = (
        reference.table("mpfs")
        .filter(pl.col("release") == "MPFS 2025D", whole)
        .sample(300, seed=7)
        .to_dicts()
    )
    [place] = (
        reference.table("gpci")
        .filter(pl.col("code") == "1011200", pl.col("release") == "GPCI 2025")
        .to_dicts()
    )
    claims = [
        medicare(
            claim_id=str(n),
            member_id=f"M{n}",
            from_date="2025-11-03",
            billing_state="AL",
            billing_zip_code=None,
            place_of_service_code="11" if n % 2 else "22",
            lines=[{"procedure_code": row["code"]}],
        )
        for n, row in enumerate(rows)
    ]
    told = allowed(Claims(batch_of(claims), reference), reference)["allowed"].to_list()
    wanted = [
        (
            (
                row["work_rvu"] * place["work"]
                + row["nonfacility_pe_rvu" if n % 2 else "facility_pe_rvu"] * place["pe"]
                + row["mp_rvu"] * place["mp"]
            )
            * row["conversion_factor"]
        ).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for n, row in enumerate(rows)
    ]
    capped = (
        reference.table("opps_cap").filter(pl.col("modifier").is_null())["code"].unique().to_list()
    )
    pairs = [
        (a, b) for a, b, row in zip(told, wanted, rows, strict=True) if row["code"] not in capped
    ]
    assert len(pairs) > 250
    assert [a for a, _ in pairs] == [b for _, b in pairs]
