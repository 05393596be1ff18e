"""Lines whose procedure is in a range of a table, with the diagnoses that they point at: what LNK115 and LNK116 share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.model.expressions import IS_PROFESSIONAL, in_force, in_ranges
from cleanclaim.reference import Reference

LINE: Final = ("claim_key", "line_number")


def has_range(table: str) -> Callable[[Reference], pl.Expr]:
    """For `Claims.lines`: a line of a professional claim whose procedure is in a range of a table (`code` to `last`)."""

    def test(reference: Reference) -> pl.Expr:
        return reference.derived(f"lines of {table}", lambda: _test(reference, table))

    return test


def _test(reference: Reference, table: str) -> pl.Expr:
    ranges = reference.table(table).select("code", "last").iter_rows()
    return IS_PROFESSIONAL & in_ranges("procedure_code", ranges)


def with_diagnoses(claims: Claims, reference: Reference, table: str) -> pl.DataFrame:
    """One row a current line in a range and ICD-10 diagnosis that it points at.

    Returns:
        `LINE`, procedure_code, the range's own columns, pointer_position, diagnosis_code.
    """
    ranges = reference.table(table).lazy().rename({"code": "_first"}).drop("release")
    code = pl.col("procedure_code")
    lines = claims.lines.lazy().filter(has_range(table)(reference), ~pl.col("is_history").fill_null(value=False)).select(*LINE, code, "from_date")
    asked = (
        lines.join_where(ranges, code >= pl.col("_first"), code <= pl.col("last"))
        .filter(in_force("from_date"))
        .unique(LINE, keep="first", maintain_order=True)
        .collect()
    )
    pointed = claims.line_diagnoses.filter(pl.col("icd_version") == 10).select(*LINE, "pointer_position", "diagnosis_code")
    return asked.join(pointed, on=list(LINE))
