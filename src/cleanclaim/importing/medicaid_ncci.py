"""Medicaid's NCCI edits: procedure pairs and unit limits, tab-separated, one file per service.

The pairs have six columns (without the mark for 1996). The limits have three columns and no
adjudication indicator: Medicaid applies them to each claim line. The service and the quarter are in
the name of the file or its zip, in either order (q1-2026, 2026-q3). States can turn off individual
edits.

Source: CMS, "Medicaid NCCI Edit Files", the files' own headers.
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
    quarter_start,
    refuse,
)
from cleanclaim.importing.sheets import check_cells, check_codes, tab_separated
from cleanclaim.reference.release import OPEN_END, Release

_PAIR_ROW: Final = re.compile(rb"(?m)^[0-9A-Z]{5}\t[0-9A-Z]{5}\t\d{8}\t(?:\d{8}|\*)?\t[019]\t")
_LIMIT_ROW: Final = re.compile(rb"(?m)^[0-9A-Z]{5}\t\d+\t[^\t\r\n]*\r?$")
_SERVICES: Final = {
    "practitioner": "practitioner",
    "outpatient": "hospital",
    "durable": "dme",
    "dme": "dme",
}
_QUARTER: Final = re.compile(r"q([1-4])[-_ ]?(20\d{2})|(20\d{2})[-_ ]?q([1-4])", re.IGNORECASE)


def recognizes(part: Part) -> bool:
    """Return True for a Medicaid file of pairs or limits, based on its name and first rows."""
    if "medicaid" not in part.name.lower() and "mcd" not in part.own_name.lower():
        return False
    return bool(_PAIR_ROW.search(part.head) or _is_limits(part))


def _is_limits(part: Part) -> bool:
    return b"HCPCS/CPT Code" in part.head and bool(_LIMIT_ROW.search(part.head))


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        service, began = _service_and_quarter(part)
        is_pairs = _PAIR_ROW.search(part.head) is not None
        table = _pairs(part) if is_pairs else _limits(part, began)
        word = "PTP" if is_pairs else "MUE"
        release = Release(
            name=f"Medicaid {word} {service} {quarter_name(began)}",
            table=f"medicaid_{word.lower()}_{service}",
            publisher="CMS, Medicaid National Correct Coding Initiative",
            covers_from=date(2010, 10, 1) if is_pairs else began,
            covers_to=quarter_end(began),
            licence=AMA_TERMS,
            published=began,
            embedded=False,
        )
        yield release, table


def _service_and_quarter(part: Part) -> tuple[str, date]:
    name = part.name.lower()
    service = next((table for word, table in _SERVICES.items() if word in name), None)
    match = _QUARTER.search(name)
    if service is None or match is None:
        refuse(
            part,
            None,
            part.name,
            "a name with service and quarter, such as medicaid-ncci-2026-q3-ptp-edits-practitioner-services",
        )
    quarter, year = (match[1], match[2]) if match[1] else (match[4], match[3])
    return service, quarter_start(year, quarter)


def _rows(part: Part, first: re.Pattern[bytes], names: Sequence[str]) -> pl.DataFrame:
    return tab_separated(part, first, names).with_columns(pl.exclude("row").str.strip_chars())


def _pairs(part: Part) -> pl.DataFrame:
    table = _rows(
        part, _PAIR_ROW, ("code", "column_2", "effective", "deleted", "indicator", "rationale")
    )
    check_codes(part, table, "code", "column_2")
    days = table.with_columns(
        pl.col("effective").str.to_date("%Y%m%d", strict=False).alias("valid_from"),
        pl.col("deleted").str.to_date("%Y%m%d", strict=False).alias("_last"),
    )
    check_cells(part, days, "effective", pl.col("valid_from").is_null(), "a date as YYYYMMDD")
    no_end = pl.col("deleted").is_null() | pl.col("deleted").is_in(["", "*"])
    check_cells(
        part,
        days,
        "deleted",
        pl.col("_last").is_null() & ~no_end,
        "a date as YYYYMMDD, an asterisk or a blank",
    )
    check_cells(part, days, "indicator", ~pl.col("indicator").is_in(["0", "1", "9"]), "0, 1 or 9")
    return days.select(
        "code",
        "column_2",
        "valid_from",
        pl.col("_last").fill_null(OPEN_END).alias("valid_to"),
        pl.col("indicator").cast(pl.Int8),
        pl.col("rationale").cast(pl.Categorical),
    )


def _limits(part: Part, began: date) -> pl.DataFrame:
    table = _rows(part, _LIMIT_ROW, ("code", "units", "rationale"))
    check_codes(part, table, "code")
    check_cells(part, table, "units", ~pl.col("units").str.contains(r"^\d+$"), "a whole number")
    return table.select(
        "code",
        pl.lit(began).alias("valid_from"),
        pl.lit(quarter_end(began)).alias("valid_to"),
        pl.col("units").cast(pl.Int64).alias("max_units"),
        pl.lit(1, pl.Int8).alias("adjudication"),
        "rationale",
    )


MEDICAID_NCCI: Final = Importer(
    "Medicaid NCCI edits",
    recognizes,
    load,
    page="https://www.medicaid.gov/medicaid/program-integrity/national-correct-coding-initiative-medicaid/medicaid-ncci-edit-files",
    files=(
        "medicaid-ncci-2026-q3-ptp-edits-practitioner-services.zip",
        "medicaid-ncci-q1-2026-mue-edits-practitioner-services.zip",
    ),
    tables={
        **{
            f"medicaid_ptp_{service}": "a pair of procedures"
            for service in ("practitioner", "hospital", "dme")
        },
        **{f"medicaid_mue_{service}": "a code" for service in ("practitioner", "hospital", "dme")},
    },
    columns={
        "column_2, indicator, rationale": "for a pair, as in Medicare's table",
        "max_units, adjudication": "the most units, always per claim line",
    },
)
