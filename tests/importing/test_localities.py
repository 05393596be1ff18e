"""Localities, GPCI, anesthesia factors, caps, ZIP codes, laboratory fees and drug payment limits."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.importing import Imported, import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from published import Published

GPCI_HEAD = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2025 PW GPCI (with 1.0 Floor),2025 PE GPCI,2025 MP GPCI"
GPCI = f"ADDENDUM E. FINAL CY 2025,,,,,,\r\n,,,,,,\r\n{GPCI_HEAD}\r\n"
ANES = "Contractor,Locality,Locality Name,National Anes CF of 20.3178\r\n"
LOCCO = "COUNTIES INCLUDED IN 2025,,,,\r\n,,,,\r\nMedicare Adminstrative Contractor,Locality Number,State ,Fee Schedule Area ,Counties\r\n,,,,\r\n"
CAP = "HCPCS,MOD,PROCSTAT,CARRIER,LOCALITY,FACILITY PRICE,NON-FACILTY PRICE\r\n"
CLFS = "A,,\r\nB,,\r\nC,,\r\n,,\r\nYEAR,HCPCS,MOD,EFF_DATE,INDICATOR,RATE,SHORTDESC,LONGDESC,EXTENDEDLONGDESC\r\n"
ASP = (
    'Payment Limits,,,,,,,,,,,,\r\n"Effective October 1, 2026 through December 31, 2026",,,,,,,,,,,,\r\n'
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,Blood AWP%,Blood limit,"
    "Clotting Factor,Notes,,\r\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def imported(folder: Path, store: Store, name: str, text: str) -> Imported:
    path = folder / name
    path.write_bytes(text.encode("cp1252"))
    return import_files([path], store)


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    return Reference.load(store=store.path).table(table).to_dicts()


def refusal(done: Imported, store: Store) -> str:
    assert store.releases() == []
    [shown] = done.refused
    return shown


def test_gpci(tmp_path: Path, store: Store) -> None:
    text = (
        GPCI
        + '10112,AL,00,ALABAMA,1,0.869,0.575\r\n2102,AK,1,ALASKA*,1.5,1.081,0.592\r\n,,,,,,\r\n"MAC Assignments",,,,,,\r\n*Work,,,,,,\r\n'
    )
    [release] = imported(tmp_path, store, "GPCI2025.csv", text).stored
    assert (release.name, release.covers_from, release.covers_to) == (
        "GPCI 2025",
        date(2025, 1, 1),
        date(2025, 12, 31),
    )
    alaska, alabama = rows(store, "gpci")
    assert (alaska["code"], alaska["mac"], alaska["locality"], alaska["state"]) == (
        "0210201",
        "02102",
        "01",
        "AK",
    )
    assert (alaska["name"], alaska["work"], alaska["pe"], alaska["mp"]) == (
        "ALASKA",
        Decimal("1.5"),
        Decimal("1.081"),
        Decimal("0.592"),
    )
    assert alabama["code"] == "1011200"


def test_gpci_without_states(tmp_path: Path, store: Store) -> None:
    text = GPCI.replace("State,", "").replace("2025", "2020") + "10112,00,ALABAMA,1,0.869,0.575\r\n"
    imported(tmp_path, store, "GPCI2020.csv", text)
    [row] = rows(store, "gpci")
    assert (row["code"], row["state"], row["release"]) == ("1011200", None, "GPCI 2020")


@pytest.mark.parametrize(
    ("name", "row", "says"),
    [
        ("GPCI2025.csv", "1011X,AL,00,ALABAMA,1,0.869,0.575", "a contractor of five digits"),
        ("GPCI2025.csv", "10112,AL,XX,ALABAMA,1,0.869,0.575", "a locality of two digits"),
        ("GPCI2025.csv", "10112,AL,00,ALABAMA,1,none,0.575", "found 'none', expected a number"),
        ("GPCI.csv", "10112,AL,00,ALABAMA,1,0.869,0.575", "expected a name with the year"),
    ],
)
def test_a_gpci_that_does_not_fit(
    name: str, row: str, says: str, tmp_path: Path, store: Store
) -> None:
    assert says in refusal(imported(tmp_path, store, name, f"{GPCI}{row}\r\n"), store)


def test_a_gpci_with_other_columns(tmp_path: Path, store: Store) -> None:
    text = GPCI.replace(",2025 MP GPCI", "") + "10112,AL,00,ALABAMA,1,0.869\r\n"
    shown = refusal(imported(tmp_path, store, "GPCI2025.csv", text), store)
    assert "expected the columns contractor, state, locality, name and three GPCIs" in shown


def test_anesthesia_factors(tmp_path: Path, store: Store) -> None:
    text = f"{ANES}10112 ,00 ,ALABAMA,19.31 \r\n02102 ,01 ,ALASKA*,27.86 \r\n,,,\r\n"
    [release] = imported(tmp_path, store, "ANES2025.csv", text).stored
    assert release.name == "Anesthesia factors 2025"
    found = {row["code"]: row["conversion_factor"] for row in rows(store, "anesthesia_factors")}
    assert found == {
        "1011200": Decimal("19.31"),
        "0210201": Decimal("27.86"),
        "NATIONAL": Decimal("20.3178"),
    }


def test_counties(tmp_path: Path, store: Store) -> None:
    text = f"{LOCCO}10112,0,ALABAMA ,STATEWIDE ,ALL COUNTIES \r\n,,,,\r\n1182,18,CALIFORNIA,L.A.,LOS ANGELES\r\n1112,52,,MARIN,MARIN\r\n* Two carriers.,,,,\r\n"
    [release] = imported(tmp_path, store, "25LOCCO.csv", text).stored
    assert release.name == "Localities 2025"
    shown = {row["code"]: (row["state"], row["counties"]) for row in rows(store, "localities")}
    assert shown == {
        "1011200": ("ALABAMA", "ALL COUNTIES"),
        "0118218": ("CALIFORNIA", "LOS ANGELES"),
        "0111252": ("CALIFORNIA", "MARIN"),
    }


def cap_zip(folder: Path, text: str, name: str = "RVU25D.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("OPPSCAP_Oct.csv", text)
    return path


def test_cap(tmp_path: Path, store: Store) -> None:
    [release] = import_files(
        [cap_zip(tmp_path, f"{CAP}11111,TC,A,01112,05,150.69,150.70\r\n,,,,,,\r\n")], store
    ).stored
    assert (release.name, release.covers_from) == ("OPPS cap 2025Q4", date(2025, 10, 1))
    [row] = rows(store, "opps_cap")
    assert (row["code"], row["modifier"], row["mac"], row["locality"]) == (
        "11111",
        "TC",
        "01112",
        "05",
    )
    assert (row["facility_price"], row["nonfacility_price"]) == (
        Decimal("150.69"),
        Decimal("150.70"),
    )


def test_a_cap_needs_its_zip_for_the_year(tmp_path: Path, store: Store) -> None:
    done = imported(tmp_path, store, "OPPSCAP_Oct.csv", f"{CAP}11111,TC,A,01112,05,1.00,1.00\r\n")
    assert "such as RVU25D.zip" in refusal(done, store)


def test_zip_codes(tmp_path: Path, store: Store) -> None:
    text = "AK995010210201 Z9   0 A                20254\r\nAL350041011200RZ9   0 A                20254\r\n"
    [release] = imported(tmp_path, store, "ZIP5_OCT2025.txt", text).stored
    assert (release.name, release.covers_to) == ("ZIP codes 2025Q4", date(2025, 12, 31))
    alabama, alaska = rows(store, "zip_localities")
    assert [alaska[name] for name in ("code", "state", "mac", "locality")] == [
        "99501",
        "AK",
        "02102",
        "01",
    ]
    assert (alabama["code"], alabama["rural"]) == ("35004", "R")


def test_laboratory_fees(tmp_path: Path, store: Store) -> None:
    text = f"{CLFS}2026,11111,,20260101,N,00720.00,a secret,,\r\n2026,11111,QW,20260101,N,00012.34,,,\r\n2026,22222,,20260101,L,00000.00,,,\r\n"
    [release] = imported(tmp_path, store, "PUF_CLFS_CY2026_Q2V1.csv", text).stored
    assert (release.name, release.covers_from, release.covers_to) == (
        "CLFS 2026Q2",
        date(2026, 4, 1),
        date(2026, 6, 30),
    )
    found = {(row["code"], row["modifier"]): row["rate"] for row in rows(store, "clfs")}
    assert found == {
        ("11111", None): Decimal("720.00"),
        ("11111", "QW"): Decimal("12.34"),
        ("22222", None): None,
    }
    assert "secret" not in str(rows(store, "clfs"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2026,111,,20260101,N,1.00,,,", "a code of five characters"),
        ("2026,11111,,20260101,X,1.00,,,", "found 'X', expected N or L"),
        ("2026,11111,,20260101,N,free,,,", "found 'free', expected a rate"),
    ],
)
def test_a_laboratory_fee_that_does_not_fit(
    row: str, says: str, tmp_path: Path, store: Store
) -> None:
    done = imported(tmp_path, store, "PUF_CLFS_CY2026_Q2V1.csv", f"{CLFS}{row}\r\n")
    assert says in refusal(done, store)


def test_drug_payment_limits(tmp_path: Path, store: Store) -> None:
    text = f'{ASP}J0897,a secret,1 MG,29.856,17.885,,,,,,Inflation-adjusted,,\r\nA9606,a secret,1 microCurie,N/A,20.000,,,,,,"two\r\nlines",,\r\n'
    [release] = imported(tmp_path, store, "limits.csv", text).stored
    assert (release.name, release.covers_from, release.covers_to) == (
        "ASP 2026Q4",
        date(2026, 10, 1),
        date(2026, 12, 31),
    )
    found = {row["code"]: (row["dosage"], row["payment_limit"]) for row in rows(store, "asp")}
    assert found == {"A9606": ("1 microCurie", None), "J0897": ("1 MG", Decimal("29.856"))}
    assert "secret" not in str(rows(store, "asp"))


def test_a_payment_limit_that_does_not_fit(tmp_path: Path, store: Store) -> None:
    text = f"{ASP}J0897,,1 MG,much,20,,,,,,,,\r\n"
    shown = refusal(imported(tmp_path, store, "limits.csv", text), store)
    assert "row 4: found 'much', expected an amount or N/A" in shown


def test_the_publishers_own_files(cms: Published) -> None:
    done = cms.done["mpfs"]
    assert done.refused == ()
    counts = {r.name: r.rows for r in done.stored if r.table != "mpfs"}
    assert counts == {
        "GPCI 2024": 109,
        "GPCI 2025": 109,
        "Anesthesia factors 2024": 110,
        "Anesthesia factors 2025": 110,
        "Localities 2024": 110,
        "Localities 2025": 110,
        "OPPS cap 2024Q3": 17_710,
        "OPPS cap 2025Q4": 16_100,
    }
    factors = Reference.load(store=cms.store.path).table("anesthesia_factors")
    alabama = factors.filter(
        pl.col("code") == "1011200", pl.col("release") == "Anesthesia factors 2025"
    )
    assert alabama["conversion_factor"].to_list() == [Decimal("19.31")]
    gpci = Reference.load(store=cms.store.path).table("gpci")
    localities = Reference.load(store=cms.store.path).table("localities")
    assert set(gpci["code"]) == set(localities["code"])
