"""Read claims: X12 837, FHIR, CSV, Parquet and histories, recognized by content."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.failures import reason_of
from cleanclaim.model import Batch
from cleanclaim.read.dataset import is_dataset, read_dataset
from cleanclaim.read.fhir import read_fhir
from cleanclaim.read.history import Past, is_history, open_history, read_history
from cleanclaim.read.inputs import (
    WORKBOOK_ENDINGS,
    double_table,
    is_below,
    nested_sets,
    table_set,
)
from cleanclaim.read.large_tables import MOST_AT_ONCE, is_large, read_chunks, read_frames
from cleanclaim.read.prepare import FLAT, Reading
from cleanclaim.read.sheets import read_sheet, read_workbook
from cleanclaim.read.sources import (
    Held,
    Kind,
    Source,
    is_stream,
    kind_of,
    name_of,
    peek,
    reason,
    sources,
)
from cleanclaim.read.table import read_flat, read_set
from cleanclaim.read.table_files import read_csv, read_parquet
from cleanclaim.read.table_options import AS_FOUND, TableOptions
from cleanclaim.read.together import SMALL, Small, Together, fits, read_together, small
from cleanclaim.read.x837 import read_x12
from cleanclaim.text.escaping import encodable

__all__ = ["AS_FOUND", "FileRead", "Held", "Past", "TableOptions", "notes_of", "read"]

CLAIMS_AT_ONCE: Final = 50_000
MOST_OF_WORKBOOK: Final = 1 << 28
"""The most bytes of a workbook."""
HISTORY: Final = "history"
"""The format name of a history."""


@dataclass(slots=True)
class FileRead:
    """What happened to one input.

    Attributes:
        file: its name.
        format: x12, csv, parquet, workbook, fhir, tables, data set or history; None if unknown.
        claims: how many claims were read; for a history, how many it holds.
        error: why it couldn't be read, or couldn't be read to the end; None if it was.
        notes: what the reader of the report must know, such as which columns weren't used.
    """

    file: str
    format: str | None = None
    claims: int = 0
    error: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ways:
    """How inputs are read.

    Attributes:
        form: check the form of segments and elements too, not only the envelope.
        at_once: about how many claims of an 837 file a batch holds.
        tables: what the user says about tables.
    """

    form: bool = True
    at_once: int = CLAIMS_AT_ONCE
    tables: TableOptions = AS_FOUND


def notes_of(files: Iterable[FileRead]) -> tuple[str, ...]:
    """What the reader of the report must know about files."""
    return tuple(f"{entry.file}: {note}." for entry in files for note in entry.notes)


def read(
    inputs: Iterable[str | Path | Held],
    files: list[FileRead],
    first_claim_key: int = 0,
    *,
    form: bool = True,
    skip: int = 0,
    at_once: int = CLAIMS_AT_ONCE,
    past: Past | None = None,
    tables: TableOptions = AS_FOUND,
) -> Iterator[Batch]:
    """Read the claims of every input, one batch at a time.

    Args:
        inputs: files, folders, table sets, data sets, histories (`cleanclaim.write.history`),
            pipes, "-" for standard input, and content that a program holds. Each is opened once.
        files: one entry is added for each file, read or not; a file that can't be read doesn't stop
            the others. A file without claims counts as not read.
        first_claim_key: the key of the first claim.
        form: check the form of segments and elements too, not only the envelope.
        skip: how many of the first files to skip; `files` already has their entries.
        at_once: about how many claims of an 837 file a batch holds.
        past: which earlier claims to read, if these inputs are used for looking back.
        tables: what the user says about tables.

    Yields:
        Batches with unique claim keys, in reading order.
    """
    key = first_claim_key
    open_history = _open_inputs(inputs, past, Ways(form, at_once, tables))
    for group in _groups(islice(open_history, skip, None), at_once):
        files += [entry for entry, _, _ in group]
        for batch in _read_group_of_files(group, key, form=form):
            own = batch if past is None else past.of(batch, key)
            key += own.claims.height
            yield own


Begin = Callable[[int], Iterator[Batch]]
"""Starts reading an input: its claims, numbered from a key."""
Opened = tuple[FileRead, Begin, Small | None]
"""An input's entry, how to read it, and its content if it is a small 837 file that may be read with others."""


