"""ICD-10-CM's conversion table: the codes that were used before each new code; CSV or Excel workbook.

There is a title row, a header row, then one row per new code: its effective date (a year alone
means October 1 of that year; otherwise a day, in a workbook as a serial number), and the codes that
were used before, as a list with commas, semicolons and ranges. Ranges are expanded to the codes
that were billable.

Source: CMS and NCHS, "ICD-10-CM Conversion Table", the file's own header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, header_at, is_workbook
from cleanclaim.reference import embedded
from cleanclaim.reference.release import OPEN_END, Release

_HEADER: Final = ("Current code assignment", "Effective", "Previous Code(s) Assignment")
_NAME: Final = re.compile(r"CONVERSION-TABLE-FY(20\d{2})", re.IGNORECASE)
_EXCEL_START: Final = date(1899, 12, 30)
_CODE: Final = re.compile(r"^[A-Z][0-9A-Z]{2,6}$")


def recognizes(part: Part) -> bool:
    """Return True for the conversion table, based on its name or header."""
    if is_workbook(part):
        return bool(_NAME.search(part.own_name.replace(" ", "-")))
    return _HEADER[2] in head_of(part)


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        match = _NAME.search(part.own_name.replace(" ", "-"))
        if match is None:
            refuse(
                part, None, part.own_name, "a name such as ICD-10-CM-CONVERSION-TABLE-FY2027.csv"
            )
        year = int(match[1])
        rows = grid(part)
        at = header_at(part, rows, _HEADER)
        table = below(part, rows, at, ("current", "effective", "previous"))
        pairs = _pairs(part, table)
        release = Release(
            name=f"ICD-10-CM conversion table FY{year}",
            table="conversions",
            publisher="CMS and NCHS, ICD-10-CM",
            covers_from=date(2016, 10, 1),
            covers_to=date(year, 9, 30),
            licence="US Government work",
            published=date(year - 1, 10, 1),
            embedded=False,
        )
        yield release, pairs


def _pairs(part: Part, table: pl.DataFrame) -> pl.DataFrame:
    current = pl.col("current").str.replace_all(".", "", literal=True).str.to_uppercase()
    cleaned = table.with_columns(current.alias("to_code"))
    is_code = pl.col("to_code").str.contains(_CODE.pattern)
    check_cells(part, cleaned, "current", ~is_code, "an ICD-10-CM code")
    days = [
        _day(part, int(row), text) for row, text in cleaned.select("row", "effective").iter_rows()
    ]
    billable = embedded.read("icd10cm").select("code", "valid_to")
    known = sorted(set(billable["code"]))
    previous = [_listed(text or "", known) for text in cleaned["previous"]]
    ended = (
        billable.group_by("code")
        .agg(pl.col("valid_to").max())
        .filter(pl.col("valid_to") < OPEN_END)
        .select(
            "code",
            pl.col("valid_to").dt.offset_by("1d").alias("valid_from"),
            pl.lit(value=True).alias("retired"),
        )
    )
    return (
        cleaned.select("to_code")
        .with_columns(
            pl.Series("valid_from", days, dtype=pl.Date),
            pl.Series("code", previous, dtype=pl.List(pl.String)),
            pl.lit(OPEN_END).alias("valid_to"),
        )
        .explode("code")
        .filter(pl.col("code").is_not_null(), pl.col("valid_from").is_not_null())
        .unique(maintain_order=True)
        .join(ended, on=["code", "valid_from"], how="left", maintain_order="left")
        .with_columns(pl.col("retired").fill_null(value=False))
        .select("code", "to_code", "valid_from", "valid_to", "retired")
    )


def _day(part: Part, row: int, text: str | None) -> date | None:
    """Return the day in a cell; None for a blank."""
    if not text:
        return None
    if re.fullmatch(r"20\d{2}", text):
        return date(int(text), 10, 1)
    if re.fullmatch(r"\d{5}", text):
        return _EXCEL_START + timedelta(days=int(text))
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(20\d{2})", text):
        return date(int(match[3]), int(match[1]), int(match[2]))
    if re.fullmatch(r"20\d{2}-\d{2}-\d{2}.*", text):
        return date.fromisoformat(text[:10])
    return refuse(part, row, text, "a year or a day")


def _listed(text: str, known: Sequence[str]) -> list[str]:
    """Return the codes in a list with commas, semicolons and ranges; words that aren't codes are left out."""
    codes: list[str] = []
    for item in re.split(r"[,;]|\band\b", text.upper().replace(".", "")):
        first, dash, last = (piece.strip() for piece in item.partition("-"))
        if dash and _CODE.match(first) and _CODE.match(last):
            codes += [code for code in known if first <= code <= last or code.startswith(last)]
        elif _CODE.match(first):
            codes.append(first)
    return codes


CONVERSION: Final = Importer(
    "ICD-10-CM conversion table",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    files=("2027-conversion-table.zip", "ICD-10-CM-CONVERSION-TABLE-FY2027.xlsx"),
    tables={"conversions": "an earlier code and one of its successors"},
    columns={
        "to_code": "the new code",
        "retired": "true if the earlier code ended the day before",
    },
)
