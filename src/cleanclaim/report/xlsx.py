"""The report as a workbook to work from: a worklist, the claims, what was not checked, and the summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from textwrap import wrap
from typing import Any, BinaryIO, Final

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from cleanclaim.report.labels import MEANING, VERDICT_MEANING
from cleanclaim.report.result import Results, Whole
from cleanclaim.report.worklist import whole
from cleanclaim.text.escaping import visible
from cleanclaim.version import VERSION

_LINE: Final = 15.0
"""Height of a line of text in points."""
MOST_ROWS: Final = 1_000_000
"""The most rows of a sheet; Excel opens 1,048,576."""
_COLORS: Final = {
    "reject": ("#F8D7D4", "#8C1D14"),
    "return": ("#F9DFD3", "#7C2D12"),
    "deny-claim": ("#F3DDF5", "#701A75"),
    "deny-line": ("#FBDDE8", "#831843"),
    "suspend": ("#F7ECC8", "#5C4308"),
    "warn": ("#FFF3C4", "#4A3200"),
    "info": ("#DBE7FB", "#17418A"),
}
"""Fill and text color of each disposition."""
_SAME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The day in every workbook's properties, so that the same report is written the same."""
_STATES: Final = ("open", "in work", "done", "not a mistake")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: the key of its values, its heading, its width in characters, and whether it holds dollars or long text."""

    key: str
    heading: str
    width: int
    kind: str = ""


_WORKLIST: Final = (
    _Column("state", "State", 11),
    _Column("claim_id", "Claim", 16),
    _Column("disposition", "Disposition", 12),
    _Column("at_risk_amount", "At risk", 12, "dollars"),
    _Column("line_number", "Line", 6),
    _Column("diagnosis_number", "Diagnosis", 9),
    _Column("box", "Box", 9),
    _Column("message", "What is wrong", 60, "long"),
    _Column("suggestion", "What to do", 52, "long"),
    _Column("code", "Edit", 10),
    _Column("name", "Name", 32),
    _Column("payer", "Payer", 22),
    _Column("provider", "Provider NPI", 13),
    _Column("from_date", "Date of service", 14),
    _Column("charge_amount", "Claim charge", 13, "dollars"),
    _Column("carc", "CARC", 7),
    _Column("rarc", "RARC", 7),
    _Column("source", "Source", 80, "long"),
    _Column("element", "837 element", 14),
    _Column("file", "File", 28),
    _Column("position", "Byte or row", 11),
)
_PRINTED: Final = 12
"""How many columns of the worklist are printed."""
_CLAIMS: Final = (
    _Column("claim_id", "Claim", 16),
    _Column("verdict", "Verdict", 22),
    _Column("hardest", "Hardest finding", 14),
    _Column("findings", "Findings", 9),
    _Column("at_risk_amount", "At risk", 12, "dollars"),
    _Column("charge_amount", "Charge", 12, "dollars"),
    _Column("payer_name", "Payer", 22),
    _Column("payer_id", "Payer ID", 12),
    _Column("rendering_npi", "Rendering NPI", 13),
    _Column("billing_npi", "Billing NPI", 13),
    _Column("from_date", "Date of service", 14),
    _Column("not_checked", "Not checked by", 30, "long"),
    _Column("file", "File", 28),
    _Column("position", "Byte or row", 11),
)
_NOT_CHECKED: Final = (
    _Column("edits", "Edits", 28, "long"),
    _Column("reason", "Reason", 70, "long"),
    _Column("claims", "Claims", 9),
    _Column("lines", "Lines", 9),
    _Column("supply", "What to add", 60, "long"),
)
_FIGURES: Final = {
    "claims": "Claims",
    "lines": "Lines",
    "clean_claims": "Clean claims",
    "clean_as_far_as_checked_claims": "Clean as far as checked",
    "claims_with_findings": "Claims with findings",
    "unchecked_claims": "Claims not checked",
    "fully_checked_claims": "Fully checked claims",
    "findings": "Findings",
    "charge_amount": "Charged",
    "at_risk_amount": "At risk",
    "files": "Files",
    "files_not_read": "Files not read",
}


def write(results: Results, out: BinaryIO) -> None:
    """Write the whole report as an Excel workbook.

    Text is never written as a formula. A sheet holds at most a million rows; the summary says if some were left out.

    Args:
        results: what was found.
        out: where to write it.
    """
    report = whole(results)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": "Claim check", "created": _SAME_DAY})
        styles = _styles(book)
        _add_worklist(book, styles, report)
        claims = report.claims.head(MOST_ROWS).iter_rows(named=True)
        _add_table(book, styles, "Claims", _CLAIMS, claims)
        gaps = report.summary["not_checked_by_reason"]
        _add_table(book, styles, "Not checked", _NOT_CHECKED, gaps)
        _add_summary(book, styles, report)


def _styles(book: Workbook) -> dict[str, Format]:
    top = {"valign": "top"}
    colored = {
        word: book.add_format({"bg_color": fill, "font_color": ink})
        for word, (fill, ink) in _COLORS.items()
    }
    return colored | {
        "": book.add_format(top),
        "long": book.add_format(top | {"text_wrap": True}),
        "dollars": book.add_format(top | {"num_format": "$#,##0.00"}),
        "date": book.add_format(top | {"num_format": "yyyy-mm-dd", "align": "left"}),
        "heading": book.add_format(
            {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "vcenter"}
        ),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "bold": book.add_format({"bold": True}),
    }


def _add_worklist(book: Workbook, styles: Mapping[str, Format], report: Whole) -> None:
    of_claim = report.claims.select(
        "claim_key",
        "charge_amount",
        pl.coalesce("payer_name", "payer_id").alias("payer"),
        pl.coalesce("rendering_npi", "billing_npi").alias("provider"),
        "from_date",
    )
    rows = (
        report.findings.head(MOST_ROWS)
        .join(of_claim, on="claim_key", how="left", maintain_order="left")
        .with_columns(
            pl.lit(_STATES[0]).alias("state"),
            pl.col("field").struct.field("box").alias("box"),
            pl.col("field").struct.field("element").alias("element"),
        )
    )
    sheet = _add_table(book, styles, "Worklist", _WORKLIST, rows.iter_rows(named=True))
    if rows.is_empty():
        return
    sheet.print_area(0, 0, rows.height, _PRINTED - 1)
    sheet.data_validation(1, 0, rows.height, 0, {"validate": "list", "source": list(_STATES)})
    at = [column.key for column in _WORKLIST].index("disposition")
    for word in _COLORS:
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles[word]}
        sheet.conditional_format(1, at, rows.height, at, rule)
    sheet.freeze_panes(1, 2)


def _add_table(
    book: Workbook,
    styles: Mapping[str, Format],
    title: str,
    columns: Sequence[_Column],
    rows: Iterable[Mapping[str, Any]],
) -> Worksheet:
    """A sheet with a heading that stays in view, and filters."""
    sheet: Worksheet = book.add_worksheet(title)
    sheet.set_row(0, 22)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.heading, styles["heading"])
    last = 0
    for last, row in enumerate(rows, 1):
        sheet.set_row(last, _LINE * max(map(partial(_lines, row), columns)))
        for at, column in enumerate(columns):
            _write(sheet, last, at, row[column.key], column.kind, styles)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return sheet


def _lines(row: Mapping[str, Any], column: _Column) -> int:
    """How many lines of its column a value takes; not every program fits the rows to their text."""
    if column.kind != "long" or not row[column.key]:
        return 1
    value = row[column.key]
    text = " ".join(value) if isinstance(value, list) else str(value)
    return len(wrap(text, column.width)) or 1


def _write(
    sheet: Worksheet, row: int, column: int, value: object, kind: str, styles: Mapping[str, Format]
) -> None:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    if value is None or value == "":
        sheet.write_blank(row, column, None, styles[kind])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles["date"])
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, column, float(value), styles[kind])
    else:
        sheet.write_string(row, column, visible(str(value)), styles[kind])


def _add_summary(book: Workbook, styles: Mapping[str, Format], report: Whole) -> None:
    sheet: Worksheet = book.add_worksheet("Summary")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 70)
    sheet.write_string(0, 0, f"Claim check by cleanclaim {VERSION}", styles["title"])
    row = 2
    for key, heading in _FIGURES.items():
        value = report.summary[key]
        sheet.write_string(row, 0, heading)
        money = key.endswith("_amount")
        sheet.write_number(row, 1, float(value), styles["dollars" if money else ""])
        row += 1
    for title, lines in _sections(report):
        row += 1
        sheet.write_string(row, 0, title, styles["bold"])
        for name, number, words in lines:
            row += 1
            sheet.write_string(row, 0, visible(name))
            if number is not None:
                sheet.write_number(row, 1, number)
            sheet.write_string(row, 2, visible(words))
        row += 1


def _sections(report: Whole) -> Iterable[tuple[str, Sequence[tuple[str, int | None, str]]]]:
    s = report.summary
    dispositions = s["findings_by_disposition"].items()
    edits = s["findings_by_edit"].items()
    yield "Findings by disposition", [(word, n, MEANING[word]) for word, n in dispositions]
    yield "Findings by edit", [(code, edit["count"], edit["name"]) for code, edit in edits]
    yield "Verdicts", [(word, None, meaning) for word, meaning in VERDICT_MEANING.items()]
    yield "Files (claims)", [(file.file, file.claims, file.error or "") for file in report.files]
    notes = [*s["notes"], *(str(failure) for failure in report.failures)]
    if report.findings.height > MOST_ROWS or report.claims.height > MOST_ROWS:
        notes.append(f"A sheet holds the first {MOST_ROWS:,} rows only; use --format csv or parquet for all.")  # fmt: skip
    if notes:
        yield "Notes", [("", None, note) for note in notes]
