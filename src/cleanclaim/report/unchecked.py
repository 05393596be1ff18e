"""What was not checked, put together so that a person can read it: by reason, with the edits that it stopped."""

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
        places: of places that could not be judged: code (of the edit), reason, supply, `count` of places; one row each.
        tables: of what tables do not speak of: code, reason, supply, table, procedure_code, `lines`; one row each.

    Returns:
        One entry a reason: edits (codes), reason, count (of lines, or of places), supply. What tables do not speak of comes last, one entry
        a table: the codes that it does not hold are listed, the first twelve by name. Those with the same supply stand together.
    """
    every = [*_of_places(places), *_of_tables(tables)]
    order = list(dict.fromkeys(entry["supply"] for entry in every))
    return sorted(every, key=lambda entry: order.index(entry["supply"]))


def _of_places(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.sort("code", "reason", "supply").iter_rows(named=True):
        yield {
            "edits": [row["code"]],
            "reason": row["reason"],
            "count": row["count"],
            "supply": row["supply"],
        }


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
    """Days for which a table is not there at all."""
    grouped = (
        rows.group_by("reason", "supply", maintain_order=True)
        .agg(pl.col("code").unique().sort(), pl.col("lines").max())
        .sort("code", "reason")
    )
    for row in grouped.iter_rows(named=True):
        yield {
            "edits": row["code"],
            "reason": row["reason"],
            "count": row["lines"],
            "supply": row["supply"],
        }


def _codes(rows: pl.DataFrame, table: str) -> dict[str, Any]:
    codes = rows["procedure_code"].unique().sort().to_list()
    by_code = rows.group_by("procedure_code").agg(pl.col("lines").max())
    words = TABLES[table].words if table in TABLES else table
    return {
        "edits": rows["code"].unique().sort().to_list(),
        "reason": f"no {words} that is loaded holds {listed(codes)}",
        "count": int(by_code["lines"].sum()),
        "supply": rows["supply"].drop_nulls().first(),
    }


def _pairs(rows: pl.DataFrame) -> dict[str, Any]:
    """Pairs of codes; each is told by several edits, so the edit that tells most counts."""
    counts = rows.group_by("code").agg(pl.col("lines").sum())
    return {
        "edits": rows["code"].unique().sort().to_list(),
        "reason": f"no {TABLES[_PAIRS].words} that is loaded speaks of {rows['reason'].n_unique():,} pair(s) of procedures of one day",
        "count": int(counts["lines"].max() or 0),  # type: ignore[arg-type]
        "supply": rows["supply"].drop_nulls().first(),
    }
