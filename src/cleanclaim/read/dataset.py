"""Data sets: the model's own tables as Parquet files, for programs and clusters.

A data set is a folder that holds each table of the model as a file (`claims.parquet`) or a folder
of files (`claims/`). `claim_key`, unique in the set, joins the tables, and each claim has its
`patient_key`; `cleanclaim export claims` writes such sets. The values are used as they are: none is
guessed or filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.model import TABLES, Batch, Table, expected
from cleanclaim.model.keys import MOST_NUMBERS, numbered
from cleanclaim.read.guard import guarded
from cleanclaim.read.trial import survives
from cleanclaim.read.values import cast_to, is_blank, refused
from cleanclaim.text.masking import column_words, is_name

NUMBERS: Final = frozenset({"line_number", "diagnosis_number"})
KEYS: Final = ("claim_key", "patient_key")
"""Columns of claims that distinguish a data set from tables joined by `claim_id`."""


def tables_of(folder: Path) -> dict[str, list[Path]]:
    """The Parquet files of each of the model's tables in a folder."""
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
        return set(KEYS) <= set(_schema(claims[0], folder, columns_only=True))
    except UnreadableFile:
        return False


def _schema(path: Path, folder: Path, *, columns_only: bool = False) -> dict[str, pl.DataType]:
    if not survives(path, columns_only=columns_only):
        raise UnreadableFile(_damaged(folder))
    return guarded(partial(pl.read_parquet_schema, path), _damaged(folder))


def _damaged(folder: Path) -> str:
    return (
        f"{folder}: not a valid data set: a file is damaged or truncated, a column has an unreadable type, "
        "or a table's files have different types"
    )


def read_dataset(folder: Path, first_claim_key: int, *, at_once: int) -> Iterator[Batch]:
    """Read the claims of a data set, in order.

    Args:
        folder: its folder.
        first_claim_key: the key of the first claim.
        at_once: how many claims a batch holds.

    Yields:
        Batches, with claims numbered from the first key.

    Raises:
        TableError: columns, values or keys don't fit.
        UnreadableFile: a file is damaged.
    """
    files = tables_of(folder)
    _check_columns(folder, files)
    scans = {
        name: pl.scan_parquet(paths, glob=False, missing_columns="insert").with_columns(
            pl.col("claim_key").cast(pl.Int64, strict=False)
        )
        for name, paths in files.items()
    }
    damaged = _damaged(folder)
    keys = guarded(scans["claims"].select("claim_key").collect, damaged).to_series()
    if keys.null_count() or keys.is_duplicated().any():
        raise TableError(str(folder), ["claims: claim_key is missing or repeated in some rows"])
    below = {
        name: int(guarded(scan.select(pl.col("claim_key").count()).collect, damaged).item())
        for name, scan in scans.items()
        if name != "claims"
    }
    for begin in range(0, max(keys.len(), 1), at_once):
        claims = guarded(scans["claims"].slice(begin, at_once).collect, damaged)
        frames = guarded(partial(_below, scans, claims, is_first=begin == 0), damaged)
        for name, frame in frames.items():
            below[name] -= frame["claim_key"].count()
        yield numbered(_fitted({"claims": claims, **frames}, folder), first_claim_key + begin)
    lost = [f"{name}: {rows:,} rows belong to no claim" for name, rows in below.items() if rows]
    if lost:
        raise TableError(str(folder), lost)


def _below(
    scans: Mapping[str, pl.LazyFrame], claims: pl.DataFrame, *, is_first: bool
) -> dict[str, pl.DataFrame]:
    """The rows of some claims; the first time, also faults that belong to no claim."""
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
        given: dict[str, pl.DataType] = {}
        for path in paths:
            given |= _schema(path, folder)
        faults += unknown_columns(TABLES[name], list(given))
        faults += _refused(TABLES[name], given)
    if faults:
        raise TableError(str(folder), faults)


def unknown_columns(table: Table, given: list[str]) -> list[str]:
    """Errors in the names of a table's columns."""
    faults = []
    known = list(table.schema)
    for place, name in enumerate(given, start=1):
        if name not in table:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near and is_name(name, known) else ""
            what = column_words(name, place, known)
            faults.append(f"{table.name}: unknown {what}{hint}")
    if "claim_key" not in given:
        faults.append(f"{table.name}: the column 'claim_key' is missing")
    return faults


def _refused(table: Table, given: Mapping[str, pl.DataType]) -> list[str]:
    """The columns whose type can't be converted to the model's."""
    faults = []
    for name, dtype in given.items():
        if name not in table:
            continue
        held = refused(dtype, table[name].dtype)
        if name == "claim_key" and not (dtype.is_integer() or dtype == pl.Null):
            held = held or "other values"
        if held:
            wanted = expected(table[name].dtype)
            faults.append(f"{table.name}.{name} expects {wanted}; the column holds {held}")
    return faults


def fitted_to(table: Table, frame: pl.DataFrame, faults: list[str]) -> pl.DataFrame:
    """The frame with the table's types.

    Values that don't fit become faults that name the column, never the value.
    """
    fitted = [cast_to(frame[name], table[name].dtype) for name in frame.columns]
    typed = table.conform(pl.DataFrame(fitted))
    for name in frame.columns:
        blank = frame.select(is_blank(name, frame[name].dtype)).to_series()
        wrong = typed[name].is_null() & ~blank
        if name in NUMBERS:
            wrong |= ~typed[name].is_between(0, MOST_NUMBERS - 1).fill_null(value=True)
        if lost := int(wrong.sum()):
            what = expected(table[name].dtype)
            faults.append(
                f"{table.name}.{name} expects {what}; {lost:,} value{'s' if lost > 1 else ''} can't be read as one"
                if what.startswith("a ")
                else f"{table.name}.{name} expects {what}; {lost:,} values can't be read as it"
            )
    return typed
