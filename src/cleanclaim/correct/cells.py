"""The cells of a CSV file, with where each is, so that one can be changed and every other byte stays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cleanclaim.correct.text_edits import TextEdits

Span = tuple[int, int]
_QUOTE: Final = '"'


@dataclass(frozen=True, slots=True)
class Row:
    """A row: where its cells are, and where it starts and ends with its line end."""

    cells: tuple[Span, ...]
    start: int
    end: int


class Cells:
    """The cells of a CSV file.

    Attributes:
        text: the whole file.
        header: the row of column names.
        rows: the rows below it.
        edits: what is changed.
    """

    def __init__(self, text: str, separator: str, skip: int) -> None:
        """Find the cells.

        Args:
            text: the whole file, also what is above the table.
            separator: between cells.
            skip: how many lines are above the header.
        """
        self.text = text
        self.separator = separator
        self.edits = TextEdits()
        is_old_mac = "\n" not in text
        end = "\r" if is_old_mac else "\n"
        at = 1 if text.startswith("\ufeff") else 0
        for _ in range(skip):
            at = text.index(end, at) + 1
        found = list(_rows(text, separator, end, at))
        self.header, self.rows = found[0], found[1:]

    def value(self, span: Span) -> str:
        """The value of a cell, without its quotation marks."""
        raw = self.text[slice(*span)]
        if len(raw) > 1 and raw.startswith(_QUOTE) and raw.endswith(_QUOTE):
            return raw[1:-1].replace('""', _QUOTE)
        return raw

    def put(self, span: Span, value: str) -> None:
        """Write a value into a cell, quoted if it was or must be."""
        was_quoted = self.text[slice(*span)].startswith(_QUOTE)
        self.edits.put(*span, self.quoted(value, must=was_quoted and bool(value)))

    def quoted(self, value: str, *, must: bool = False) -> str:
        """A value as a cell has it."""
        if must or any(mark in value for mark in (self.separator, _QUOTE, "\n", "\r")):
            return _QUOTE + value.replace(_QUOTE, '""') + _QUOTE
        return value

    @property
    def line_end(self) -> str:
        """How the header's line ends."""
        return self.text[self.header.cells[-1][1] : self.header.end] or "\n"

    def whole(self) -> str:
        """The file with its changes."""
        return self.edits.done(self.text)

    def part(self, row: Row) -> str:
        """A row with its changes, without its line end."""
        return self.edits.done(self.text, row.start, row.cells[-1][1])


def _rows(text: str, separator: str, end: str, at: int) -> list[Row]:
    mark = re.escape(separator)
    cell = re.compile(rf'"(?:[^"]|"")*"[^{mark}{end}]*|[^{mark}{end}]*')
    rows: list[Row] = []
    cells: list[Span] = []
    start, size = at, len(text)
    while at < size:
        found = cell.match(text, at)
        stop = found.end() if found else at
        next_mark = text[stop : stop + 1]
        if next_mark == separator:
            cells.append((at, stop))
            at = stop + 1
            if at < size:
                continue
            cells.append((at, at))  # the file ends with a separator
        else:
            cells.append((at, stop - (end == "\n" and text[stop - 1 : stop] == "\r" and stop > at)))
            at = stop + 1
        rows.append(Row(tuple(cells), start, min(at, size)))
        cells, start = [], at
    return rows
