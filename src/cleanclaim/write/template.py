"""`cleanclaim template`: empty CSV files for a user's own data, with every column explained."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from cleanclaim.errors import ConfigError
from cleanclaim.read.columns import SET_FILES, template_columns
from cleanclaim.storage.durable import PUBLIC, whole_file


def write(folder: Path) -> list[Path]:
    """Make `claims.csv`, `lines.csv` and `diagnoses.csv` with a header row each, and `columns.csv`, which explains every column.

    Args:
        folder: the folder; it's made if it doesn't exist.

    Returns:
        The files written.

    Raises:
        ConfigError: a file exists already, or it can't be written.
    """
    columns = template_columns()
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in SET_FILES:
            names = [c.column.name for c in columns if c.table == table]
            written.append(_write(folder / f"{table}.csv", [names]))
        rows = [["table", "column", "type", "meaning", "837 element", "CMS-1500 box", "FHIR path"]]
        rows += [
            [
                c.table,
                c.column.name,
                str(c.column.dtype),
                c.column.meaning,
                c.column.element,
                c.column.box,
                c.column.fhir,
            ]
            for c in columns
        ]
        explained = folder / "about"
        explained.mkdir(exist_ok=True)
        written.append(_write(explained / "columns.csv", rows))
    except OSError as error:
        raise ConfigError([f"{error.filename}: {error.strerror}"]) from None
    return written


def _write(path: Path, rows: list[list[str]]) -> Path:
    if path.exists():
        raise ConfigError([f"{path} already exists; it wasn't overwritten"])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    with whole_file(path, PUBLIC) as out:
        out.write(text.getvalue().encode())
    return path
