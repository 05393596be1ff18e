"""Layer several releases of a table so that every day has one authority.

On a given day, a table's rows come from the release that covers that day and started covering it
last. A full release replaces the one before it from its first day on; anything it no longer
contains has ended. If two releases start on the same day, the one published later wins. A release
that the user imported always overrides the embedded one, and a release of only some codes never
overrides a complete one. Releases of different series don't replace each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    held = list(parts)
    authority = spans_of_authority(release for release, _ in held)
    return in_order([within(rows, authority[release]) for release, rows in held])


Span = tuple[date, date]
"""A first and a last day, both inclusive."""
EVERY_DAY: Final = (OPEN_START, OPEN_END)


def spans_of_authority(releases: Iterable[Release]) -> dict[Release, list[Span]]:
    """Return the days on which each of a table's releases decides.

    An embedded release without a later one decides on all days, including those that it doesn't cover.
    """
    found: dict[Release, list[Span]] = {}
    for release in sorted(releases, key=_rank):
        for other, spans in found.items():
            if other.series == release.series:
                found[other] = [part for span in spans for part in _without(span, release)]
        found[release] = [
            EVERY_DAY if release.embedded else (release.covers_from, release.covers_to)
        ]
    return found


def _without(span: Span, release: Release) -> list[Span]:
    """Return a span's days before and after those that a release covers."""
    before = (span[0], min(span[1], _day_before(release.covers_from)))
    after = (max(span[0], next_day(release.covers_to)), span[1])
    parts = [before] if release.covers_from > OPEN_START else []
    parts += [after] if release.covers_to < OPEN_END else []
    return [part for part in parts if part[0] <= part[1]]


def within(table: pl.DataFrame, spans: Sequence[Span]) -> pl.DataFrame:
    """Return a table's rows, limited to some days; a row that goes beyond is cut."""
    parts = [_cut(table, *span) for span in spans]
    return parts[0] if len(parts) == 1 else pl.concat(parts) if parts else table.clear()


def _day_before(day: date) -> date:
    return day if day <= OPEN_START else day - timedelta(days=1)


def in_order(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of several tables, sorted by `code` and `valid_from`.

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


def _cut(table: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    if (start, end) == EVERY_DAY:
        return table
    first, last = table["valid_from"].min(), table["valid_to"].max()
    if first is None or (first >= start and last <= end):  # type: ignore[operator]
        return table
    return table.with_columns(
        pl.max_horizontal("valid_from", pl.lit(start)).alias("valid_from"),
        pl.min_horizontal("valid_to", pl.lit(end)).alias("valid_to"),
    ).filter(pl.col("valid_from") <= pl.col("valid_to"))
