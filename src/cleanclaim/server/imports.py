"""Imports of publishers' files from the pages: one at a time, in a thread, with its progress."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from cleanclaim.errors import CleanclaimError
from cleanclaim.importing import import_files
from cleanclaim.reference.store import Store
from cleanclaim.server.problems import Problem
from cleanclaim.storage.durable import make_private_folder

_UNREADABLE: Final = "the import failed; the releases that were there before are still in use"


@dataclass
class Import:
    """An import, as far as it is.

    Attributes:
        doing: what it does now.
        share: the share of the files that is done, 0 to 1.
        is_done: whether it has ended.
        stored: the releases that are new, each with its table, days and rows in words.
        unchanged: the releases that were there before.
        refused: what wasn't imported, and why.
        unrecognized: the files that no importer recognizes.
    """

    doing: str = "reading the files"
    share: float = 0.0
    is_done: bool = False
    stored: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unrecognized: list[str] = field(default_factory=list)


class Imports:
    """The import that runs, or the last one.

    Args:
        store: the reference store; None for the user's own.
        reload: what is done with new releases.
    """

    def __init__(self, store: Path | None, reload: Callable[[], object]) -> None:
        self._store, self._reload = store, reload
        self._beginning = Lock()
        self._last: Import | None = None

    @property
    def last(self) -> Import | None:
        """The import that runs, or the last one; None if there was none."""
        return self._last

    def begin(self, folder: Path, *, cpt_licensed: bool) -> Import:
        """Begin to import the files of a folder, which is deleted at the end, or at once if the import can't begin.

        Raises:
            Problem: another import runs.
        """
        with self._beginning:
            if self._last is not None and not self._last.is_done:
                shutil.rmtree(folder, ignore_errors=True)
                raise Problem(409, "import", "another import is running: wait until it is done")
            self._last = begun = Import()
        Thread(target=self._run, args=(begun, folder), kwargs={"cpt_licensed": cpt_licensed}, daemon=True).start()  # fmt: skip
        return begun

    def _run(self, own: Import, folder: Path, *, cpt_licensed: bool) -> None:
        def told(doing: str, share: float) -> None:
            own.doing, own.share = _plain([doing], folder)[0], share

        try:
            done = import_files([folder], Store(self._store), told, cpt_licensed=cpt_licensed)
            own.stored = [f"{one.table}: {one.name}, {one.covers_from} to {one.covers_to}, {one.rows or 0:,} rows" for one in done.stored]  # fmt: skip
            own.unchanged = [f"{one.table}: {one.name}" for one in done.unchanged]
            own.refused, own.unrecognized = _plain(done.refused, folder), _plain(done.unrecognized, folder)  # fmt: skip
            if done.stored:
                own.doing = "loading the new releases"
                self._reload()
        except CleanclaimError as error:
            own.refused = _plain([str(error)], folder)
        except OSError as error:
            own.refused = [f"{_UNREADABLE}: {error.strerror}"]
        except Exception:  # noqa: BLE001 - a thread has nobody else to tell
            own.refused = [_UNREADABLE]
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            own.is_done = True


def folder_for(place: Path) -> Path:
    """A new folder for the files of an import."""
    make_private_folder(place)
    return Path(tempfile.mkdtemp(prefix="import-", dir=place))


def _plain(texts: Iterable[str], folder: Path) -> list[str]:
    """Texts without the folder that the files were put in."""
    return [text.replace(f"{folder}/", "").replace(str(folder), "the files") for text in texts]
