"""Payer packs as tables of the reference: the packs that come with cleanclaim, and the user's own.

Both tables are one release. Its hash is that of all packs in use, so that a lock file pins them.

Source: each row cites its own.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.payers import library
from cleanclaim.payers.library import Library
from cleanclaim.payers.pack import Pack
from cleanclaim.payers.tables import PACK_SCHEMA, RULE_SCHEMA, TABLES, tables_of
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

__all__ = [
    "PACK_SCHEMA",
    "RULE_SCHEMA",
    "TABLES",
    "hashed",
    "read",
    "releases",
    "unpacked_in",
    "with_files",
]

NAME: Final = "payer packs"
_FOLDER: Final = "payers"


def releases(packs: Library | None) -> list[Release]:
    """The releases of the tables.

    Args:
        packs: the packs in use; None for those that come with cleanclaim.
    """
    own = packs.own if packs else ()
    publisher = "cleanclaim, typed by hand from the sources that each row names"
    if own:
        publisher += f", and {len(own)} of your own"
    made = [
        Release(NAME, table, publisher, OPEN_START, OPEN_END, "facts; Apache-2.0", partial=True)
        for table in TABLES
    ]
    return [hashed(one, packs) for one in made] if packs else made


def hashed(release: Release, packs: Library | None = None) -> Release:
    """A release with its hash and count of rows; those of the packs that come with cleanclaim are read only if somebody asks."""
    if release.sha256:
        return release
    used = packs or library.shipped()
    digest = sha256("".join(p.sha256 for p in (*library.shipped_packs(), *used.own)).encode())
    rows = len(used.packs) if release.table == "payer_packs" else len(used.rules)
    return replace(release, rows=rows, sha256=digest.hexdigest())


def read(table: str, packs: Library) -> pl.DataFrame:
    """One of the tables."""
    return tables_of(packs)[table]


def with_files(packed: bytes, own: Sequence[Pack]) -> bytes:
    """A zip of releases with the files of the user's own packs added."""
    if not own:
        return packed
    out = io.BytesIO(packed)
    with zipfile.ZipFile(out, "a") as archive:
        for number, pack in enumerate(own):
            for name, content in pack.files:
                archive.writestr(f"{_FOLDER}/{number:03}-{pack.id}/{name}", content)
    return out.getvalue()


def unpacked_in(folder: Path) -> list[Path]:
    """The folder with the user's own packs in a store made from such a zip; none if it has none."""
    place = folder / _FOLDER
    return [place] if place.is_dir() else []
