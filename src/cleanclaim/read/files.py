"""What counts as one file below an input: a file, or a folder that is a table set or a data set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cleanclaim.read import table
from cleanclaim.read.dataset import is_dataset, tables_of

_TABLE_ENDINGS: Final = (".csv", ".tsv", ".txt", ".parquet")


def files_below(path: Path) -> Iterator[Path]:
    """The files below an input, in order of name; hidden ones are left out."""
    if not path.is_dir() or table_set(path) or is_dataset(path):
        yield path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.is_file() and not hidden:
            yield file


def table_set(path: Path) -> dict[str, Path]:
    """The files of a table set in a folder (`claims`, `lines`, `diagnoses`); empty where the folder holds none."""
    if not path.is_dir():
        return {}
    found = {
        p.stem: p
        for p in sorted(path.iterdir())
        if p.stem in table.SET_FILES and p.suffix.lower() in _TABLE_ENDINGS
    }
    return found if {"claims", "lines"} <= set(found) else {}


def digest_of(path: Path) -> str:
    """The hash of a file's bytes; of a set's, those of its files by name.

    Raises:
        OSError: it cannot be read.
    """
    if path.is_dir():
        every = hashlib.sha256()
        parts = (
            tables_of(path) if is_dataset(path) else {n: [p] for n, p in table_set(path).items()}
        )
        for name, files in sorted(parts.items()):
            for file in files:
                every.update(f"{name}\0{digest_of(file)}\0".encode())
        return every.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
