"""Reading claims: X12 837, CSV and Parquet, told apart by content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.model import Batch
from cleanclaim.read import table
from cleanclaim.read.sources import STDIN, Source, kind_of, peek, sources
from cleanclaim.read.x12 import read_x12

__all__ = ["FileRead", "read"]

CLAIMS_AT_ONCE: Final = 50_000
_TABLE_ENDINGS: Final = (".csv", ".tsv", ".txt", ".parquet")


@dataclass(slots=True)
class FileRead:
    """What became of one input.

    Attributes:
        file: its name.
        format: x12, csv or parquet; None where it could not be told.
        claims: how many claims were read.
        error: why it could not be read (any further); None where it was.
    """

    file: str
    format: str | None = None
    claims: int = 0
    error: str | None = None


def read(
    inputs: Iterable[str | Path],
    files: list[FileRead],
    first_claim_key: int = 0,
    *,
    form: bool = True,
    skip: int = 0,
    at_once: int = CLAIMS_AT_ONCE,
) -> Iterator[Batch]:
    """The claims of every input, batch after batch.

    Args:
        inputs: files, folders, "-" for standard input.
        files: filled with one entry a file read or not read; a file that cannot be read does not stop the others.
        first_claim_key: the key of the first claim.
        form: look at the form of segments and elements too, not of the envelope alone.
        skip: leave out so many of the first files; `files` holds their entries already.
        at_once: about how many claims of an 837 file a batch holds.

    Yields:
        Batches with unique claim keys, in reading order.
    """
    key = first_claim_key
    to_skip = skip
    for given in inputs:
        group = table_set(Path(given)) if str(given) != STDIN else None
        found: Iterable[Source | UnreadableFile] = [] if group else sources([given])
        if group and to_skip:
            to_skip -= 1
        elif group:
            entry = FileRead(str(given), "tables")
            files.append(entry)
            for batch in _guarded(_read_group(Path(given), group, key), entry):
                key += batch.claims.height
                yield batch
        for source in found:
            if to_skip:
                to_skip -= 1
                continue
            if isinstance(source, UnreadableFile):
                files.append(FileRead(str(given), error=str(source)))
                continue
            entry = FileRead(source.name)
            files.append(entry)
            for batch in _guarded(
                _read_source(source, entry, key, form=form, at_once=at_once), entry
            ):
                key += batch.claims.height
                yield batch


def table_set(path: Path) -> dict[str, Path]:
    """The files of a table set in a folder (`claims`, `lines`, `diagnoses`); empty where the folder holds none."""
    if not path.is_dir():
        return {}
    found = {
        p.stem: p
        for p in sorted(path.iterdir())
        if p.stem in table.SET_FILES and p.suffix.lower() in _TABLE_ENDINGS
    }
    return found if {"claims", "lines"} <= set(found) else {}


def _guarded(batches: Iterator[Batch], entry: FileRead) -> Iterator[Batch]:
    """Batches until the file cannot be read further, which the entry then says."""
    try:
        for batch in batches:
            entry.claims += batch.claims.height
            yield batch
    except InputError as error:
        entry.error = str(error)


def _read_source(
    source: Source, entry: FileRead, key: int, *, form: bool, at_once: int
) -> Iterator[Batch]:
    with source.open() as opened:
        head, stream = peek(opened)
        kind = kind_of(head, source.name)
        entry.format = kind
        if kind == "x12":
            yield from read_x12(
                stream, file=source.name, first_claim_key=key, batch_claims=at_once, form=form
            )
            return
        is_parquet = kind == "parquet"
        frame = (
            table.read_parquet(source.path or stream.read(), file=source.name)
            if is_parquet
            else table.read_csv(stream.read(), file=source.name)
        )
        yield table.read_flat(frame, file=source.name, first_claim_key=key)


def _read_group(folder: Path, group: dict[str, Path], key: int) -> Iterator[Batch]:
    yield table.read_set(
        {name: _read_frame(path) for name, path in group.items()},
        file=str(folder),
        first_claim_key=key,
    )


def _read_frame(path: Path) -> pl.DataFrame:
    if path.suffix.lower() == ".parquet":
        return table.read_parquet(path, file=str(path))
    try:
        return table.read_csv(path.read_bytes(), file=str(path))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
