"""Medicare's list of telehealth services, CSV or Excel workbook, one calendar year.

Title rows come before the header, whose wording changes a little from year to year; the code column
and the audio-only column are found by their words. The descriptors are never kept.

Source: CMS, "List of Telehealth Services", the file's header.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import AMA_TERMS, Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, is_workbook, year_in
from cleanclaim.reference.release import Release

_AUDIO: Final = "can audio-only interaction meet the requirements"
_CODES: Final = ("code", "hcpcs", "hcpcs code")


def recognizes(part: Part) -> bool:
    """Return True for the list: a workbook based on its name, a CSV on its header."""
    if is_workbook(part):
        return "telehealth" in part.name.lower()
    return part.own_name.lower().endswith(".csv") and _AUDIO in head_of(part).lower()


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        rows = grid(part)
        year = year_in(part.name) or year_in(" ".join(" ".join(row) for row in rows[:5]))
        if year is None:
            refuse(part, None, part.name, "the calendar year in the name or the title")
        at = next((n for n, row in enumerate(rows) if row and row[0].lower() in _CODES), None)
        if at is None:
            refuse(part, None, "no header", "a row that starts with Code or HCPCS")
        header = [cell.lower() for cell in rows[at]]
        audio = next((n for n, cell in enumerate(header) if cell.startswith(_AUDIO)), None)
        status = next((n for n, cell in enumerate(header) if cell.startswith("status")), None)
        if audio is None:
            refuse(part, at + 1, ",".join(rows[at]), f"a column '{_AUDIO}?'")
        names = [f"column_{n}" for n in range(len(header))]
        table = below(part, rows, at, names).with_columns(
            pl.col("column_0").str.to_uppercase().alias("code")
        )
        table = table.filter(pl.col("code").is_not_null())
        check_cells(
            part,
            table,
            "column_0",
            ~pl.col("code").str.contains(r"^[0-9A-Z]{5}$"),
            "a code of five characters",
        )
        yield (
            _release(year),
            _table(table, year, names[audio], names[status] if status is not None else None),
        )


def _table(table: pl.DataFrame, year: int, audio: str, status: str | None) -> pl.DataFrame:
    answer = pl.col(audio).str.to_lowercase().str.slice(0, 1)
    return table.select(
        "code",
        pl.lit(date(year, 1, 1)).alias("valid_from"),
        pl.lit(date(year, 12, 31)).alias("valid_to"),
        pl.when(answer.is_in(["y", "n"])).then(answer == "y").alias("audio_only"),
        (pl.col(status) if status else pl.lit(None, pl.String)).alias("status"),
    )


def _release(year: int) -> Release:
    return Release(
        name=f"Telehealth list {year}",
        table="telehealth",
        publisher="CMS, List of Telehealth Services",
        covers_from=date(year, 1, 1),
        covers_to=date(year, 12, 31),
        licence=AMA_TERMS,
        published=date(year, 1, 1),
        embedded=False,
    )


TELEHEALTH: Final = Importer(
    "telehealth list",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coverage/telehealth/list-services",
    files=("list-telehealth-services-calendar-year-2026.zip",),
    tables={"telehealth": "a code that Medicare pays by telehealth"},
    columns={
        "audio_only": "true if audio-only is allowed",
        "status": "permanent or provisional, if the list says",
    },
)
