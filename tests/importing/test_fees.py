"""CMS's fee schedule files, localities, laboratory fees and drug limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.importing import Imported, import_files
from cleanclaim.reference.store import Store

Import = Callable[..., Imported]
Stored = Callable[[str], pl.DataFrame]
HEAD_31 = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,"
    "PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\n"
)
HEAD_32 = HEAD_31.replace("SURG,BASE", "SURG,IND,BASE")
TITLE = ",,2026 National Physician Fee Schedule Relative Value File January Release,,\n,,RELEASED 12/01/2025,,\n"
ROW_31 = "11111,,words,A,,1.30,1.35,,0.57,NA,0.10,2.75,1.97,0,010,0.10,0.80,0.10,2,1,2,0,0,11110,32.3465,09,0,99,0.00,0.00,0.00\n"
ROW_32 = ROW_31.replace(",0,11110,32.3465", ",0,9,11110,33.4009")


def test_a_fee_schedule_of_2025(load: Import, stored: Stored) -> None:
    done = load({"PPRRVU2025_Oct.csv": TITLE + HEAD_31 + ROW_31})
    assert done.refused == ()
    assert [(r.name, r.covers_from, r.covers_to) for r in done.stored] == [
        ("MPFS 2025D", date(2025, 10, 1), date(2025, 12, 31))
    ]
    [row] = stored("mpfs").to_dicts()
    assert (row["code"], row["modifier"], row["status"], row["global_days"]) == (
        "11111",
        None,
        "A",
        "010",
    )
    assert (row["pctc"], row["multiple_procedure"], row["bilateral"], row["assistant"]) == (
        0,
        2,
        1,
        2,
    )
    assert (row["work_rvu"], row["facility_pe_rvu"], row["conversion_factor"]) == (
        D("1.3"),
        D("0.57"),
        D("32.3465"),
    )
    assert (row["nonfacility_na"], row["facility_na"], row["endoscopic_base"]) == (
        False,
        True,
        "11110",
    )
    assert "words" not in map(str, row.values())


def test_the_new_column_of_2026_and_both_conversion_factors(load: Import, stored: Stored) -> None:
    qualifying = ROW_32.replace("33.4009", "33.5675")
    done = load(
        {
            "PPRRVU2026_Jan_nonQPP.csv": TITLE + HEAD_32 + ROW_32,
            "PPRRVU2026_Jan_QPP.csv": TITLE + HEAD_32 + qualifying,
        }
    )
    assert [r.name for r in done.stored] == ["MPFS 2026A"]
    [row] = stored("mpfs").to_dicts()
    assert (row["endoscopic_base"], row["supervision"]) == ("11110", "09")
    assert row["conversion_factor"] == D("33.4009")
    assert row["conversion_factor_qualifying"] == D("33.5675")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TITLE + HEAD_31.replace("BASE", "BASIS") + ROW_31, "expected the header HCPCS,MOD"),
        (
            TITLE + HEAD_31 + ROW_31.replace("1.30", "much"),
            "row 4: found 'much', expected a number",
        ),
        (TITLE + HEAD_31 + ROW_31.replace(",010,", ",011,"), "found '011', expected one of 000"),
        (TITLE + HEAD_31 + ROW_31 + ROW_31, "each code and component once"),
        (TITLE + HEAD_31 + ROW_31.replace("11111,,", "11111,27,"), "26, TC, 53 or nothing"),
    ],
)
def test_a_fee_schedule_that_does_not_fit(text: str, says: str, load: Import, store: Store) -> None:
    done = load({"PPRRVU2025_Oct.csv": text})
    assert says in done.refused[0]
    assert store.releases() == []


GPCI = (
    "ADDENDUM E.,,,,,,\n,,,,,,\nMedicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2025 PW GPCI (with 1.0 Floor),2025 PE GPCI,"
    '2025 MP GPCI\n10112,AL,0,ALABAMA,1,0.869,0.575\n2102,AK,01,ALASKA*,1.5,1.081,0.592\n,,,,,,\n"MAC Assignments",,,,,,\n*A footnote.,,,,,,\n'
)


def test_localities_get_their_zeros_back(load: Import, stored: Stored) -> None:
    assert load({"GPCI2025.csv": GPCI}).refused == ()
    rows = stored("gpci").select("code", "state", "name", "work", "pe", "mp").rows()
    assert rows == [
        ("0210201", "AK", "ALASKA", D("1.5"), D("1.081"), D("0.592")),
        ("1011200", "AL", "ALABAMA", D(1), D("0.869"), D("0.575")),
    ]


def test_the_national_anesthesia_factor_is_in_the_header(load: Import, stored: Stored) -> None:
    text = (
        "Contractor,Locality,Locality Name,National Anes CF of 20.3178\n10112 ,00 ,ALABAMA,19.31 \n"
    )
    load({"ANES2025.csv": text})
    assert stored("anesthesia_factors").select("code", "conversion_factor").rows() == [
        ("1011200", D("19.31")),
        ("NATIONAL", D("20.3178")),
    ]


def test_zip_codes(load: Import, stored: Stored) -> None:
    load({"ZIP5_OCT2025.txt": "AK995010210201 Z9   0 A          20254\nAL350041011200R\n"})
    assert stored("zip_localities").select("code", "state", "mac", "locality", "rural").rows() == [
        ("35004", "AL", "10112", "00", "R"),
        ("99501", "AK", "02102", "01", ""),
    ]


CLFS = (
    "a notice\n\n\n\nYEAR,HCPCS,MOD,EFF_DATE,INDICATOR,RATE,SHORTDESC,LONGDESC,EXTENDEDLONGDESC\n"
)


def test_laboratory_fees(load: Import, stored: Stored) -> None:
    rows = "2026,81111,,20260101,N,00720.00,w,w,w\n2026,81111,QW,20260101,N,00009.71,w,w,w\n2026,82222,,20260101,L,00000.00,w,w,w\n"
    done = load({"PUF_CLFS_CY2026_Q2V1.csv": CLFS + rows})
    assert [r.name for r in done.stored] == ["CLFS 2026Q2"]
    assert sorted(stored("clfs").select("code", "modifier", "rate").rows(), key=str) == [
        ("81111", "QW", D("9.71")),
        ("81111", None, D("720.00")),
        ("82222", None, None),
    ]


ASP = (
    'Payment limits,,,,,,,,,,,,\n"Effective October 1, 2026 through December 31, 2026",,,,,,,,,,,,\n'
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,Blood AWP%,Blood limit,Clotting Factor,Notes,,\n"
)


def test_drug_payment_limits(load: Import, stored: Stored) -> None:
    rows = 'J1111,words,1 MG,29.856,17.885,,,,,,"a note\nof two lines",,\nA9999,words,1 microCurie,N/A,20.000,,,,,,,,\n'
    done = load({"October 2026 limits.csv": ASP + rows})
    assert [(r.name, r.covers_to) for r in done.stored] == [("ASP 2026Q4", date(2026, 12, 31))]
    assert stored("asp").select("code", "dosage", "payment_limit").rows() == [
        ("A9999", "1 microCurie", None),
        ("J1111", "1 MG", D("29.856")),
    ]


def test_the_publishers_own_files(data_dir: Path, store: Store) -> None:
    done = import_files([data_dir / "data" / "mpfs"], store)
    assert done.refused == ()
    assert {r.name: r.rows for r in done.stored} == {
        "MPFS 2024C": 18_664,
        "MPFS 2025D": 19_090,
        "GPCI 2024": 109,
        "GPCI 2025": 109,
        "Anesthesia factors 2024": 110,
        "Anesthesia factors 2025": 110,
        "Localities 2024": 110,
        "Localities 2025": 110,
        "OPPS cap 2024Q3": 17_710,
        "OPPS cap 2025Q4": 16_100,
    }
    [release] = [r for r in done.stored if r.name == "MPFS 2025D"]
    rows = store.read(release)
    counts = dict(rows.group_by("status").len().iter_rows())
    assert counts == {
        "A": 9_021,
        "X": 2_548,
        "E": 1_569,
        "I": 1_486,
        "C": 1_347,
        "M": 1_216,
        "R": 1_058,
        "N": 336,
        "J": 276,
        "P": 142,
        "B": 83,
        "T": 8,
    }
    visit = rows.filter(pl.col("code") == "99213").to_dicts()[0]
    assert (visit["work_rvu"], visit["nonfacility_pe_rvu"], visit["mp_rvu"]) == (
        D("1.3"),
        D("1.35"),
        D("0.1"),
    )


@pytest.mark.parametrize("name", ["RVU24C/PPRRVU24_JUL", "RVU25D/PPRRVU2025_Oct"])
def test_the_publishers_text_says_what_the_sheet_says(
    name: str, data_dir: Path, tmp_path: Path
) -> None:
    import zipfile  # noqa: PLC0415

    zipped, stem = name.split("/")
    tables = []
    for kind in ("csv", "txt"):
        folder = tmp_path / kind
        with zipfile.ZipFile(data_dir / "data" / "mpfs" / f"{zipped}.zip") as archive:
            archive.extract(f"{stem}.{kind}", folder)
        own = Store(tmp_path / f"store-{kind}")
        done = import_files([folder], own)
        assert done.refused == ()
        tables.append(own.read(done.stored[0]))
    assert tables[0].equals(tables[1])
