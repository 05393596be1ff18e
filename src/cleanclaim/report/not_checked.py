"""What was not checked, grouped by reason so that a person can read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.model.expressions import listed
from cleanclaim.model.keys import MOST_NUMBERS

COUNTED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "edits": pl.List(pl.String),
    "reason": pl.String,
    "table": pl.String,
    "codes": pl.List(pl.String),
    "claims": pl.UInt32,
    "lines": pl.UInt32,
    "supply": pl.String,
}
"""Columns of what was not checked by reason.

`reason` is null for codes that a table doesn't have, which are grouped by `table`. `claims` and
`lines` are how many are affected; no line counts twice.
"""
_BY: Final = ["reason", "table", "supply"]
_ORDER: Final = (pl.col("table").is_not_null(), "edits", "reason", "table", "supply")


def counted_by_reason(not_checked: pl.DataFrame) -> pl.DataFrame:
    """Count the claims and lines that were not checked, by reason.

    Args:
        not_checked: one row per edit and place (`cleanclaim.engine.not_checked.NOT_CHECKED`).

    Returns:
        Columns `COUNTED`.
    """
    return _counted(not_checked, _BY).select(
        pl.col(name).cast(dtype) for name, dtype in COUNTED.items()
    )


def by_reason_of_claims(not_checked: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    """What was not checked of each claim, by reason, as `by_reason` says it of all; claims without such are left out."""
    counted = _counted(not_checked.drop_nulls("claim_key"), ["claim_key", *_BY])
    rows = counted.with_columns(pl.col("edits", "codes").list.sort()).sort("claim_key", *_ORDER)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row["claim_key"], []).append(_entry(row))
    return {key: _by_supply(entries) for key, entries in found.items()}


def _counted(not_checked: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    is_code = pl.col("procedure_code").is_not_null()
    line = pl.col("claim_key") * MOST_NUMBERS + pl.col("line_number")
    return (
        not_checked.with_columns(
            pl.when(~is_code).then("reason").alias("reason"),
            pl.when(is_code).then(pl.col("table").fill_null("")).alias("table"),
            line.alias("_line"),
        )
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("code").unique().alias("edits"),
            pl.col("procedure_code").drop_nulls().unique().alias("codes"),
            pl.col("claim_key").drop_nulls().n_unique().alias("claims"),
            pl.col("_line").drop_nulls().n_unique().alias("lines"),
        )
    )


def by_reason(parts: Iterable[pl.DataFrame]) -> list[dict[str, Any]]:
    """What was not checked, by reason.

    Args:
        parts: columns `COUNTED`; no claim is in two parts.

    Returns:
        One entry per reason: edits (their codes), reason, claims and lines (how many are affected;
        0 lines if the reason is about whole claims), supply (what to add). Codes that a table
        doesn't have are one entry per table, with the first twelve codes. Entries with the same
        supply are next to each other.
    """
    every = pl.concat([pl.DataFrame(schema=COUNTED), *parts])
    merged = every.group_by(_BY).agg(
        pl.col("edits", "codes").explode().unique().sort().drop_nulls(),
        pl.col("claims", "lines").sum(),
    )
    return _by_supply([_entry(row) for row in merged.sort(*_ORDER).iter_rows(named=True)])


def _by_supply(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries with those of the same supply next to each other."""
    order = list(dict.fromkeys(entry["supply"] for entry in entries))
    return sorted(entries, key=lambda entry: order.index(entry["supply"]))


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "edits": row["edits"],
        "reason": row["reason"] or _missing(row["table"], row["codes"]),
        "claims": row["claims"],
        "lines": row["lines"],
        "supply": row["supply"],
    }


def _missing(table: str, codes: list[str]) -> str:
    name = TABLES[table].words if table in TABLES else table or "table"
    return f"no loaded {name} has {listed(codes)}"
