"""CSV and Parquet files as frames."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.read.columns import ROW
from cleanclaim.read.guard import guarded
from cleanclaim.read.header import MOST_ABOVE, header_at, names_in
from cleanclaim.read.table_options import AS_FOUND, TableOptions
from cleanclaim.read.trial import survives

_HEAD: Final = 1 << 16
"""A header is looked for in this many bytes."""
_SEPARATORS: Final = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV file is laid out.

    Attributes:
        separator: between cells.
        row: the row of the header, counted from 1.
        skip: how many lines of text are above it.
    """

    separator: str = ","
    row: int = 1
    skip: int = 0


def layout_of(head: bytes, options: TableOptions = AS_FOUND) -> Layout:
    """The layout of a CSV file.

    Args:
        head: its first bytes.
        options: what the user says about tables.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    first = text.split("\n", 1)[0]
    ordered = sorted(_SEPARATORS, key=first.count, reverse=True)
    fallback = Layout(ordered[0])
    best, most = fallback, 0
    for separator in ordered:
        rows, ends = _first_rows(text, separator)
        at = (options.header_row or 0) - 1 if options.header_row else header_at(rows, options.columns)  # fmt: skip
        if at is None or at >= len(rows):
            continue
        names = names_in(rows[at], options.columns)
        if names > most:
            best, most = Layout(separator, at + 1, ends[at]), names
        if at == 0 and 2 * names >= len(rows[at]):
            break
    return best


def _first_rows(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """The first rows, and how many lines of text are above each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[list[str]] = []
    above: list[int] = []
    with suppress(csv.Error):  # a quotation mark that isn't closed: reported when the file is read
        before = 0
        for row in reader:
            rows.append(row)
            above.append(before)
            before = reader.line_num
            if len(rows) >= MOST_ABOVE:
                break
    return rows, above


def read_csv(data: bytes, *, file: str, options: TableOptions = AS_FOUND) -> pl.DataFrame:
    """Read a CSV file as text columns, separated by commas, tabs, semicolons or bars.

    Args:
        data: its bytes.
        file: the file name in messages.
        options: what the user says about tables.

    Returns:
        The rows below the header, with `ROW`, their numbers in the file.

    Raises:
        TableError: it can't be parsed.
    """
    if b"\n" not in data:  # the lines end with a carriage return alone
        data = data.replace(b"\r", b"\n")
    layout = layout_of(data[:_HEAD], options)
    try:
        frame = guarded(
            lambda: pl.read_csv(
                io.BytesIO(data),
                separator=layout.separator,
                skip_lines=layout.skip,
                infer_schema=False,
                encoding="utf8-lossy",
            ),
            file,
        )
    except UnreadableFile:
        text = io.StringIO(data.decode("utf-8", "replace"), newline="")
        raise TableError(file, [_why_not_csv(text, layout)]) from None
    return _without_row_column(frame, file).with_row_index(ROW, layout.row + 1)


def scan_csv(path: Path, options: TableOptions = AS_FOUND) -> pl.LazyFrame:
    """Scan a CSV file as text columns, without reading it yet; its rows have `ROW`, their numbers in the file."""
    with path.open("rb") as stream:
        layout = layout_of(stream.read(_HEAD), options)
    scan = pl.scan_csv(
        path,
        separator=layout.separator,
        skip_lines=layout.skip,
        infer_schema=False,
        encoding="utf8-lossy",
        glob=False,
    )
    return scan.with_row_index(ROW, layout.row + 1)


def why_not_csv(path: Path, options: TableOptions = AS_FOUND) -> str:
    """Why Polars can't parse a file as CSV."""
    with path.open("rb") as stream:
        layout = layout_of(stream.read(_HEAD), options)
    with path.open(encoding="utf-8", errors="replace", newline="") as text:
        return _why_not_csv(text, layout)


def _why_not_csv(text: TextIO, layout: Layout) -> str:
    """The first row that can't be parsed, and why, without showing its values."""
    rows = csv.reader(text, delimiter=layout.separator, strict=True)
    row, header = 0, None
    try:
        for row, cells in enumerate(rows, start=1):
            header = len(cells) if row == layout.row else header
            if header is not None and len(cells) > header:
                return f"row {row} has {len(cells)} cells, but the header has {header}"
    except csv.Error:
        return f"a quotation mark is out of place or not closed in row {row + 1}"
    return "the file can't be read as CSV: a quotation mark is out of place or not closed"


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
