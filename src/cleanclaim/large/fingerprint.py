"""What identifies a run, so that another run may resume its work."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.edits.edit import Edit
from cleanclaim.job import Job
from cleanclaim.large.journal import Journal, opened
from cleanclaim.read import Held
from cleanclaim.read.history import MARK, is_history
from cleanclaim.read.sources import is_stream
from cleanclaim.reference import Reference
from cleanclaim.version import VERSION


def fingerprint_of(job: Job) -> dict[str, Any]:
    """A run's inputs (name, size, time of change), settings, edits, releases and sizes, as JSON.

    Input from a pipe can't be identified, so such a run never resumes.
    """
    settings = {name: str(value) for name, value in asdict(job.settings).items()}
    return {
        "version": VERSION,
        "inputs": _stamps(job.inputs),
        "history": _stamps(job.history),
        "settings": settings,
        "edits": _edits(job.edits),
        "releases": _releases(job.reference),
        "plan": asdict(job.plan),
        "tables": asdict(job.tables),
        "outcomes": None if job.outcomes is None else _digest(job.outcomes),
    }


def _digest(frame: pl.DataFrame) -> str:
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()


def journal_of(job: Job, folder: Path | None) -> AbstractContextManager[Journal]:
    """The journal of a job; it resumes if the folder holds an unfinished run of the same job.

    See `cleanclaim.large.journal.opened`.
    """
    return opened(folder, fingerprint_of(job), job.tell)


def size_of(inputs: Iterable[str | Path | Held]) -> int:
    """The size of the input files on disk, in bytes."""
    return sum(stat.st_size for given in inputs for _, stat in _files(given))


def can_resume(inputs: Iterable[str | Path | Held]) -> bool:
    """False if an input can be read only once: standard input or a pipe."""
    return not any(is_stream(given) for given in inputs)


def _stamps(inputs: Iterable[str | Path | Held]) -> list[list[str | int]]:
    return [
        [str(path), stat.st_size, stat.st_mtime_ns]
        for given in inputs
        for path, stat in _files(_stamped(given))
    ]


def _stamped(given: str | Path | Held) -> str | Path | Held:
    """The path whose change shows that an input changed.

    For a history it is the ledger, since other runs may replace it.
    """
    if isinstance(given, Held) or is_stream(given) or not is_history(Path(given)):
        return given
    return Path(given) / MARK


def _files(given: str | Path | Held) -> Iterator[tuple[Path, os.stat_result]]:
    """The files of an input; in a history, some may disappear in the meantime."""
    if isinstance(given, Held) or is_stream(given):
        return
    path = Path(given)
    try:
        every = sorted(path.rglob("*")) if path.is_dir() else [path]
    except OSError:  # a name the system doesn't accept, such as that of an archive's member
        return
    for below in every:
        with suppress(OSError):
            if below.is_file():
                yield below, below.stat()


def _edits(edits: Sequence[Edit]) -> str:
    """The edits' codes and the text of their files."""
    hashed = hashlib.sha256()
    for edit in sorted(edits, key=lambda one: one.code):
        hashed.update(edit.code.encode())
        source = inspect.getsourcefile(edit.function)
        if source:
            hashed.update(Path(source).read_bytes())
    return hashed.hexdigest()


def _releases(reference: Reference) -> str:
    releases = reference.releases().select("table", "release", "sha256").sort("table", "release")
    return hashlib.sha256(releases.write_csv().encode()).hexdigest()
