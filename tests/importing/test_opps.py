"""Addendum B of the outpatient payment system: CSV and workbook, quarters by name, refused if a row is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter

from cleanclaim.importing import Imported

Import = Callable[..., Imported]
TITLES = 'Addendum B.-Final OPPS Payment by HCPCS Code for CY 2026,,,,,,\r\n"CPT codes are copyright, all rights reserved",,,,,,\r\n'
HEADER = "HCPCS Code,Short Descriptor,SI,APC,Relative Weight ,Payment Rate ,National Unadjusted Copayment ,Note"
ROWS = (
    'X1111,a secret,J1,5113,36.5021,"$3,307.24",.,',
    "X2222,a secret,N,,,,,",
    "X3333,a secret,E1,,,,,*",
)
NAME = "2026 January Web Addendum B.12.29.25.csv"


def sheet(*rows: str) -> str:
    return TITLES + "\r\n".join([HEADER, *rows, ""])


def test_a_quarter(load: Import, stored: Callable[[str], pl.DataFrame]) -> None:
    assert [release.name for release in load({NAME: sheet(*ROWS)}).stored] == [
        "OPPS addendum B 2026Q1"
    ]
    table = stored("opps")
    assert table["status"].to_list() == ["J1", "N", "E1"]
    assert table.row(0, named=True) == {
        "code": "X1111", "valid_from": date(2026, 1, 1), "valid_to": date(2026, 3, 31), "status": "J1", "apc": "5113",
        "weight": Decimal("36.5021"), "payment": Decimal("3307.24"),
    }  # fmt: skip
    assert table.row(1)[4:] == (None, None, None)


@pytest.mark.parametrize(
    ("name", "quarter"),
    [
        ("July 2025 Web Addendum B.07.13.25.csv", "2025Q3"),
        ("April_2021_OPPS_Web_Addendum_B.03222021.csv", "2021Q2"),
        ("508 Version of October 2025 Web Addendum B.09.26.25.csv", "2025Q4"),
        ("2024 NFRM Addendum B.csv", "2024Q1"),
        ("addendum-b.csv", "2026Q1"),
    ],
)
def test_the_name_has_the_quarter(load: Import, name: str, quarter: str) -> None:
    assert [release.name for release in load({name: sheet(*ROWS)}).stored] == [
        f"OPPS addendum B {quarter}"
    ]


def test_a_workbook(load: Import, stored: Callable[[str], pl.DataFrame]) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for at, row in enumerate(["A title", HEADER, *ROWS[1:]]):
            page.write_row(at, 0, row.split(","))
    assert [
        release.name
        for release in load({"2025_January_Web_Addendum_B.xlsx": data.getvalue()}).stored
    ] == ["OPPS addendum B 2025Q1"]
    assert stored("opps")["code"].to_list() == ["X2222", "X3333"]


def test_a_wrong_row_is_named(load: Import) -> None:
    [refused] = load({NAME: sheet(ROWS[0], "X22,a secret,N,,,,,")}).refused
    assert "row 5" in refused
    assert "a code of five characters" in refused
    assert "secret" not in refused
