"""What counts as one input: a file, or a folder that is a table set or a data set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from cleanclaim.read.columns import SET_FILES
from cleanclaim.read.dataset import is_dataset, tables_of
from cleanclaim.read.history import MARK, is_history
from cleanclaim.read.sources import walk

WORKBOOK_ENDINGS: Final = (".xlsx", ".xls")
_TABLE_ENDINGS: Final = (".csv", ".tsv", ".txt", ".parquet", *WORKBOOK_ENDINGS)


def files_below(path: Path) -> Iterator[Path]:
    """The files in an input; hidden files and those of histories are left out."""
    if not path.is_dir() or table_set(path) or is_dataset(path):
        yield path
        return
    apart = nested_sets(path)
    yield from (folder for folder in apart if not is_history(folder))
    yield from (file for file, _ in walk(path) if not is_below(file, apart))


def nested_sets(path: Path) -> list[Path]:
    """The histories and data sets anywhere inside a folder; their files aren't inputs of their own."""
    histories = [mark.parent for mark in path.rglob(MARK)]
    of_claims = [found for name in ("claims", "claims.parquet") for found in path.rglob(name)]
    datasets = {found.parent for found in of_claims if found.parent != path}
    return sorted({*histories, *(folder for folder in datasets if is_dataset(folder))})


def is_below(file: Path, folders: Sequence[Path]) -> bool:
    """True if a file is inside one of some folders."""
    return any(file.is_relative_to(folder) for folder in folders)


def table_set(path: Path) -> dict[str, Path]:
    """The files of a table set in a folder (`claims`, `lines`, `diagnoses`); empty if it has none."""
    found = _by_table(path)
    first = {name: files[0] for name, files in found.items()}
    return first if {"claims", "lines"} <= set(first) else {}


def double_table(path: Path) -> str | None:
    """What is wrong with a table set in which a table has several files, such as CSV and Excel; None if none has."""
    for name, files in _by_table(path).items():
        if len(files) > 1:
            named = " and ".join(file.name for file in files)
            return f"the table '{name}' has {len(files)} files: {named}; keep one of them"
    return None


def _by_table(path: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in sorted(path.iterdir()) if path.is_dir() else ():
        if file.stem.lower() in SET_FILES and file.suffix.lower() in _TABLE_ENDINGS:
            found.setdefault(file.stem.lower(), []).append(file)
    return found


def digest_of(path: Path) -> str:
    """The hash of a file's bytes; for a set, the hash of its files' hashes by name.

    Raises:
        OSError: it can't be read.
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
