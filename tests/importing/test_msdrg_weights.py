"""The weights of the MS-DRGs: table 5 as text and as a workbook, of several years, refused if a row is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import xlsxwriter

from cleanclaim.importing import Imported

Import = Callable[..., Imported]
TITLE = '"TABLE 5.—LIST OF MS-DRGS, RELATIVE WEIGHTING FACTORS,\nAND MEAN LENGTH OF STAY—FY 2026 Final Rule"'
HEADER = (
    "MS-DRG ", "FY 2026 Final Post-Acute DRG", "FY 2026 Final Special Pay DRG", "MDC", "TYPE", "MS-DRG Title", "Weights - Before Cap",
    "Weights - 10% Cap Applied ", "Geometric mean LOS", "Arithmetic mean LOS",
)  # fmt: skip
ROWS = (
    ("1", "No", "No", "PRE", "SURG", "A TRANSPLANT", "27.5000", "28.1664", "28.5", "38.5"),
    ("291", "Yes", "No", "05", "MED", "A FAILURE", "1.2683", "1.2683", "3.9", "5.1"),
    ("999", "No", "No", "**", "**", "UNGROUPABLE", "0.0000", "0.0000", "0.0", "0.0"),
    ("Notes: the weights are capped.", "", "", "", "", "", "", "", "", ""),
)
NAME = "CMS-1833-F Table 5.txt"


def sheet(*rows: tuple[str, ...], title: str = TITLE, header: tuple[str, ...] = HEADER) -> str:
    return "\r\n".join([title, *("\t".join(row) for row in (header, *rows)), ""])


def test_the_text(load: Import, stored: Callable[[str], pl.DataFrame]) -> None:
    found = load({NAME: sheet(*ROWS)})
    assert [release.name for release in found.stored] == ["MS-DRG weights FY2026"]
    table = stored("msdrg_weights")
    assert table["code"].to_list() == ["001", "291", "999"]
    assert table["weight"].to_list() == [Decimal("28.1664"), Decimal("1.2683"), None]
    assert table.row(1, named=True) == {
        "code": "291", "valid_from": date(2025, 10, 1), "valid_to": date(2026, 9, 30), "weight": Decimal("1.2683"), "title": "A FAILURE", "mdc": "05",
        "kind": "MED", "post_acute": True, "geometric_mean_days": Decimal("3.9"), "arithmetic_mean_days": Decimal("5.1"),
    }  # fmt: skip


def test_a_year_without_cap_and_a_workbook(
    load: Import, stored: Callable[[str], pl.DataFrame]
) -> None:
    older = tuple(cell.replace("2026", "2021") for cell in (*HEADER[:6], "Weights", *HEADER[8:]))
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for at, row in enumerate(
            [("TABLE 5 - FY 2021 Final Rule",), older, *((*row[:7], *row[8:]) for row in ROWS)]
        ):
            page.write_row(at, 0, row)
    assert [
        release.name for release in load({"CMS-1735-F Table 5.xlsx": data.getvalue()}).stored
    ] == ["MS-DRG weights FY2021"]
    assert stored("msdrg_weights")["weight"].to_list() == [
        Decimal("27.5000"),
        Decimal("1.2683"),
        None,
    ]


def test_a_wrong_row_is_named(load: Import) -> None:
    wrong = ("29A", *ROWS[1][1:])
    [refused] = load({NAME: sheet(ROWS[0], wrong)}).refused
    assert "row 4" in refused
    assert "an MS-DRG" in refused


def test_a_file_without_a_year_is_refused(load: Import) -> None:
    plain = tuple(cell.replace("FY 2026 ", "") for cell in HEADER)
    [refused] = load({NAME: sheet(*ROWS, title="TABLE 5", header=plain)}).refused
    assert "fiscal year" in refused
