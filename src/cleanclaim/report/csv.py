"""The findings as CSV for spreadsheets, one per row."""

from __future__ import annotations

from typing import BinaryIO, Final

import polars as pl

from cleanclaim.engine.findings import FINDINGS
from cleanclaim.report.result import JSON_KEYS, Results

_FORMULA: Final = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
"""The start of a text that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
_NUMBER: Final = r"^[+-]\d+(\.\d+)?$"
"""A plain number that starts this way is left alone."""
_PLACES: Final = ("element", "box", "fhir")


def write(results: Results, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """Write the findings as CSV with a header row, in UTF-8.

    `field` becomes `field_element`, `field_box` and `field_fhir`; `evidence` is JSON. A text that a spreadsheet would run as a formula gets an apostrophe
    in front; a plain number such as -5 does not.

    Args:
        results: what was found.
        out: where to write it.
        color: not used.
    """
    columns = _columns()
    out.write(pl.DataFrame(schema=FINDINGS).select(columns).write_csv().encode())
    for findings in results.findings_parts():
        rows = findings.select(columns).with_columns(harmless())
        out.write(rows.write_csv(include_header=False).encode())


def harmless() -> pl.Expr:
    """Every text column, with an apostrophe in front of a text that a spreadsheet would run as a formula."""
    texts = pl.col(pl.String)
    is_formula = texts.str.contains(_FORMULA) & ~texts.str.contains(_NUMBER)
    return pl.when(is_formula).then(texts.str.replace(_FORMULA, "'${0}")).otherwise(texts)


def _columns() -> list[pl.Expr]:
    spread = [pl.col("field").struct.field(name).alias(f"field_{name}") for name in _PLACES]
    plain = {"disposition": pl.col("disposition").cast(pl.String)}
    return [
        column
        for key in JSON_KEYS
        for column in (spread if key == "field" else [plain.get(key, pl.col(key))])
    ]
