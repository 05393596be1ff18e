"""The user's store of releases: dated tables beside the embedded ones.

A release is a folder `releases/<table>/<name>` with `table.parquet` and `ledger.json`. It is
written to a temporary folder (its name begins with a dot) and renamed, so that a half-written
release can never be seen. A lock file pins releases by hash, so that a run can be repeated exactly.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import DamagedRelease, LockMismatch, ReferenceProblem
from cleanclaim.home import home
from cleanclaim.reference.release import Release

_LEDGER: Final = "ledger.json"
_TABLE: Final = "table.parquet"
_ROW_GROUP: Final = 32_768
"""Rows that are read or passed over together."""


class Store:
    """A folder of releases.

    Args:
        path: the folder, where it is not `$CLEANCLAIM_HOME/reference` or the user's data directory.

    Attributes:
        path: the folder; it need not exist until something is added.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "reference"

    def releases(self) -> list[Release]:
        """Every complete release, by table and name.

        Raises:
            DamagedRelease: a ledger cannot be read.
        """
        folders = sorted(self.path.glob("releases/*/*"))
        return [_ledger(folder) for folder in folders if not folder.name.startswith(".")]

    def read(self, release: Release) -> pl.DataFrame:
        """The table of a release, with the release's name on every row.

        Raises:
            DamagedRelease: the file is missing or cannot be read.
        """
        path = self._folder(release) / _TABLE
        try:
            table = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DamagedRelease(
                f"{release.name}: {path} cannot be read; remove the release and import it again"
            ) from error
        return table.with_columns(pl.lit(release.name).alias("release"))

    def rows_of(self, release: Release, codes: pl.Series, by: str = "code") -> pl.DataFrame:
        """The rows of a release for a few codes, with the release's name on every row; the file is not read whole.

        The file is sorted by code, so that only those of its row groups are read that may hold one of them.

        Raises:
            DamagedRelease: the file is missing or cannot be read.
        """
        path = self._folder(release) / _TABLE
        wanted = codes.drop_nulls().unique()
        try:
            found = pl.scan_parquet(path).filter(pl.col(by).is_in(wanted.implode())).collect()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DamagedRelease(
                f"{release.name}: {path} cannot be read; remove the release and import it again"
            ) from error
        return found.with_columns(pl.lit(release.name).alias("release"))

    def add(self, release: Release, table: pl.DataFrame) -> Release:
        """Store a release; one of the same name and table is replaced only when complete.

        Args:
            release: what it is; rows and hash are filled in here.
            table: its rows, with `code`, `valid_from` and `valid_to`.

        Returns:
            The release as its ledger tells it.

        Raises:
            ReferenceProblem: the table lacks a column that every dated table has.
        """
        lacking = {"code", "valid_from", "valid_to"} - set(table.columns)
        if lacking:
            raise ReferenceProblem(
                f"{release.name}: a dated table needs the columns {', '.join(sorted(lacking))}"
            )
        folder = self._folder(release)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".adding-", dir=folder.parent))
        try:
            stored = _write(temporary, release, table)
            _swap(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return stored

    def remove(self, release: Release) -> bool:
        """Remove a release; True where there was one. It disappears in one step."""
        folder = self._folder(release)
        if not folder.exists():
            return False
        doomed = Path(tempfile.mkdtemp(prefix=".removing-", dir=folder.parent))
        folder.rename(doomed / "release")
        shutil.rmtree(doomed)
        return True

    def verify(self) -> list[Release]:
        """Hash every stored table again.

        Returns:
            The releases, all sound.

        Raises:
            DamagedRelease: a stored file is not what its ledger says.
        """
        releases = self.releases()
        damaged = [r.name for r in releases if _hash(self._folder(r) / _TABLE) != r.sha256]
        if damaged:
            raise DamagedRelease(
                f"changed since they were imported: {', '.join(damaged)};"
                " remove and import them again"
            )
        return releases

    def packed(self, releases: Iterable[Release]) -> bytes:
        """Some releases as one zip, for another machine."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:  # the tables are compressed already
            for release in releases:
                folder = self._folder(release)
                for name in (_LEDGER, _TABLE):
                    archive.write(folder / name, str(folder.relative_to(self.path) / name))
        return out.getvalue()

    def unpack(self, packed: bytes) -> None:
        """Make the store of what `packed` gave, where it is not there yet; it appears in one step."""
        if self.path.is_dir():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=self.path.parent))
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                archive.extractall(unfinished / "store")
            (unfinished / "store").mkdir(exist_ok=True)
            with suppress(OSError):  # another worker of this machine was quicker
                (unfinished / "store").rename(self.path)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _folder(self, release: Release) -> Path:
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", release.name).strip("-")
        mark = hashlib.sha256(release.name.encode()).hexdigest()[:8]  # "FY 24" is not "FY-24"
        return self.path / "releases" / release.table / f"{plain}-{mark}"


def _write(folder: Path, release: Release, table: pl.DataFrame) -> Release:
    folder.chmod(0o755)  # nothing in it is private, and a service may run as another user
    table.sort("code", "valid_from").write_parquet(
        folder / _TABLE, compression="zstd", row_group_size=_ROW_GROUP, statistics=True
    )
    stored = replace(release, rows=table.height, sha256=_hash(folder / _TABLE), embedded=False)
    (folder / _LEDGER).write_text(
        json.dumps(asdict(stored), default=str, indent=2) + "\n", encoding="utf-8"
    )
    for name in (_TABLE, _LEDGER):  # on the disk before the rename makes it visible
        with (folder / name).open("rb+") as stream:
            os.fsync(stream.fileno())
    return stored


def _swap(temporary: Path, folder: Path) -> None:
    """Put a complete release in its place; the one before it stays if that fails."""
    if not folder.exists():
        temporary.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=".replaced-", dir=folder.parent))
    folder.rename(aside / folder.name)
    try:
        temporary.rename(folder)
    except OSError:
        (aside / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_lock(releases: Iterable[Release], path: Path) -> None:
    """Pin releases by name and hash in a lock file (JSON)."""
    pinned = {f"{r.table}/{r.name}": r.sha256 for r in releases}
    path.write_text(
        json.dumps({"releases": pinned}, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )


def locked(releases: Iterable[Release], path: Path) -> list[Release]:
    """Those releases that a lock file pins.

    Raises:
        LockMismatch: one pinned is not there, or is there with another hash, or the file is no lock
            file.
    """
    try:
        pinned = dict(json.loads(path.read_text(encoding="utf-8"))["releases"])
    except (OSError, ValueError, KeyError, TypeError):
        raise LockMismatch(f"{path} cannot be read as a lock file") from None
    there = {f"{r.table}/{r.name}": r for r in releases}
    missing = [name for name in pinned if name not in there]
    other = [
        name for name, digest in pinned.items() if name in there and there[name].sha256 != digest
    ]
    if missing or other:
        said = [f"not installed: {name}" for name in missing] + [
            f"another content than pinned: {name}" for name in other
        ]
        raise LockMismatch(f"{path}: " + "; ".join(said))
    return [there[name] for name in pinned]


def _ledger(folder: Path) -> Release:
    try:
        told = json.loads((folder / _LEDGER).read_text(encoding="utf-8"))
        days = {name: date.fromisoformat(told[name]) for name in ("covers_from", "covers_to")}
        published = date.fromisoformat(told["published"]) if told["published"] else None
        read_from = tuple((str(name), str(digest)) for name, digest in told.get("sources", ()))
        return Release(**{**told, **days, "published": published, "sources": read_from})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedRelease(
            f"the ledger of {folder} cannot be read; remove that folder and import it again"
        ) from error


def _hash(path: Path) -> str:
    """The hash of a file; empty where there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
