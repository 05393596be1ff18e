"""Data sets: the model's own tables as Parquet, for programs and clusters.

A data set is a folder with a table of the model each, as a file (`claims.parquet`) or a folder of files (`claims/`). Rows belong together by `claim_key`,
which is unique in it, and each claim has its `patient_key`; `cleanclaim export claims` writes such sets. What is there is taken as it is: nothing is guessed
or filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.model import TABLES, Batch, Table, expected
from cleanclaim.positions import numbered
from cleanclaim.read.table import cast_to

KEYS: Final = ("claim_key", "patient_key")
"""Columns of claims that tell a data set from tables joined by `claim_id`."""


def tables_of(folder: Path) -> dict[str, list[Path]]:
    """The Parquet files of each table of the model in a folder."""
    found: dict[str, list[Path]] = {}
    for name in TABLES:
        file, parts = folder / f"{name}.parquet", folder / name
        if file.is_file():
            found[name] = [file]
        elif parts.is_dir() and (files := sorted(parts.glob("*.parquet"))):
            found[name] = files
    return found


def is_dataset(folder: Path) -> bool:
    """True for the folder of a data set."""
    claims = tables_of(folder).get("claims") if folder.is_dir() else None
    if not claims:
        return False
    try:
        return set(KEYS) <= set(pl.read_parquet_schema(claims[0]))
    except (OSError, pl.exceptions.PolarsError):
        return False


def read_dataset(folder: Path, first_claim_key: int, *, at_once: int) -> Iterator[Batch]:
    """The claims of a data set, in its order.

    Args:
        folder: its folder.
        first_claim_key: the key of the first claim.
        at_once: how many claims a batch holds.

    Yields:
        Batches, their claims numbered from the first key.

    Raises:
        TableError: columns, values or keys do not fit.
        UnreadableFile: a file is damaged.
    """
    try:
        yield from _read(folder, first_claim_key, at_once)
    except (OSError, pl.exceptions.PolarsError) as error:
        what = str(error).strip().split("\n", 1)[0][:200]
        raise UnreadableFile(f"{folder}: not a sound data set: {what}") from None


def _read(folder: Path, first: int, at_once: int) -> Iterator[Batch]:
    files = tables_of(folder)
    _check_columns(folder, files)
    scans = {
        name: pl.scan_parquet(paths, glob=False, missing_columns="insert")
        for name, paths in files.items()
    }
    keys = scans["claims"].select("claim_key").collect().to_series()
    if keys.null_count() or keys.is_duplicated().any():
        raise TableError(
            str(folder), ["claims: claim_key is not there, or not unique, in every row"]
        )
    below = {
        name: int(scan.select(pl.col("claim_key").count()).collect().item())
        for name, scan in scans.items()
        if name != "claims"
    }
    for begin in range(0, max(keys.len(), 1), at_once):
        claims = scans["claims"].slice(begin, at_once).collect()
        frames = _below(scans, claims, is_first=begin == 0)
        for name, frame in frames.items():
            below[name] -= frame["claim_key"].count()
        yield numbered(_fitted({"claims": claims, **frames}, folder), first + begin)
    lost = [f"{name}: {rows:,} rows belong to no claim" for name, rows in below.items() if rows]
    if lost:
        raise TableError(str(folder), lost)


def _below(
    scans: Mapping[str, pl.LazyFrame], claims: pl.DataFrame, *, is_first: bool
) -> dict[str, pl.DataFrame]:
    """The rows below some claims; with the first ones, faults that lie in no claim."""
    keys = claims["claim_key"]
    among = pl.col("claim_key").is_between(pl.lit(keys.min()), pl.lit(keys.max()))
    asked = {
        name: scan.filter(among | pl.col("claim_key").is_null() if is_first else among)
        for name, scan in scans.items()
        if name != "claims"
    }
    frames = dict(zip(asked, pl.collect_all(list(asked.values())), strict=True))
    own = pl.col("claim_key").is_in(keys.implode()) | pl.col("claim_key").is_null()
    return {name: frame.filter(own) for name, frame in frames.items()}


def _fitted(frames: Mapping[str, pl.DataFrame], folder: Path) -> Batch:
    faults: list[str] = []
    fitted = {name: fitted_to(TABLES[name], frame, faults) for name, frame in frames.items()}
    if faults:
        raise TableError(str(folder), faults)
    return Batch.of(fitted)


def _check_columns(folder: Path, files: Mapping[str, Sequence[Path]]) -> None:
    faults = [f"the table '{name}' is missing" for name in ("claims", "lines") if name not in files]
    for name, paths in files.items():
        given = {column for path in paths for column in pl.read_parquet_schema(path)}
        faults += unknown_columns(TABLES[name], sorted(given))
    if faults:
        raise TableError(str(folder), faults)


def unknown_columns(table: Table, given: list[str]) -> list[str]:
    """What is wrong with the names of a table's columns."""
    faults = []
    for name in given:
        if name not in table:
            near = get_close_matches(name, list(table.schema), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            faults.append(f"{table.name}: column '{name}' is not one of the model{hint}")
    if "claim_key" not in given:
        faults.append(f"{table.name}: the column 'claim_key' is missing")
    return faults


def fitted_to(table: Table, frame: pl.DataFrame, faults: list[str]) -> pl.DataFrame:
    """The frame with the table's types; values that do not fit are faults that name the column, never the value."""
    fitted = [cast_to(frame[name], table[name].dtype) for name in frame.columns]
    typed = table.conform(pl.DataFrame(fitted))
    for name in frame.columns:
        lost = typed[name].null_count() - frame[name].null_count()
        if lost:
            faults.append(
                f"{table.name}.{name} expects {expected(table[name].dtype)}; {lost:,} values are none"
            )
    return typed
