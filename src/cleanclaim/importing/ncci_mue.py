"""Medicare's medically unlikely edits: one CSV per setting and quarter.

Source: CMS, "Medicare NCCI Medically Unlikely Edits (MUEs)", the files' own header. The quarter is
only in the file's name.
"""

from __future__ import annotations

import csv
import io
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
from cleanclaim.importing.sheets import check_cells, check_codes
from cleanclaim.reference.release import Release

_HEADER: Final = "HCPCS/ CPT Code"
_SETTINGS: Final = {
    "practitioner services mue values": "practitioner",
    "outpatient hospital services mue values": "hospital",
    "facility outpatient services mue values": "hospital",
    "dme supplier services mue values": "dme",
}
_DAY: Final = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
_WIDTH: Final = 4


def recognizes(part: Part) -> bool:
    """Return True for a table of limits, based on its header."""
    head = part.head.decode("latin-1")
    return "MUE Values" in head and "MUE Adjudication Indicator" in head


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        yield _release(part)


def _release(part: Part) -> Loaded:
    match = _DAY.search(part.own_name)
    if match is None:
        refuse(
            part,
            None,
            part.own_name,
            "a name that ends in the table's effective date, such as Eff_10-01-2026.csv",
        )
    month, day, year = map(int, match.groups())
    began = date(year, month, day)
    rows = list(csv.reader(io.StringIO(part.read().decode("latin-1"), newline="")))
    at = next(
        (n for n, row in enumerate(rows) if row and " ".join(row[0].split()) == _HEADER), None
    )
    if at is None:
        refuse(part, None, "no header", f"a row that starts with {_HEADER!r}")
    setting = _SETTINGS.get(" ".join(rows[at][1].split()).lower())
    if setting is None:
        refuse(
            part, at + 1, rows[at][1], "practitioner, outpatient hospital or DME supplier services"
        )
    release = Release(
        name=f"MUE {setting} {quarter_name(began)}",
        table=f"mue_{setting}",
        publisher="CMS, National Correct Coding Initiative",
        covers_from=began,
        covers_to=quarter_end(began),
        licence=AMA_TERMS,
        published=began,
        embedded=False,
    )
    return release, _rows(part, rows, at + 1, release)


def _rows(part: Part, rows: list[list[str]], start: int, release: Release) -> pl.DataFrame:
    body = [row for row in rows[start:] if any(cell.strip() for cell in row)]
    odd = next((n for n, row in enumerate(body) if len(row) != _WIDTH), None)
    if odd is not None:
        refuse(part, start + odd + 1, f"{len(body[odd])} columns", "four columns")
    frame = pl.DataFrame(body, schema=["code", "units", "adjudication", "rationale"], orient="row")
    frame = frame.with_row_index("row", start + 1)
    check_codes(part, frame, "code")
    check_cells(part, frame, "units", ~pl.col("units").str.contains(r"^\d{1,6}$"), "a whole number")
    check_cells(
        part,
        frame,
        "adjudication",
        ~pl.col("adjudication").str.contains(r"^[123] "),
        "1, 2 or 3 and its meaning",
    )
    return frame.select(
        "code",
        pl.lit(release.covers_from).alias("valid_from"),
        pl.lit(release.covers_to).alias("valid_to"),
        pl.col("units").cast(pl.Int64).alias("max_units"),
        pl.col("adjudication").str.slice(0, 1).cast(pl.Int8).alias("adjudication"),
        pl.col("rationale").str.strip_chars(),
    )


NCCI_MUE: Final = Importer(
    "medically unlikely edits",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-medically-unlikely-edits",
    files=(
        "medicare-ncci-2026-q3-practitioner-services-mue-table.zip",
        "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
    ),
    tables={
        "mue_practitioner": "a code, for practitioners",
        "mue_hospital": "a code, for hospital outpatient services",
        "mue_dme": "a code, for equipment suppliers",
    },
    columns={
        "max_units": "the most units",
        "adjudication": "1 per line, 2 per day (absolute), 3 per day (clinical)",
        "rationale": "CMS's reason",
    },
)
