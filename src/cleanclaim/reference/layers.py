"""Several releases of one table laid over each other, so that every day has one authority.

The rule: on a given day a table's rows come from the release that covers that day and began to
cover it last (a full release replaces the one before it from its first day on, and whatever it no
longer holds has ended). Of two that began on the same day the one published later stands. A release
that a user imported always stands above the embedded one, and one that speaks of a few codes only
below one that speaks of all. Releases of different series do not replace each other.
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
    """One table of several releases.

    Args:
        parts: releases of the same table with their rows.

    Returns:
        The rows, each cut to the days for which its release is the authority, sorted by `code` and
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
    """The rows of all, sorted by `code` and `valid_from`.

    A long table is not sorted again for the sake of a few rows: those, and its own of the same codes, are set in.
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
    """The day after, where there is one."""
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
    """The rows of an imported release say nothing of days that it does not cover."""
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
