"""What changed in the code lists and tables between two days or two releases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.encoder.systems import ICD10, plain, printed, procedure_kind
from cleanclaim.errors import ConfigError
from cleanclaim.reference import Reference, Release
from cleanclaim.reference.compare import Difference, compared
from cleanclaim.reference.icd10cm import successors
from cleanclaim.reference.tabular import PUBLISHED
from cleanclaim.text.wording import worded

ADDED: Final = "added"
ENDED: Final = "ended"
REVISED: Final = "revised"
MADE_CATEGORY: Final = "made a category"
MADE_BILLABLE: Final = "made billable"
CHANGED: Final = "changed"
NOTE_ADDED: Final = "note added"
NOTE_REMOVED: Final = "note removed"
KINDS: Final = (ADDED, ENDED, MADE_CATEGORY, MADE_BILLABLE, REVISED, CHANGED, NOTE_ADDED, NOTE_REMOVED)  # fmt: skip
NO_LONGER_BILLABLE: Final = (ENDED, MADE_CATEGORY)

_TABLES: Final = (
    "hcpcs", "cpt", "mpfs", "mue_practitioner", "mue_hospital", "mue_dme", "ncci_ptp_practitioner",
    "ncci_ptp_hospital", "ncci_add_on", "coverage_procedures", "coverage_diagnoses", "telehealth",
)  # fmt: skip
"""Tables that are compared in addition to ICD-10-CM."""
_NOT_SHOWN: Final = frozenset(("changed_on", "action", "short", "conversion_factor_qualifying"))
"""Columns whose change alone doesn't matter to a biller."""
_OF_ALL: Final = ("conversion_factor",)
EVERY: Final = "every code"
"""Used as the code if a change applies to a whole table."""
_TEXTS: Final = ("description",)
_YEAR: Final = re.compile(r"^FY ?(20\d\d)$", re.IGNORECASE)
_QUARTER: Final = re.compile(r"^(20\d\d) ?Q([1-4])$", re.IGNORECASE)
_EMBEDDED_LIST: Final = (date(2025, 10, 1), date(2026, 9, 30))
"""The fiscal year of the tabular list that comes with cleanclaim: its text is compared for these days."""
CHANGES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "table": pl.String,
    "code": pl.String,
    "other": pl.String,
    "change": pl.String,
    "column": pl.String,
    "before": pl.String,
    "after": pl.String,
    "title": pl.String,
    "instead": pl.List(pl.String),
}
"""A change.

`other`: the rest of the row's key, such as a column 2 code or a modifier; `instead`: replacement
codes.
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed.

    Attributes:
        before: the earlier day.
        after: the later day.
        rows: one row per change, with the columns of `CHANGES`; codes are undotted.
        compared: the tables that were compared.
        not_compared: the tables that weren't, and why.
    """

    before: date
    after: date
    rows: pl.DataFrame
    compared: tuple[str, ...]
    not_compared: tuple[str, ...]


def day_of(name: str, reference: Reference) -> date:
    """Return the day that a text means: a day, a fiscal year (FY2026), a quarter (2026Q1), or the name of a release.

    Raises:
        ConfigError: it is none of these.
    """
    if match := _YEAR.match(name.strip()):
        return date(int(match[1]) - 1, 10, 1)
    if match := _QUARTER.match(name.strip()):
        return date(int(match[1]), 3 * int(match[2]) - 2, 1)
    try:
        return date.fromisoformat(name.strip())
    except ValueError:
        pass
    releases = [one for one in _every(reference) if one.name == name]
    if not releases:
        raise ConfigError(
            [f"'{name}' isn't a day (2026-10-01), fiscal year (FY2027), quarter (2026Q4) or release (see cleanclaim reference list)"]
        )  # fmt: skip
    return releases[0].published or releases[0].covers_from


def tables_of(names: Sequence[str], reference: Reference) -> tuple[str, ...]:
    """Return the tables that all the named releases share; empty if a name isn't a release."""
    own = [{one.table for one in _every(reference) if one.name == name} for name in names]
    return tuple(sorted(set.intersection(*own))) if own and all(own) else ()


def _every(reference: Reference) -> list[Release]:
    return [one for table in reference.names() for one in reference.releases_of(table)]


