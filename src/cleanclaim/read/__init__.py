"""Reading claims: X12 837, CSV, Parquet and histories, told apart by content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.failures import reason_of
from cleanclaim.model import Batch
from cleanclaim.read import table
from cleanclaim.read.chunks import is_large, read_chunks
from cleanclaim.read.dataset import is_dataset, read_dataset
from cleanclaim.read.files import lies_in, set_apart, table_set
from cleanclaim.read.kept import Past, is_history, opened, read_kept
from cleanclaim.read.sources import STDIN, Source, kind_of, peek, sources
from cleanclaim.read.x12 import read_x12

__all__ = ["FileRead", "Past", "read"]

CLAIMS_AT_ONCE: Final = 50_000
HISTORY: Final = "history"
"""The format of a history."""


@dataclass(slots=True)
class FileRead:
    """What became of one input.

    Attributes:
        file: its name.
        format: x12, csv, parquet, tables, data set or history; None where it could not be told.
        claims: how many claims were read; of a history, how many it holds.
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
    past: Past | None = None,
) -> Iterator[Batch]:
    """The claims of every input, batch after batch.

    Args:
        inputs: files, folders, table sets, data sets, histories (`cleanclaim.history`), "-" for standard input.
        files: filled with one entry a file read or not read; a file that cannot be read does not stop the others.
        first_claim_key: the key of the first claim.
        form: look at the form of segments and elements too, not of the envelope alone.
        skip: leave out so many of the first files; `files` holds their entries already.
        at_once: about how many claims of an 837 file a batch holds.
        past: where earlier claims are read: which of them are looked back at.

    Yields:
        Batches with unique claim keys, in reading order.
    """
    key = first_claim_key
    opened = _opened(inputs, past, form=form, at_once=at_once)
    for entry, begin in islice(opened, skip, None):
        files.append(entry)
        for batch in _guarded(begin(key), entry):
            own = batch if past is None else past.of(batch, key)
            key += own.claims.height
            yield own


Begin = Callable[[int], Iterator[Batch]]
"""Begins to read something: its claims, numbered from a key."""


def _opened(
    inputs: Iterable[str | Path], past: Past | None, *, form: bool, at_once: int
) -> Iterator[tuple[FileRead, Begin]]:
    """Everything below the inputs: what the report says of it, and how it is read."""
    for given in inputs:
        path = Path(given)
        group = table_set(path) if str(given) != STDIN else None
        if str(given) != STDIN and is_history(path):
            yield _history_opened(path, past, at_once)
        elif str(given) != STDIN and is_dataset(path):
            yield FileRead(str(given), "data set"), partial(read_dataset, path, at_once=at_once)
        elif group:
            yield FileRead(str(given), "tables"), partial(_read_group, path, group, at_once)
        else:
            apart = set_apart(path) if path.is_dir() else []
            for folder in apart:
                yield _set_apart_opened(folder, past, at_once)
            for source in sources([given]):
                if not (isinstance(source, Source) and lies_in(Path(source.name), apart)):
                    yield _source_opened(source, str(given), form=form, at_once=at_once)


def _history_opened(folder: Path, past: Past | None, at_once: int) -> tuple[FileRead, Begin]:
    entry = FileRead(str(folder), HISTORY)
    if past is None:
        entry.error = f"{folder}: a history holds only what a look back needs; give the files that were sent, or name it with --history"
        return entry, lambda _key: iter(())
    return entry, partial(_read_history, folder, entry, past, at_once)


def _set_apart_opened(folder: Path, past: Past | None, at_once: int) -> tuple[FileRead, Begin]:
    """A data set below a folder, or a history; of that nothing is read but for a look back, since its claims were sent before."""
    if is_history(folder):
        if past is not None:
            return _history_opened(folder, past, at_once)
        return FileRead(str(folder), HISTORY), lambda _key: iter(())
    return FileRead(str(folder), "data set"), partial(read_dataset, folder, at_once=at_once)


def _source_opened(
    source: Source | UnreadableFile, given: str, *, form: bool, at_once: int
) -> tuple[FileRead, Begin]:
    if isinstance(source, UnreadableFile):
        return FileRead(given, error=str(source)), lambda _key: iter(())
    entry = FileRead(source.name)
    return entry, partial(_read_source, source, entry, form=form, at_once=at_once)


def _guarded(batches: Iterator[Batch], entry: FileRead) -> Iterator[Batch]:
    """Batches until the file cannot be read further, which the entry then says."""
    try:
        for batch in batches:
            if entry.format != HISTORY:  # of which only some are read
                entry.claims += batch.claims.height
            yield batch
    except InputError as error:
        entry.error = str(error)
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        entry.error = f"{entry.file}: {reason_of(error)}; what was read of it before is kept"
    if entry.error and entry.format == HISTORY:
        entry.claims = 0  # a past that is only half known is no past


def _read_history(
    path: Path, entry: FileRead, past: Past, at_once: int, key: int
) -> Iterator[Batch]:
    with opened(path) as ledger:
        entry.claims = sum(added.claims for added in ledger.files if added.sha256 not in past.but)
        yield from read_kept(path, ledger, key, past=past, at_once=at_once)


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
        if source.path is not None and is_large(source.path):
            yield from _read_large_flat(source.path, source.name, key, at_once)
            return
        is_parquet = kind == "parquet"
        frame = (
            table.read_parquet(source.path or stream.read(), file=source.name)
            if is_parquet
            else table.read_csv(stream.read(), file=source.name)
        )
        yield table.read_flat(frame, file=source.name, first_claim_key=key)


def _read_large_flat(path: Path, name: str, key: int, at_once: int) -> Iterator[Batch]:
    def flat(frames: Mapping[str, pl.DataFrame], first: int) -> Batch:
        return table.read_flat(frames["claims and lines"], file=name, first_claim_key=first)

    yield from read_chunks({"claims and lines": path}, flat, key, file=name, at_once=at_once)


def _read_group(folder: Path, group: dict[str, Path], at_once: int, key: int) -> Iterator[Batch]:
    if any(is_large(path) for path in group.values()):

        def together(frames: Mapping[str, pl.DataFrame], first: int) -> Batch:
            return table.read_set(frames, file=str(folder), first_claim_key=first)

        yield from read_chunks(
            dict(sorted(group.items())), together, key, file=str(folder), at_once=at_once
        )
        return
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
