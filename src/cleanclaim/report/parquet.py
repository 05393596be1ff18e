"""The findings as Parquet for programs, one per row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO, Final

import polars as pl
from polars.io.plugins import register_io_source

from cleanclaim.engine.findings import FINDINGS
from cleanclaim.report.result import JSON_KEYS, Results
from cleanclaim.version import VERSION

_ROW_GROUP: Final = 50_000
"""Rows per group of the file, which are held in memory until they are written."""
_COLUMNS: Final = {key: FINDINGS[key] for key in JSON_KEYS}


def write(results: Results, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """Write the findings as Parquet: the typed columns of the JSON report, with `field` as a structure.

    The summary, with what was not checked by reason, is in the file's metadata as JSON, under `cleanclaim.summary`.

    Args:
        results: what was found.
        out: where to write it.
        color: not used.
    """
    _rows(results).sink_parquet(
        out,
        row_group_size=_ROW_GROUP,
        metadata={
            "cleanclaim.version": VERSION,
            "cleanclaim.summary": json.dumps(results.summary),
        },
    )


def _rows(results: Results) -> pl.LazyFrame:
    """The findings, read part by part as they are written."""

    def parts(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        del with_columns, predicate, n_rows, batch_size  # every column and row is written
        for findings in results.findings_parts():
            yield findings.select(JSON_KEYS)

    return register_io_source(parts, schema=pl.Schema(_COLUMNS))