def changes(
    before: date, after: date, book: Codebook, tables: Collection[str] | None = None
) -> Changes:
    """Compare two days.

    Args:
        before: the earlier day.
        after: the later day.
        book: the code lists.
        tables: only these tables; None for all.
    """
    parts: list[pl.DataFrame] = []
    done: list[str] = []
    missing: list[str] = []
    uncovered: dict[date, list[str]] = {}
    if tables is None or set(tables) & {"icd10cm", "icd10cm_titles", "icd10cm_tabular", "icd10cm_notes"}:  # fmt: skip
        _icd10(before, after, book, parts, done, missing)
    for table in _TABLES:
        if table not in book.reference.names() or (tables is not None and table not in tables):
            continue
        lacking = _not_covered(table, (before, after), book.reference)
        if lacking is None:
            parts.append(_table(table, before, after, book))
            done.append(table)
        else:
            uncovered.setdefault(lacking, []).append(table)
    missing += [
        f"{', '.join(own)}: no complete release is loaded for {day}"
        for day, own in uncovered.items()
    ]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=CHANGES)
    return Changes(before, after, rows, tuple(done), tuple(missing))


def _not_covered(table: str, days: Sequence[date], reference: Reference) -> date | None:
    """Return the first of the days that no complete release of a table covers."""
    spans = reference.whole(table)
    for day in days:
        if not any(first <= day <= last for first, last in spans):
            return day
    return None


def _icd10(
    before: date,
    after: date,
    book: Codebook,
    parts: list[pl.DataFrame],
    done: list[str],
    missing: list[str],
) -> None:
    """Compare the codes, then the titles and notes if the lists of both days are loaded."""
    lacking = _not_covered("icd10cm", (before, after), book.reference)
    if lacking is not None:
        missing.append(f"icd10cm: no complete release is loaded for {lacking}")
        return
    earlier, later = (_in_force(day, book.reference) for day in (before, after))
    parts.append(_frame(_codes(earlier, later, after, book)))
    done.append("icd10cm")
    titles = _titles(before, after, book.reference)
    if titles is None:
        missing.append("titles: load the order files, or the tabular XML, for both years to compare titles")  # fmt: skip
    else:
        parts.append(_frame(_revised(*titles)))
        done.append("titles")
    notes = [_list_of("icd10cm_notes", day, book.reference) for day in (before, after)]
    if notes[0] is not None and notes[1] is not None:
        parts.append(_frame(_notes(notes[0], notes[1])))
        done.append("notes")
    else:
        day = before if notes[0] is None else after
        missing.append(
            f"notes: no tabular list is loaded for {day} (import that year's tabular XML)"
        )


def _in_force(day: date, reference: Reference) -> frozenset[str]:
    rows = reference.table("icd10cm").filter(pl.lit(day).is_between("valid_from", "valid_to"))
    return frozenset(rows["code"])


_Change = dict[str, Any]
"""A row of `CHANGES`; missing columns are null."""


def _codes(
    earlier: frozenset[str], later: frozenset[str], after: date, book: Codebook
) -> Iterator[_Change]:
    headers_then, headers_now = _headers(earlier), _headers(later)
    for code in sorted(later - earlier):
        kind = MADE_BILLABLE if code in headers_then else ADDED
        yield _change(code, kind, title=book.title(code, after))
    for code in sorted(earlier - later):
        kind = MADE_CATEGORY if code in headers_now else ENDED
        following = successors(book.reference, code, after)
        if kind == MADE_CATEGORY and not following:
            following = book.in_force_below(code, after)
        following = [printed(ICD10, one) for one in following]
        yield _change(code, kind, title=book.title(code, after), instead=following)


def _headers(codes: frozenset[str]) -> frozenset[str]:
    """Return the prefixes of codes: the categories above them."""
    return frozenset(code[:n] for code in codes for n in range(3, len(code)))


def _change(code: str, kind: str, **more: object) -> _Change:
    return {"table": "icd10cm", "code": code, "change": kind, "instead": [], **more}


def _frame(rows: Iterator[_Change]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=CHANGES, orient="row")


