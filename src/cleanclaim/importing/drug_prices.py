"""Medicare Part B drug payment limits (ASP): CMS's CSV for one quarter.

Eight rows of text come before the header; one of them gives the first and last day of the limits,
which the file states nowhere else. Each limit is for one unit of the code's dosage and is already
106 percent of the average sales price; N/A means no limit. Notes can have line breaks. The short
description is never kept.

Source: CMS, "ASP Pricing Files", the file's own header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import polars as pl

from cleanclaim.importing.layout import AMA_TERMS, Importer, Loaded, Part, quarter_name, refuse
from cleanclaim.importing.sheets import below, check_cells, grid, head_of
from cleanclaim.reference.release import Release

_HEADER: Final = (
    "HCPCS Code", "Short Description", "HCPCS Code Dosage", "Payment Limit", "Co-insurance Percentage", "Vaccine AWP%", "Vaccine Limit", "Blood AWP%",
    "Blood limit", "Clotting Factor", "Notes",
)  # fmt: skip
_SPAN: Final = re.compile(
    r"Effective ([A-Z][a-z]+ \d{1,2}, \d{4}) through ([A-Z][a-z]+ \d{1,2}, \d{4})"
)


def recognizes(part: Part) -> bool:
    """Return True for the payment limits, based on the header and the sentence with their dates."""
    head = " ".join(head_of(part).split())
    return "Payment Limit" in head and "HCPCS Code Dosage" in head and bool(_SPAN.search(head))


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        rows = grid(part)
        match = next((found for row in rows[:20] if (found := _SPAN.search(" ".join(row)))), None)
        if match is None:
            refuse(part, None, "no such sentence", "the dates as Effective … through …")
        began, last = (_day(text) for text in match.groups())
        wanted = [cell.lower() for cell in _HEADER]
        at = next(
            (n for n, row in enumerate(rows) if [c.lower() for c in row[:11]] == wanted), None
        )
        if at is None:
            refuse(part, None, "no such row", f"the header {','.join(_HEADER)}")
        names = (
            "code",
            "short",
            "dosage",
            "payment_limit",
            "coinsurance",
            "vaccine_awp",
            "vaccine_limit",
            "blood_awp",
            "blood_limit",
            "clotting",
            "notes",
        )
        table = below(part, [row[:11] for row in rows], at, names)
        table = table.filter(pl.col("code").str.contains(r"^[0-9A-Z]{5}$"))
        is_number = pl.col("payment_limit").str.contains(r"^\d*\.?\d+$")
        wrong = (
            pl.col("payment_limit").is_not_null() & ~is_number & (pl.col("payment_limit") != "N/A")
        )
        check_cells(part, table, "payment_limit", wrong, "an amount or N/A")
        release = Release(
            name=f"ASP {quarter_name(began)}",
            table="asp",
            publisher="CMS, Medicare Part B payment limits",
            covers_from=began,
            covers_to=last,
            licence=AMA_TERMS,
            published=began,
            embedded=False,
        )
        yield (
            release,
            table.select(
                "code",
                pl.lit(began).alias("valid_from"),
                pl.lit(last).alias("valid_to"),
                "dosage",
                pl.when(is_number)
                .then(pl.col("payment_limit"))
                .cast(pl.Decimal(15, 3))
                .alias("payment_limit"),
                pl.col("coinsurance").cast(pl.Decimal(10, 3), strict=False),
            ),
        )


def _day(text: str) -> date:
    return datetime.strptime(text, "%B %d, %Y").date()  # noqa: DTZ007 - a day has no time zone


ASP: Final = Importer(
    "Part B drug payment limits",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files",
    files=("section 508 version of October 2026 Medicare Part B Payment Limit File 091626.csv",),
    tables={"asp": "a drug's code"},
    columns={
        "dosage": "the amount in one unit of the code",
        "payment_limit": "dollars per unit; empty if there is no limit",
        "coinsurance": "percent",
    },
)
