"""The findings as a table, one a row: CSV for spreadsheets, Parquet for programs."""

from __future__ import annotations

import io
import json
from typing import Final

import polars as pl

from cleanclaim.report.result import JSON_KEYS, Report
from cleanclaim.version import VERSION

_FORMULA: Final = r"^[=+\-@\t\r]"
"""How a text begins that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
_PLACES: Final = ("element", "box", "fhir")


def render_csv(report: Report) -> str:
    """The findings as CSV with a header row.

    `field` is spread over `field_element`, `field_box` and `field_fhir`; `evidence` is JSON. A text
    that a spreadsheet would run as a formula gets an apostrophe in front.

    Args:
        report: what was found.

    Returns:
        The text of the file, to be written as UTF-8.
    """
    harmless = pl.col(pl.String).str.replace(_FORMULA, "'${0}")
    return report.findings.select(_columns()).with_columns(harmless).write_csv()


def render_parquet(report: Report) -> bytes:
    """The findings as Parquet: the columns of the JSON report, typed, `field` a structure.

    What a table of findings cannot say, the summary and what was not checked, is in the file's
    metadata as JSON, under `cleanclaim.summary`.

    Args:
        report: what was found.

    Returns:
        The bytes of the file.
    """
    buffer = io.BytesIO()
    report.findings.select(JSON_KEYS).write_parquet(
        buffer,
        metadata={
            "cleanclaim.version": VERSION,
            "cleanclaim.summary": json.dumps(report.summary, ensure_ascii=False),
        },
    )
    return buffer.getvalue()


def _columns() -> list[pl.Expr]:
    spread = [pl.col("field").struct.field(name).alias(f"field_{name}") for name in _PLACES]
    plain = {"disposition": pl.col("disposition").cast(pl.String)}
    return [
        column
        for key in JSON_KEYS
        for column in (spread if key == "field" else [plain.get(key, pl.col(key))])
    ]
