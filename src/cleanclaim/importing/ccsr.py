"""AHRQ's clinical categories of diagnoses (CCSR), in two layouts.

AHRQ's own file has a row for each ICD-10-CM code, with names and codes in single quotes: the code, its description, the default categories for inpatient and
outpatient principal diagnoses, and up to six categories with their descriptions. The long layout has a row for each code and category
(`icd10cm,ccsr,default_inpatient,default_outpatient`), with the categories' descriptions in a file of its own (`ccsr,description`).

Both make the same tables. The codes' own descriptions aren't kept.

Source: AHRQ, HCUP, "Clinical Classifications Software Refined (CCSR) for ICD-10-CM Diagnoses", user guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, header_at
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

_OWN: Final = ("ICD-10-CM CODE", "ICD-10-CM CODE DESCRIPTION", "Default CCSR CATEGORY IP")
_LONG: Final = ("icd10cm", "ccsr", "default_inpatient", "default_outpatient")
_NAMES: Final = ("ccsr", "description")
_VERSION: Final = re.compile(r"v?(20\d{2})[-_.](\d)")
_CODE: Final = r"^[A-Z][0-9A-Z]{2,6}$"
_CATEGORY: Final = r"^[A-Z]{3}\d{3}$"
_NAMED: Final = r"^[A-Z][A-Za-z0-9]{4,5}$"
"""The file of names has entries for claims without a valid diagnosis, too: NoDX1, InvlDX."""
_MOST: Final = 6


def _heading(part: Part) -> tuple[str, ...]:
    first = head_of(part).splitlines()[:1] or [""]
    return tuple(cell.strip("'\" ") for cell in first[0].split(","))


def _recognizes(part: Part) -> bool:
    heading = _heading(part)
    return heading[:3] == _OWN or heading in {_LONG, _NAMES}


def _load(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        heading = _heading(part)
        if heading[:3] == _OWN:
            yield from _own(part)
        elif heading == _LONG:
            yield from _long(part)
        else:
            yield _release(part, "ccsr_categories"), _names(part)


def _release(part: Part, table: str) -> Release:
    found = _VERSION.search(part.own_name)
    version = f" v{found[1]}.{found[2]}" if found else ""
    return Release(
        f"CCSR{version}",
        table,
        "AHRQ, HCUP",
        OPEN_START,
        OPEN_END,
        "US Government work",
        embedded=False,
    )


def _own(part: Part) -> Iterator[Loaded]:
    """AHRQ's own layout."""
    rows = [[cell.strip("' ") for cell in row] for row in grid(part)]
    header = rows[0]
    numbers = [n for n in range(1, _MOST + 1) if f"CCSR CATEGORY {n}" in header]
    needed = ("ICD-10-CM CODE", "Default CCSR CATEGORY IP", "Default CCSR CATEGORY OP")
    missing = [name for name in needed if name not in header]
    if missing or not numbers:
        refuse(part, 1, ",".join(header), f"the columns {', '.join(missing) or 'CCSR CATEGORY 1'}")
    table = below(part, rows, 0, header)
    check_cells(part, table, needed[0], ~pl.col(needed[0]).str.contains(_CODE), "an ICD-10-CM code")
    for name in (*needed[1:], "CCSR CATEGORY 1"):
        check_cells(part, table, name, ~pl.col(name).str.contains(_CATEGORY), "a category such as INF002")  # fmt: skip
    each = [
        table.select(
            pl.col("ICD-10-CM CODE").alias("code"),
            pl.col(f"CCSR CATEGORY {n}").alias("ccsr"),
            pl.col(f"CCSR CATEGORY {n} DESCRIPTION").alias("description"),
            *(
                (pl.col(f"Default CCSR CATEGORY {end}") == pl.col(f"CCSR CATEGORY {n}")).alias(name)
                for end, name in (("IP", "default_inpatient"), ("OP", "default_outpatient"))
            ),
        )
        for n in numbers
    ]
    every = pl.concat(each).drop_nulls("ccsr")
    yield _release(part, "ccsr"), _dated(every.drop("description"))
    named = every.select(pl.col("ccsr").alias("code"), "description").drop_nulls()
    yield _release(part, "ccsr_categories"), _dated(named.unique("code", maintain_order=True))


def _long(part: Part) -> Iterator[Loaded]:
    """A row for each code and category."""
    rows = grid(part)
    table = below(part, rows, header_at(part, rows, _LONG), _LONG)
    check_cells(part, table, "icd10cm", ~pl.col("icd10cm").str.contains(_CODE), "an ICD-10-CM code")
    check_cells(part, table, "ccsr", ~pl.col("ccsr").str.contains(_CATEGORY), "a category such as INF002")  # fmt: skip
    for name in _LONG[2:]:
        check_cells(part, table, name, ~pl.col(name).is_in(["Y", "N", "X"]), "Y, N or X")
    yield (
        _release(part, "ccsr"),
        _dated(
            table.select(
                pl.col("icd10cm").alias("code"),
                "ccsr",
                *(pl.col(name) == "Y" for name in _LONG[2:]),
            )
        ),
    )


def _names(part: Part) -> pl.DataFrame:
    rows = grid(part)
    table = below(part, rows, header_at(part, rows, _NAMES), _NAMES)
    check_cells(part, table, "ccsr", ~pl.col("ccsr").str.contains(_NAMED), "a category such as INF002")  # fmt: skip
    return _dated(table.select(pl.col("ccsr").alias("code"), "description"))


def _dated(table: pl.DataFrame) -> pl.DataFrame:
    days = (pl.lit(OPEN_START).alias("valid_from"), pl.lit(OPEN_END).alias("valid_to"))
    return table.with_columns(days)


CCSR: Final = Importer(
    "CCSR for diagnoses",
    _recognizes,
    _load,
    page="https://hcup-us.ahrq.gov/toolssoftware/ccsr/dxccsr.jsp",
    files=("DXCCSR_v2026-1.zip", "DXCCSR_v2026-1.csv"),
    tables={
        "ccsr": "a diagnosis code and a clinical category; a code can have several",
        "ccsr_categories": "a clinical category",
    },
    columns={
        "ccsr": "the category",
        "default_inpatient, default_outpatient": "true if it is the category of a principal diagnosis",
        "description": "the category's name",
    },
)
