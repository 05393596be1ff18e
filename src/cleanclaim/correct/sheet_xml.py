"""The cells of a worksheet's XML, with where each is, so that one can be changed and every other byte stays.

Source: ECMA-376, Office Open XML, part 1, sections 18.3.1.4 (c), 18.3.1.73 (row), 18.3.1.55
(mergeCell) and 18.18.11 (types of cells).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from cleanclaim.errors import RewriteError

Address = tuple[int, int]
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(slots=True)
class Cell:
    """A cell: its bytes, its style, and what it holds.

    Attributes:
        start: where it starts.
        end: where it ends.
        style: the number of its style; None for none.
        is_number: whether it holds a number, or a date.
        is_empty: whether it holds nothing.
        is_computed: whether it holds a formula.
    """

    start: int
    end: int = 0
    style: str | None = None
    is_number: bool = False
    is_empty: bool = True
    is_computed: bool = False


@dataclass(slots=True)
class _Row:
    end: int = 0
    """Where a cell can be added after the last one."""
    is_closed: bool = False
    """Whether the row's tag closes itself."""
    columns: list[int] = field(default_factory=list)


class SheetXml:
    """A worksheet's XML.

    Attributes:
        cells: the cells by row and column, from 1.
        merged: the first cell of the merged cells that each cell is one of.
        has_formulas: whether a cell holds a formula.
    """

    def __init__(self, content: bytes) -> None:
        """Find the cells.

        Raises:
            RewriteError: the XML can't be changed safely.
        """
        self._content = content
        self.cells: dict[Address, Cell] = {}
        self.merged: dict[Address, Address] = {}
        self.has_formulas = False
        self._rows: dict[int, _Row] = {}
        self._prefix = ""
        self._at: Address = (0, 0)
        self._open: Cell | None = None
        self._edits: dict[Address, bytes] = {}
        self._parse()

    def _parse(self) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, given: self._start(name, given, parser.CurrentByteIndex)  # fmt: skip
        parser.EndElementHandler = lambda name: self._end(name, parser.CurrentByteIndex)
        _parsed(parser, self._content)

    def _start(self, name: str, given: Mapping[str, str], at: int) -> None:
        local = _local(name)
        if local == "row":
            number = int(given["r"]) if given.get("r", "").isdigit() else self._at[0] + 1
            self._at = (number, 0)
            self._rows[number] = _Row()
        elif local == "c":
            self._prefix = name[: -len(local)]
            self._at = self._at[0], self._column(given.get("r", ""))
            kind = given.get("t", "n")
            self._open = Cell(at, style=given.get("s"), is_number=kind == "n")
            self.cells[self._at] = self._open
            self._rows[self._at[0]].columns.append(self._at[1])
        elif self._open is not None and local in {"v", "is"}:
            self._open.is_empty = False
        elif self._open is not None and local == "f":
            self._open.is_computed = self.has_formulas = True
        elif local == "mergeCell":
            self._merge(given.get("ref", ""))

    def _column(self, reference: str) -> int:
        found = _REFERENCE.fullmatch(reference)
        return column_of(found[1]) if found else self._at[1] + 1

    def _merge(self, reference: str) -> None:
        found = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
        if len(found) != 2 or not found[0] or not found[1]:
            return
        (left, top), (right, bottom) = ((column_of(one[1]), int(one[2])) for one in found if one)
        if bottom - top > _MOST_MERGED or right - left > _MOST_MERGED:
            return  # a title
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.merged[row, column] = (top, left)

    def _end(self, name: str, at: int) -> None:
        local = _local(name)
        if local == "c" and self._open is not None:
            self._open.end = self._after(at)
            self._open = None
        elif local == "row":
            row = self._rows[self._at[0]]
            row.is_closed = self._content[at : at + 2] != b"</"
            row.end = at

    def _after(self, at: int) -> int:
        """The byte after the tag that ends an element."""
        return self._content.index(b">", at) + 1 if self._content[at : at + 1] == b"<" else at

    def put(self, at: Address, value: str, style: str | None, *, is_number: bool) -> None:
        """Write a value into a cell.

        Raises:
            RewriteError: the cell holds a formula, or its row isn't there.
        """
        cell = self.cells.get(at)
        if cell is not None and cell.is_computed:
            raise RewriteError("the cell holds a formula; change what it is computed from")
        if cell is None and (at[0] not in self._rows or self._rows[at[0]].is_closed):
            raise RewriteError("the row has no cells")
        if _NOT_XML.search(value):
            raise RewriteError("the value has a character that a workbook can't hold")
        self._edits[at] = self._written(at, value, style, is_number=is_number)

    def _written(self, at: Address, value: str, style: str | None, *, is_number: bool) -> bytes:
        own = self._prefix
        head = f'<{own}c r="{letters_of(at[1])}{at[0]}"' + (f' s="{style}"' if style else "")
        if not value:
            return f"{head}/>".encode()
        if is_number:
            return f"{head}><{own}v>{value}</{own}v></{own}c>".encode()
        text = f'<{own}is><{own}t xml:space="preserve">{escape(value)}</{own}t></{own}is>'
        return f'{head} t="inlineStr">{text}</{own}c>'.encode()

    def done(self) -> bytes:
        """The XML with its changes."""
        parts, at = [], 0
        for start, end, new in sorted(self._changes(), key=lambda one: one[0]):
            parts += [self._content[at:start], new]
            at = end
        return b"".join([*parts, self._content[at:]])

    def _changes(self) -> Iterator[tuple[int, int, bytes]]:
        """What is written where; cells that are added come before the next one of their row."""
        added: dict[int, list[tuple[int, bytes]]] = {}
        for (row, column), new in self._edits.items():
            cell = self.cells.get((row, column))
            if cell is not None:
                yield cell.start, cell.end, new
                continue
            later = [one for one in self._rows[row].columns if one > column]
            place = self.cells[row, min(later)].start if later else self._rows[row].end
            added.setdefault(place, []).append((column, new))
        for place, cells in added.items():
            yield place, place, b"".join(new for _, new in sorted(cells))


_MOST_MERGED: Final = 1_000


def elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a part, each with its attributes, all without prefixes.

    Raises:
        RewriteError: the XML can't be read safely.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, given: Mapping[str, str]) -> None:
        found.append((_local(name), {_local(key): value for key, value in given.items()}))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _parsed(parser, content)
    return found


def _parsed(parser: expat.XMLParserType, content: bytes) -> None:
    if b"<!DOCTYPE" in content:
        raise RewriteError("the part has a document type")
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the parser has no name for it
    except expat.ExpatError:
        raise RewriteError("the part's XML isn't well-formed") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def is_number(text: str) -> bool:
    """Whether a text can be a number in a cell without losing a character."""
    return _NUMBER.fullmatch(text) is not None and len(text.replace(".", "").lstrip("-")) <= 15


def column_of(letters: str) -> int:
    """A column's number from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(column: int) -> str:
    """A column's letters from its number."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
