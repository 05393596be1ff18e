"""The tabular list and the code lists, in memory for fast lookups one code at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import polars as pl

from cleanclaim.reference import OPEN_END, Reference
from cleanclaim.reference.keyed import KeyedTable

_BINDING: Final = ("excludes1", "excludes2", "code_first", "use_additional", "code_also")
NOTES: Final = ("includes", "inclusion_term", *_BINDING, "note")
"""The kinds of notes, in display order."""
_WHOLE: Final = 7


class Place(NamedTuple):
    """A place in the tabular list.

    Attributes:
        code: undotted code, or "CHAPTER 4", "E08-E13".
        kind: chapter, section, category, subcategory or code.
        parent: the place above.
        title: the official title.
    """

    code: str
    kind: str
    parent: str | None
    title: str


class Note(NamedTuple):
    """A note in the tabular list.

    Attributes:
        kind: one of `NOTES`.
        text: the note's text.
        at: the undotted code or place that carries the note.
        heading: the line above that introduces the note.
    """

    kind: str
    text: str
    at: str
    heading: str | None


class Span(NamedTuple):
    """A period when a code was in force; both days are inclusive, and `last` is None if it is open."""

    first: date
    last: date | None
    releases: tuple[str, ...]


class Seventh(NamedTuple):
    """One seventh character that a stem takes.

    Attributes:
        code: the whole code, undotted.
        character: the character.
        meaning: its official meaning.
    """

    code: str
    character: str
    meaning: str


class Rows:
    """One table's rows by key.

    A binary search over plain strings is faster than a query when you look up one key at a time.

    Args:
        table: a table sorted by `key`.
        key: the column to look up.
        columns: the columns to return.
    """

    def __init__(self, table: pl.DataFrame, key: str, *columns: str) -> None:
        self._keys: list[str] = table[key].to_list()
        self._rows = table.select(columns)

    def starting_with(self, code: str) -> list[str]:
        """Return the longer keys that start with a code, each once."""
        first = bisect_right(self._keys, code)
        last = bisect_left(self._keys, code + "~", first)
        return list(dict.fromkeys(self._keys[first:last]))

    def of(self, code: str) -> list[tuple[Any, ...]]:
        """Return a key's rows, in the table's order."""
        first = bisect_left(self._keys, code)
        last = bisect_right(self._keys, code, first)
        return self._rows.slice(first, last - first).rows() if last > first else []


_DESCRIPTIONS: Final = (
    ("hcpcs", "description"),
    ("cpt", "description"),
    ("procedure_codes", "label"),
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


class Codebook:
    """The tabular list and the code lists in memory.

    Args:
        reference: the dated tables.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._ranges: dict[str, list[dict[str, Any]]] = {}
        self._tables: dict[str, KeyedTable | None] = {}

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
        """Return the place in the tabular list with exactly this code."""
        rows = self._places.of(code)
        return Place(*rows[0]) if rows else None

    def children(self, code: str) -> list[str]:
        """Return the places directly below a place, in the list's order."""
        return [row[0] for row in self._children.of(code)]

    def place_of(self, code: str) -> Place | None:
        """Return a code's place, or its stem's place if the code has a seventh character."""
        if (own := self.place(code)) is not None or len(code) != _WHOLE:
            return own
        for stem in (code[:-1], code[:-1].rstrip("X")):
            if any(one.code == code for one in self.sevenths(stem)):
                return self.place(stem)
        return None

    def sevenths(self, code: str) -> list[Seventh]:
        """Return the seventh characters that the tabular list gives for a stem."""
        rows = self._sevenths.of(code)
        return [
            Seventh(padded + character, character, meaning) for padded, character, meaning in rows
        ]

    def title(self, code: str, on: date) -> str | None:
        """Return the official title from that day's imported list, or else from the tabular list."""
        dated = self.rows_of("icd10cm_titles", code)
        for row in dated:
            if row["valid_from"] <= on <= row["valid_to"]:
                return str(row["long"])
        place = self.place_of(code)
        if place is not None:
            choice = next((one for one in self.sevenths(place.code) if one.code == code), None)
            return place.title if choice is None else f"{place.title}, {choice.meaning}"
        return str(dated[-1]["long"]) if dated else None

    def made_title(self, code: str, on: date) -> str | None:
        """Return a title for a code whose official title isn't loaded: that of the code above, and the meaning of the seventh character."""
        above = next(filter(None, map(self.place, _cuts(code))), None) or self._section(code)
        if above is None or self.title(code, on) is not None:
            return None
        meaning = self._meaning_nearby(code) if len(code) == _WHOLE else None
        return f"{above.title}, {meaning}" if meaning else above.title

    def _section(self, code: str) -> Place | None:
        """Return the section of a category that the tabular list doesn't have: that of the category before it."""
        table = self.reference.table("icd10cm_tabular").filter(
            pl.col("kind") == "category", pl.col("code") < code
        )
        before = table.filter(pl.col("code").str.starts_with(code[0]))["parent"]
        return self.place(before[-1]) if before.len() else None

    def _meaning_nearby(self, code: str) -> str | None:
        """Return what a seventh character means in the nearest codes, if they agree."""
        for cut in _cuts(code):
            rows = self._sevenths.starting_with(cut)
            found = {
                one.meaning
                for stem in rows
                for one in self.sevenths(stem)
                if one.character == code[-1]
            }
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def is_partial(self, release: str) -> bool:
        """Return True if a release has only some codes, such as the starter set."""
        return release in self._partial

    @cached_property
    def _partial(self) -> frozenset[str]:
        every = (one for name in self.reference.names() for one in self.reference.releases_of(name))
        return frozenset(one.name for one in every if one.partial)

    def _nearest(self, code: str) -> Place | None:
        """Return a code's place, or the place of its longest known prefix if the list doesn't have it yet."""
        return self.place_of(code) or next(filter(None, map(self.place, _cuts(code))), None)

    def in_force_below(self, code: str, on: date) -> list[str]:
        """Return the longer codes in force on a day that start with a code."""
        return [
            one
            for one in self.reference.keyed("icd10cm").starting_with(code)
            if any(first <= on <= last for first, last, _ in self.dated("icd10cm", one))
        ]

    def above(self, code: str) -> list[Place]:
        """Return the places above a code, the chapter first."""
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
        """Return the notes that apply to a code: its own first, then those of each place above it."""
        place = self._nearest(code)
        if place is None:
            return []
        path = [place, *(one for one in self.above(code)[::-1] if one.code != place.code)]
        found = [Note(*row) for one in path for row in self._notes.of(one.code)]
        headings = {(note.at, note.heading) for note in found if note.heading}
        found = [note for note in found if (note.at, note.text) not in headings]
        return sorted(found, key=lambda note: NOTES.index(note.kind))

    def dated(self, table: str, code: str) -> list[tuple[date, date, str]]:
        """Return when a list's code is in force: valid_from, valid_to, release. Empty if the list isn't loaded."""
        return [
            (row["valid_from"], row["valid_to"], row["release"])
            for row in self.rows_of(table, code)
        ]

    def description_and_release(self, code: str, on: date) -> tuple[str | None, list[str]]:
        """Return a procedure's description on a day (or the latest one) and the release it came from."""
        for table, column in _DESCRIPTIONS:
            rows = self.rows_of(table, code)
            held = [row for row in rows if row["valid_from"] <= on <= row["valid_to"]] or rows
            if held and held[-1].get(column):
                return str(held[-1][column]), [held[-1]["release"]]
        return None, []

    def description(self, code: str, on: date) -> str | None:
        """Return a procedure's description on a day, or the latest one."""
        return self.description_and_release(code, on)[0]

    def rows_of(self, table: str, code: str) -> list[dict[str, Any]]:
        """Return a table's rows for a code, with every column. Empty if the table isn't loaded."""
        if table not in self._tables:
            known = table in self.reference.names()
            self._tables[table] = self.reference.keyed(table) if known else None
        keyed = self._tables[table]
        return [] if keyed is None else keyed.rows(code)

    @cached_property
    def conversions_release(self) -> str:
        """The latest release of the conversion table."""
        if "conversions" not in self.reference.names():
            return ""
        rows = self.reference.table("conversions")
        return str(rows.sort("valid_from")["release"][-1])

    def ranges(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table keyed by code ranges. Empty if it isn't loaded."""
        if table not in self._ranges:
            known = table in self.reference.names()
            self._ranges[table] = self.reference.table(table).to_dicts() if known else []
        return self._ranges[table]

    @cached_property
    def add_ons_of(self) -> Rows:
        """Each primary code's add-on codes: code, valid_from, valid_to."""
        rows = _NO_PRIMARIES
        if "ncci_add_on" in self.reference.names():
            rows = self.reference.table("ncci_add_on").drop_nulls("primary_code")
        return Rows(
            rows.sort("primary_code", "code"), "primary_code", "code", "valid_from", "valid_to"
        )

    @cached_property
    def named_instead(self) -> Rows:
        """The Level II codes whose HCPCS record names a given code as their replacement: code, release."""
        rows = _NO_NAMES
        if "hcpcs" in self.reference.names():
            table = self.reference.columns("hcpcs", ("instead",))
            if "instead" in table.columns:
                named = table.drop_nulls("instead").unique("code", keep="last", maintain_order=True)
                rows = named.select(pl.col("instead").str.split(" ").alias("other"), "code", "release").explode("other")  # fmt: skip
        return Rows(rows.sort("other", "code"), "other", "code", "release")

    @cached_property
    def predecessors(self) -> Rows:
        """The codes that came before a new code: code, retired."""
        if "conversions" not in self.reference.names():
            return Rows(_NO_CONVERSIONS, "to_code", "code", "retired")
        rows = self.reference.table("conversions").select("to_code", "code", "retired").unique()
        return Rows(rows.sort("to_code", "code"), "to_code", "code", "retired")

    def attributes(self, table: str, code: str, on: date) -> dict[str, Any]:
        """Return the Medicare Code Editor's flags for a code on a day. Empty if it has none."""
        rows = self.rows_of(table, code)
        return next((row for row in rows if row["valid_from"] <= on <= row["valid_to"]), {})

    def spans(self, tables: tuple[str, ...], code: str) -> list[Span]:
        """Return when a code was in force in the given lists, with adjoining periods merged."""
        rows = [row for table in tables for row in self.dated(table, code)]
        return list(_joined(sorted(rows)))


def _cuts(code: str) -> Iterator[str]:
    """Yield what a code starts with, the longest first, down to its category."""
    return (code[:n] for n in range(len(code) - 1, 2, -1))


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
