"""Dated reference tables: which codes exist, when they were in force, and what publishers say about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import RLock
from typing import Final, Self, TypeVar, cast

import polars as pl

from cleanclaim.errors import UnknownTable
from cleanclaim.payers import library
from cleanclaim.payers.library import Library
from cleanclaim.reference import embedded, payer_packs, sets, starter, tabular
from cleanclaim.reference.keyed import Held, KeyedTable, Part
from cleanclaim.reference.layers import EVERY_DAY, layered, next_day, spans_of_authority
from cleanclaim.reference.narrow import rows_of
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release
from cleanclaim.reference.store import Store, lock_digest, locked, write_lock

__all__ = ["OPEN_END", "OPEN_START", "Reference", "Release"]


_FEW: Final = 200
"""The most codes for which a stored table isn't loaded whole."""
_OFTEN: Final = 3
"""After this many requests for a few codes, a stored table is loaded whole."""

Derived = TypeVar("Derived")


class Reference:
    """Dated tables by name, loaded on first use and kept.

    Every table is a Polars frame sorted by `code`, with undotted codes, `valid_from` and `valid_to`
    (inclusive; 9999-12-31 if there is no end) and `release`, the name that findings cite. The
    tables of the tabular list (`icd10cm_tabular` and so on) hold one release's text and have no
    dates of their own.

    Args:
        store: the user's releases.
        releases: the releases to use.
    """

    def __init__(self, store: Store, releases: list[Release]) -> None:
        self._store = store
        self._releases = releases
        self._tables: dict[str, pl.DataFrame] = {}
        self._derived: dict[str, object] = {}
        self._asked: Counter[str] = Counter()
        self._keyed: dict[tuple[str, str], KeyedTable] = {}
        self._making = RLock()  # groups of claims run in parallel; what they share is built once
        self._progress: tabular.Progress | None = None
        self._library: Library | None = None

    @classmethod
    def load(
        cls,
        *,
        store: Path | None = None,
        lock: Path | None = None,
        payers: Sequence[str | Path] = (),
    ) -> Self:
        """Return the embedded tables and everything in the user's store.

        Args:
            store: the store's folder, if it isn't the user's own.
            lock: a lock file; only the releases it pins are used.
            payers: folders with the user's own payer packs.

        Returns:
            The reference. Nothing is read until you ask for it.

        Raises:
            LockMismatch: the lock file pins a release that isn't installed.
            DamagedRelease: a stored release's ledger can't be read.
            PackError: a payer pack isn't valid.
        """
        place = Store(store)
        packs = library.together(library.load_folders(payers)) if payers else None
        releases = [
            *embedded.RELEASES.values(),
            *tabular.RELEASES.values(),
            *starter.RELEASES.values(),
            *payer_packs.releases(packs),
            *place.releases(),
        ]
        if lock is not None:
            releases = locked([_hashed(release) for release in releases], lock)
        made = cls(place, releases)
        made._library = packs
        return made

    @property
    def payers(self) -> Library:
        """The payer packs in use: those that come with cleanclaim, and the user's own."""
        return self._library or library.shipped()

    def with_payers(self, folders: Sequence[str | Path]) -> Self:
        """Return these tables with the user's own payer packs; this reference stays as it is.

        Args:
            folders: packs, or folders with a pack in each of their folders.

        Raises:
            PackError: a pack isn't valid; every fault is listed.
        """
        packs = library.together(library.load_folders(folders))
        others = [one for one in self._releases if one.table not in payer_packs.TABLES]
        tables = {name: rows for name, rows in self._tables.items() if name not in payer_packs.TABLES}  # fmt: skip
        other = copy(self)
        vars(other).update(
            _library=packs,
            _releases=[*others, *payer_packs.releases(packs)],
            _tables=tables,
            _derived={},
            _asked=Counter(),
            _keyed={},
        )
        return other

    def write_lock(self, path: Path) -> None:
        """Pin every release in use in a lock file, which you can pass to `load` later."""
        write_lock([_hashed(release) for release in self._releases], path)

    def lock_digest(self) -> str:
        """The hash of what `write_lock` writes: two references with the same one give the same answers."""
        return lock_digest([_hashed(release) for release in self._releases])

    def packed(self) -> bytes:
        """Return the releases in use that don't come with cleanclaim, as one zip (see `unpacked`)."""
        stored = self._store.packed(release for release in self._releases if not release.embedded)
        return payer_packs.with_files(stored, self.payers.own)

    @classmethod
    def unpacked(cls, packed: bytes, folder: Path) -> Self:
        """Return the tables from `packed`, together with those that come with cleanclaim.

        Args:
            packed: the zip from `packed`.
            folder: where to put them; if it already exists, it has them.
        """
        Store(folder).unpack(packed)
        return cls.load(store=folder, payers=payer_packs.unpacked_in(folder))

    def pinned(self, tables: Collection[str]) -> list[Release]:
        """Return the releases of some tables, each with the hash of its source."""
        return [_hashed(release) for release in self._releases if release.table in tables]

    def releases_of(self, table: str) -> list[Release]:
        """Return a table's releases; those that come with cleanclaim are first."""
        return self._own(table)

    def of_release(self, release: Release) -> pl.DataFrame:
        """Return the rows of one release alone."""
        if release.embedded and release.table in tabular.TABLES:
            return tabular.load(release.table, self._progress)
        return self._whole(release)

    def on_progress(self, report: tabular.Progress | None) -> None:
        """Call `report` with a message and the share done (0 to 1) during long operations."""
        self._progress = report

    def table(self, name: str) -> pl.DataFrame:
        """Return one table.

        Args:
            name: its name; `names()` lists them.

        Returns:
            The table, sorted by `code`. If there are several releases, `reference.layers` decides
            which one applies on each day.

        Raises:
            UnknownTable: the table is unknown.
        """
        with self._making:
            if name not in self._tables:
                self._tables[name] = self._read(name)
            return self._tables[name]

    def narrow(self, name: str, codes: pl.Series) -> pl.DataFrame:
        """Return a table's rows for some codes.

        Args:
            name: the table.
            codes: the codes; nulls are ignored.

        Returns:
            The rows, in the table's order; for a few codes they are found by binary search.
        """
        own = self._own(name)
        is_stored = any(not release.embedded for release in own)
        self._asked[name] += 1
        if (
            name in self._tables
            or not is_stored
            or any(release.embedded and not release.partial for release in own)
            or self._asked[name] > _OFTEN
            or codes.n_unique() > _FEW
        ):
            return rows_of(self.table(name), codes)
        return layered((release, self._few_rows(release, codes)) for release in own)

    def having(self, name: str, column: str, value: str) -> pl.DataFrame:
        """Return a table's rows with a value in a column other than `code`, such as the pairs of a column 2 code.

        Args:
            name: the table.
            column: the column.
            value: its value.

        Returns:
            The rows, in the table's order.
        """
        return self.keyed(name, column).frame(value)

    def columns(self, name: str, columns: Collection[str]) -> pl.DataFrame:
        """Return some of a table's columns, with `code`, its days and its release; a stored table isn't loaded whole for that.

        Args:
            name: the table.
            columns: the columns; one that the table doesn't have is left out.
        """
        wanted = ["code", "valid_from", "valid_to", *columns]
        if name in self._tables or any(release.embedded for release in self._own(name)):
            table = self.table(name)
            return table.select(one for one in (*wanted, "release") if one in table.columns)
        return layered(
            (release, self._store.columns_of(release, wanted)) for release in self._own(name)
        )

    def keyed(self, name: str, by: str = "code") -> KeyedTable:
        """Return a table's rows by key, for questions about one key at a time; a stored table isn't loaded for that.

        Args:
            name: the table.
            by: the key column.

        Raises:
            UnknownTable: the table is unknown.
        """
        with self._making:
            if (name, by) not in self._keyed:
                self._keyed[name, by] = KeyedTable(self._parts(name, by), by)
            return self._keyed[name, by]

    def _parts(self, name: str, by: str) -> list[Part]:
        own = self._own(name)
        filed = {}
        if name not in self._tables and name not in tabular.TABLES:
            filed = {
                release: rows
                for release in own
                if not release.embedded and (rows := self._store.by_key(release, by)) is not None
            }
        if not filed:
            return [Part(_held(self.table(name), by), [EVERY_DAY])]
        days = spans_of_authority(own)
        return [
            Part(filed.get(release) or _held(self._whole(release), by), days[release])
            for release in own
        ]

    def with_rows(self, name: str, rows: Sequence[Mapping[str, object]]) -> Self:
        """These tables with other rows for some codes of one of them, or with a new table; this reference stays as it is.

        Args:
            name: the table.
            rows: mappings of its columns; rows without dates are in force on all days.
        """
        dated = [{"valid_from": OPEN_START, "valid_to": OPEN_END, "release": "example", **row} for row in rows]  # fmt: skip
        known = self.table(name) if name in self.names() else None
        more = pl.DataFrame(dated, schema=None if known is None else known.schema)
        others = None if known is None else known.filter(~pl.col("code").is_in(more["code"].implode()))  # fmt: skip
        every = more if others is None else pl.concat([others, more])
        return self.with_table(name, every.sort("code", "valid_from"))

    def with_table(self, name: str, rows: pl.DataFrame) -> Self:
        """These tables with another one, new or in place of the one by its name; this reference stays as it is."""
        is_known = name in self.names()
        own = Release("example", name, "nobody", OPEN_START, OPEN_END, "none", embedded=False)
        other = copy(self)
        vars(other).update(
            _tables={**self._tables, name: rows},
            _releases=self._releases if is_known else [*self._releases, own],
            _derived={},
            _asked=Counter(),
            _keyed={},
        )
        return other

    def is_whole(self, name: str) -> bool:
        """Return True if the whole table is in memory."""
        return name in self._tables

    def _few_rows(self, release: Release, codes: pl.Series) -> pl.DataFrame:
        if release.partial and release.embedded:
            return rows_of(starter.read(release.table), codes)
        return self._store.rows_of(release, codes)

    def _own(self, name: str) -> list[Release]:
        return [release for release in self._releases if release.table == name]

    def derived(self, name: str, make: Callable[[], Derived]) -> Derived:
        """Return something built from tables once and kept, such as an index or an expression over a table's codes.

        Args:
            name: the name to keep it under.
            make: builds it, from this reference alone.

        Returns:
            The result of `make`.
        """
        with self._making:
            if name not in self._derived:
                self._derived[name] = make()
            return cast("Derived", self._derived[name])

    def releases(self) -> pl.DataFrame:
        """Return the releases in use.

        Returns:
            One row per release: release, table, publisher, published, covers_from, covers_to, rows
            (null if a table isn't compiled yet), sha256, licence, embedded.
        """
        return pl.DataFrame(
            [
                {
                    "release": r.name,
                    "table": r.table,
                    "publisher": r.publisher,
                    "published": r.published,
                    "covers_from": r.covers_from,
                    "covers_to": r.covers_to,
                    "rows": _rows(r),
                    "sha256": _hashed(r).sha256,
                    "licence": r.licence,
                    "embedded": r.embedded,
                }
                for r in self._releases
            ],
            schema={
                "release": pl.String,
                "table": pl.String,
                "publisher": pl.String,
                "published": pl.Date,
                "covers_from": pl.Date,
                "covers_to": pl.Date,
                "rows": pl.Int64,
                "sha256": pl.String,
                "licence": pl.String,
                "embedded": pl.Boolean,
            },
        )

    def coverage(self, table: str) -> list[tuple[date, date]]:
        """Return the days that a table is loaded for, as inclusive spans that don't touch.

        Args:
            table: its name.

        Returns:
            The spans; empty if no release of the table is loaded.
        """
        if table in sets.SETS:
            return [(OPEN_START, OPEN_END)]
        return _merged(r for r in self._own(table))

    def whole(self, table: str) -> list[tuple[date, date]]:
        """Return the same as `coverage`, without releases that cover only some codes."""
        if table in sets.SETS:
            return [(OPEN_START, OPEN_END)]
        return _merged(r for r in self._own(table) if not r.partial)

    def names(self) -> list[str]:
        """Return the names of all tables."""
        return sorted({r.table for r in self._releases} | set(sets.SETS))

    def _read(self, name: str) -> pl.DataFrame:
        if name in sets.SETS:
            return sets.load_set(name)
        own = self._own(name)
        if not own:
            raise UnknownTable(
                f"no reference table '{name}' is loaded; the loaded tables are {', '.join(self.names())}"
            )
        if name in tabular.TABLES:
            return self._tabular(name, own)
        if name in payer_packs.TABLES:
            return payer_packs.read(name, self.payers)
        parts = [(r, self._whole(r)) for r in own]
        return parts[0][1] if len(parts) == 1 and own[0].embedded else layered(parts)

    def _tabular(self, name: str, own: list[Release]) -> pl.DataFrame:
        """Return the latest tabular list: one text is used for all days."""
        latest = max(own, key=lambda release: release.published or tabular.PUBLISHED)
        if latest.embedded:
            return tabular.load(name, self._progress)
        return self._store.read(latest)

    def _whole(self, release: Release) -> pl.DataFrame:
        if not release.embedded:
            return self._store.read(release)
        if release.table in payer_packs.TABLES:
            return payer_packs.read(release.table, self.payers)
        if release.partial:
            return starter.read(release.table)
        return embedded.read(release.table)


def _held(table: pl.DataFrame, by: str) -> Held:
    if by == "code":
        return Held(table, by)
    return Held(table.drop_nulls(by).sort(by, "code", "valid_from"), by)


def _merged(releases: Iterable[Release]) -> list[tuple[date, date]]:
    """Return the days of releases as spans that don't touch."""
    spans = sorted((r.covers_from, r.covers_to) for r in releases)
    merged: list[tuple[date, date]] = []
    for start, end in spans:
        if merged and start <= next_day(merged[-1][1]):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _rows(release: Release) -> int | None:
    if release.table in payer_packs.TABLES:
        return payer_packs.hashed(release).rows
    if not release.embedded:
        return release.rows
    if release.table in tabular.TABLES:
        return tabular.rows(release.table)
    if release.partial:
        return starter.read(release.table).height
    return embedded.rows(release.table)


def _hashed(release: Release) -> Release:
    if release.table in payer_packs.TABLES:
        return payer_packs.hashed(release)
    if not release.embedded:
        return release
    if release.partial:
        return replace(release, sha256=starter.sha256(release.table))
    if release.table in tabular.TABLES:
        return replace(release, sha256=tabular.sha256(tabular.xml_path()))
    return replace(release, sha256=embedded.sha256(release.table))
