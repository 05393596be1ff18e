"""Tables larger than memory, read a group of claims at a time.

CSV is first converted to Parquet, once, in a temporary folder. Then the rows of a group of claims
are read together, wherever they are in the files. Rows keep their numbers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.model import Batch
from cleanclaim.read.columns import ROW
from cleanclaim.read.guard import guarded
from cleanclaim.read.naming import Names
from cleanclaim.read.prepare import FLAT, Reading, prepare
from cleanclaim.read.table import batch_of_rows
from cleanclaim.read.table_checks import and_more
from cleanclaim.read.table_files import NOT_VALID, scan_csv, why_not_csv
from cleanclaim.read.trial import survives
from cleanclaim.read.values import converted, refused

MOST_AT_ONCE: Final = {".parquet": 20_000_000, "": 100_000_000}
"""Up to this size in bytes (Parquet or text), a table is read as a whole."""
_MOST_CELLS_AT_ONCE: Final = 5_000_000
_PARQUET: Final = b"PAR1"


def is_large(path: Path) -> bool:
    """True for a file that is too large to read as a whole."""
    return path.stat().st_size > MOST_AT_ONCE[".parquet" if _is_parquet(path) else ""]


def read_chunks(
    paths: Mapping[str, Path], reading: Reading, key: int, *, at_once: int
) -> Iterator[Batch]:
    """Read the claims of one flat table or a set of tables.

    Args:
        paths: the files by table name; the first one has every claim.
        reading: how the input is read; its notes are added to.
        key: the key of the first claim.
        at_once: how many claims a batch holds.

    Yields:
        Batches, in the order in which claims first appear in the first table.

    Raises:
        TableError: columns or values don't fit, or rows belong to no claim.
        UnreadableFile: a file is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        scans = {name: _scan(path, Path(folder) / name, reading) for name, path in paths.items()}
        yield from _read_scans(scans, reading, key, at_once)


def read_frames(
    frames: Mapping[str, pl.DataFrame], reading: Reading, key: int, *, at_once: int
) -> Iterator[Batch]:
    """Read the claims of tables that are in memory; many cells go to disk first."""
    if sum(frame.height * frame.width for frame in frames.values()) <= _MOST_CELLS_AT_ONCE:
        prepared = prepare({name: frame.lazy() for name, frame in frames.items()}, reading)
        yield batch_of_rows(prepared, prepared.collected(), reading.file, key)
        return
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        scans = {}
        for name, frame in frames.items():
            path = Path(folder) / f"{name}.parquet"
            frame.write_parquet(path)
            scans[name] = pl.scan_parquet(path)
        yield from _read_scans(scans, reading, key, at_once)


def _read_scans(
    scans: Mapping[str, pl.LazyFrame], reading: Reading, key: int, at_once: int
) -> Iterator[Batch]:
    damaged = f"{reading.file}: {NOT_VALID}"
    prepared = guarded(partial(prepare, scans, reading), damaged)
    rows = prepared.rows
    ids = {name: _claim_id(scan, prepared.names[name], reading) for name, scan in rows.items()}
    every = guarded(partial(_claims, rows, ids, reading.file), damaged)
    for begin in range(0, every.len(), at_once):
        some = every.slice(begin, at_once).implode()
        parts = [scan.filter(ids[name].is_in(some)) for name, scan in rows.items()]
        frames = guarded(partial(pl.collect_all, parts), damaged)
        of_claims = dict(zip(rows, frames, strict=True))
        yield batch_of_rows(prepared, of_claims, reading.file, key + begin)


def _scan(path: Path, place: Path, reading: Reading) -> pl.LazyFrame:
    """The rows of a file, numbered as in the file."""
    file, damaged = reading.file, f"{reading.file}: {NOT_VALID}"
    if not _is_parquet(path):
        made = place.with_suffix(".parquet")
        try:
            guarded(lambda: _numbered_csv(path, reading).sink_parquet(made), file)
        except UnreadableFile:
            raise TableError(file, [why_not_csv(path, reading.options)]) from None
        return pl.scan_parquet(made)
    if not survives(path):
        raise UnreadableFile(damaged)
    scan = pl.scan_parquet(path, glob=False)
    if ROW in guarded(scan.collect_schema, damaged):
        raise TableError(file, [f"{FLAT}: unknown column '{ROW}'"])
    return scan.with_row_index(ROW, 2)


def _numbered_csv(path: Path, reading: Reading) -> pl.LazyFrame:
    try:
        scan = scan_csv(path, reading.options)
        scan.collect_schema()
    except pl.exceptions.DuplicateError:
        raise TableError(reading.file, [f"{FLAT}: unknown column '{ROW}'"]) from None
    return scan


def _is_parquet(path: Path) -> bool:
    """True for a Parquet file, by its first bytes, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(len(_PARQUET)) == _PARQUET


def _claim_id(scan: pl.LazyFrame, names: Names, reading: Reading) -> pl.Expr:
    """Each row's claim_id as text."""
    given = next(given for given, name in names.model.items() if name == "claim_id")
    dtype = scan.collect_schema()[given]
    if held := refused(dtype, pl.String):
        words = names.words("claim_id")
        raise TableError(reading.file, [f"{names.what}: {words} expects text; the column holds {held}"])  # fmt: skip
    return converted(given, dtype, pl.String)


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
