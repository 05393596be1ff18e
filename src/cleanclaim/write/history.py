"""A history: each day's claims are added to it, and later claims are checked with a look back at them.

    history = History("my-history")
    history.add(["2026-11-24.837"])
    cleanclaim.check("2026-11-25.837", history="my-history")

Each addition is a folder, and it counts as soon as the ledger names it, so files are added and removed completely or not at all. The cost of adding a day
doesn't depend on the size of the history. A file is added once: it's recognized by its content. Claims are stored as they were sent, but without what
identifies the patient. Corrections and voids are applied when a check looks back.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import HistoryError
from cleanclaim.model import Batch
from cleanclaim.model.spans import Spans, spans_together, to_json
from cleanclaim.read import AS_FOUND, FileRead, TableOptions, read
from cleanclaim.read.history import (
    ADDITIONS,
    DAMAGE,
    MARK,
    PATIENT,
    SOURCE,
    STORED_TABLES,
    Added,
    Addition,
    Ledger,
    Part,
    check_files,
    damaged,
    is_history,
    key_of,
    ledger_of,
    patients_of,
    stored_schema,
    text_of,
    why_of,
)
from cleanclaim.read.inputs import digest_of, files_below
from cleanclaim.read.sources import is_stream, name_of
from cleanclaim.storage.durable import (
    make_private_folder,
    replace_text,
    sync,
    unfinished_name,
    write_private,
)
from cleanclaim.storage.folder_lock import LOCK, READERS, locked, without_readers
from cleanclaim.storage.history_key import Key, Keys, StoredKey

CLAIMS_A_PART: Final = 50_000
_ROW_GROUP: Final = 4_096
"""Rows that are read or skipped together."""
_PATIENCE: Final = 30.0
"""Seconds that removing waits for other runs that are reading the history."""
_BEGINNINGS: Final = {LOCK, READERS, ADDITIONS, unfinished_name(MARK)}
"""What an interrupted run can leave of a history that wasn't complete yet."""
Progress = Callable[[str, int, float | None], None]
Frames = dict[str, pl.DataFrame]


