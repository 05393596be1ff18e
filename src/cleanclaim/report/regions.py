"""The line and column of a finding in its file, for tools that show files as text."""

from __future__ import annotations

import csv
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

_TERMINATOR: Final = 105
"""The offset of the segment terminator in an interchange (ISA)."""
_NEWLINE: Final = 10


class Regions:
    """The regions of one input.

    Args:
        file: its name. If it isn't a readable file of its own, such as standard input or a member
            of an archive, regions have no line or column.
        kind: its format.
    """

    def __init__(self, file: str, kind: str | None) -> None:
        self._file = Path(file)
        self._kind = kind

    def at(self, position: int) -> dict[str, int] | None:
        """The region of a position, as SARIF writes it: a segment of an 837, or the lines of a CSV row."""
        if self._kind == "x12":
            return self._segment(position)
        return self._row(position) if self._kind == "csv" and position > 0 else None

    def _segment(self, position: int) -> dict[str, int]:
        data = self._data
        if not 0 <= position < len(data):
            return {"byteOffset": position, "byteLength": 1}
        end = data.find(data[_TERMINATOR : _TERMINATOR + 1], position)
        length = max((end if end >= 0 else len(data)) - position, 1)
        lines = self._line_starts
        first = int(np.searchsorted(lines, position, side="right")) - 1
        last = int(np.searchsorted(lines, position + length - 1, side="right")) - 1
        return {
            "startLine": first + 1,
            "startColumn": position - int(lines[first]) + 1,
            "endLine": last + 1,
            "endColumn": position + length - int(lines[last]) + 1,
            "byteOffset": position,
            "byteLength": length,
        }

    def _row(self, position: int) -> dict[str, int]:
        first, last = self._rows.get(position, (position, position))
        return {"startLine": first, "endLine": last}

    @cached_property
    def _data(self) -> bytes:
        try:
            return self._file.read_bytes() if self._file.is_file() else b""
        except OSError:
            return b""

    @cached_property
    def _line_starts(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        newlines = np.flatnonzero(np.frombuffer(self._data, dtype=np.uint8) == _NEWLINE)
        return np.concatenate([[0], newlines + 1]).astype(np.int64)

    @cached_property
    def _rows(self) -> dict[int, tuple[int, int]]:
        """The first and last line of each row that has a line break in a quoted cell before or in it."""
        text = self._data.decode("utf-8", errors="replace")
        if '"' not in text:
            return {}
        reader = csv.reader(text.splitlines(keepends=True))
        found: dict[int, tuple[int, int]] = {}
        before = 0
        try:
            for number, _ in enumerate(reader, 1):
                found[number] = before + 1, reader.line_num
                before = reader.line_num
        except csv.Error:  # beyond the reader's limits: rows and lines are taken to be the same
            return {}
        return found
