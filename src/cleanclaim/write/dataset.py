"""Writing claims as a data set: the tables of the model as Parquet, part by part, in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cleanclaim.errors import ConfigError
from cleanclaim.job import Progress
from cleanclaim.model import Batch
from cleanclaim.read import AS_FOUND, FileRead, TableOptions, read
from cleanclaim.storage.durable import put_in_place, system_errors

_ROW_GROUP: Final = 65_536
_ALWAYS: Final = ("claims", "lines", "diagnoses")


def write_dataset(
    inputs: Iterable[str | Path],
    folder: Path,
    progress: Progress = lambda _doing, _done, _share: None,
    *,
    tables: TableOptions = AS_FOUND,
) -> tuple[list[FileRead], dict[str, int]]:
    """Write the claims of files and folders as a data set (see `cleanclaim.read.dataset`).

    Args:
        inputs: files and folders, or "-" for standard input.
        folder: the folder to make; it appears when it's complete.
        progress: called with the current step and the number of claims so far.
        tables: what the user says about tables.

    Returns:
        What happened to every input, and the number of rows of each table.

    Raises:
        ConfigError: the folder exists already, or it can't be written.
    """
    if folder.exists():
        raise ConfigError([f"{folder} already exists"])
    files: list[FileRead] = []
    rows: dict[str, int] = {}
    try:
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for number, batch in enumerate(read(inputs, files, tables=tables)):
                with system_errors(folder):
                    _write(batch, unfinished, number, rows)
                progress("writing", rows.get("claims", 0), None)
            if not rows.get("claims"):
                return files, rows
            put_in_place(unfinished, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise ConfigError([f"{error.filename or folder}: {error.strerror or error}"]) from None
    return files, rows


def _write(batch: Batch, folder: Path, number: int, rows: dict[str, int]) -> None:
    for name, frame in batch.frames().items():
        if frame.is_empty() and not (name in _ALWAYS and number == 0):
            continue
        place = folder / name
        place.mkdir(exist_ok=True)
        frame.write_parquet(
            place / f"part-{number:05}.parquet", row_group_size=_ROW_GROUP, statistics=True
        )
        rows[name] = rows.get(name, 0) + frame.height
