"""ICD-10-CM codes: the order file, or the codes file, fixed width.

The order file has headers (0) and billable codes (1) with a short and a long title; the codes file
has only billable codes with the long title. A release is a complete list: a code that isn't in it
isn't valid on its dates. October files cover a fiscal year; April files (and January 2021) cover
the rest of it. Addenda are skipped. If both files are imported together, the order file is used.

Source: CMS and NCHS, "ICD-10-CM", icd10OrderFiles.pdf, which comes with the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import check_cells, text_of
from cleanclaim.reference.release import Release

_NAME: Final = re.compile(r"icd10cm[-_](order|codes)(?!.*addenda).*\.txt$", re.IGNORECASE)
_ORDER_ROW: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\d{5} [A-Z][0-9A-Z]{2,6} *[01] ")
_CODES_ROW: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?[A-Z]\d[0-9A-Z]{1,5} {1,5}\S")
_MONTHS: Final = {"jan": 1, "apr": 4, "oct": 10}
_CODE: Final = r"^[A-Z][0-9A-Z]{2,6}$"
_MONTH_YEAR: Final = re.compile(r"(jan|apr|oct)[a-z]*[-_]?(?:\d{1,2}[-_])?(20\d{2})", re.IGNORECASE)
_YEAR: Final = re.compile(r"(20\d{2})")
_PAGE: Final = "https://www.cms.gov/medicare/coding-billing/icd-10-codes"


def fiscal_span(part: Part) -> tuple[date, date]:
    """Return the days that an ICD-10-CM file covers, based on its name.

    Raises:
        ReferenceProblem: the name has no date.
    """
    month_year = _MONTH_YEAR.search(part.own_name)
    year_only = _YEAR.search(part.own_name)
    if month_year:
        month, year = _MONTHS[month_year[1].lower()], int(month_year[2])
        began = date(year, month, 1)
        return began, date(year + (month == 10), 9, 30)
    if year_only is None:
        refuse(
            part,
            None,
            part.own_name,
            "a name with the fiscal year or month, such as icd10cm_order_2027.txt",
        )
    year = int(year_only[1])
    return date(year - 1, 10, 1), date(year, 9, 30)


def recognizes(part: Part) -> bool:
    """Return True for an order or codes file, based on its name and first row."""
    return bool(_NAME.search(part.own_name)) and bool(
        _ORDER_ROW.match(part.head) or _CODES_ROW.match(part.head)
    )


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield the codes and titles of each release.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    by_span: dict[tuple[date, date], list[Part]] = {}
    for part in parts:
        by_span.setdefault(fiscal_span(part), []).append(part)
    for (began, last), own in sorted(by_span.items()):
        orders = [part for part in own if _ORDER_ROW.match(part.head)]
        part = (orders or own)[0]
        titled = order_file(part, _CODE) if orders else codes_file(part, _CODE)
        dated = titled.select(
            "code",
            pl.lit(began).alias("valid_from"),
            pl.lit(last).alias("valid_to"),
            "billable",
            "short",
            "long",
        )
        label = f"{began:%Y-%m-%d}"
        yield (
            _release(f"ICD-10-CM {label}", "icd10cm", began, last),
            dated.filter("billable").select("code", "valid_from", "valid_to"),
        )
        yield _release(f"ICD-10-CM titles {label}", "icd10cm_titles", began, last), dated


def _release(name: str, table: str, began: date, last: date) -> Release:
    return Release(
        name=name,
        table=table,
        publisher="CMS and NCHS, ICD-10-CM",
        covers_from=began,
        covers_to=last,
        licence="US Government work",
        published=began,
        embedded=False,
    )


def _cut(part: Part, widths: dict[str, tuple[int, int | None]]) -> pl.DataFrame:
    lines = pl.DataFrame({"line": text_of(part).splitlines()}).with_row_index("row", 1)
    return lines.filter(pl.col("line").str.strip_chars() != "").select(
        pl.col("row").cast(pl.Int64),
        *(
            pl.col("line").str.slice(at, size).str.strip_chars().alias(name)
            for name, (at, size) in widths.items()
        ),
    )


def order_file(part: Part, form: str) -> pl.DataFrame:
    """Return the codes and headers of an order file: code, billable, short, long.

    Args:
        part: the file.
        form: the format of its codes, as a regular expression.
    """
    table = _cut(
        part,
        {"number": (0, 5), "code": (6, 7), "flag": (14, 1), "short": (16, 60), "long": (77, None)},
    )
    check_cells(
        part,
        table,
        "number",
        ~pl.col("number").str.contains(r"^\d{5}$"),
        "an order number of five digits",
    )
    check_cells(part, table, "flag", ~pl.col("flag").is_in(["0", "1"]), "0 or 1 in column 15")
    return _checked(part, table.with_columns((pl.col("flag") == "1").alias("billable")), form)


def codes_file(part: Part, form: str) -> pl.DataFrame:
    """Return the codes of a codes file: code, billable, short (null), long."""
    table = _cut(part, {"code": (0, 7), "long": (8, None)})
    return _checked(
        part,
        table.with_columns(
            pl.lit(value=True).alias("billable"), pl.lit(None, pl.String).alias("short")
        ),
        form,
    )


def _checked(part: Part, table: pl.DataFrame, form: str) -> pl.DataFrame:
    is_code = pl.col("code").str.contains(form)
    check_cells(part, table, "code", ~is_code, "a code of three to seven characters without a dot")
    check_cells(part, table, "long", pl.col("long") == "", "a long title")
    check_cells(part, table, "code", pl.col("code").is_duplicated(), "every code once")
    return table


ICD10CM: Final = Importer(
    "ICD-10-CM codes",
    recognizes,
    load,
    page=_PAGE,
    files=(
        "2027-code-descriptions-tabular-order.zip",
        "icd10cm_order_2027.txt",
        "icd10cm-codes-April-1-2026.txt",
    ),
    tables={"icd10cm": "a billable code", "icd10cm_titles": "a code or header"},
    columns={"billable": "false for a header", "short, long": "its titles"},
)
