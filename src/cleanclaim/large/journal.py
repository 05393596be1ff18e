"""The record of a run's finished work, so that an interrupted run can resume.

Folders appear whole or not at all, and a lock keeps other runs out.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from cleanclaim.errors import ConfigError
from cleanclaim.parsing import json_of
from cleanclaim.storage.durable import put_in_place, system_errors, whole_file
from cleanclaim.storage.folder_lock import LOCK, locked

_IDENTITY: Final = "run.json"
_RECORD: Final = "record.json"
_FILES: Final = "written"
"""The record's key for the sizes of the files saved with it."""
_NUMBERED: Final = re.compile(r"([a-z]+)-[0-9]+")


class Journal:
    """The folder of a run.

    Attributes:
        folder: the folder. It holds claims during the run, and only its owner may read it.
        is_lasting: True if it may outlive the run or the machine, so that everything is flushed to
            disk before it counts.
    """

    def __init__(self, folder: Path, *, is_lasting: bool) -> None:
        self.folder = folder
        self.is_lasting = is_lasting

    def commit(
        self, kind: str, number: int, write: Callable[[Path], None], record: Mapping[str, Any]
    ) -> None:
        """Write a folder that appears whole or not at all.

        Args:
            kind: such as piece or part.
            number: its number within its kind.
            write: fills an empty folder.
            record: saved with it.

        Raises:
            ConfigError: it can't be written, for example because the disk is full.
        """
        target = self._place(kind, number)
        unfinished = target.with_name(f".{target.name}")
        with _config_errors(unfinished):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            write(unfinished)
            content = {**record, _FILES: _sizes(unfinished)}
            (unfinished / _RECORD).write_text(json.dumps(content), encoding="utf-8")
            if self.is_lasting:
                put_in_place(unfinished, target)
            else:
                unfinished.rename(target)

    def finished(self, kind: str) -> list[tuple[int, Path, dict[str, Any]]]:
        """The number, folder and record of each finished folder of a kind, in order."""
        found = []
        for folder in sorted(self.folder.glob(f"{kind}-*")):
            record = _read(folder / _RECORD)
            if record is not None:  # damaged ones are removed when the journal is opened
                found.append((int(folder.name.rpartition("-")[2]), folder, record))
        return found

    def remove(self, kind: str, number: int) -> None:
        """Remove one."""
        shutil.rmtree(self._place(kind, number))

    def save_fact(self, name: str, content: Mapping[str, Any]) -> None:
        """Save a fact.

        Raises:
            ConfigError: it can't be written.
        """
        with _config_errors(self.folder):
            _write(self.folder / f"{name}.json", content)

    def fact(self, name: str) -> dict[str, Any] | None:
        """A saved fact; None if there is none."""
        return _read(self.folder / f"{name}.json")

    def remove_damaged(self) -> None:
        """Remove what isn't as it was written, and the fact that its kind was finished."""
        for folder in self.folder.iterdir():
            numbered = _NUMBERED.fullmatch(folder.name)
            if numbered and not _is_whole(folder):
                (self.folder / f"{numbered[1]}s.json").unlink(missing_ok=True)
                shutil.rmtree(folder)

    def _place(self, kind: str, number: int) -> Path:
        return self.folder / f"{kind}-{number:06}"


@contextmanager
def opened(
    folder: Path | None, identity: Mapping[str, Any], tell: Callable[[str], None]
) -> Iterator[Journal]:
    """The journal of a run, removed when the run ends successfully.

    Args:
        folder: where to keep it, so that an interrupted run can resume; None for a temporary
            folder, which never outlives the run.
        identity: what identifies a run: inputs, settings, edits, releases.
        tell: called with a message if a run resumes or starts over.

    Raises:
        ConfigError: another run is using the folder, or it can't be made.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="cleanclaim-") as temporary:
            yield Journal(Path(temporary), is_lasting=False)
        return
    same = json.loads(json.dumps(identity))
    with ExitStack() as stack:
        with _config_errors(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            stack.enter_context(locked(folder))
            _begin(folder, same, tell)
            journal = Journal(folder, is_lasting=True)
            journal.remove_damaged()
        yield journal
    shutil.rmtree(folder)


def _begin(folder: Path, same: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    """Set up the folder for the run, unless it already is that run's.

    Raises:
        ConfigError: the folder holds something else.
    """
    known = (folder / _IDENTITY).exists()
    before = _read(folder / _IDENTITY)
    if not known and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise ConfigError(
            [f"{folder}: this run would keep its work there, but it contains something other than an unfinished run"]
        )  # fmt: skip
    folder.chmod(0o700)
    if before == same:
        tell(f"resuming {folder}")
        return
    if known:
        why = "its record is damaged" if before is None else _difference(before, same)
        tell(f"{folder} belongs to another run ({why}); starting over")
        _empty(folder)
    _write(folder / _IDENTITY, same)


def _sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.name != _RECORD}


def _is_whole(folder: Path) -> bool:
    """Whether a folder is as it was written."""
    record = _read(folder / _RECORD)
    return record is not None and record.get(_FILES) == _sizes(folder)


@contextmanager
def _config_errors(folder: Path) -> Iterator[None]:
    """Turn a system error, such as a full disk, into a ConfigError that names the path."""
    try:
        with system_errors(folder):
            yield
    except OSError as error:
        raise ConfigError([f"{error.filename}: {error.strerror}"]) from None


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    names = [name for name in now if before.get(name) != now[name]]
    return f"{', '.join(names)} changed"


def _write(path: Path, content: Mapping[str, Any]) -> None:
    with whole_file(path) as out:
        out.write(json.dumps(content).encode())


def _read(path: Path) -> dict[str, Any] | None:
    """The content of a journal file; None if it is missing or damaged."""
    try:
        content = json_of(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return content if isinstance(content, dict) else None
