"""A folder of remittances, each file kept as it was received.

    store = RemitStore("my-remittances")
    store.add(["2026-11-24.835"])

A file counts as soon as the ledger names it, so files are added and removed completely or not at
all. A file is added once: it's recognized by its content. The folder holds patients' data, so only
its owner can read it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from cleanclaim.errors import HistoryError, InputError, UnreadableFile
from cleanclaim.parsing import json_of
from cleanclaim.read.sources import Held, sources
from cleanclaim.remit.read import read_remittances
from cleanclaim.storage.durable import make_private_folder, replace_text, sync, write_private
from cleanclaim.storage.folder_lock import LOCK, locked

MARK: Final = "remittances.json"
FILES: Final = "files"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a store.

    Attributes:
        number: its number.
        name: its name when it was added.
        sha256: the hash of its content.
        checks: how many transactions it holds.
        payments: how many claim payments it holds.
        first_day: the first check date, if any.
        last_day: the last one.
        added: when it was added.
    """

    number: int
    name: str
    sha256: str
    checks: int
    payments: int
    first_day: str | None
    last_day: str | None
    added: str


@dataclass(slots=True)
class Adding:
    """The outcome of adding files.

    Attributes:
        added: files that were added.
        known: files that were there already: the name given now, and the file as it was added.
        refused: why the other files weren't added.
    """

    added: list[Kept] = field(default_factory=list)
    known: list[tuple[str, Kept]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def is_store(folder: Path) -> bool:
    """Whether a folder is a store of remittances."""
    return (folder / MARK).is_file()


class RemitStore:
    """A folder of remittances.

    Args:
        folder: its folder, which is made by the first addition.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def files(self) -> list[Kept]:
        """The files that were added, in order.

        Raises:
            HistoryError: there is no store.
            UnreadableFile: the ledger can't be read.
        """
        if not is_store(self.folder):
            raise HistoryError(f"{self.folder}: this isn't a store of remittances")
        try:
            content = json_of((self.folder / MARK).read_text(encoding="utf-8"))
            if content["version"] != _VERSION:
                raise UnreadableFile(f"{self.folder / MARK}: it was made by another version of cleanclaim")  # fmt: skip
            return [Kept(**one) for one in content["files"]]
        except OSError as error:
            raise UnreadableFile(f"{self.folder / MARK}: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            raise UnreadableFile(f"{self.folder / MARK}: the list of files is damaged") from None

    def inputs(self, numbers: Collection[int] = ()) -> list[Held]:
        """The content of files, to read.

        Args:
            numbers: the numbers of the files; all by default.

        Raises:
            HistoryError: there is no such store or number.
            UnreadableFile: a file is missing or was changed.
        """
        return [Held(one.name, cast("BinaryIO", io.BytesIO(self._content(one)))) for one in self._chosen(numbers)]  # fmt: skip

    def add(self, inputs: Iterable[str | Path]) -> Adding:
        """Add 835 files, and explanations of benefits in FHIR.

        Args:
            inputs: files, folders, zip and gzip files. A file that can't be read to its end isn't
                added, nor is one that is there already.

        Raises:
            HistoryError: the folder holds something else, or it can't be written; nothing was added.
            ConfigError: another run is adding or removing.
        """
        self._make_folder()
        with self._writing() as kept:
            done = Adding()
            for source in sources(inputs):
                try:
                    with source.open() as stream:
                        self._add(source.name, stream.read(), kept, done)
                except InputError as error:
                    done.refused.append(str(error))
            if done.added:
                sync(self.folder / FILES)
                self._write([*kept, *done.added])
        return done

    def remove(self, numbers: Collection[int]) -> list[Kept]:
        """Remove files; their content is deleted from the disk.

        Raises:
            HistoryError: there is no such store or number, or it can't be written.
            ConfigError: another run is adding or removing.
        """
        gone = self._chosen(numbers) if numbers else []
        with self._writing() as kept:
            self._write([one for one in kept if one.number not in {file.number for file in gone}])
            self._clear()
        return gone

    def _chosen(self, numbers: Collection[int]) -> list[Kept]:
        kept = self.files()
        unknown = sorted(set(numbers) - {one.number for one in kept})
        if unknown:
            raise HistoryError(f"{self.folder}: it has no file {', '.join(map(str, unknown))}")
        return [one for one in kept if not numbers or one.number in numbers]

    def _content(self, one: Kept) -> bytes:
        path = self._path(one.number)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UnreadableFile(f"{path}: {error.strerror}") from None
        if hashlib.sha256(content).hexdigest() != one.sha256:
            raise UnreadableFile(f"{path}: the file was changed after it was added")
        return content

    def _path(self, number: int) -> Path:
        return self.folder / FILES / f"{number:06d}"

    def _add(self, name: str, content: bytes, kept: list[Kept], done: Adding) -> None:
        digest = hashlib.sha256(content).hexdigest()
        known = next((one for one in [*kept, *done.added] if one.sha256 == digest), None)
        if known is not None:
            done.known.append((name, known))
            return
        remittance, [entry] = read_remittances([Held(name, cast("BinaryIO", io.BytesIO(content)))])
        if entry.error:
            done.refused.append(entry.error)
            return
        days = remittance.checks["check_date"].drop_nulls()
        number = 1 + max((one.number for one in [*kept, *done.added]), default=0)
        write_private(self._path(number), content)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        first, last = (str(days.min()), str(days.max())) if len(days) else (None, None)
        done.added.append(Kept(number, name, digest, len(remittance.checks), entry.payments, first, last, now))  # fmt: skip

    @contextmanager
    def _writing(self) -> Iterator[list[Kept]]:
        """The files, locked for this run; what interrupted runs left is deleted."""
        try:
            with locked(self.folder):
                if not is_store(self.folder):
                    make_private_folder(self.folder / FILES)
                    self._write([])
                self._clear()
                try:
                    yield self.files()
                except BaseException:
                    self._clear()
                    raise
        except OSError as error:
            raise HistoryError(f"{error.filename or self.folder}: {error.strerror}") from None

    def _make_folder(self) -> None:
        try:
            make_private_folder(self.folder)
            others = {path.name for path in self.folder.iterdir()} - {LOCK, FILES, f".{MARK}.unfinished"}  # fmt: skip
        except OSError as error:
            raise HistoryError(f"{error.filename or self.folder}: {error.strerror}") from None
        if others and not is_store(self.folder):
            raise HistoryError(f"{self.folder}: this folder holds something else")

    def _write(self, kept: list[Kept]) -> None:
        content = {"version": _VERSION, "files": [asdict(one) for one in kept]}
        replace_text(self.folder / MARK, json.dumps(content, indent=1) + "\n")

    def _clear(self) -> None:
        """Delete files that the ledger doesn't name."""
        known = {self._path(one.number) for one in self.files()}
        for path in (self.folder / FILES).iterdir():
            if path not in known:
                path.unlink()


def inputs_of(
    inputs: Iterable[str | Path], numbers: Collection[int] = ()
) -> Iterator[str | Path | Held]:
    """Inputs to read: the files of each store, and everything else as it is.

    Args:
        inputs: stores, files and folders.
        numbers: the numbers of a store's files; all by default.

    Raises:
        HistoryError: a store has no such number.
        UnreadableFile: a file of a store is missing or was changed.
    """
    for given in inputs:
        if is_store(Path(given)):
            yield from RemitStore(given).inputs(numbers)
        else:
            yield given
