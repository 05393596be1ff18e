"""A practice's history: each day's claims are added to it, and later days are checked with a look back at them.

    history = History(Path("history"))
    history.add(["2026-11-24.837"])
    cleanclaim.check("2026-11-25.837", history="history")

What is added at once is one folder that appears whole or not at all; adding a day costs the day, whatever is there already. A file is added once: its bytes are
known again. Claims stay as they were sent: which of them a later correction or void takes the place of is judged when they are looked back at.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import HistoryError
from cleanclaim.lock import locked
from cleanclaim.model import Batch
from cleanclaim.read import FileRead, read
from cleanclaim.read.files import digest_of, files_below
from cleanclaim.read.kept import (
    FORMAT,
    KEPT_TABLES,
    LEDGER,
    MARK,
    PATIENT,
    SOURCE,
    Added,
    Addition,
    Part,
    addition_of,
    additions,
    is_history,
    patients_of,
)
from cleanclaim.read.sources import STDIN

CLAIMS_A_PART: Final = 50_000
_ROW_GROUP: Final = 4_096
"""Rows that are read or passed over together."""
Progress = Callable[[str, int, float | None], None]
Frames = dict[str, pl.DataFrame]


@dataclass(slots=True)
class Adding:
    """What became of the files that were to be added.

    Attributes:
        added: those whose claims are in the history now.
        known: those that were there already: the name given now, and the file as it was added.
        refused: why others were not added.
    """

    added: list[Added] = field(default_factory=list)
    known: list[tuple[str, Added]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class History:
    """A folder of claims that were sent.

    Args:
        folder: where it is; it is made when something is first added. Only its owner may read it: it holds claims.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def files(self) -> list[Added]:
        """What was added, in order.

        Raises:
            HistoryError: it is no history, or damaged.
        """
        return [added for one in self._additions() for added in one.files]

    def add(
        self,
        inputs: Iterable[str | Path],
        progress: Progress = lambda _doing, _done, _share: None,
    ) -> Adding:
        """Add claims that were sent.

        Args:
            inputs: files, table sets and folders. A file that cannot be read to its end is not added, nor is one whose bytes are there already.
            progress: told what is done, and how many claims so far.

        Returns:
            What became of each file.

        Raises:
            HistoryError: the folder is something else, another run is adding, or it cannot be written.
        """
        with self._writing() as folder:
            held = additions(folder)
            done = Adding()
            fresh = _fresh(inputs, held, done)
            if fresh:
                self._add(fresh, held, done, progress)
        return done

    def remove(self, numbers: Collection[int]) -> list[Added]:
        """Take the claims of files out again.

        Args:
            numbers: of the files, as `files` tells them.

        Returns:
            What was taken out.

        Raises:
            HistoryError: there is no such number, or the history cannot be written.
        """
        known = {added.number for added in self.files()}
        unknown = sorted(set(numbers) - known)
        if unknown:
            raise HistoryError(
                f"{self.folder}: there is no file {', '.join(map(str, unknown))} in it"
            )
        gone: list[Added] = []
        with self._writing() as folder:
            for addition in additions(folder):
                doomed = [added for added in addition.files if added.number in numbers]
                if doomed:
                    _without(addition, [added.number for added in doomed])
                    gone += doomed
            _clear(folder / "additions")
        return gone

    def _additions(self) -> list[Addition]:
        if not is_history(self.folder):
            raise HistoryError(f"{self.folder}: there is no history there")
        return additions(self.folder)

    @contextmanager
    def _writing(self) -> Iterator[Path]:
        """The folder, made where it is not there, and nobody else's meanwhile."""
        try:
            if not is_history(self.folder):
                self._make()
            with locked(self.folder):
                _clear(self.folder / "additions")
                yield self.folder
        except OSError as error:
            raise HistoryError(
                f"{error.filename or self.folder}: {error.strerror or error}"
            ) from None

    def _make(self) -> None:
        if self.folder.is_dir() and any(self.folder.iterdir()):
            raise HistoryError(f"{self.folder}: it is a folder of something else")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "additions").mkdir(mode=0o700)
        (self.folder / MARK).write_text(json.dumps({"format": FORMAT}) + "\n", encoding="utf-8")

    def _add(
        self,
        fresh: Sequence[_Fresh],
        held: Sequence[Addition],
        done: Adding,
        progress: Progress,
    ) -> None:
        first = max((added.number for one in held for added in one.files), default=0) + 1
        place = self.folder / "additions"
        number = max((int(one.folder.name) for one in held), default=0) + 1
        unfinished = Path(tempfile.mkdtemp(prefix=".adding-", dir=place))
        try:
            writing = _Writing(unfinished, max((one.next_key for one in held), default=0))
            for file in fresh:
                _add_file(file, first + len(done.added), writing, done, progress)
            writing.flush()
            if done.added:
                _write_ledger(unfinished, done.added, writing.parts, writing.next_key)
                unfinished.rename(place / f"{number:06}")
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A file that is to be added."""

    path: Path
    sha256: str


@dataclass(slots=True)
class _Writing:
    """Claims on their way into the parts of an addition: small files together, large ones in parts of their own."""

    folder: Path
    next_key: int
    parts: list[Part] = field(default_factory=list)
    _of_file: list[Frames] = field(default_factory=list)
    _of_others: list[Frames] = field(default_factory=list)
    _parts_before: int = 0

    def put(self, source: int, batch: Batch) -> None:
        """Take claims of the file that is read."""
        self._of_file.append(_stored(batch, source))
        self.next_key += batch.claims.height
        if _claims(self._of_file) >= CLAIMS_A_PART:
            self._write(self._of_file)
            self._of_file = []

    def end(self) -> None:
        """The file was read to its end."""
        self._of_others += self._of_file
        if _claims(self._of_others) >= CLAIMS_A_PART:
            self.flush()
        self._begin()

    def give_up(self) -> None:
        """The file could not be read to its end: nothing of it stays."""
        for part in self.parts[self._parts_before :]:
            for name in part.rows:
                part.path(self.folder, name).unlink()
        del self.parts[self._parts_before :]
        self._begin()

    def flush(self) -> None:
        """Write what is held of files that were read."""
        if self._of_others:
            self._write(self._of_others)
            self._of_others = []

    def _begin(self) -> None:
        self._of_file, self._parts_before = [], len(self.parts)

    def _write(self, held: Sequence[Frames]) -> None:
        whole = {
            name: pl.concat([frames[name] for frames in held if name in frames])
            for name in KEPT_TABLES
            if any(name in frames for frames in held)
        }
        self.parts.append(_write(self.folder, len(self.parts), whole))


def _fresh(inputs: Iterable[str | Path], held: Sequence[Addition], done: Adding) -> list[_Fresh]:
    """The files below the inputs that are not there yet."""
    known = {added.sha256: added for one in held for added in one.files}
    fresh: dict[str, _Fresh] = {}
    for path in _files(inputs, done):
        try:
            digest = digest_of(path)
        except OSError as error:
            done.refused.append(f"{path}: {error.strerror or error}")
            continue
        if digest in known:
            done.known.append((str(path), known[digest]))
        elif digest in fresh:
            done.refused.append(f"{path}: the same bytes as {fresh[digest].path}")
        else:
            fresh[digest] = _Fresh(path, digest)
    return list(fresh.values())


def _files(inputs: Iterable[str | Path], done: Adding) -> Iterator[Path]:
    """The files below the inputs."""
    for given in inputs:
        path = Path(given)
        if str(given) == STDIN:
            done.refused.append("standard input cannot be added; give a file")
        elif is_history(path):
            done.refused.append(f"{path}: it is a history itself")
        else:
            below = list(files_below(path))
            if not below:
                done.refused.append(f"{path}: the folder holds no files")
            yield from below


def _add_file(
    file: _Fresh, source: int, writing: _Writing, done: Adding, progress: Progress
) -> None:
    files: list[FileRead] = []
    claims, days = 0, _Days()
    before = sum(added.claims for added in done.added)
    for batch in read([file.path], files, writing.next_key, form=False):
        claims += batch.claims.height
        days.see(batch.lines)
        writing.put(source, batch)
        progress("adding", before + claims, None)
    faults = [entry.error for entry in files if entry.error]
    if faults or not claims:
        writing.give_up()
        done.refused += faults or [f"{file.path}: it holds no claims"]
        return
    writing.end()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    done.added.append(
        Added(source, str(file.path), file.sha256, claims, days.first, days.last, now)
    )


@dataclass(slots=True)
class _Days:
    """The first and last day of service seen."""

    first: str | None = None
    last: str | None = None

    def see(self, lines: pl.DataFrame) -> None:
        low, high = lines["from_date"].min(), lines["from_date"].max()
        if low is None or high is None:
            return
        self.first = min(self.first or str(low), str(low))
        self.last = max(self.last or str(high), str(high))


def _stored(batch: Batch, source: int) -> Frames:
    """The tables of a batch as they are stored: each with the patient's key, claims with the file they are from."""
    claims = batch.claims.with_columns(pl.lit(source, pl.Int64).alias(SOURCE))
    frames = {name: getattr(batch, name) for name in KEPT_TABLES}
    return {
        name: claims if name == "claims" else frame.with_columns(patients_of(frame, claims))
        for name, frame in frames.items()
        if not frame.is_empty()
    }


