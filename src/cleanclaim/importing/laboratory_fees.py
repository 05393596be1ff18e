"""The Clinical Laboratory Fee Schedule: CMS's CSV for one quarter.

It has one row per code, and another with modifier QW if a waived form of the test is paid.
Indicator L with a rate of zero means contractor-priced, not free. The descriptors are never kept.

Source: CMS, "Clinical Laboratory Fee Schedule Files", the file's header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.importing.layout import (
    AMA_TERMS,
    Importer,
    Loaded,
    Part,
    quarter_end,
    quarter_start,
    refuse,
)
from cleanclaim.importing.sheets import below, check_cells, check_codes, grid, head_of, header_at
from cleanclaim.reference.release import Release

_HEADER: Final = (
    "YEAR",
    "HCPCS",
    "MOD",
    "EFF_DATE",
    "INDICATOR",
    "RATE",
    "SHORTDESC",
    "LONGDESC",
    "EXTENDEDLONGDESC",
)
_NAME: Final = re.compile(r"CY(\d{4})_?Q([1-4])", re.IGNORECASE)


def recognizes(part: Part) -> bool:
    """Return True for the laboratory fee schedule, based on its header."""
    return ",".join(_HEADER[:6]) in head_of(part)


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        match = _NAME.search(part.own_name)
        if match is None:
            refuse(
                part,
                None,
                part.own_name,
                "a name with the quarter, such as PUF_CLFS_CY2026_Q2V1.csv",
            )
        began = quarter_start(match[1], match[2])
        rows = grid(part)
        at = header_at(part, rows, _HEADER)
        names = (
            "year",
            "code",
            "modifier",
            "effective",
            "indicator",
            "rate",
            "short",
            "long",
            "extended",
        )
        table = below(part, rows, at, names)
        check_codes(part, table, "code")
        check_cells(part, table, "indicator", ~pl.col("indicator").is_in(["N", "L"]), "N or L")
        check_cells(part, table, "rate", ~pl.col("rate").str.contains(r"^\d*\.?\d+$"), "a rate")
        rate = pl.col("rate").cast(pl.Decimal(15, 2))
        release = Release(
            name=f"CLFS {match[1]}Q{match[2]}",
            table="clfs",
            publisher="CMS, Clinical Laboratory Fee Schedule",
            covers_from=began,
            covers_to=quarter_end(began),
            licence=AMA_TERMS,
            published=began,
            embedded=False,
        )
        yield (
            release,
            table.select(
                "code",
                "modifier",
                pl.lit(release.covers_from).alias("valid_from"),
                pl.lit(release.covers_to).alias("valid_to"),
                "indicator",
                pl.when((pl.col("indicator") == "N") | (rate > 0)).then(rate).alias("rate"),
            ),
        )


CLFS: Final = Importer(
    "Clinical Laboratory Fee Schedule",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/payment/fee-schedules/clinical-laboratory-fee-schedule-clfs/files",
    files=("PUF_CLFS_CY2026_Q2V1.csv",),
    tables={"clfs": "a laboratory code, with or without modifier QW"},
    columns={
        "modifier": "QW for the waived form",
        "indicator": "N national, L local",
        "rate": "dollars; empty if the test is contractor-priced",
    },
)
