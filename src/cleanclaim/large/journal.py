"""What of a run is done: folders that appear whole, and a lock, so that a run that was killed goes on where it stood."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from cleanclaim.errors import ConfigError
from cleanclaim.lock import LOCK, locked

_IDENTITY: Final = "run.json"
_RECORD: Final = "record.json"


class Journal:
    """The folder of a run.

    Attributes:
        folder: where it is. It holds claims while the run goes on, and only its owner may read it.
        is_resumed: True where an earlier run of the same kind left work that counts.
    """

    def __init__(self, folder: Path, *, is_resumed: bool) -> None:
        self.folder = folder
        self.is_resumed = is_resumed

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
            (unfinished / _RECORD).write_text(json.dumps(record), encoding="utf-8")
            unfinished.rename(target)

    def done(self, kind: str) -> list[tuple[int, Path, dict[str, Any]]]:
        """Number, folder and record of what is done of a kind, in order."""
        found = []
        for folder in sorted(self.folder.glob(f"{kind}-*")):
            record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            found.append((int(folder.name.rpartition("-")[2]), folder, record))
        return found

    def undo(self, kind: str, number: int) -> None:
        """Take one away again."""
        shutil.rmtree(self._place(kind, number))

    def note(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep a fact."""
        _write(self.folder / f"{name}.json", content)

    def noted(self, name: str) -> dict[str, Any] | None:
        """A fact that was kept."""
        return _read(self.folder / f"{name}.json")

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
            yield Journal(Path(temporary), is_resumed=False)
        return
    same = json.loads(json.dumps(identity))
    with _told_apart(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as stack:
        with _told_apart(folder):
            stack.enter_context(locked(folder))
            before = _read(folder / _IDENTITY)
            if before is not None and before != same:
                tell(f"{folder} is of another run ({_difference(before, same)}); beginning anew")
                _empty(folder)
            elif before is not None:
                tell(f"going on with {folder}")
            _write(folder / _IDENTITY, same)
        yield Journal(folder, is_resumed=before == same)
    shutil.rmtree(folder)


@contextmanager
def _told_apart(folder: Path) -> Iterator[None]:
    """What the system refuses, such as room on the disk, as an error that names the place."""
    try:
        yield
    except OSError as error:
        raise ConfigError([f"{error.filename or folder}: {error.strerror or error}"]) from None


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
    unfinished = path.with_name(f".{path.name}")
    with unfinished.open("w", encoding="utf-8") as out:
        json.dump(content, out)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content
