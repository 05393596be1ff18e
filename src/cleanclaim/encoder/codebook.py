"""The tabular list and the code lists in memory, for looking up one code after another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import polars as pl

from cleanclaim.reference import OPEN_END, Reference
from cleanclaim.reference.icd10cm import Seventh

_BINDING: Final = ("excludes1", "excludes2", "code_first", "use_additional", "code_also")
NOTES: Final = ("includes", "inclusion_term", *_BINDING, "note")
"""Kinds of notes, in the order in which they are told."""
_WHOLE: Final = 7


class Place(NamedTuple):
    """A place of the tabular list.

    Attributes:
        code: undotted; "CHAPTER 4", "E08-E13".
        kind: chapter, section, category, subcategory or code.
        parent: the place above.
        title: the official title.
    """

    code: str
    kind: str
    parent: str | None
    title: str


class Note(NamedTuple):
    """A note of the tabular list.

    Attributes:
        kind: one of `NOTES`.
        text: what it says.
        at: where it stands, undotted.
        heading: the line above it that it belongs to.
    """

    kind: str
    text: str
    at: str
    heading: str | None


class Span(NamedTuple):
    """When a code was in force: both days inclusive, `last` None for open."""

    first: date
    last: date | None
    releases: tuple[str, ...]


class Rows:
    """The rows of one table by a key, found by binary search over plain strings: quicker for one key than a query.

    Args:
        table: sorted by `key`.
        key: the column that is asked for.
        columns: the columns that are told.
    """

    def __init__(self, table: pl.DataFrame, key: str, *columns: str) -> None:
        self._keys: list[str] = table[key].to_list()
        self._rows = table.select(columns)

    def beginning(self, code: str) -> list[str]:
        """The keys that begin so and go on, each once."""
        first = bisect_right(self._keys, code)
        last = bisect_left(self._keys, code + "~", first)
        return list(dict.fromkeys(self._keys[first:last]))

    def of(self, code: str) -> list[tuple[Any, ...]]:
        """The rows of a key, in the table's order."""
        first = bisect_left(self._keys, code)
        last = bisect_right(self._keys, code, first)
        return self._rows.slice(first, last - first).rows() if last > first else []


_DATED: Final = ("valid_from", "valid_to", "release")
_DESCRIPTIONS: Final = (
    ("hcpcs", "description"),
    ("cpt", "description"),
    ("procedure_codes", "label"),
)
_NO_DAYS: Final = pl.DataFrame(
    schema={"code": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "release": pl.String}
)
_NO_PRIMARIES: Final = pl.DataFrame(
    schema={
        "primary_code": pl.String,
        "code": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    }
)
_NO_NAMES: Final = pl.DataFrame(
    schema={"other": pl.String, "code": pl.String, "release": pl.String}
)
_NO_CONVERSIONS: Final = pl.DataFrame(
    schema={"to_code": pl.String, "code": pl.String, "retired": pl.Boolean}
)


