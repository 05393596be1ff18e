"""The Medicare Physician Fee Schedule: CMS's relative value files, CSV or fixed-width text.

There is one row per code and component (26, TC, 53, or blank for the whole service), with its
status, relative values, and the indicators for modifiers and global periods. The CSV's header is
stacked over five rows; the last one must match completely. From 2026 there is one more column (PRIC
IND), and there are two files that differ only in the conversion factor: one for qualifying
participants in advanced payment models, and one for everyone else. The descriptor column is never
kept.

A file is valid from the first day of its quarter; a later file of the same year replaces it. If the
CSV and the text of one release are imported together, the CSV is used.

Source: CMS, "PFS Relative Value Files", the file's own documentation (RVUyyX.pdf) with the record
layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import AMA_TERMS, Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import (
    Grid,
    below,
    check_cells,
    check_codes,
    grid,
    head_of,
    header_at,
    text_of,
)
from cleanclaim.reference.release import Release

_HEADER_31: Final = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,"
    "BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"
)
_HEADER_32: Final = _HEADER_31.replace("SURG,BASE", "SURG,IND,BASE")
_COLUMNS: Final = (
    "code", "modifier", "description", "status", "not_for_payment", "work_rvu", "nonfacility_pe_rvu", "nonfacility_na", "facility_pe_rvu", "facility_na",
    "mp_rvu", "nonfacility_total", "facility_total", "pctc", "global_days", "preoperative", "intraoperative", "postoperative", "multiple_procedure",
    "bilateral", "assistant", "co_surgeon", "team", "endoscopic_base", "conversion_factor", "supervision", "calculation_flag", "imaging_family",
    "opps_nonfacility_pe", "opps_facility_pe", "opps_mp",
)  # fmt: skip
_WITH_PRICING: Final = (*_COLUMNS[:23], "pricing_indicator", *_COLUMNS[23:])
_WIDTHS: Final = {
    "code": (0, 5), "modifier": (5, 2), "status": (57, 1), "work_rvu": (59, 6), "nonfacility_pe_rvu": (66, 6), "nonfacility_na": (72, 2),
    "facility_pe_rvu": (75, 6), "facility_na": (81, 2), "mp_rvu": (84, 5), "nonfacility_total": (90, 6), "facility_total": (96, 6), "pctc": (102, 1),
    "global_days": (103, 3), "preoperative": (106, 3), "intraoperative": (109, 3), "postoperative": (112, 3), "multiple_procedure": (115, 1),
    "bilateral": (116, 1), "assistant": (117, 1), "co_surgeon": (118, 1), "team": (119, 1), "endoscopic_base": (127, 5), "conversion_factor": (132, 8),
    "supervision": (141, 2), "calculation_flag": (143, 1), "imaging_family": (145, 2), "opps_nonfacility_pe": (151, 6), "opps_facility_pe": (158, 6),
    "opps_mp": (165, 6),
}  # fmt: skip
_NUMBERS: Final = (
    "work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu", "nonfacility_total", "facility_total", "preoperative", "intraoperative",
    "postoperative", "conversion_factor", "opps_nonfacility_pe", "opps_facility_pe", "opps_mp",
)  # fmt: skip
_INDICATORS: Final = ("pctc", "multiple_procedure", "bilateral", "assistant", "co_surgeon", "team")
_GLOBAL_DAYS: Final = ("000", "010", "090", "MMM", "XXX", "YYY", "ZZZ")
_RVU: Final = pl.Decimal(10, 4)
_TITLE: Final = re.compile(
    r"National Physician Fee Schedule Relative Value File (\w+)", re.IGNORECASE
)
_NAME: Final = re.compile(r"PPRRVU(\d{2,4})_?([A-Za-z]{3,9})?", re.IGNORECASE)
_ZIP: Final = re.compile(r"RVU\d{2}([A-D])", re.IGNORECASE)
_LETTERS: Final = {"JAN": "A", "APR": "B", "JUL": "C", "OCT": "D"}
_QUALIFYING: Final = re.compile(r"(?<!non)QPP", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _File:
    part: Part
    year: int
    letter: str
    is_text: bool
    is_qualifying: bool


def recognizes(part: Part) -> bool:
    """Return True for a relative value file, based on its name and its first rows."""
    if not part.own_name.upper().startswith("PPRRVU"):
        return False
    head = head_of(part)
    return "Relative Value File" in head or head.startswith("HDR ")


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per quarter.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    files = [_described(part) for part in parts]
    for year, letter in sorted({(file.year, file.letter) for file in files}):
        own = [file for file in files if (file.year, file.letter) == (year, letter)]
        yield _release(year, letter), _table(own)


def _release(year: int, letter: str) -> Release:
    began = date(year, 3 * "ABCD".index(letter) + 1, 1)
    return Release(
        name=f"MPFS {year}{letter}",
        table="mpfs",
        publisher="CMS, Physician Fee Schedule relative value files",
        covers_from=began,
        covers_to=date(year, 12, 31),
        licence=AMA_TERMS,
        published=began,
        embedded=False,
    )


def _described(part: Part) -> _File:
    match = _NAME.match(part.own_name)
    year = int(match[1]) if match else 0
    year += 2000 if year < 100 else 0
    title = _TITLE.search(head_of(part))
    zipped = _ZIP.search(part.name)
    month = ((match[2] if match else None) or (title[1] if title else "") or "")[:3].upper()
    letter = _LETTERS.get(month) or (zipped[1].upper() if zipped else None)
    if year < 2000 or letter is None:
        refuse(
            part,
            None,
            part.own_name,
            "a name with year and month, such as PPRRVU2026_Jan_nonQPP.csv",
        )
    is_text = part.own_name.lower().endswith(".txt")
    return _File(part, year, letter, is_text, bool(_QUALIFYING.search(part.own_name)))


def _table(files: Sequence[_File]) -> pl.DataFrame:
    chosen = [file for file in files if not file.is_text] or list(files)
    main = [file for file in chosen if not file.is_qualifying]
    others = [file for file in chosen if file.is_qualifying]
    if len(main) > 1 or len(others) > 1 or not main:
        refuse(
            chosen[0].part,
            None,
            f"{len(main)} files for most physicians and {len(others)} for qualifying participants",
            "exactly one of the first and at most one of the second",
        )
    table = _typed(main[0])
    if not others:
        return table.with_columns(pl.lit(None, _RVU).alias("conversion_factor_qualifying"))
    qualifying = _typed(others[0])
    _check_same(others[0].part, table, qualifying)
    factor = qualifying.select(
        "code", "modifier", pl.col("conversion_factor").alias("conversion_factor_qualifying")
    )
    return table.join(factor, on=["code", "modifier"], how="left", nulls_equal=True)


def _check_same(part: Part, table: pl.DataFrame, qualifying: pl.DataFrame) -> None:
    """Refuse the file for qualifying participants if it differs in more than the conversion factor."""
    values = [name for name in table.columns if name != "conversion_factor"]
    missing = table.join(qualifying, on=values, how="anti", nulls_equal=True)
    more = qualifying.join(table, on=values, how="anti", nulls_equal=True)
    odd = pl.concat([missing, more])
    if odd.height:
        refuse(
            part,
            None,
            str(odd["code"][0]),
            "the same values for qualifying participants as for all others",
        )


def _typed(file: _File) -> pl.DataFrame:
    part = file.part
    rows = _of_text(part) if file.is_text else _of_sheet(part)
    number = r"^-?\d*\.?\d+$"
    check_codes(part, rows, "code")
    is_component = pl.col("modifier").is_null() | pl.col("modifier").is_in(["26", "TC", "53"])
    check_cells(part, rows, "modifier", ~is_component, "26, TC, 53 or a blank")
    check_cells(
        part, rows, "status", ~pl.col("status").str.contains(r"^[A-Z]$"), "a status of one letter"
    )
    for name in _NUMBERS:
        check_cells(part, rows, name, ~pl.col(name).str.contains(number), "a number")
    for name in _INDICATORS:
        check_cells(
            part, rows, name, ~pl.col(name).str.contains(r"^\d$"), "an indicator of one digit"
        )
    check_cells(
        part,
        rows,
        "global_days",
        ~pl.col("global_days").is_in(_GLOBAL_DAYS),
        f"one of {', '.join(_GLOBAL_DAYS)}",
    )
    for name in ("nonfacility_na", "facility_na"):
        is_flag = pl.col(name).is_null() | (pl.col(name) == "NA")
        check_cells(part, rows, name, ~is_flag, "NA or a blank")
    base = pl.col("endoscopic_base")
    is_base = base.is_null() | base.str.contains(r"^[0-9A-Z]{5}$")
    check_cells(part, rows, "endoscopic_base", ~is_base, "a base code or a blank")
    twice = rows.filter(pl.struct("code", "modifier").is_duplicated())
    if twice.height:
        refuse(part, int(twice["row"][0]), str(twice["code"][0]), "each code and component once")
    release = _release(file.year, file.letter)
    return rows.select(
        "code",
        "modifier",
        pl.lit(release.covers_from).alias("valid_from"),
        pl.lit(release.covers_to).alias("valid_to"),
        "status",
        "global_days",
        "endoscopic_base",
        "supervision",
        "calculation_flag",
        "imaging_family",
        pl.col(_INDICATORS).cast(pl.Int8),
        *(
            (pl.col(name) == "NA").fill_null(value=False).alias(name)
            for name in ("nonfacility_na", "facility_na")
        ),
        pl.col(_NUMBERS).cast(_RVU),
    )


def _of_sheet(part: Part) -> pl.DataFrame:
    rows: Grid = grid(part)
    widths = {len(header.split(",")): header for header in (_HEADER_31, _HEADER_32)}
    begun = next((row for row in rows if row and row[0] == "HCPCS" and "INDICATOR" in row), [])
    header = widths.get(len(begun), _HEADER_31)
    at = header_at(part, rows, header.split(","))
    return below(part, rows, at, _COLUMNS if header is _HEADER_31 else _WITH_PRICING)


def _of_text(part: Part) -> pl.DataFrame:
    lines = text_of(part).splitlines()
    numbered = [
        (n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("HDR ")
    ]
    frame = pl.DataFrame(numbered, schema={"row": pl.Int64, "line": pl.String}, orient="row")
    cells = frame.select(
        "row",
        *(
            pl.col("line").str.slice(at, size).str.strip_chars().alias(name)
            for name, (at, size) in _WIDTHS.items()
        ),
    )
    return cells.with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in _WIDTHS
    )


MPFS: Final = Importer(
    "Physician Fee Schedule",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    files=("RVU25D.zip", "PPRRVU2025_Oct.csv", "PPRRVU2026_Jan_nonQPP.csv"),
    tables={"mpfs": "a code and component in the fee schedule"},
    columns={
        "modifier": "26 professional, TC technical component, 53 discontinued; empty for the whole service",
        "status": "A active, B bundled, C contractor-priced, I not valid for Medicare, N not covered, R restricted, T bundled with other services, …",
        "work_rvu, nonfacility_pe_rvu, facility_pe_rvu, mp_rvu": "relative values: work, practice expense outside and in a facility, malpractice",
        "nonfacility_na, facility_na": "true if the service is rarely performed there",
        "pctc": "PC/TC indicator",
        "global_days": "000, 010, 090 days, MMM maternity, XXX none, YYY set by the contractor, ZZZ add-on",
        "preoperative, intraoperative, postoperative": "shares of the global payment",
        "multiple_procedure, bilateral, assistant, co_surgeon, team": "payment rule indicators for modifiers 51, 50, 80-82 and AS, 62, 66",
        "endoscopic_base": "the family's base endoscopy",
        "conversion_factor, conversion_factor_qualifying": "dollars per relative value unit",
        "supervision, calculation_flag, imaging_family": "as in the file's documentation",
        "opps_nonfacility_pe, opps_facility_pe, opps_mp": "relative values for the OPPS cap",
    },
)
