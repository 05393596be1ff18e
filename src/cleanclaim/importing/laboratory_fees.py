"""The Clinical Laboratory Fee Schedule: CMS's CSV of one quarter.

A row a code, and one more with modifier QW where a waived form of the test is paid. An indicator L with a rate of nothing means that the
contractor prices it, not that it is free. The
descriptors are never kept.

Source: CMS, "Clinical Laboratory Fee Schedule Files", the file's header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import AMA_TERMS, Importer, Loaded, Part, quarter_end, refuse
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, header_at
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


def recognises(part: Part) -> bool:
    """True for the laboratory fee schedule, by its header."""
    return ",".join(_HEADER[:6]) in head_of(part)


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """A release a file.

    Raises:
        ReferenceProblem: a file does not match the layout.
    """
    for part in parts:
        said = _NAME.search(part.own_name)
        if said is None:
            refuse(
                part,
                None,
                part.own_name,
                "a name such as PUF_CLFS_CY2026_Q2V1.csv, which tells the quarter",
            )
        began = date(int(said[1]), 3 * int(said[2]) - 2, 1)
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
        check_cells(
            part,
            table,
            "code",
            ~pl.col("code").str.contains(r"^[0-9A-Z]{5}$"),
            "a code of five characters",
        )
        check_cells(part, table, "indicator", ~pl.col("indicator").is_in(["N", "L"]), "N or L")
        check_cells(part, table, "rate", ~pl.col("rate").str.contains(r"^\d*\.?\d+$"), "a rate")
        rate = pl.col("rate").cast(pl.Decimal(15, 2))
        release = Release(
            name=f"CLFS {said[1]}Q{said[2]}",
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
    recognises,
    load,
    page="https://www.cms.gov/medicare/payment/fee-schedules/clinical-laboratory-fee-schedule-clfs/files",
    files=("PUF_CLFS_CY2026_Q2V1.csv",),
    tables={"clfs": "a laboratory code, with or without QW"},
    columns={
        "modifier": "QW for the waived form",
        "indicator": "N national, L the contractor's",
        "rate": "dollars; empty where the contractor prices it",
    },
)
