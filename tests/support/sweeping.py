"""Thousands of claims that differ in a few columns, checked in one run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.model import Batch
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

_TABLES: Final = ("claims", "lines", "diagnoses", "claim_codes")
AT_ONCE: Final = 60_000
"""So many claims are checked together."""


def sweep(
    claim: Mapping[str, Any],
    rows: pl.DataFrame,
    columns: Mapping[str, str],
    reference: Reference,
    edits: Collection[str],
    line: int | None = None,
) -> pl.DataFrame:
    """What edits find on a claim for each row of a table.

    Args:
        claim: what all claims have; each is of another patient.
        rows: the values in which they differ, one claim each.
        columns: for each column of `rows`, the place that takes it: `claims.patient_sex`, or `lines.2.units` for the second line.
        reference: the dated tables.
        edits: the edits' codes.
        line: only findings on this line count.

    Returns:
        `rows` with a column for each edit: the disposition found, null if there is none. The hardest counts.
    """
    parts = [
        _swept(claim, part, columns, reference, edits, line) for part in rows.iter_slices(AT_ONCE)
    ]
    return pl.concat(parts)


def _swept(
    claim: Mapping[str, Any],
    rows: pl.DataFrame,
    columns: Mapping[str, str],
    reference: Reference,
    edits: Collection[str],
    line: int | None,
) -> pl.DataFrame:
    batch = _claims(claim, rows, columns)
    chosen = [edit for edit in own_edits() if edit.code in edits]
    assert len(chosen) == len(edits)
    checked = check(batch, reference, chosen)
    assert checked.failures == ()
    assert checked.not_checked.is_empty(), checked.not_checked.head(3).to_dicts()
    number = pl.col("claim_id").cast(pl.Int64).alias("_row")
    is_here = pl.lit(value=True) if line is None else pl.col("line_number") == line
    found = checked.findings.filter(is_here).select(number, "code", pl.col("disposition"))
    hardest = found.group_by("_row", "code").agg(pl.col("disposition").min())
    marked = rows.with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64))
    for code in edits:
        one = hardest.filter(pl.col("code") == code).select(
            "_row", pl.col("disposition").cast(pl.String).alias(code)
        )
        marked = marked.join(one, on="_row", how="left", maintain_order="left")
    return marked.drop("_row")


def _claims(claim: Mapping[str, Any], rows: pl.DataFrame, columns: Mapping[str, str]) -> Batch:
    one, many = batch_of([claim]), rows.height
    keys = pl.DataFrame({"claim_key": pl.int_range(many, dtype=pl.Int64, eager=True)})
    frames = {
        name: keys.join(getattr(one, name).drop("claim_key"), how="cross").select(
            getattr(one, name).columns
        )
        for name in _TABLES
    }
    frames["claims"] = frames["claims"].with_columns(
        pl.col("claim_key").cast(pl.String).alias("claim_id"),
        pl.col("claim_key").cast(pl.UInt64).alias("patient_key"),
    )
    for column, place in columns.items():
        table, *middle, name = place.split(".")
        frames[table] = _placed(frames[table], rows[column], name, middle, many)
    return replace(
        one,
        claims=frames["claims"],
        lines=frames["lines"],
        diagnoses=frames["diagnoses"],
        claim_codes=frames["claim_codes"],
    )


def _placed(
    frame: pl.DataFrame, values: pl.Series, name: str, middle: Iterable[str], many: int
) -> pl.DataFrame:
    """A table with a column's values on the claim's rows, or on its row of that number only."""
    each = frame.height // many
    spread = values.cast(frame.schema[name], strict=True).repeat_by(each).explode()
    place = next(iter(middle), None)
    if place is None:
        return frame.with_columns(spread.alias(name))
    number = "line_number" if "line_number" in frame.columns else "diagnosis_number"
    here = pl.col(number) == int(place)
    return frame.with_columns(pl.when(here).then(spread).otherwise(pl.col(name)).alias(name))


def disagreements(found: pl.DataFrame, edit: str, expected: pl.Expr) -> pl.DataFrame:
    """The rows on which an edit fires and the plain reading doesn't say so, or the other way round."""
    fires = pl.col(edit).is_not_null()
    said = expected.fill_null(value=False)
    return found.with_columns(fires.alias("fires"), said.alias("said")).filter(fires != said)
