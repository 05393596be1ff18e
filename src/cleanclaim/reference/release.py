"""What a release of a reference table is."""

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
        name: what findings call it.
        table: the table it holds.
        publisher: who published it and where it was read.
        covers_from: the first day of service for which it is authority.
        covers_to: the last such day; `OPEN_END` where it is not limited.
        licence: under which terms.
        published: the day it was published; None where the publisher's file does not say.
        rows: how many rows it holds; None where nobody counted.
        sha256: the hash of the stored file.
        size: its bytes; None where nobody counted.
        embedded: True where it comes with cleanclaim.
        series: releases of one table and one series replace each other by date; those of another series (another publisher's policies) stand beside them.
        partial: True where it speaks of a few codes only, so that a code which it does not hold was not looked at.
        sources: file name and sha256 of every file that it was read from.
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
