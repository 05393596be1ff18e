"""Addendum B of the Hospital Outpatient Prospective Payment System: how Medicare pays each code on a hospital's outpatient bill.

CMS publishes it each quarter as CSV and as a workbook, with a title and notices above the header; the columns after the
copayments change with the year, so columns are found by name. Amounts have dollar signs and thousands separators, and a dot
stands for none. The descriptor is never kept.

A file is valid for its quarter, which its name has (January 2026). The final rule's file without a month is January's.

Source: CMS, "Hospital Outpatient PPS, Addendum A and Addendum B Updates", the file's header; addendum D1 (status indicators).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import (
    AMA_TERMS,
    Importer,
    Loaded,
    Part,
    quarter_end,
    quarter_name,
    refuse,
)
from cleanclaim.importing.sheets import Grid, check_cells, grid, head_of, is_workbook, year_in
from cleanclaim.reference.release import Release

_NAMES: Final = {
    "hcpcs code": "code",
    "si": "status",
    "apc": "apc",
    "relative weight": "weight",
    "payment rate": "payment",
}
_NEEDED: Final = ("code", "status", "apc")
_MONTHS: Final = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}
_MONTH: Final = re.compile(r"(?<![a-z])(jan|apr|jul|oct)[a-z]*", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?:CY|January|April|July|October)\s*(20\d{2})")
_FILE: Final = re.compile(r"addendum[ _-]*b(?![a-z])", re.IGNORECASE)
_TITLE_ROWS: Final = 30


def recognizes(part: Part) -> bool:
    """Return True for addendum B, based on its header, or on its name if it is a workbook."""
    if is_workbook(part):
        return bool(_FILE.search(part.own_name))
    head = head_of(part).lower()
    return "hcpcs code" in head and ",si," in head and ",apc," in head


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release for each quarter; the CSV is used if a workbook has the same quarter.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    quarters: dict[date, tuple[Part, Grid, int]] = {}
    for part in sorted(parts, key=is_workbook, reverse=True):
        rows = grid(part)
        at = _header_at(part, rows)
        quarters[_began(part, rows[:at])] = part, rows, at
    for began, (part, rows, at) in sorted(quarters.items()):
        release = Release(
            name=f"OPPS addendum B {quarter_name(began)}",
            table="opps",
            publisher="CMS, Hospital Outpatient Prospective Payment System, addendum B",
            covers_from=began,
            covers_to=quarter_end(began),
            licence=AMA_TERMS,
            published=began,
            embedded=False,
        )
        yield release, _table(part, rows, at, release)


def _header_at(part: Part, rows: Grid) -> int:
    for number, row in enumerate(rows[:_TITLE_ROWS]):
        named = {_NAMES.get(cell.lower()) for cell in row}
        if named.issuperset(_NEEDED):
            found = number
            break
    else:
        refuse(part, None, "no such row", "a header with HCPCS Code, SI and APC")
    return found


def _began(part: Part, titles: Grid) -> date:
    """The first day of the file's quarter, by its name, else by the titles."""
    texts = [part.own_name, part.name, *(cell for row in titles for cell in row)]
    year = year_in(part.own_name.replace("_", " ")) or next(
        (int(found[1]) for text in texts if (found := _YEAR.search(text))), None
    )
    if year is None:
        expected = "a name with month and year, such as January 2026 Web Addendum B.csv"
        refuse(part, None, part.own_name, expected)
    month = next((found[1] for text in texts[:2] if (found := _MONTH.search(text))), "jan")
    return date(year, _MONTHS[month.lower()], 1)


def _table(part: Part, rows: Grid, at: int, release: Release) -> pl.DataFrame:
    header = [_NAMES.get(cell.lower()) for cell in rows[at]]
    places = {name: header.index(name) for name in _NAMES.values() if name in header}
    cells = [
        [number, *(row[place] or None if place < len(row) else None for place in places.values())]
        for number, row in enumerate(rows[at + 1 :], at + 2)
        if any(row)
    ]
    schema = {"row": pl.Int64, **dict.fromkeys(places, pl.String)}
    table = pl.DataFrame(cells, schema=schema, orient="row")
    table = table.filter(pl.col("status").is_not_null() | (pl.col("code").str.len_chars() == 5))
    is_code = pl.col("code").str.contains(r"^[0-9A-Z]{5}$")
    check_cells(part, table, "code", ~is_code, "a code of five characters")
    is_status = pl.col("status").str.contains(r"^[A-Z]\d?$")
    check_cells(part, table, "status", ~is_status, "a status indicator")
    return table.select(
        "code",
        pl.lit(release.covers_from).alias("valid_from"),
        pl.lit(release.covers_to).alias("valid_to"),
        "status",
        "apc",
        *(_number(table, name) for name in ("weight", "payment")),
    )


def _number(table: pl.DataFrame, name: str) -> pl.Expr:
    if name not in table.columns:
        return pl.lit(None, pl.Decimal(15, 4)).alias(name)
    return pl.col(name).str.replace_all(r"[$,]", "").cast(pl.Decimal(15, 4), strict=False)


OPPS: Final = Importer(
    "OPPS addendum B",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/payment/prospective-payment-systems/hospital-outpatient/addendum-a-b-updates",
    files=("january-2026-opps-addendum-b.zip", "2026 January Web Addendum B.12.29.25.csv"),
    tables={"opps": "a procedure code in a quarter"},
    columns={
        "status": "status indicator: how Medicare pays the code on an outpatient hospital bill",
        "apc": "ambulatory payment classification",
        "weight": "relative weight",
        "payment": "national payment in dollars, unadjusted",
    },
)
