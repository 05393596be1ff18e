"""Medicare's add-on code edits: fixed-width text.

Type 1 has a closed list of primary codes, type 2 none (the contractor decides; the primary code is
CCCCC), type 3 an open list. Dates are year and day of the year.

Source: CMS, "Medicare NCCI Add-on Code Edits"; the columns of its spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.importing.layout import (
    AMA_TERMS,
    Importer,
    Loaded,
    Part,
    day_of_year,
    or_open,
    quarter_end,
    quarter_start,
    refuse,
)
from cleanclaim.importing.sheets import check_cells, check_codes
from cleanclaim.reference.release import Release

_ROW: Final = re.compile(rb"(?m)^[123][0-9A-Z]{5}[ \d]{7}[0-9A-Z]{5}[ \d]{7}\d{7}")
_NAME: Final = re.compile(r"AOC_V(\d{4})Q([1-4])(?:_\d+)?-MCR\.txt$", re.IGNORECASE)
_WIDTHS: Final = {
    "type": (0, 1),
    "code": (1, 5),
    "add_on_deleted": (6, 7),
    "primary": (13, 5),
    "primary_deleted": (18, 7),
    "effective": (25, 7),
    "deleted": (32, 7),
    "note": (39, 200),
}


def recognizes(part: Part) -> bool:
    """Return True for a table of add-on codes, based on its first row."""
    return _ROW.search(part.head) is not None


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        yield _release(part)


def _release(part: Part) -> Loaded:
    match = _NAME.search(part.own_name)
    if match is None:
        refuse(part, None, part.own_name, "a name with the quarter, such as AOC_V2026Q2-MCR.txt")
    began = quarter_start(match[1], match[2])
    table = _rows(part)
    release = Release(
        name=f"NCCI add-on codes {match[1]}Q{match[2]}",
        table="ncci_add_on",
        publisher="CMS, National Correct Coding Initiative",
        covers_from=table["valid_from"].min() or began,  # type: ignore[arg-type]
        covers_to=quarter_end(began),
        licence=AMA_TERMS,
        published=began,
        embedded=False,
    )
    return release, table


def _rows(part: Part) -> pl.DataFrame:
    data = part.read()
    first = _ROW.search(data)
    start = first.start() if first else 0
    skipped = data.count(b"\n", 0, start)
    lines = data[start:].decode("latin-1").splitlines()
    frame = pl.DataFrame({"line": lines}).with_row_index("row", skipped + 1)
    frame = frame.filter(pl.col("line").str.strip_chars() != "").select(
        "row",
        *(pl.col("line").str.slice(at, size).alias(name) for name, (at, size) in _WIDTHS.items()),
    )
    days = frame.with_columns(
        *(
            day_of_year(name).alias(f"{name}_day")
            for name in ("add_on_deleted", "primary_deleted", "effective", "deleted")
        )
    )

    check_cells(part, days, "type", ~pl.col("type").is_in(["1", "2", "3"]), "1, 2 or 3")
    check_codes(part, days, "code", "primary")
    check_cells(part, days, "effective", pl.col("effective_day").is_null(), "a day as YYYYDDD")
    for column in ("add_on_deleted", "primary_deleted", "deleted"):
        is_wrong = (pl.col(column).str.strip_chars() != "") & pl.col(f"{column}_day").is_null()
        check_cells(part, days, column, is_wrong, "a day as YYYYDDD, or a blank")
    last = pl.min_horizontal("add_on_deleted_day", "primary_deleted_day", "deleted_day")
    return days.select(
        "code",
        pl.col("effective_day").alias("valid_from"),
        or_open(last).alias("valid_to"),
        pl.col("type").cast(pl.Int8),
        pl.when(pl.col("primary") != "CCCCC").then("primary").alias("primary_code"),
        pl.when(pl.col("note").str.strip_chars() != "")
        .then(pl.col("note").str.strip_chars())
        .alias("note"),
    )


NCCI_ADD_ON: Final = Importer(
    "add-on code edits",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-add-code-edits",
    files=("add-code-edits-medicare-effective-07012026.zip", "AOC_V2026Q3-MCR.txt"),
    tables={"ncci_add_on": "an add-on code and one of its primary codes"},
    columns={
        "type": "1 closed list, 2 the contractor decides, 3 open list",
        "primary_code": "empty if the contractor decides",
        "note": "CMS's instruction",
    },
)