def _titles(
    before: date, after: date, reference: Reference
) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return the titles of both days, from the order files loaded for them, or else from the tabular lists."""
    spans = reference.coverage("icd10cm_titles")
    if all(any(first <= day <= last for first, last in spans) for day in (before, after)):
        rows = reference.table("icd10cm_titles")
        held = [rows.filter(pl.lit(day).is_between("valid_from", "valid_to")) for day in (before, after)]  # fmt: skip
        own = [dict(one.select("code", "long").iter_rows()) for one in held]
        return own[0], own[1]
    lists = [_list_of("icd10cm_tabular", day, reference) for day in (before, after)]
    if lists[0] is None or lists[1] is None:
        return None
    return (
        dict(lists[0].select("code", "title").iter_rows()),
        dict(lists[1].select("code", "title").iter_rows()),
    )


def _list_of(table: str, day: date, reference: Reference) -> pl.DataFrame | None:
    """Return the tabular list for a day's fiscal year; None if it isn't loaded."""
    own = [one for one in reference.releases_of(table) if _covers(one, day)]
    if not own:
        return None
    return reference.of_release(max(own, key=lambda one: one.published or PUBLISHED))


def _covers(release: Release, day: date) -> bool:
    first, last = _EMBEDDED_LIST if release.embedded else (release.covers_from, release.covers_to)
    return first <= day <= last


def _revised(earlier: dict[str, str], later: dict[str, str]) -> Iterator[_Change]:
    for code in sorted(set(earlier) & set(later)):
        if earlier[code] != later[code] and " " not in code:
            yield _change(code, REVISED, column="title", before=earlier[code], after=later[code], title=later[code])  # fmt: skip


def _notes(earlier: pl.DataFrame, later: pl.DataFrame) -> Iterator[_Change]:
    key = ["code", "kind", "text"]
    gone = earlier.select(key).unique().join(later.select(key), on=key, how="anti").sort(key)
    new = later.select(key).unique().join(earlier.select(key), on=key, how="anti").sort(key)
    for code, kind, text in gone.iter_rows():
        yield _change(code, NOTE_REMOVED, column=kind, before=text)
    for code, kind, text in new.iter_rows():
        yield _change(code, NOTE_ADDED, column=kind, after=text)


def _table(table: str, before: date, after: date, book: Codebook) -> pl.DataFrame:
    rows = book.reference.table(table)
    earlier, later = (
        rows.filter(pl.lit(day).is_between("valid_from", "valid_to")) for day in (before, after)
    )
    found = compared(earlier, later)
    kinds = [
        _keyed(found.added, found, ADDED),
        _keyed(found.ended, found, ENDED),
        _keyed(
            found.changed.filter(~pl.col("column").is_in([*_NOT_SHOWN, *_OF_ALL])), found, CHANGED
        ),
        _of_all(found.changed.filter(pl.col("column").is_in(_OF_ALL))),
    ]
    every = pl.concat(kinds).with_columns(
        pl.lit(table).alias("table"),
        pl.when(pl.col("column").is_in(_TEXTS))
        .then(pl.lit(REVISED))
        .otherwise("change")
        .alias("change"),
    )
    return _with_titles(every, after, book).select(
        pl.col(name).cast(dtype) for name, dtype in CHANGES.items()
    )


def _of_all(rows: pl.DataFrame) -> pl.DataFrame:
    """Summarize a change that a whole schedule shares, such as its conversion factor, with the number of rows."""
    return (
        rows.group_by("column", "before", "after", maintain_order=True)
        .agg(pl.len().alias("count"))
        .select(
            pl.lit(EVERY).alias("code"),
            worded("({} rows)", "count").alias("other"),
            pl.lit(CHANGED).alias("change"),
            "column",
            "before",
            "after",
        )
    )


def _keyed(rows: pl.DataFrame, found: Difference, kind: str) -> pl.DataFrame:
    """Return the rows with the rest of their key, apart from the code, in one column."""
    missing = pl.lit(None, pl.String)
    others = [pl.col(name).cast(pl.String) for name in found.key if name != "code"]
    other = pl.concat_str(others, separator=" ", ignore_nulls=True) if others else missing
    has_values = kind == CHANGED
    return rows.select(
        "code",
        other.replace("", None).alias("other"),
        pl.lit(kind).alias("change"),
        *((pl.col(name) if has_values else missing).alias(name) for name in ("column", "before", "after")),
    )  # fmt: skip


def _with_titles(rows: pl.DataFrame, after: date, book: Codebook) -> pl.DataFrame:
    """Add each procedure's description, and replacements for ended codes; skipped for very long lists of pairs."""
    codes = rows["code"].unique()
    if len(codes) > _MANY:
        empty = pl.lit([], pl.List(pl.String))
        return rows.with_columns(pl.lit(None, pl.String).alias("title"), empty.alias("instead"))
    ended = set(rows.filter(pl.col("change") == ENDED)["code"])
    titles = pl.DataFrame(
        [
            (code, _title(code, after, book), _replacements(code, book) if code in ended else [])
            for code in codes
        ],
        schema={"code": pl.String, "title": pl.String, "instead": pl.List(pl.String)},
        orient="row",
    )  # fmt: skip
    return rows.join(titles, on="code", how="left", maintain_order="left")


_MANY: Final = 20_000


def _title(code: str, after: date, book: Codebook) -> str | None:
    return book.description(code, after) if procedure_kind(code) else book.title(plain(code), after)


def _replacements(code: str, book: Codebook) -> list[str]:
    rows = book.rows_of("hcpcs", code)
    return sorted({one for row in rows for one in str(row.get("instead") or "").split()})