def _groups(open_history: Iterable[Opened], at_once: int) -> Iterator[list[Opened]]:
    """Groups of consecutive small 837 files that can be read together; everything else on its own."""
    group: list[Opened] = []
    for one in open_history:
        if group and not fits([small for _, _, small in group], one[2], at_once):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _read_group_of_files(group: Sequence[Opened], key: int, *, form: bool) -> Iterator[Batch]:
    if len(group) == 1:
        ((entry, begin, _),) = group
        yield from _guarded(begin(key), entry)
        return
    together = _try_together([small for _, _, small in group if small], key, form=form)
    if together is not None:
        for (entry, _, _), claims in zip(group, together.claims, strict=True):
            entry.format, entry.claims = "x12", claims
        yield together.batch
        return
    middle = len(group) // 2
    for half in (group[:middle], group[middle:]):
        for batch in _read_group_of_files(half, key, form=form):
            key += batch.claims.height
            yield batch


def _try_together(files: Sequence[Small], key: int, *, form: bool) -> Together | None:
    """Read small files together; None if each must be read on its own to attribute a fault to its file."""
    try:
        return read_together(files, key, form=form)
    except BaseException as error:  # noqa: BLE001 - a panic isn't an Exception
        reason_of(error)
        return None


def _open_inputs(
    inputs: Iterable[str | Path | Held], past: Past | None, ways: Ways
) -> Iterator[Opened]:
    """Everything in the inputs: the entry for the report, and how to read it."""
    for given in inputs:
        try:
            path = None if isinstance(given, Held) or is_stream(given) else Path(given)
            folder = None if path is None else _open_folder(path, past, ways)
            apart = [] if folder or path is None else nested_sets(path)
        except OSError as error:  # a folder that can't be listed
            why = f"{name_of(given)}: {reason(error)}"
            yield FileRead(name_of(given), error=why), _no_batches, None
            continue
        if folder:
            yield folder
            continue
        for own in apart:
            yield _open_nested(own, past, ways.at_once)
        for source in sources([given]):
            if source.path is None or not is_below(source.path, apart):
                yield _open_source(source, ways)


def _no_batches(_key: int) -> Iterator[Batch]:
    return iter(())


def _open_folder(path: Path, past: Past | None, ways: Ways) -> Opened | None:
    """A folder that is one input: a history, a data set or a table set; None for any other folder."""
    if is_history(path):
        return _open_history(path, past, ways.at_once)
    if is_dataset(path):
        return FileRead(name_of(path), "data set"), partial(read_dataset, path, at_once=ways.at_once), None  # fmt: skip
    if group := table_set(path):
        entry = FileRead(name_of(path), "tables")
        if double := double_table(path):
            entry.error = f"{entry.file}: {double}"
            return entry, _no_batches, None
        reading = Reading(entry.file, ways.tables, entry.notes)
        return entry, partial(_read_group, group, reading, ways.at_once), None
    return None


def _open_history(folder: Path, past: Past | None, at_once: int) -> Opened:
    entry = FileRead(name_of(folder), HISTORY)
    if past is None:
        entry.error = f"{entry.file}: a history holds only what looking back needs; check the original files, or use this folder with --history"
        return entry, _no_batches, None
    return entry, partial(_read_history, folder, entry, past, at_once), None


def _open_nested(folder: Path, past: Past | None, at_once: int) -> Opened:
    """A data set or history inside a folder.

    Unless past claims are being read, a history is skipped: its claims were sent before.
    """
    if is_history(folder):
        if past is not None:
            return _open_history(folder, past, at_once)
        return FileRead(name_of(folder), HISTORY), _no_batches, None
    return FileRead(name_of(folder), "data set"), partial(read_dataset, folder, at_once=at_once), None  # fmt: skip


def _open_source(source: Source, ways: Ways) -> Opened:
    entry = FileRead(source.name)
    reading = Reading(source.name, ways.tables, entry.notes)
    if source.size is None or source.size > SMALL:
        return entry, partial(_read_source, source, entry, ways=ways, reading=reading), None
    try:
        with source.open() as stream:
            data = stream.read()
    except UnreadableFile as error:
        entry.error = str(error)
        return entry, _no_batches, None
    held = replace(source, opened=lambda: io.BytesIO(data))
    begin = partial(_read_source, held, entry, ways=ways, reading=reading)
    return entry, begin, small(source.name, data)


def _guarded(batches: Iterator[Batch], entry: FileRead) -> Iterator[Batch]:
    """Batches until the file can't be read further, which is recorded in its entry.

    A file without claims is recorded as an error too.
    """
    if entry.error:
        return
    why = None
    try:
        for batch in batches:
            if entry.format != HISTORY:  # only some of a history's claims are read
                entry.claims += batch.claims.height
                why = why or _no_claims_in(batch)
            yield batch
    except InputError as error:
        entry.error = encodable(str(error))
    except BaseException as error:  # noqa: BLE001 - a panic isn't an Exception
        entry.error = f"{entry.file}: {reason_of(error)}; the claims read before that are kept"
    if entry.error and entry.format == HISTORY:
        entry.claims = 0  # a half-read past isn't used
    if not entry.error and not entry.claims and entry.format != HISTORY:
        entry.error = f"{entry.file}: the file has no claims{why or ''}"


