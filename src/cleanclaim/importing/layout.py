"""What every importer shares: a part of a release as found, and refusing a file that doesn't match its layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Final, NoReturn

import polars as pl

from cleanclaim.errors import ReferenceProblem
from cleanclaim.reference.release import OPEN_END, Release

MONTHS: Final = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}
"""The months in which quarterly releases start, as publishers' file names have them."""
AMA_TERMS: Final = "CMS, with the AMA's terms for CPT codes"


@dataclass(frozen=True, slots=True)
class Part:
    """One file from a publisher.

    Attributes:
        name: its name, preceded by the name of the zip it came in.
        head: its first bytes.
        read: reads the whole file; it isn't kept, so that the parts of a large release don't have
            to be in memory together.
        digest: the sha256 of its content.
        open: opens it, to read a very large file as a stream.
        cpt_licensed: the user has a CPT license and wants CPT descriptors stored; otherwise none
            are kept.
    """

    name: str
    head: bytes
    read: Callable[[], bytes]
    digest: Callable[[], str]
    open: Callable[[], AbstractContextManager[BinaryIO]]
    cpt_licensed: bool = False

    @property
    def own_name(self) -> str:
        """Its name without the folder or zip."""
        return self.name.rsplit("!", 1)[-1].rsplit("/", 1)[-1]


Loaded = tuple[Release, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Importer:
    """How one publication's files are recognized and read.

    Attributes:
        name: what it is, in a few words.
        recognizes: true if a part belongs to this publication, based on its first bytes and its
            name.
        load: the releases that all its parts make together, one after another.
        page: the publisher's page, where you can download it.
        files: examples of the publisher's file names.
        tables: its tables, and what one row of each is.
        columns: the tables' columns and what they hold, other than `code`, `valid_from` and
            `valid_to`.
    """

    name: str
    recognizes: Callable[[Part], bool]
    load: Callable[[Sequence[Part]], Iterator[Loaded]]
    page: str = ""
    files: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def refuse(part: Part, row: int | None, found: str, expected: str) -> NoReturn:
    """Refuse a file.

    Raises:
        ReferenceProblem: always.
    """
    where = f", row {row:,}" if row is not None else ""
    raise ReferenceProblem(
        f"{part.name}{where}: found {found!r}, expected {expected}; it wasn't imported"
    )


def quarter_start(year: int | str, quarter: int | str) -> date:
    """Return the first day of a quarter, 1 to 4."""
    return date(int(year), 3 * int(quarter) - 2, 1)


def quarter_name(day: date) -> str:
    """Return a day's quarter, as releases name it: 2025Q4."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_end(first: date) -> date:
    """Return the last day of the quarter that starts on a day."""
    month = first.month + 3
    following = date(first.year + (month > 12), (month - 1) % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def day_of_year(column: str) -> pl.Expr:
    """Parse a date written YYYYDDD; null if it is blank or doesn't exist."""
    text = pl.col(column).str.strip_chars()
    first = text.str.slice(0, 4) + "-01-01"
    number = text.str.slice(4).str.to_integer(strict=False)
    day = first.str.to_date("%Y-%m-%d", strict=False) + pl.duration(days=number - 1)
    return pl.when(text.str.contains(r"^\d{7}$") & number.is_between(1, 366)).then(day)


def or_open(day: pl.Expr) -> pl.Expr:
    """Return a last day, or the open end if it is missing."""
    return day.fill_null(pl.lit(OPEN_END))
