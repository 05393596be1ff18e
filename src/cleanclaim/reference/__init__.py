"""Dated reference tables: what codes there are, when they were in force, and what the publishers say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Self

import polars as pl

from cleanclaim.errors import UnknownTable
from cleanclaim.reference import embedded, sets, tabular
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release
from cleanclaim.reference.store import Store, locked

__all__ = ["OPEN_END", "OPEN_START", "Reference", "Release"]

_FEW: Final = 4_000
"""Up to so many codes are looked up one by one; beyond, one pass over the table is quicker."""


class Reference:
    """Dated tables by name, loaded when first asked for and kept.

    Every table is a Polars frame sorted by `code`, codes without dot, with `valid_from` and `valid_to` (inclusive; no end is
    9999-12-31) and `release`, the name that findings cite. The tabular list's tables (`icd10cm_tabular` and so on) are not dated: they are
    one release's text.
    """

    def __init__(self, store: Store, releases: list[Release]) -> None:
        self._store = store
        self._releases = releases
        self._tables: dict[str, pl.DataFrame] = {}
        self._derived: dict[str, pl.DataFrame] = {}
        self._progress: Callable[[str], None] | None = None

    @classmethod
    def load(cls, *, store: Path | None = None, lock: Path | None = None) -> Self:
        """The embedded tables and whatever is in the user's store.

        Args:
            store: the store's folder, where it is not the user's own.
            lock: a lock file; only the releases that it pins are used.

        Returns:
            The reference. Nothing is read before it is asked for.

        Raises:
            LockMismatch: the lock file pins what is not there.
        """
        place = Store(store)
        releases = [*embedded.RELEASES.values(), *place.releases()]
        if lock is not None:
            hashed = [
                replace(r, sha256=embedded.sha256(r.table)) if r.embedded else r for r in releases
            ]
            releases = locked(hashed, lock)
        return cls(place, releases)

    def on_progress(self, told: Callable[[str], None] | None) -> None:
        """Have `told` called with words when something long begins, and with an empty text when it ends."""
        self._progress = told

    def table(self, name: str) -> pl.DataFrame:
        """One table.

        Args:
            name: its name; `releases()` and `cleanclaim.reference.sets.SETS` list them.

        Returns:
            The table, sorted by `code`. Where the user's store holds a release of an embedded table, the store's rows stand for the
            days that it covers and the embedded rows for the others.

        Raises:
            UnknownTable: there is no such table.
        """
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def narrow(self, name: str, codes: pl.Series) -> pl.DataFrame:
        """The rows of a table whose `code` is among `codes`.

        Args:
            name: the table.
            codes: unique codes; nulls are passed over.

        Returns:
            Those rows, in the table's order. For few codes they are found by binary search, so that one claim does not pay for a scan.
        """
        table = self.table(name)
        wanted = codes.drop_nulls().unique()
        if wanted.len() > _FEW:
            return table.filter(pl.col("code").is_in(wanted.implode()))
        column = table["code"]
        first = column.search_sorted(wanted, side="left")
        last = column.search_sorted(wanted, side="right")
        rows = pl.int_ranges(first, last, eager=True).explode().drop_nulls().sort()
        return table[rows]

    def derived(self, name: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """A frame made from tables once and kept, such as an index; `make` must depend on nothing but this reference."""
        if name not in self._derived:
            self._derived[name] = make()
        return self._derived[name]

    def releases(self) -> pl.DataFrame:
        """One row a release: release, table, publisher, covers_from, covers_to, rows, sha256, licence, embedded."""
        rows = [
            {
                "release": r.name,
                "table": r.table,
                "publisher": r.publisher,
                "covers_from": r.covers_from,
                "covers_to": r.covers_to,
                "rows": self.table(r.table).height if r.rows is None else r.rows,
                "sha256": r.sha256 or embedded.sha256(r.table),
                "licence": r.licence,
                "embedded": r.embedded,
            }
            for r in self._releases
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def coverage(self, table: str) -> list[tuple[date, date]]:
        """The days for which a table is loaded, as inclusive spans that do not touch.

        Args:
            table: its name.

        Returns:
            The spans; none where no release of the table is there.
        """
        if table in sets.SETS:
            return [(OPEN_START, OPEN_END)]
        spans = sorted((r.covers_from, r.covers_to) for r in self._releases if r.table == table)
        merged: list[tuple[date, date]] = []
        for start, end in spans:
            if merged and start <= _next_day(merged[-1][1]):
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return merged

    def names(self) -> list[str]:
        """Every table that can be asked for."""
        return sorted({r.table for r in self._releases} | set(sets.SETS) | set(tabular.TABLES))

    def _read(self, name: str) -> pl.DataFrame:
        if name in sets.SETS:
            return sets.load_set(name)
        if name in tabular.TABLES:
            return tabular.load(name, self._progress)
        own = [r for r in self._releases if r.table == name]
        if not own:
            raise UnknownTable(
                f"no reference table '{name}' is loaded; there are {', '.join(self.names())}"
            )
        imported = [r for r in own if not r.embedded]
        parts = [self._store.read(r) for r in imported]
        if any(r.embedded for r in own):
            kept = embedded.read(name)
            for release in imported:
                kept = _without(kept, release)
            parts.append(kept)
        return (
            pl.concat(parts, how="diagonal").sort("code", "valid_from").set_sorted("code")
            if len(parts) > 1
            else parts[0]
        )


def _without(table: pl.DataFrame, release: Release) -> pl.DataFrame:
    """The rows of a table cut to the days that a release does not cover."""
    before = table.with_columns(
        pl.min_horizontal("valid_to", pl.lit(release.covers_from) - timedelta(days=1)).alias(
            "valid_to"
        )
    )
    parts = [before.filter(pl.col("valid_from") <= pl.col("valid_to"))]
    if release.covers_to < OPEN_END:
        after = table.with_columns(
            pl.max_horizontal("valid_from", pl.lit(_next_day(release.covers_to))).alias(
                "valid_from"
            )
        )
        parts.append(after.filter(pl.col("valid_from") <= pl.col("valid_to")))
    return pl.concat(parts)


def _next_day(day: date) -> date:
    return day if day >= OPEN_END else day + timedelta(days=1)