def _no_claims_in(batch: Batch) -> str | None:
    """The 837 reader's reason if transactions have no claims."""
    said = batch.syntax_faults.filter(pl.col("fault") == "ENV005")["explanation"]
    return f" ({said[0].rstrip('.')})" if len(said) else None


def _read_history(
    path: Path, entry: FileRead, past: Past, at_once: int, key: int
) -> Iterator[Batch]:
    with open_history(path) as ledger:
        entry.claims = sum(
            added.claims for added in ledger.files if added.sha256 not in past.exclude
        )
        yield from read_history(path, ledger, key, past=past, at_once=at_once)


def _read_source(
    source: Source, entry: FileRead, key: int, ways: Ways, reading: Reading
) -> Iterator[Batch]:
    with source.open() as opened:
        head, stream = peek(opened)
        kind = kind_of(head, source.name)
        entry.format = kind
        if kind == "x12":
            yield from read_x12(
                stream,
                file=source.name,
                first_claim_key=key,
                batch_claims=ways.at_once,
                form=ways.form,
            )
            return
        if kind == "fhir":
            yield from read_fhir(stream, file=source.name, first_claim_key=key, notes=entry.notes, at_once=ways.at_once)  # fmt: skip
            return
        if kind == "workbook":
            yield from _read_workbook(stream, reading, key, ways.at_once)
            return
        with _on_disk(source, stream, kind) as (path, data):
            if path is not None and is_large(path):
                yield from read_chunks({FLAT: path}, reading, key, at_once=ways.at_once)
                return
            frame = (
                read_parquet(path or data, file=source.name)
                if kind == "parquet"
                else read_csv(data or stream.read(), file=source.name, options=reading.options)
            )
            yield read_flat(frame, file=source.name, first_claim_key=key, reading=reading)


def _read_workbook(stream: BinaryIO, reading: Reading, key: int, at_once: int) -> Iterator[Batch]:
    frames = read_workbook(_held(stream, reading), reading)
    yield from read_frames(frames, reading, key, at_once=at_once)


def _held(stream: BinaryIO, reading: Reading) -> bytes:
    """A workbook's bytes."""
    with stream:
        data = stream.read(MOST_OF_WORKBOOK + 1)
    if len(data) > MOST_OF_WORKBOOK:
        raise UnreadableFile(f"{reading.file}: the workbook is larger than {MOST_OF_WORKBOOK >> 20} MB; save the sheet as CSV")  # fmt: skip
    return data


@contextmanager
def _on_disk(source: Source, stream: BinaryIO, kind: Kind) -> Iterator[tuple[Path | None, bytes]]:
    """A table's file on disk, or its bytes.

    A large table from a pipe or archive is first copied to a private temporary folder.
    """
    if source.path is not None:
        yield source.path, b""
        return
    ending = ".parquet" if kind == "parquet" else ""
    data = stream.read(MOST_AT_ONCE[ending] + 1)
    if len(data) <= MOST_AT_ONCE[ending]:
        yield None, data
        return
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        path = Path(folder) / f"claims{ending}"
        with path.open("wb") as out:
            out.write(data)
            shutil.copyfileobj(stream, out, 1 << 20)
        yield path, b""


def _read_group(
    group: dict[str, Path], reading: Reading, at_once: int, key: int
) -> Iterator[Batch]:
    books = {name for name, path in group.items() if path.suffix.lower() in WORKBOOK_ENDINGS}
    if not books and any(is_large(path) for path in group.values()):
        yield from read_chunks(dict(sorted(group.items())), reading, key, at_once=at_once)
        return
    frames = {
        name: _read_book(path, reading) if name in books else _read_frame(path, reading)
        for name, path in sorted(group.items())
    }
    if books:
        yield from read_frames(frames, reading, key, at_once=at_once)
        return
    yield read_set(frames, file=reading.file, first_claim_key=key, reading=reading)


def _read_book(path: Path, reading: Reading) -> pl.DataFrame:
    """The sheet of a workbook that holds one table of a set."""
    own = replace(reading, file=str(path))
    with _readable(path):
        return read_sheet(_held(path.open("rb"), own), own)


def _read_frame(path: Path, reading: Reading) -> pl.DataFrame:
    if path.suffix.lower() == ".parquet":
        return read_parquet(path, file=str(path))
    with _readable(path):
        return read_csv(path.read_bytes(), file=str(path), options=reading.options)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
