"""The findings as CSV for spreadsheets, one a row."""

from __future__ import annotations

from typing import BinaryIO, Final

import polars as pl

from cleanclaim.engine.findings import FINDINGS
from cleanclaim.report.result import JSON_KEYS, Results

_FORMULA: Final = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
"""How a text begins that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
_NUMBER: Final = r"^[+-]\d+(\.\d+)?$"
"""What begins so and is a plain number is left alone."""
_PLACES: Final = ("element", "box", "fhir")


def write(results: Results, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """The findings as CSV with a header row, as UTF-8.

    `field` is spread over `field_element`, `field_box` and `field_fhir`; `evidence` is JSON. A text
    that a spreadsheet would run as a formula gets an apostrophe in front; a plain number such as -5 does not.

    Args:
        results: what was found.
        out: where it is written.
        color: not used.
    """
    columns = _columns()
    out.write(pl.DataFrame(schema=FINDINGS).select(columns).write_csv().encode())
    for findings in results.findings_parts():
        rows = findings.select(columns).with_columns(harmless())
        out.write(rows.write_csv(include_header=False).encode())


def harmless() -> pl.Expr:
    """Every text column, an apostrophe in front of what a spreadsheet would run as a formula."""
    texts = pl.col(pl.String)
    runs = texts.str.contains(_FORMULA) & ~texts.str.contains(_NUMBER)
    return pl.when(runs).then(texts.str.replace(_FORMULA, "'${0}")).otherwise(texts)


def _columns() -> list[pl.Expr]:
    spread = [pl.col("field").struct.field(name).alias(f"field_{name}") for name in _PLACES]
    plain = {"disposition": pl.col("disposition").cast(pl.String)}
    return [
        column
        for key in JSON_KEYS
        for column in (spread if key == "field" else [plain.get(key, pl.col(key))])
    ]