def _claims(held: Sequence[Frames]) -> int:
    return sum(frames["claims"].height for frames in held if "claims" in frames)


def _write(folder: Path, number: int, frames: Frames) -> Part:
    """Write a part, each table in order of the patient, without the columns that have no value."""
    part = Part(number, {name: frame.height for name, frame in frames.items()})
    for name, frame in frames.items():
        there = [column.name for column in frame if column.null_count() < frame.height]
        rows = frame.select(list(dict.fromkeys([*there, PATIENT]))).sort(
            PATIENT, maintain_order=True
        )
        rows.write_parquet(part.path(folder, name), row_group_size=_ROW_GROUP, statistics=True)
    return part


def _write_ledger(
    folder: Path, files: Sequence[Added], parts: Sequence[Part], next_key: int
) -> None:
    """The ledger says what of the folder counts; it changes in one step."""
    told = {
        "files": [asdict(added) for added in files],
        "parts": [asdict(part) for part in parts],
        "next_key": next_key,
    }
    unfinished = folder / f".{LEDGER}"
    with unfinished.open("w", encoding="utf-8") as out:
        json.dump(told, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(folder / LEDGER)


def _without(addition: Addition, doomed: Collection[int]) -> None:
    """Take files out of an addition: what holds claims of them is written again, and then counts instead."""
    left = [added for added in addition.files if added.number not in doomed]
    if not left:
        aside = Path(tempfile.mkdtemp(prefix=".removed-", dir=addition.folder.parent))
        addition.folder.rename(aside / addition.folder.name)
        return
    fresh = max(part.number for part in addition.parts) + 1
    parts: list[Part] = []
    for part in addition.parts:
        kept = _kept(addition.folder, part, doomed)
        if kept["claims"].height == part.rows["claims"]:
            parts.append(part)
        elif not kept["claims"].is_empty():
            there = {name: frame for name, frame in kept.items() if not frame.is_empty()}
            parts.append(_write(addition.folder, fresh + part.number, there))
    _write_ledger(addition.folder, left, parts, addition.next_key)


def _kept(folder: Path, part: Part, doomed: Collection[int]) -> Frames:
    frames = {name: pl.read_parquet(part.path(folder, name), glob=False) for name in part.rows}
    claims = frames["claims"].filter(~pl.col(SOURCE).is_in(list(doomed)))
    own = claims.select("claim_key")
    return {
        name: frame.join(own, on="claim_key", how="semi", maintain_order="left")
        for name, frame in frames.items()
    }


def _clear(place: Path) -> None:
    """Take away what does not count: what a run that was stopped left, and what was removed."""
    for folder in place.iterdir():
        if folder.name.startswith("."):
            shutil.rmtree(folder)
            continue
        counting = {LEDGER, *_counting(folder)}
        for path in folder.iterdir():
            if path.name not in counting:
                path.unlink()


def _counting(folder: Path) -> set[str]:
    """The names of the files of an addition."""
    parts = addition_of(folder).parts
    return {part.path(folder, name).name for part in parts for name in part.rows}