class Book:
    """The tabular list and the lists of codes in memory.

    Args:
        reference: the dated tables.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._lists: dict[str, Rows] = {}
        self._ranges: dict[str, list[dict[str, Any]]] = {}
        self._tables: dict[str, tuple[Rows, tuple[str, ...]]] = {}

    @cached_property
    def _places(self) -> Rows:
        table = self.reference.table("icd10cm_tabular")
        return Rows(table, "code", "code", "kind", "parent", "title")

    @cached_property
    def _children(self) -> Rows:
        table = self.reference.table("icd10cm_tabular").select("parent", "order", "code")
        return Rows(table.drop_nulls().sort("parent", "order"), "parent", "code")

    @cached_property
    def _notes(self) -> Rows:
        table = self.reference.table("icd10cm_notes").sort("code", "note_id")
        return Rows(table, "code", "kind", "text", "code", "heading")

    @cached_property
    def _sevenths(self) -> Rows:
        table = self.reference.table("icd10cm_seventh")
        return Rows(table, "code", "padded", "character", "meaning")

    @cached_property
    def tabular_release(self) -> str:
        """The release of the tabular list."""
        return str(self.reference.table("icd10cm_tabular")["release"][0])

    def place(self, code: str) -> Place | None:
        """The place of the tabular list that has this very code."""
        rows = self._places.of(code)
        return Place(*rows[0]) if rows else None

    def children(self, code: str) -> list[str]:
        """The places below a place, in the list's order."""
        return [row[0] for row in self._children.of(code)]

    def place_of(self, code: str) -> Place | None:
        """The place at which a code stands or, with a seventh character, from which it hangs."""
        if (own := self.place(code)) is not None or len(code) != _WHOLE:
            return own
        for stem in (code[:-1], code[:-1].rstrip("X")):
            if any(one.code == code for one in self.sevenths(stem)):
                return self.place(stem)
        return None

    def sevenths(self, code: str) -> list[Seventh]:
        """The seventh characters that a stem takes, by the tabular list."""
        rows = self._sevenths.of(code)
        return [
            Seventh(padded + character, character, meaning) for padded, character, meaning in rows
        ]

    def title(self, code: str, on: date) -> str | None:
        """The official title: by an imported list of the day where there is one, else by the tabular list."""
        dated = self._titles.of(code) if self._titles else []
        for first, last, words in dated:
            if first <= on <= last:
                return str(words)
        place = self.place_of(code)
        if place is not None:
            choice = next((one for one in self.sevenths(place.code) if one.code == code), None)
            return place.title if choice is None else f"{place.title}, {choice.meaning}"
        return str(dated[-1][2]) if dated else None

    @cached_property
    def _titles(self) -> Rows | None:
        if "icd10cm_titles" not in self.reference.names():
            return None
        titles = self.reference.table("icd10cm_titles")
        return Rows(titles, "code", "valid_from", "valid_to", "long")

    def _nearest(self, code: str) -> Place | None:
        """The place of a code or, where the list does not hold it yet, of its longest beginning."""
        cuts = (code[:n] for n in range(len(code) - 1, 2, -1))
        return self.place_of(code) or next(filter(None, map(self.place, cuts)), None)

    def in_force_below(self, code: str, on: date) -> list[str]:
        """The codes in force on a day that begin with a code and go on."""
        dated = self.dated("icd10cm")
        return [
            one
            for one in dated.beginning(code)
            if any(first <= on <= last for first, last, _ in dated.of(one))
        ]

    def above(self, code: str) -> list[Place]:
        """The places above a code, the chapter first."""
        place = self._nearest(code)
        found: list[Place] = []
        if place is not None and place.code != code:
            found.append(place)
        while place is not None and place.parent is not None:
            place = self.place(place.parent)
            if place is not None:
                found.append(place)
        return found[::-1]

    def notes(self, code: str) -> list[Note]:
        """The notes that bind a code: its own, then those of the places above it, the nearest first."""
        place = self._nearest(code)
        if place is None:
            return []
        path = [place, *(one for one in self.above(code)[::-1] if one.code != place.code)]
        found = [Note(*row) for one in path for row in self._notes.of(one.code)]
        headings = {(note.at, note.heading) for note in found if note.heading}
        found = [note for note in found if (note.at, note.text) not in headings]
        return sorted(found, key=lambda note: NOTES.index(note.kind))

    def dated(self, table: str) -> Rows:
        """The days of a list of codes: valid_from, valid_to, release; none where it is not loaded."""
        if table not in self._lists:
            known = table in self.reference.names()
            rows = self.reference.table(table) if known else _NO_DAYS
            self._lists[table] = Rows(rows, "code", *_DATED)
        return self._lists[table]

    def described(self, code: str, on: date) -> tuple[str | None, list[str]]:
        """A procedure's description of the day, or the last there is; and where it is from."""
        for table, column in _DESCRIPTIONS:
            rows = self.told(table, code)
            held = [row for row in rows if row["valid_from"] <= on <= row["valid_to"]] or rows
            if held and held[-1].get(column):
                return str(held[-1][column]), [held[-1]["release"]]
        return None, []

    def words(self, code: str, on: date) -> str | None:
        """As `described`, the words alone."""
        return self.described(code, on)[0]

    def told(self, table: str, code: str) -> list[dict[str, Any]]:
        """The rows of a table for a code, every column; none where the table is not loaded."""
        if table not in self._tables:
            known = table in self.reference.names()
            rows = self.reference.table(table) if known else _NO_DAYS
            self._tables[table] = Rows(rows, "code", *rows.columns), tuple(rows.columns)
        rows_of, names = self._tables[table]
        return [dict(zip(names, row, strict=True)) for row in rows_of.of(code)]

    @cached_property
    def conversions_release(self) -> str:
        """The latest release of the conversion table."""
        if "conversions" not in self.reference.names():
            return ""
        rows = self.reference.table("conversions")
        return str(rows.sort("valid_from")["release"][-1])

    def ranges(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table that speaks of ranges of codes; none where it is not loaded."""
        if table not in self._ranges:
            known = table in self.reference.names()
            self._ranges[table] = self.reference.table(table).to_dicts() if known else []
        return self._ranges[table]

    @cached_property
    def added_to(self) -> Rows:
        """For a primary code its add-on codes: code, valid_from, valid_to."""
        rows = _NO_PRIMARIES
        if "ncci_add_on" in self.reference.names():
            rows = self.reference.table("ncci_add_on").drop_nulls("primary_code")
        return Rows(rows.sort("primary_code", "code"), "primary_code", "code", *_DATED[:2])

    @cached_property
    def named_instead(self) -> Rows:
        """For a code the Level II codes whose record names it in their place: code, release."""
        rows = _NO_NAMES
        if "hcpcs" in self.reference.names():
            table = self.reference.table("hcpcs")
            if "instead" in table.columns:
                named = table.drop_nulls("instead").unique("code", keep="last", maintain_order=True)
                rows = named.select(pl.col("instead").str.split(" ").alias("other"), "code", "release").explode("other")  # fmt: skip
        return Rows(rows.sort("other", "code"), "other", "code", "release")

    @cached_property
    def came_after(self) -> Rows:
        """For a new code those before it: code, retired."""
        if "conversions" not in self.reference.names():
            return Rows(_NO_CONVERSIONS, "to_code", "code", "retired")
        rows = self.reference.table("conversions").select("to_code", "code", "retired").unique()
        return Rows(rows.sort("to_code", "code"), "to_code", "code", "retired")

    def attributes(self, table: str, code: str, on: date) -> dict[str, Any]:
        """The Medicare Code Editor's flags of a code on a day; none where it has none."""
        rows = self.told(table, code)
        return next((row for row in rows if row["valid_from"] <= on <= row["valid_to"]), {})

    def spans(self, tables: tuple[str, ...], code: str) -> list[Span]:
        """When a code was in force, by some lists of codes, days that touch taken together."""
        rows = [row for table in tables for row in self.dated(table).of(code)]
        return list(_joined(sorted(rows)))


def _joined(rows: list[tuple[date, date, str]]) -> Iterator[Span]:
    at: tuple[date, date, tuple[str, ...]] | None = None
    for first, last, release in rows:
        if at is not None and first.toordinal() <= at[1].toordinal() + 1:
            releases = at[2] if release in at[2] else (*at[2], release)
            at = (at[0], max(at[1], last), releases)
            continue
        if at is not None:
            yield _span(at)
        at = (first, last, (release,))
    if at is not None:
        yield _span(at)


def _span(row: tuple[date, date, tuple[str, ...]]) -> Span:
    return Span(row[0], None if row[1] == OPEN_END else row[1], row[2])
