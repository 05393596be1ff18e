"""The user's store of releases: dated tables in addition to the embedded ones.

A release is a folder `releases/<table>/<name>` with `ledger.json` and the table that the ledger
names by its hash, `table-<hash>.parquet`. A new release is written to a temporary folder (its name
starts with a dot) and renamed. An existing release is replaced by renaming a new ledger over its
own, so that at every moment either the old or the new release is complete. The replaced table stays
until the next change, for programs that are still reading it. Only one program at a time changes
the store. A lock file pins releases by hash, so that a run can be repeated exactly.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import DamagedRelease, LockMismatch, ReferenceProblem
from cleanclaim.failures import is_fault
from cleanclaim.parsing import json_of
from cleanclaim.reference.keyed import BLOCK, Filed
from cleanclaim.reference.release import Release
from cleanclaim.storage.durable import PUBLIC, put_in_place, system_errors, whole_file
from cleanclaim.storage.folder_lock import locked as alone
from cleanclaim.storage.home import home

_LEDGER: Final = "ledger.json"
_MARK: Final = 16
"""The number of hash characters in the name."""
_STARTS: Final = "cleanclaim_starts"
"""The file's own note of the key of each block's first row."""
ORDERS: Final = {
    "ncci_ptp_practitioner": "column_2",
    "ncci_ptp_hospital": "column_2",
    "coverage_diagnoses": "policy",
    "coverage_procedures": "policy",
}
"""Tables that are also asked by another column, and so are stored in that order as well."""
_PATIENCE: Final = 600
"""The seconds to wait for another program that is changing the store."""


class Store:
    """A folder of releases.

    Args:
        path: the folder, if it isn't `$CLEANCLAIM_HOME/reference` or the user's data directory.

    Attributes:
        path: the folder; it doesn't have to exist until something is added.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "reference"

    def releases(self) -> list[Release]:
        """Return every complete release, by table and name.

        Raises:
            DamagedRelease: a ledger can't be read.
        """
        return [_ledger(folder) for folder in self._folders()]

    def intact(self) -> list[Release]:
        """Return every intact release; damaged ones are skipped, so that they can be imported again."""
        found = []
        for folder in self._folders():
            with suppress(DamagedRelease):
                found.append(_ledger(folder))
        return [release for release in found if self._is_intact(release)]

    def read(self, release: Release) -> pl.DataFrame:
        """Return a release's table, with the release's name on every row.

        Raises:
            DamagedRelease: the file is missing, unreadable, or doesn't match its ledger.
        """
        return self._rows(
            release, lambda path: pl.read_parquet(io.BytesIO(_intact_bytes(path, release)))
        )

    def rows_of(self, release: Release, codes: pl.Series) -> pl.DataFrame:
        """Return a release's rows for a few codes, without reading the whole file.

        Every row has the release's name. The file is sorted by code, so only the row groups that
        could have one of the codes are read.

        Raises:
            DamagedRelease: the file is missing, unreadable, or its size doesn't match its ledger.
        """
        wanted = codes.drop_nulls().unique()

        def found(path: Path) -> pl.DataFrame:
            if release.size not in {None, path.stat().st_size}:
                raise ValueError(path)
            return pl.scan_parquet(path, glob=False).filter(pl.col("code").is_in(wanted.implode())).collect()  # fmt: skip

        return self._rows(release, found)

    def columns_of(self, release: Release, columns: Sequence[str]) -> pl.DataFrame:
        """Return some columns of a release, those that it has, with the release's name on every row.

        Raises:
            DamagedRelease: the file is missing or unreadable.
        """

        def found(path: Path) -> pl.DataFrame:
            file = pl.scan_parquet(path, glob=False)
            return file.select(set(columns) & set(file.collect_schema())).collect()

        return self._rows(release, found)

    def by_key(self, release: Release, by: str = "code") -> Filed | None:
        """Return a release's rows by key, read from its file as they are asked for; None if it isn't stored in that order."""
        orders = {"code": (release.sha256, release.size)} | {
            column: (digest, size) for column, digest, size in release.orders
        }
        if by not in orders:
            return None
        path = self._folder(release) / _table_name(orders[by][0])

        def checked(read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
            if orders[by][1] not in {None, path.stat().st_size}:
                raise ValueError(path)
            return read()

        starts: list[str] = []

        def noted() -> pl.DataFrame:
            starts.extend(json.loads(pl.read_parquet_metadata(path)[_STARTS]))
            return pl.DataFrame()

        self._rows(release, lambda _path: checked(noted))
        file = pl.scan_parquet(path, glob=False)
        return Filed(
            file, by, starts, lambda read: self._rows(release, lambda _path: checked(read))
        )

    def add(self, release: Release, table: pl.DataFrame) -> Release:
        """Store a release; one with the same name and table is replaced in one step.

        Args:
            release: the release; rows, size and hash are filled in here.
            table: its rows, with `code`, `valid_from` and `valid_to`.

        Returns:
            The release as its ledger records it.

        Raises:
            ReferenceProblem: the table lacks a column that every dated table has, or it can't be
                written (for example, because the disk is full).
        """
        lacking = {"code", "valid_from", "valid_to"} - set(table.columns)
        if lacking:
            raise ReferenceProblem(
                f"{release.name}: a dated table needs the columns {', '.join(sorted(lacking))}"
            )
        folder = self._folder(release)
        with self._locked_table(folder.parent):
            temporary = Path(tempfile.mkdtemp(prefix=".adding-", dir=folder.parent))
            try:
                stored = _write(temporary, release, table)
                if folder.exists():
                    _replace(temporary, folder, stored)
                else:
                    put_in_place(temporary, folder)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
        return stored

    def remove(self, release: Release) -> bool:
        """Remove a release in one step; return True if it existed.

        Raises:
            ReferenceProblem: it can't be removed.
        """
        folder = self._folder(release)
        if not folder.exists():
            return False
        with self._locked_table(folder.parent):
            if not folder.exists():  # another program removed it first
                return False
            doomed = Path(tempfile.mkdtemp(prefix=".removing-", dir=folder.parent))
            put_in_place(folder, doomed / "release")
            shutil.rmtree(doomed)
        return True

    def verify(self) -> list[Release]:
        """Hash every stored table again.

        Returns:
            The releases, all intact.

        Raises:
            DamagedRelease: a stored file doesn't match its ledger.
        """
        releases, faults = [], []
        for folder in self._folders():
            try:
                releases.append(_ledger(folder))
            except DamagedRelease as error:
                faults.append(str(error))
        damaged = [release.name for release in releases if not self._is_intact(release)]
        if damaged:
            faults.append(
                f"changed since they were imported: {', '.join(damaged)}; import them again"
            )
        if faults:
            raise DamagedRelease("\n".join(faults))
        return releases

    def packed(self, releases: Iterable[Release]) -> bytes:
        """Return some releases as one zip, for another machine."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:  # the tables are already compressed
            for release in releases:
                for path in (self._folder(release) / _LEDGER, *self._files(release)):
                    archive.write(path, str(path.relative_to(self.path)))
        return out.getvalue()

    def unpack(self, packed: bytes) -> None:
        """Create the store from a `packed` zip, in one step, unless it already exists."""
        if self.path.is_dir():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=self.path.parent))
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                archive.extractall(unfinished / "store")
            (unfinished / "store").mkdir(exist_ok=True)
            with suppress(OSError):  # another worker on this machine did it first
                put_in_place(unfinished / "store", self.path)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _folder(self, release: Release) -> Path:
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", release.name).strip("-")
        mark = hashlib.sha256(release.name.encode()).hexdigest()[:8]  # "FY 24" is not "FY-24"
        return self.path / "releases" / release.table / f"{plain}-{mark}"

    def _folders(self) -> list[Path]:
        """Return the folders of all releases, by table and name."""
        tables = _below(self.path / "releases")
        return [folder for table in tables for folder in _below(table)]

    def _is_intact(self, release: Release) -> bool:
        digests = (release.sha256, *(digest for _, digest, _ in release.orders))
        return all(
            _hash(path) == digest
            for path, digest in zip(self._files(release), digests, strict=True)
        )

    def _table(self, release: Release) -> Path:
        """Return the file of a release's table."""
        return self._folder(release) / _table_name(release.sha256)

    def _files(self, release: Release) -> list[Path]:
        """Return the files of a release's table: sorted by code, and in its other orders."""
        others = (self._folder(release) / _table_name(digest) for _, digest, _ in release.orders)
        return [self._table(release), *others]

    def _rows(self, release: Release, read: Callable[[Path], pl.DataFrame]) -> pl.DataFrame:
        path = self._table(release)
        try:
            rows = read(path)
        except BaseException as error:
            if not is_fault(error):  # the user stopped the program
                raise
            raise DamagedRelease(
                f"{release.name}: {path} is missing or damaged; import the release again"
            ) from error
        return rows.with_columns(pl.lit(release.name).alias("release"))

    @contextmanager
    def _locked_table(self, folder: Path) -> Iterator[None]:
        """Lock the store to change a table's releases, and remove what an interrupted program left behind."""
        try:
            with system_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                with alone(self.path, _PATIENCE):
                    for left in folder.glob(".*"):
                        shutil.rmtree(left, ignore_errors=True)
                    yield
        except OSError as error:
            raise ReferenceProblem(f"{error.filename}: {error.strerror}") from None


def _write(folder: Path, release: Release, table: pl.DataFrame) -> Release:
    """Fill a folder with a release; the table's file is named by its hash."""
    folder.chmod(0o755)  # it isn't private, and a service may run as another user
    size, digest = _write_sorted(folder, table, "code")
    orders: tuple[tuple[str, str, int], ...] = ()
    if (column := ORDERS.get(release.table)) in table.columns:
        other_size, other = _write_sorted(folder, table.drop_nulls(column), str(column))
        orders = ((str(column), other, other_size),)
    stored = replace(
        release,
        rows=table.height,
        sha256=digest,
        size=size,
        orders=orders,
        embedded=False,
    )
    (folder / _LEDGER).write_text(
        json.dumps(asdict(stored), default=str, indent=2) + "\n", encoding="utf-8"
    )
    return stored


def _write_sorted(folder: Path, table: pl.DataFrame, by: str) -> tuple[int, str]:
    """Write a table sorted by a column; return its size and hash, which names the file."""
    path = folder / "table.parquet"  # until its hash is known
    ordered = table.sort(*dict.fromkeys((by, "code", "valid_from")))
    starts = json.dumps(ordered[by].cast(pl.String).gather_every(BLOCK).to_list())
    ordered.write_parquet(
        path,
        compression="zstd",
        row_group_size=BLOCK,
        statistics=True,
        metadata={_STARTS: starts},
    )
    size, digest = path.stat().st_size, _hash(path)
    path.rename(folder / _table_name(digest))
    return size, digest


def _replace(temporary: Path, folder: Path, stored: Release) -> None:
    """Replace a release: first add the new table next to the old one, then rename the new ledger over the old one."""
    names = _names(stored)
    with suppress(DamagedRelease):
        replaced = _names(_ledger(folder))
        for path in folder.glob("table-*.parquet"):
            if path.name not in {*names, *replaced}:  # left from earlier changes
                path.unlink()
    for name in names:
        put_in_place(temporary / name, folder / name)
    put_in_place(temporary / _LEDGER, folder / _LEDGER)


def _names(release: Release) -> list[str]:
    return [_table_name(release.sha256), *(_table_name(digest) for _, digest, _ in release.orders)]


def _table_name(digest: str) -> str:
    return f"table-{digest[:_MARK]}.parquet"


def _below(folder: Path) -> list[Path]:
    """Return the finished folders in a folder, by name; empty if the folder doesn't exist.

    Raises:
        DamagedRelease: the folder can't be listed, so its content is unknown.
    """
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DamagedRelease(f"{folder}: {error.strerror}") from None


def _intact_bytes(path: Path, release: Release) -> bytes:
    """Return a table's bytes if they match the stored hash."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != release.sha256:
        raise ValueError(path)
    return content


def write_lock(releases: Iterable[Release], path: Path) -> None:
    """Pin releases by name and hash in a lock file (JSON).

    Raises:
        ReferenceProblem: it can't be written.
    """
    try:
        with whole_file(path, PUBLIC) as out:
            out.write(_lock(releases))
    except OSError as error:
        raise ReferenceProblem(f"{path}: {error.strerror}") from None


def lock_digest(releases: Iterable[Release]) -> str:
    """The hash of the lock file of some releases."""
    return hashlib.sha256(_lock(releases)).hexdigest()


def _lock(releases: Iterable[Release]) -> bytes:
    pinned = {f"{r.table}/{r.name}": r.sha256 for r in releases}
    return (json.dumps({"releases": pinned}, indent=2, sort_keys=True) + "\n").encode()


def locked(releases: Iterable[Release], path: Path) -> list[Release]:
    """Return the releases that a lock file pins.

    Raises:
        LockMismatch: a pinned release is missing or has a different hash, or the file isn't a lock
            file.
    """
    try:
        pinned = dict(json_of(path.read_text(encoding="utf-8"))["releases"])
    except (OSError, ValueError, KeyError, TypeError):
        raise LockMismatch(f"{path} can't be read as a lock file") from None
    there = {f"{r.table}/{r.name}": r for r in releases}
    missing = [name for name in pinned if name not in there]
    other = [
        name for name, digest in pinned.items() if name in there and there[name].sha256 != digest
    ]
    if missing or other:
        problems = [f"not installed: {name}" for name in missing] + [
            f"content differs from the pinned one: {name}" for name in other
        ]
        raise LockMismatch(f"{path}: " + "; ".join(problems))
    return [there[name] for name in pinned]


def _ledger(folder: Path) -> Release:
    try:
        stored = json_of((folder / _LEDGER).read_text(encoding="utf-8"))
        days = {name: date.fromisoformat(stored[name]) for name in ("covers_from", "covers_to")}
        published = date.fromisoformat(stored["published"]) if stored["published"] else None
        read_from = tuple((str(name), str(digest)) for name, digest in stored.get("sources", ()))
        orders = tuple((str(name), str(mark), int(size)) for name, mark, size in stored["orders"])
        others = {"published": published, "sources": read_from, "orders": orders}
        return Release(**{**stored, **days, **others})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedRelease(
            f"the ledger of {folder} can't be read; import the release again, or remove that folder"
        ) from error


def _hash(path: Path) -> str:
    """Return the hash of a file; empty if it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
