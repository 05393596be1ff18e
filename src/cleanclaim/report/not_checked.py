"""What was not checked, grouped by reason so that a person can read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.model.expressions import listed

_PAIRS: Final = "ptp"


def by_reason(places: pl.DataFrame, tables: pl.DataFrame) -> list[dict[str, Any]]:
    """What was not checked, by reason.

    Args:
        places: places that were not checked, one row per edit and reason: code (of the edit), reason, supply, count (of places).
        tables: what the loaded tables don't cover, one row per edit and code: code (of the edit), reason, supply, table, procedure_code, lines.

    Returns:
        One entry per reason: edits (their codes), reason, count (of places or lines), supply (what to add). What tables don't cover comes last, one
        entry per table, with the first twelve codes. Entries with the same supply are next to each other.
    """
    every = [*_of_places(places), *_of_tables(tables)]
    order = list(dict.fromkeys(entry["supply"] for entry in every))
    return sorted(every, key=lambda entry: order.index(entry["supply"]))


def _entry(edits: list[str], reason: str, count: int, supply: str | None) -> dict[str, Any]:
    return {"edits": edits, "reason": reason, "count": count, "supply": supply}


def _of_places(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.sort("code", "reason", "supply").iter_rows(named=True):
        yield _entry([row["code"]], row["reason"], row["count"], row["supply"])


def _of_tables(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    has_code = pl.col("procedure_code").is_not_null()
    is_pair = pl.col("table") == _PAIRS
    yield from _whole(rows.filter(~has_code & ~is_pair))
    for table in rows.filter(has_code)["table"].unique(maintain_order=True):
        yield _codes(rows.filter(has_code, pl.col("table") == table), table)
    pairs = rows.filter(is_pair)
    if pairs.height:
        yield _pairs(pairs)


def _whole(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Days for which a whole table is missing."""
    grouped = (
        rows.group_by("reason", "supply", maintain_order=True)
        .agg(pl.col("code").unique().sort(), pl.col("lines").max())
        .sort("code", "reason")
    )
    for row in grouped.iter_rows(named=True):
        yield _entry(row["code"], row["reason"], row["lines"], row["supply"])


def _codes(rows: pl.DataFrame, table: str) -> dict[str, Any]:
    codes = rows["procedure_code"].unique().sort().to_list()
    by_code = rows.group_by("procedure_code").agg(pl.col("lines").max())
    name = TABLES[table].words if table in TABLES else table
    return _entry(
        rows["code"].unique().sort().to_list(),
        f"no loaded {name} has {listed(codes)}",
        int(by_code["lines"].sum()),
        _supply(rows),
    )


def _supply(rows: pl.DataFrame) -> str | None:
    return next((str(supply) for supply in rows["supply"].drop_nulls()), None)


def _pairs(rows: pl.DataFrame) -> dict[str, Any]:
    """Pairs of codes; several edits report the same pair, so the count is that of the edit that reports most."""
    counts = rows.group_by("code").agg(pl.col("lines").sum())
    return _entry(
        rows["code"].unique().sort().to_list(),
        f"no loaded {TABLES[_PAIRS].words} covers {rows['reason'].n_unique():,} of the pairs of same-day procedures",
        int(counts["lines"].max() or 0),  # type: ignore[arg-type]
        _supply(rows),
    )