@dataclass(slots=True)
class Adding:
    """The outcome of adding files.

    Attributes:
        added: files that were added.
        known: files that were in the history already: the name given now, and the file as it was added.
        refused: why the other files weren't added.
    """

    added: list[Added] = field(default_factory=list)
    known: list[tuple[str, Added]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class History:
    """A folder of claims that were sent.

    Args:
        folder: its folder, which is made by the first addition. It holds claims, so only its owner can read it.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def files(self) -> list[Added]:
        """The files that were added, in order.

        Raises:
            HistoryError: there is no history.
            UnreadableFile: the ledger can't be read.
        """
        return ledger_of(self._there()).files

    def add(
        self,
        inputs: Iterable[str | Path],
        progress: Progress = lambda _doing, _done, _share: None,
        *,
        tables: TableOptions = AS_FOUND,
    ) -> Adding:
        """Add claims that were sent.

        Args:
            inputs: files, table sets and folders. A file that can't be read to its end isn't added, nor is one that is there already.
            progress: called with the current step and the number of claims so far.
            tables: what the user says about tables.

        Returns:
            What happened to each file.

        Raises:
            HistoryError: the folder holds something else, or it can't be written; nothing was added.
            ConfigError: another run is adding or removing.
            UnreadableFile: the ledger can't be read, or the history's key isn't here.
        """
        self._make_folder()
        with self._writing() as ledger:
            done = Adding()
            fresh = _fresh(inputs, ledger, done)
            if fresh:
                self._add(fresh, ledger, done, progress, tables)
        return done

    def remove(self, numbers: Collection[int]) -> list[Added]:
        """Remove the claims of files.

        Args:
            numbers: the numbers of the files, from `files`.

        Returns:
            The files removed.

        Raises:
            HistoryError: there is no such number, the history can't be written, or the claims are still on the disk because another run is reading them.
            ConfigError: another run is adding or removing.
            UnreadableFile: the ledger, or a part that must be rewritten, can't be read.
        """
        self._there()
        with self._writing() as ledger:
            gone = [added for added in ledger.files if added.number in numbers]
            unknown = sorted(set(numbers) - {added.number for added in gone})
            if unknown:
                raise HistoryError(f"{self.folder}: it has no file {', '.join(map(str, unknown))}")
            left = [_without(self.folder, one, numbers) for one in ledger.additions]
            kept = replace(ledger, additions=tuple(one for one in left if one.files))
            for one in kept.additions:
                sync(one.folder(self.folder))
            replace_text(self.folder / MARK, text_of(kept))
            if not self._clear(_PATIENCE):
                raise HistoryError(
                    f"{self.folder}: removed, but still on the disk because another run is reading it;"
                    " the next `cleanclaim history add` or `remove` deletes it"
                )
        return gone

    def key(self) -> StoredKey:
        """The key that hides its patients.

        Raises:
            HistoryError: there is no history.
            UnreadableFile: the ledger can't be read, or the key isn't here.
        """
        return key_of(self.folder, ledger_of(self._there()))

    def _there(self) -> Path:
        if not is_history(self.folder):
            raise HistoryError(f"{self.folder}: this isn't a history")
        return self.folder

    @contextmanager
    def _writing(self) -> Iterator[Ledger]:
        """The ledger, locked for this run and made if it doesn't exist; what failed or interrupted runs leave is deleted."""
        try:
            with locked(self.folder):
                if not is_history(self.folder):
                    self._make()
                self._clear()
                try:
                    yield ledger_of(self.folder)
                except BaseException:
                    self._clear()
                    raise
        except OSError as error:
            raise HistoryError(f"{error.filename or self.folder}: {why_of(error)}") from None

    def _make_folder(self) -> None:
        """Make the folder, unless it's a history or the start of one.

        Raises:
            HistoryError: it can't be made, or it holds something else.
        """
        additions = self.folder / ADDITIONS
        try:
            if is_history(self.folder):
                return
            make_private_folder(self.folder)
            others = {path.name for path in self.folder.iterdir()} - _BEGINNINGS
            is_other = bool(others) or (additions.is_dir() and any(additions.iterdir()))
            if is_other and not is_history(self.folder):  # another run may have made it just now
                raise HistoryError(f"{self.folder}: this folder holds something else")
        except OSError as error:
            raise HistoryError(f"{error.filename or self.folder}: {why_of(error)}") from None

    def _make(self) -> None:
        ledger = Ledger(Keys().own().fingerprint)
        make_private_folder(self.folder / ADDITIONS)
        (self.folder / READERS).touch()
        replace_text(self.folder / MARK, text_of(ledger))

    def _add(
        self,
        fresh: Sequence[_Fresh],
        ledger: Ledger,
        done: Adding,
        progress: Progress,
        tables: TableOptions,
    ) -> None:
        key = key_of(self.folder, ledger).key
        addition = Addition(ledger.next_addition, (), ())
        folder = addition.folder(self.folder)
        while folder.exists():  # left by an interrupted run, and still being read
            addition = replace(addition, number=addition.number + 1)
            folder = addition.folder(self.folder)
        folder.mkdir(mode=0o700)
        writing = _Writing(folder, key, ledger.next_claim)
        for file in fresh:
            _add_file(file, ledger.next_file + len(done.added), writing, done, progress, tables)
        writing.flush()
        if not done.added:
            folder.rmdir()
            return
        sync(folder)
        sync(folder.parent)
        whole = replace(addition, files=tuple(done.added), parts=tuple(writing.parts))
        complete = replace(
            ledger,
            next_addition=addition.number + 1,
            next_file=ledger.next_file + len(done.added),
            next_claim=writing.next_key,
            additions=(*ledger.additions, whole),
        )
        replace_text(self.folder / MARK, text_of(complete))

    def _clear(self, patience: float = 0) -> bool:
        """Delete what the ledger doesn't name: what interrupted runs left, and what was removed; False if another run is reading it."""
        ledger = ledger_of(self.folder)
        valid = {
            part.path(one.folder(self.folder), name)
            for one in ledger.additions
            for part in one.parts
            for name in part.rows
        }
        folders = {one.folder(self.folder) for one in ledger.additions}
        below = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
        unwanted = [path for path in below if path not in valid]
        unwanted += [path for path in (self.folder / ADDITIONS).iterdir() if path not in folders]
        if not unwanted:
            return True
        with without_readers(self.folder, patience) as is_free:
            for path in unwanted if is_free else ():
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            return is_free


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A file to add."""

    path: Path
    sha256: str


@dataclass(slots=True)
class _Writing:
    """Claims on their way into the parts of an addition: small files share a part, large files have parts of their own."""

    folder: Path
    key: Key
    next_key: int
    parts: list[Part] = field(default_factory=list)
    _of_file: list[Frames] = field(default_factory=list)
    _of_others: list[Frames] = field(default_factory=list)
    _parts_before: int = 0

    def put(self, source: int, batch: Batch) -> None:
        """Take claims of the current file."""
        self._of_file.append(_stored(batch, source, self.key))
        self.next_key += batch.claims.height
        if _claims(self._of_file) >= CLAIMS_A_PART:
            self._write(self._of_file)
            self._of_file = []

    def end(self) -> None:
        """Keep the current file, which was read to its end."""
        self._of_others += self._of_file
        if _claims(self._of_others) >= CLAIMS_A_PART:
            self.flush()
        self._begin()

    def give_up(self) -> None:
        """Drop the current file, which couldn't be read to its end."""
        for part in self.parts[self._parts_before :]:
            for name in part.rows:
                part.path(self.folder, name).unlink()
        del self.parts[self._parts_before :]
        self._begin()

    def flush(self) -> None:
        """Write the claims of the files that were kept."""
        if self._of_others:
            self._write(self._of_others)
            self._of_others = []

    def _begin(self) -> None:
        self._of_file, self._parts_before = [], len(self.parts)

    def _write(self, held: Sequence[Frames]) -> None:
        whole = {
            name: pl.concat([frames[name] for frames in held if name in frames])
            for name in STORED_TABLES
            if any(name in frames for frames in held)
        }
        self.parts.append(_write(self.folder, len(self.parts), whole))


def _fresh(inputs: Iterable[str | Path], ledger: Ledger, done: Adding) -> list[_Fresh]:
    """The files in the inputs that aren't in the history yet."""
    known = {added.sha256: added for added in ledger.files}
    fresh: dict[str, _Fresh] = {}
    for path in _files(inputs, done):
        try:
            digest = digest_of(path)
        except OSError as error:
            done.refused.append(f"{path}: {error.strerror or error}")
            continue
        if digest in known:
            done.known.append((name_of(path), known[digest]))
        elif digest in fresh:
            done.refused.append(f"{path}: same content as {fresh[digest].path}")
        else:
            fresh[digest] = _Fresh(path, digest)
    return list(fresh.values())


def _files(inputs: Iterable[str | Path], done: Adding) -> Iterator[Path]:
    """The files in the inputs."""
    for given in inputs:
        path = Path(given)
        if is_stream(given):
            done.refused.append(f"{name_of(given)}: a pipe can't be added to a history: use a file")
        elif is_history(path):
            done.refused.append(f"{path}: this is a history itself")
        else:
            below = list(files_below(path))
            if not below:
                done.refused.append(f"{path}: the folder has no files")
            yield from below


def _add_file(
    file: _Fresh,
    source: int,
    writing: _Writing,
    done: Adding,
    progress: Progress,
    tables: TableOptions,
) -> None:
    files: list[FileRead] = []
    claims, days = 0, list[Spans]()
    before = sum(added.claims for added in done.added)
    for batch in read([file.path], files, writing.next_key, form=False, tables=tables):
        claims += batch.claims.height
        days.append(batch.days)
        writing.put(source, batch)
        progress("adding", before + claims, None)
    faults = [entry.error for entry in files if entry.error]
    if faults or not claims:
        writing.give_up()
        done.refused += faults or [f"{file.path}: the file has no claims"]
        return
    writing.end()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    covered = tuple((first, last) for first, last in to_json(spans_together(days)))
    done.added.append(Added(source, name_of(file.path), file.sha256, claims, covered, now))


def _stored(batch: Batch, source: int, key: Key) -> Frames:
    """The tables of a batch as they are stored: with the patient's hash, and for claims the file they are from."""
    claims = batch.claims.with_columns(
        pl.lit(source, pl.Int64).alias(SOURCE), key.hashed(batch.claims[PATIENT]).alias(PATIENT)
    )
    frames = {name: getattr(batch, name) for name in STORED_TABLES}
    return {
        name: (
            claims if name == "claims" else frame.with_columns(patients_of(frame, claims))
        ).select(list(stored_schema(name)))
        for name, frame in frames.items()
        if not frame.is_empty()
    }


def _claims(held: Sequence[Frames]) -> int:
    return sum(frames["claims"].height for frames in held if "claims" in frames)


def _write(folder: Path, number: int, frames: Frames) -> Part:
    """Write a part to the disk: tables sorted by patient, without empty columns."""
    sizes: dict[str, int] = {}
    part = Part(number, {name: frame.height for name, frame in frames.items()}, sizes)
    for name, frame in frames.items():
        there = [column.name for column in frame if column.null_count() < frame.height]
        rows = frame.select(list(dict.fromkeys([*there, PATIENT]))).sort(
            PATIENT, maintain_order=True
        )
        content = io.BytesIO()
        rows.write_parquet(content, row_group_size=_ROW_GROUP, statistics=True)
        sizes[name] = content.tell()
        write_private(part.path(folder, name), content.getvalue())
    return part


def _without(history: Path, addition: Addition, unwanted: Collection[int]) -> Addition:
    """An addition without some files; parts that hold their claims are rewritten."""
    left = tuple(added for added in addition.files if added.number not in unwanted)
    if not left or len(left) == len(addition.files):
        return replace(addition, files=left)
    fresh = max(part.number for part in addition.parts) + 1
    parts: list[Part] = []
    for part in addition.parts:
        kept = _kept(history, addition, part, unwanted)
        if kept["claims"].height == part.rows["claims"]:
            parts.append(part)
        elif not kept["claims"].is_empty():
            there = {name: frame for name, frame in kept.items() if not frame.is_empty()}
            parts.append(_write(addition.folder(history), fresh + part.number, there))
    return replace(addition, files=left, parts=tuple(parts))


def _kept(history: Path, addition: Addition, part: Part, unwanted: Collection[int]) -> Frames:
    """The tables of a part without the claims of some files."""
    check_files(history, addition, part)
    frames: Frames = {}
    for name in part.rows:
        path = part.path(addition.folder(history), name)
        try:
            frames[name] = pl.read_parquet(path, glob=False)
        except DAMAGE as error:
            raise damaged(path, addition, why_of(error)) from None
    claims = frames["claims"].filter(~pl.col(SOURCE).is_in(list(unwanted)))
    own = claims.select("claim_key")
    return {
        name: frame.join(own, on="claim_key", how="semi", maintain_order="left")
        for name, frame in frames.items()
    }
