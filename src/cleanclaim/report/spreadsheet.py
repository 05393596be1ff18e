"""The findings as CSV for spreadsheets, one a row."""

from __future__ import annotations

from typing import BinaryIO, Final

import polars as pl

from cleanclaim.findings import FINDINGS
from cleanclaim.report.result import JSON_KEYS, Results

_FORMULA: Final = r"^[=+\-@\t\r]"
"""How a text begins that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
_PLACES: Final = ("element", "box", "fhir")


def write(results: Results, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """The findings as CSV with a header row, as UTF-8.

    `field` is spread over `field_element`, `field_box` and `field_fhir`; `evidence` is JSON. A text
    that a spreadsheet would run as a formula gets an apostrophe in front.

    Args:
        results: what was found.
        out: where it is written.
        color: not used.
    """
    harmless = pl.col(pl.String).str.replace(_FORMULA, "'${0}")
    columns = _columns()
    out.write(pl.DataFrame(schema=FINDINGS).select(columns).write_csv().encode())
    for findings in results.findings_parts():
        rows = findings.select(columns).with_columns(harmless)
        out.write(rows.write_csv(include_header=False).encode())


def _columns() -> list[pl.Expr]:
    spread = [pl.col("field").struct.field(name).alias(f"field_{name}") for name in _PLACES]
    plain = {"disposition": pl.col("disposition").cast(pl.String)}
    return [
        column
        for key in JSON_KEYS
        for column in (spread if key == "field" else [plain.get(key, pl.col(key))])
    ]
