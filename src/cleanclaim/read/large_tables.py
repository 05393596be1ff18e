"""Tables larger than memory, read a group of claims at a time.

CSV is first converted to Parquet, once, in a temporary folder. Then the rows of a group of claims
are read together, wherever they are in the files. Rows keep their numbers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.model import Batch
from cleanclaim.read.columns import ROW, model_name, no_header
from cleanclaim.read.guard import guarded
from cleanclaim.read.table_checks import and_more
from cleanclaim.read.table_files import NOT_VALID, scan_csv, why_not_csv
from cleanclaim.read.trial import survives
from cleanclaim.read.values import converted, refused

MOST_AT_ONCE: Final = {".parquet": 20_000_000, "": 100_000_000}
"""Up to this size in bytes (Parquet or text), a table is read as a whole."""
_PARQUET: Final = b"PAR1"
Assemble = Callable[[Mapping[str, pl.DataFrame], int], Batch]
"""Builds claims from the rows of some tables, numbered from a key."""


def is_large(path: Path) -> bool:
    """True for a file that is too large to read as a whole."""
    return path.stat().st_size > MOST_AT_ONCE[".parquet" if _is_parquet(path) else ""]


def read_chunks(
    paths: Mapping[str, Path], assemble: Assemble, key: int, *, file: str, at_once: int
) -> Iterator[Batch]:
    """Read the claims of one flat table or a set of tables.

    Args:
        paths: the files by table name; the first one has every claim.
        assemble: builds claims from rows.
        key: the key of the first claim.
        file: the file name in findings.
        at_once: how many claims a batch holds.

    Yields:
        Batches, in the order in which claims first appear in the first table.

    Raises:
        TableError: columns or values don't fit, or rows belong to no claim.
        UnreadableFile: a file is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        damaged = f"{file}: {NOT_VALID}"
        scans = {name: _scan(path, Path(folder) / name, file) for name, path in paths.items()}
        ids = {name: _claim_id(scan, name, file) for name, scan in scans.items()}
        every = guarded(partial(_claims, scans, ids, file), damaged)
        for begin in range(0, every.len(), at_once):
            some = every.slice(begin, at_once).implode()
            rows = [scan.filter(ids[name].is_in(some)) for name, scan in scans.items()]
            frames = guarded(partial(pl.collect_all, rows), damaged)
            yield assemble(dict(zip(scans, frames, strict=True)), key + begin)


def _scan(path: Path, place: Path, file: str) -> pl.LazyFrame:
    """The rows of a file, numbered, with the header as row 1."""
    damaged = f"{file}: {NOT_VALID}"
    if _is_parquet(path) and not survives(path):
        raise UnreadableFile(damaged)
    scan = pl.scan_parquet(path, glob=False) if _is_parquet(path) else scan_csv(path)
    if ROW in guarded(scan.collect_schema, damaged):
        raise TableError(file, [f"claims and lines: unknown column '{ROW}'"])
    rows = scan.with_row_index(ROW, 2)
    if _is_parquet(path):
        return rows
    made = place.with_suffix(".parquet")
    try:
        guarded(partial(rows.sink_parquet, made), file)
    except UnreadableFile:
        raise TableError(file, [why_not_csv(path)]) from None
    return pl.scan_parquet(made)


def _is_parquet(path: Path) -> bool:
    """True for a Parquet file, by its first bytes, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(len(_PARQUET)) == _PARQUET


def _claim_id(scan: pl.LazyFrame, name: str, file: str) -> pl.Expr:
    """Each row's claim_id as text."""
    schema = guarded(scan.collect_schema, f"{file}: {NOT_VALID}")
    for given, dtype in schema.items():
        if model_name(given) == "claim_id":
            if held := refused(dtype, pl.String):
                raise TableError(file, [f"{name}: claim_id expects text; the column holds {held}"])
            return converted(given, dtype, pl.String)
    fault = no_header([given for given in schema if given != ROW])
    lacks = "the column 'claim_id' is missing"
    raise TableError(file, [f"{name}: {fault or lacks}"])


def _claims(scans: Mapping[str, pl.LazyFrame], ids: Mapping[str, pl.Expr], file: str) -> pl.Series:
    """The claim ids in order, after a check that every row of every table has one of them."""
    first = next(iter(scans))
    every = scans[first].select(ids[first].alias("id")).collect()["id"].unique(maintain_order=True)
    known = every.drop_nulls().implode()
    faults = []
    for name, scan in scans.items():
        lost = (ids[name].is_null() | ~ids[name].is_in(known)).fill_null(value=True)
        rows = scan.filter(lost).select(ROW).collect()[ROW]
        if len(rows):
            what = (
                "claim_id is missing" if name == first else "its claim_id isn't in the claims table"
            )
            faults.append(f"{name} row {rows[0]}: {what}{and_more(rows)}")
    if faults:
        raise TableError(file, faults)
    return every
