"""Layer several releases of a table so that every day has one authority.

On a given day, a table's rows come from the release that covers that day and started covering it
last. A full release replaces the one before it from its first day on; anything it no longer
contains has ended. If two releases start on the same day, the one published later wins. A release
that the user imported always overrides the embedded one, and a release of only some codes never
overrides a complete one. Releases of different series don't replace each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

_LONG: Final = 100_000
_FEW: Final = 1_000


def layered(parts: Iterable[tuple[Release, pl.DataFrame]]) -> pl.DataFrame:
    """Combine several releases into one table.

    Args:
        parts: releases of the same table with their rows.

    Returns:
        The rows, each limited to the days when its release is the authority, sorted by `code` and
        `valid_from`.
    """
    lowest_first = sorted(parts, key=lambda part: _rank(part[0]))
    kept: list[tuple[str, pl.DataFrame]] = []
    for release, rows in lowest_first:
        kept = [
            (series, _outside(table, release) if series == release.series else table)
            for series, table in kept
        ]
        kept.append((release.series, _within(rows, release)))
    return _in_order([table for _, table in kept])


def _in_order(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Return all the rows, sorted by `code` and `valid_from`.

    A long table isn't sorted again to add a few rows: they are inserted, along with its own rows
    for the same codes.
    """
    longest = max(tables, key=lambda table: table.height)
    others = [table for table in tables if table is not longest]
    every = pl.concat([longest, *others], how="diagonal_relaxed")
    few = every.height - longest.height
    if longest.height < _LONG or few > _FEW or not longest["code"].is_sorted():
        return every.sort("code", "valid_from").set_sorted("code")
    codes = every["code"]
    is_touched = codes.is_in(codes.tail(few).unique().implode()).to_numpy()
    kept, touched = np.flatnonzero(~is_touched), np.flatnonzero(is_touched)
    keys = every.select("code", "valid_from")[touched]
    order = keys.select(pl.arg_sort_by("code", "valid_from")).to_series().to_numpy()
    above = codes.head(longest.height).search_sorted(keys["code"].gather(order)).to_numpy()
    rows = np.insert(kept, np.searchsorted(kept, above), touched[order])
    return every[rows].set_sorted("code")


def next_day(day: date) -> date:
    """Return the day after, if there is one."""
    return day if day >= OPEN_END else day + timedelta(days=1)


def _rank(release: Release) -> tuple[bool, bool, date, date, str]:
    return (
        not release.partial,
        not release.embedded,
        release.covers_from,
        release.published or OPEN_START,
        release.name,
    )


def _within(table: pl.DataFrame, release: Release) -> pl.DataFrame:
    """Return an imported release's rows, limited to the days it covers."""
    if release.embedded:
        return table
    return _cut(table, release.covers_from, release.covers_to)


def _outside(table: pl.DataFrame, release: Release) -> pl.DataFrame:
    parts = []
    if release.covers_from > OPEN_START:
        parts.append(_cut(table, OPEN_START, release.covers_from - timedelta(days=1)))
    if release.covers_to < OPEN_END:
        parts.append(_cut(table, next_day(release.covers_to), OPEN_END))
    return pl.concat(parts) if parts else table.clear()


def _cut(table: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    first, last = table["valid_from"].min(), table["valid_to"].max()
    if first is None or (first >= start and last <= end):  # type: ignore[operator]
        return table
    return table.with_columns(
        pl.max_horizontal("valid_from", pl.lit(start)).alias("valid_from"),
        pl.min_horizontal("valid_to", pl.lit(end)).alias("valid_to"),
    ).filter(pl.col("valid_from") <= pl.col("valid_to"))
