"""The cells of a table that are changed in place, whatever format its file has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import polars as pl

from cleanclaim.correct.cells import Cells, Span
from cleanclaim.errors import InputError, RewriteError
from cleanclaim.read.table_files import layout_of, read_csv
from cleanclaim.read.table_options import TableOptions

_HEAD = 1 << 16
Address = tuple[int, int]
"""A cell: two numbers that only its grid understands."""


class Grid(Protocol):
    """The cells of a table, each with its text."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows below the header as they are read, with `ROW`."""

    def read(self, content: bytes) -> pl.DataFrame:
        """The rows of the changed file."""

    def row(self, number: int) -> Sequence[Address]:
        """The cells of a row, by its number in the file.

        Raises:
            RewriteError: the row can't be changed in place.
        """

    def value(self, cell: Address) -> str:
        """The text of a cell as it was."""

    def now(self, cell: Address) -> str:
        """The text of a cell as it is."""

    def put(self, cell: Address, value: str) -> None:
        """Write a value into a cell.

        Raises:
            RewriteError: the cell can't have it.
        """

    def whole(self) -> bytes:
        """The file with its changes."""

    def alone(self, rows: Sequence[int], added: Mapping[str, str]) -> bytes:
        """A file with some rows as they are, and columns added at the end."""


class CsvGrid:
    """The cells of a CSV file: those that aren't changed keep every byte.

    Attributes:
        frame: the rows below the header as they are read, with `ROW`.
    """

    def __init__(self, content: bytes, file: str, options: TableOptions) -> None:
        """Find the cells of a file.

        Raises:
            InputError: its text isn't UTF-8, or it can't be parsed.
        """
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{file}: the text isn't UTF-8; save it as CSV in UTF-8") from None
        self._file, self._options = file, options
        layout = layout_of(content.replace(b"\r", b"\n")[:_HEAD] if b"\n" not in content else content[:_HEAD], options)  # fmt: skip
        self._first = layout.row + 1
        self._cells = Cells(text, layout.separator, layout.skip)
        self.frame = self.read(content)

    def read(self, content: bytes) -> pl.DataFrame:
        """The rows of the changed file."""
        return read_csv(content, file=self._file, options=self._options)

    def row(self, number: int) -> Sequence[Span]:
        """The cells of a row, as far as it has the cells that were read."""
        at = number - self._first
        row = self._cells.rows[at] if at < len(self._cells.rows) else None
        read = self.frame.row(at)[1:]
        if row is None or any(self._cells.value(span) != (cell or "") for span, cell in zip(row.cells, read, strict=False)):  # fmt: skip
            raise RewriteError(f"row {number} can't be changed in place: its quotation marks are out of order")  # fmt: skip
        return row.cells

    def value(self, cell: Address) -> str:
        """The text of a cell as it was."""
        return self._cells.value(cell)

    def now(self, cell: Address) -> str:
        """The text of a cell as it is."""
        return self._cells.edits.spans.get(cell, self._cells.value(cell))

    def put(self, cell: Address, value: str) -> None:
        """Write a value into a cell."""
        self._cells.put(cell, value)

    def whole(self) -> bytes:
        """The file with its changes."""
        return self._cells.whole().encode("utf-8")

    def alone(self, rows: Sequence[int], added: Mapping[str, str]) -> bytes:
        """The header and some rows, with columns added at the end."""
        cells = self._cells
        mark, end = cells.separator, cells.line_end
        width = len(cells.header.cells)
        head = cells.text[: cells.header.cells[-1][1]]
        parts = [mark.join([head, *added]), end]
        for number in rows:
            row = cells.rows[number - self._first]
            short = [""] * (width - len(row.cells)) if added else []
            tail = [cells.quoted(value) for value in added.values()]
            parts += [mark.join([cells.part(row), *short, *tail]), end]
        return "".join(parts).encode("utf-8")
