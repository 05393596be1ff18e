"""What of a run is done: folders that appear whole, and a lock, so that a run that was killed goes on where it stood."""

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
from cleanclaim.storage.durable import put_in_place, system_errors, whole_file
from cleanclaim.storage.folder_lock import LOCK, locked

_IDENTITY: Final = "run.json"
_RECORD: Final = "record.json"
_FILES: Final = "written"
"""Under what a record has the sizes of the files it is kept with."""
_NUMBERED: Final = re.compile(r"([a-z]+)-[0-9]+")


class Journal:
    """The folder of a run.

    Attributes:
        folder: where it is. It holds claims while the run goes on, and only its owner may read it.
        is_lasting: True where it may outlive the run, or the machine: what is kept is on the disk before it counts.
    """

    def __init__(self, folder: Path, *, is_lasting: bool) -> None:
        self.folder = folder
        self.is_lasting = is_lasting

    def commit(
        self, kind: str, number: int, write: Callable[[Path], None], record: Mapping[str, Any]
    ) -> None:
        """Write a folder of a kind; it is there whole or not at all.

        Args:
            kind: such as piece or part.
            number: which one of its kind.
            write: fills an empty folder.
            record: what is kept beside it.

        Raises:
            ConfigError: it cannot be written: the disk is full, say.
        """
        target = self._place(kind, number)
        unfinished = target.with_name(f".{target.name}")
        with _told_apart(unfinished):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            write(unfinished)
            told = {**record, _FILES: _sizes(unfinished)}
            (unfinished / _RECORD).write_text(json.dumps(told), encoding="utf-8")
            if self.is_lasting:
                put_in_place(unfinished, target)
            else:
                unfinished.rename(target)

    def done(self, kind: str) -> list[tuple[int, Path, dict[str, Any]]]:
        """Number, folder and record of what is done of a kind, in order."""
        found = []
        for folder in sorted(self.folder.glob(f"{kind}-*")):
            record = _read(folder / _RECORD)
            if record is not None:  # else it is damaged, and undone when the journal is opened
                found.append((int(folder.name.rpartition("-")[2]), folder, record))
        return found

    def undo(self, kind: str, number: int) -> None:
        """Take one away again."""
        shutil.rmtree(self._place(kind, number))

    def note(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep a fact.

        Raises:
            ConfigError: it cannot be written.
        """
        with _told_apart(self.folder):
            _write(self.folder / f"{name}.json", content)

    def noted(self, name: str) -> dict[str, Any] | None:
        """A fact that was kept."""
        return _read(self.folder / f"{name}.json")

    def undo_damaged(self) -> None:
        """Take away what is not as it was written, with the fact that its kind was done."""
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
    """The journal of a run, taken away when the run ends well.

    Args:
        folder: where it shall be, so that a run that was stopped can go on; None for a temporary folder, which never outlives the run.
        identity: what makes two runs the same: inputs, settings, edits, releases.
        tell: told, in words, that a run goes on or begins anew.

    Raises:
        ConfigError: another run works in the folder, or it cannot be made.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="cleanclaim-") as temporary:
            yield Journal(Path(temporary), is_lasting=False)
        return
    same = json.loads(json.dumps(identity))
    with ExitStack() as stack:
        with _told_apart(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            stack.enter_context(locked(folder))
            _begin(folder, same, tell)
            journal = Journal(folder, is_lasting=True)
            journal.undo_damaged()
        yield journal
    shutil.rmtree(folder)


def _begin(folder: Path, same: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    """Make the folder that of a run, if it is not that already.

    Raises:
        ConfigError: it is somebody's folder, and no run's.
    """
    known = (folder / _IDENTITY).exists()
    before = _read(folder / _IDENTITY)
    if not known and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise ConfigError(
            [f"{folder}: it holds something else than an unfinished run, and is where this run would keep its work"]
        )  # fmt: skip
    folder.chmod(0o700)
    if before == same:
        tell(f"going on with {folder}")
        return
    if known:
        why = "its record is damaged" if before is None else _difference(before, same)
        tell(f"{folder} is of another run ({why}); beginning anew")
        _empty(folder)
    _write(folder / _IDENTITY, same)


def _sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.name != _RECORD}


def _is_whole(folder: Path) -> bool:
    """Whether a folder is as it was written."""
    record = _read(folder / _RECORD)
    return record is not None and record.get(_FILES) == _sizes(folder)


@contextmanager
def _told_apart(folder: Path) -> Iterator[None]:
    """What the system refuses, such as room on the disk, as an error that names the place."""
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
    """What a file of the journal tells; None where it is not there, or damaged."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return content if isinstance(content, dict) else None
