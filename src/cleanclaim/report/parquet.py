"""The tables of a report as Parquet, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO, Final

import polars as pl
from polars.io.plugins import register_io_source

from cleanclaim.report import tables
from cleanclaim.report.result import Results
from cleanclaim.version import VERSION

_ROW_GROUP: Final = 50_000
"""Rows per group of the file, which are held in memory until they are written."""


def write(results: Results, out: BinaryIO) -> None:
    """Write the findings as Parquet: the typed columns of the JSON report, with `field` as a structure, and those of the claim.

    The summary, with what was not checked by reason, is in the file's metadata as JSON, under `cleanclaim.summary`.

    Args:
        results: what was found.
        out: where to write it.
    """
    write_table("findings", results, out)


def write_table(table: str, results: Results, out: BinaryIO) -> None:
    """Write one table of the report in the same way.

    Args:
        table: findings, claims (one row per claim, with its verdict) or not-checked.
        results: what was found.
        out: where to write it.
    """
    empty, parts = tables.table(table, results)
    _rows(empty.schema, parts).sink_parquet(
        out,
        row_group_size=_ROW_GROUP,
        metadata={
            "cleanclaim.version": VERSION,
            "cleanclaim.summary": json.dumps(results.summary),
        },
    )


def _rows(schema: pl.Schema, parts: Iterator[pl.DataFrame]) -> pl.LazyFrame:
    """The rows, read part by part as they are written."""

    def read(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        del with_columns, predicate, n_rows, batch_size  # every column and row is written
        yield from parts

    return register_io_source(read, schema=schema)
