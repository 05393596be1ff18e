"""The relative weights of the MS-DRGs: table 5 of CMS's yearly rule on inpatient prospective payment.

The text has its columns separated by tabs, the workbook has the same columns. A title stands above
the header. Since fiscal year 2023 there are two weights, before and after the 10 percent cap; the
capped one is paid. Groups without a weight have a mark or a zero in its place.

A file is valid for its fiscal year, October to September.

Source: CMS, "FY 2026 IPPS Final Rule Home Page", table 5, the file's header; 42 CFR 412.60.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import (
    Grid,
    below,
    check_cells,
    grid,
    head_of,
    is_workbook,
    plain,
    text_of,
)
from cleanclaim.reference.release import Release

_FIRST: Final = "ms-drg"
_NAMES: Final = {
    "mdc": "mdc",
    "type": "kind",
    "ms-drg title": "title",
    "geometric mean los": "geometric_mean_days",
    "arithmetic mean los": "arithmetic_mean_days",
}
_WEIGHTS: Final = ("weights - 10% cap applied", "weights", "weight")
_POST_ACUTE: Final = "post-acute drg"
_NAME: Final = re.compile(r"table[ _-]*5(?!\d)", re.IGNORECASE)
_YEAR: Final = re.compile(r"FY\s*(20\d{2})", re.IGNORECASE)
_NUMBERS: Final = ("weight", "geometric_mean_days", "arithmetic_mean_days")


def recognizes(part: Part) -> bool:
    """Return True for table 5, based on its header, or on its name if it is a workbook."""
    if is_workbook(part):
        return bool(_NAME.search(part.own_name))
    head = head_of(part).lower()
    return "ms-drg" in head and "arithmetic mean los" in head and "\t" in head


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release for each fiscal year; the text is used if a workbook has the same year.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    years: dict[int, tuple[Part, Grid, int]] = {}
    for part in sorted(parts, key=is_workbook, reverse=True):
        rows = grid(part) if is_workbook(part) else _tab_separated(part)
        at = _header_at(part, rows)
        years[_fiscal_year(part, rows[: at + 1])] = part, rows, at
    for year, (part, rows, at) in sorted(years.items()):
        release = Release(
            name=f"MS-DRG weights FY{year}",
            table="msdrg_weights",
            publisher="CMS, Inpatient Prospective Payment System, table 5",
            covers_from=date(year - 1, 10, 1),
            covers_to=date(year, 9, 30),
            licence="US Government work",
            published=date(year - 1, 10, 1),
            embedded=False,
        )
        yield release, _table(part, rows, at, release)


def _tab_separated(part: Part) -> Grid:
    text = io.StringIO(text_of(part), newline="")
    return [[plain(cell) for cell in row] for row in csv.reader(text, delimiter="\t")]


def _header_at(part: Part, rows: Grid) -> int:
    for number, row in enumerate(rows):
        cells = {cell.lower() for cell in row}
        if row and row[0].lower() == _FIRST and cells.issuperset(_NAMES):
            found = number
            break
    else:
        refuse(part, None, "no such row", f"a header with MS-DRG, weights and {', '.join(_NAMES)}")
    return found


def _fiscal_year(part: Part, rows: Grid) -> int:
    texts = (*(cell for row in reversed(rows) for cell in row), part.name)
    found = next(filter(None, map(_YEAR.search, texts)), None)
    if found is None:
        refuse(part, None, part.own_name, "a title or a name with the fiscal year, as FY 2026")
    return int(found[1])


def _table(part: Part, rows: Grid, at: int, release: Release) -> pl.DataFrame:
    header = [cell.lower() for cell in rows[at]]
    weight = next((name for name in _WEIGHTS if name in header), None)
    if weight is None:
        refuse(part, at + 1, ", ".join(rows[at]), "a column with the weights")
    names = {_FIRST: "code", weight: "weight", **_NAMES}
    post_acute = next((cell for cell in header if cell.endswith(_POST_ACUTE)), None)
    if post_acute:
        names[post_acute] = "post_acute"
    columns = [names.get(cell, f"column {n}") for n, cell in enumerate(header)]
    is_note = pl.col("mdc").is_null() & pl.col("weight").is_null()
    table = below(part, rows, at, columns).filter(~is_note)
    padded = table.with_columns(pl.col("code").str.zfill(3))
    check_cells(part, padded, "code", ~pl.col("code").str.contains(r"^\d{3}$"), "an MS-DRG")
    for name in _NUMBERS:
        is_number = pl.col(name).str.contains(r"^\d*\.?\d+$|^\D*$") | pl.col(name).is_null()
        check_cells(part, padded, name, ~is_number, "a number")
    number = pl.col(_NUMBERS).cast(pl.Decimal(10, 4), strict=False)
    flag = (
        pl.col("post_acute").str.to_lowercase() == "yes" if post_acute else pl.lit(None, pl.Boolean)
    )
    return padded.with_columns(number, flag.alias("post_acute")).select(
        "code",
        pl.lit(release.covers_from).alias("valid_from"),
        pl.lit(release.covers_to).alias("valid_to"),
        pl.when(pl.col("weight") > 0).then("weight").alias("weight"),
        "title",
        "mdc",
        "kind",
        "post_acute",
        "geometric_mean_days",
        "arithmetic_mean_days",
    )


WEIGHTS: Final = Importer(
    "MS-DRG weights",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/payment/prospective-payment-systems/acute-inpatient-pps",
    files=("fy2026-ipps-fr-table-5.zip", "CMS-1833-F Table 5.txt"),
    tables={"msdrg_weights": "a diagnosis related group of a fiscal year"},
    columns={
        "weight": "relative weight, after the 10 percent cap; empty if the group has none",
        "title": "its title",
        "mdc": "its major diagnostic category, or PRE",
        "kind": "SURG or MED",
        "post_acute": "true if a transfer to post-acute care can be paid by the day",
        "geometric_mean_days, arithmetic_mean_days": "mean length of stay",
    },
)
