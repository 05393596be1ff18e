"""A release of a reference table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

OPEN_START: Final = date(1900, 1, 1)
OPEN_END: Final = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one table.

    Attributes:
        name: the name that findings cite.
        table: the table it holds.
        publisher: who published it, and where it was read.
        covers_from: the first date of service that it covers.
        covers_to: the last one; `OPEN_END` if there is no limit.
        licence: its terms of use.
        published: the day it was published; None if the publisher's file doesn't say.
        rows: how many rows it has; None if they weren't counted.
        sha256: the hash of the stored file.
        size: the file's size in bytes; None if it wasn't measured.
        orders: the same rows sorted by other columns: the column, and that file's hash and size.
        embedded: True if it comes with cleanclaim.
        series: releases of the same table and series replace each other by date; those of different
            series (such as another publisher's policies) are used together.
        partial: True if it covers only some codes, so that it doesn't apply to any other code.
        sources: the file name and sha256 of every file it was read from.
    """

    name: str
    table: str
    publisher: str
    covers_from: date
    covers_to: date
    licence: str
    published: date | None = None
    rows: int | None = None
    sha256: str = ""
    embedded: bool = True
    series: str = ""
    partial: bool = False
    sources: tuple[tuple[str, str], ...] = ()
    size: int | None = None
    orders: tuple[tuple[str, str, int], ...] = ()
