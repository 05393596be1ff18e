"""CSV and Parquet files as frames."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.read.columns import ROW
from cleanclaim.read.guard import guarded
from cleanclaim.read.trial import survives


def read_csv(data: bytes, *, file: str) -> pl.DataFrame:
    """Read a CSV file as text columns, separated by commas, tabs, semicolons or bars.

    Raises:
        TableError: it can't be parsed.
    """
    if b"\n" not in data:  # the lines end with a carriage return alone
        data = data.replace(b"\r", b"\n")
    separator = _separator(data)
    try:
        frame = guarded(
            lambda: pl.read_csv(
                io.BytesIO(data), separator=separator, infer_schema=False, encoding="utf8-lossy"
            ),
            file,
        )
    except UnreadableFile:
        text = io.StringIO(data.decode("utf-8", "replace"), newline="")
        raise TableError(file, [_why_not_csv(text, separator)]) from None
    return _without_row_column(frame, file)


def scan_csv(path: Path) -> pl.LazyFrame:
    """Scan a CSV file as text columns, without reading it yet."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    return pl.scan_csv(
        path, separator=_separator(head), infer_schema=False, encoding="utf8-lossy", glob=False
    )


def why_not_csv(path: Path) -> str:
    """Why Polars can't parse a file as CSV."""
    with path.open("rb") as stream:
        separator = _separator(stream.read(1 << 16))
    with path.open(encoding="utf-8", errors="replace", newline="") as text:
        return _why_not_csv(text, separator)


def _why_not_csv(text: TextIO, separator: str) -> str:
    """The first row that can't be parsed, and why, without showing its values."""
    rows = csv.reader(text, delimiter=separator, strict=True)
    row, header = 0, None
    try:
        for row, cells in enumerate(rows, start=1):
            header = len(cells) if header is None else header
            if len(cells) > header:
                return f"row {row} has {len(cells)} cells, but the header has {header}"
    except csv.Error:
        return f"a quotation mark is out of place or not closed in row {row + 1}"
    return "the file can't be read as CSV: a quotation mark is out of place or not closed"


def _separator(data: bytes) -> str:
    """The most frequent separator in the first line."""
    first = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return max((",", "\t", ";", "|"), key=lambda c: first.count(c.encode()))


NOT_VALID: Final = (
    "not a valid Parquet file: it is damaged or truncated, or a column has an unreadable type"
)


def read_parquet(source: Path | bytes, *, file: str) -> pl.DataFrame:
    """Read a Parquet file.

    Raises:
        UnreadableFile: it is damaged.
    """
    if not survives(source):
        raise UnreadableFile(f"{file}: {NOT_VALID}")
    given = source if isinstance(source, Path) else io.BytesIO(source)
    return _without_row_column(
        guarded(lambda: pl.read_parquet(given, glob=False), f"{file}: {NOT_VALID}"), file
    )


def _without_row_column(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    if ROW in frame.columns:
        raise TableError(file, [f"claims and lines: unknown column '{ROW}'"])
    return frame
