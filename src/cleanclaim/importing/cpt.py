"""The CPT files of a licensee of the American Medical Association.

They have short, medium and long descriptors, the consolidated list and deleted codes. The
descriptor files have the codes of one edition and no dates: the edition's year is in the name of
the file, its folder or its zip, and the codes are valid from its January 1 to its December 31. A
block of notices comes before the data; its last empty line ends it. The descriptors are kept only
if the user has a license (`--cpt-licensed`); otherwise only code numbers are.

Source: AMA, "CPT Data Files", the layouts in its README files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, text_of, year_in
from cleanclaim.reference.release import Release

_CODE: Final = r"^\d{4}[0-9AFTUM]$"
_FIXED: Final = {"SHORTU": (6, 28), "MEDU": (6, 48)}
_TABBED: Final = ("LONGULT", "LONGUT")
_CONSOLIDATED: Final = "CONSOLIDATEDCODELIST"
_KINDS: Final = {
    "A": "category I",
    "F": "category II",
    "T": "category III",
    "U": "laboratory",
    "M": "administrative",
}
_LICENCE: Final = "AMA CPT licence of the user"


def _stem(part: Part) -> str:
    return re.sub(r"\.(txt|csv|xlsx)$", "", part.own_name, flags=re.IGNORECASE).upper()


def recognizes(part: Part) -> bool:
    """Return True for a descriptor file or the consolidated list, based on its name and content."""
    stem = _stem(part)
    if stem == _CONSOLIDATED:
        return part.own_name.lower().endswith(".xlsx") or "CPT Code" in head_of(part)
    return (stem in _FIXED or stem in _TABBED) and bool(
        re.search(r"(?m)^\d{4}[0-9AFTUM][ \t]", head_of(part))
    )


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per edition, from its most detailed file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    by_year: dict[int, list[Part]] = {}
    for part in parts:
        year = year_in(part.name)
        if year is None:
            refuse(
                part,
                None,
                part.name,
                "the edition's year in the name of the file, its folder or its zip",
            )
        by_year.setdefault(year, []).append(part)
    order = [_CONSOLIDATED, *_TABBED, "MEDU", "SHORTU"]
    for year, own in sorted(by_year.items()):
        part = min(own, key=lambda one: order.index(_stem(one)))
        began, last = date(year, 1, 1), date(year, 12, 31)
        release = Release(
            name=f"CPT {year}",
            table="cpt",
            publisher="AMA, CPT data files",
            covers_from=began,
            covers_to=last,
            licence=_LICENCE,
            published=date(year - 1, 9, 1),
            embedded=False,
        )
        yield release, _table(part, began, last)


def _table(part: Part, began: date, last: date) -> pl.DataFrame:
    stem = _stem(part)
    if stem == _CONSOLIDATED:
        rows = _consolidated(part)
    elif stem in _FIXED:
        at, size = _FIXED[stem]
        rows = _data(part).select(
            "row",
            pl.col("line").str.slice(0, 5).alias("code"),
            pl.col("line").str.slice(at, size).str.strip_chars().alias("description"),
        )
    else:
        words = (
            _data(part)
            .select("row", pl.col("line").str.split_exact("\t", 1).alias("w"))
            .unnest("w")
        )
        rows = words.rename({"field_0": "code", "field_1": "description"})
    check_cells(part, rows, "code", ~pl.col("code").str.contains(_CODE), "a CPT code")
    check_cells(part, rows, "code", pl.col("code").is_duplicated(), "every code once")
    kind = pl.col("code").str.slice(4, 1).replace_strict(_KINDS, default="category I")
    description = (
        pl.col("description") if part.cpt_licensed else pl.lit(None, pl.String).alias("description")
    )
    return rows.select(
        "code",
        pl.lit(began).alias("valid_from"),
        pl.lit(last).alias("valid_to"),
        kind.alias("kind"),
        description,
    )


def _data(part: Part) -> pl.DataFrame:
    """Return the lines below the notices."""
    lines = text_of(part).rstrip("\r\n").splitlines()
    blanks = [n for n, line in enumerate(lines) if not line.strip()]
    first = blanks[-1] + 1 if blanks else 0
    kept = list(enumerate(lines[first:], first + 1))
    return pl.DataFrame(kept, schema={"row": pl.Int64, "line": pl.String}, orient="row")


def _consolidated(part: Part) -> pl.DataFrame:
    rows = grid(part)
    at = next((n for n, row in enumerate(rows) if "CPT Code" in row and "Long" in row), None)
    if at is None:
        refuse(part, None, "no header", "a row with Concept Id, CPT Code, Long, Medium, Short")
    names = [name or f"column {n}" for n, name in enumerate(rows[at])]
    return below(part, rows, at, names).rename({"CPT Code": "code", "Long": "description"})


CPT: Final = Importer(
    "CPT",
    recognizes,
    load,
    page="https://www.ama-assn.org/practice-management/cpt",
    files=("2026/LONGULT.txt", "2026/SHORTU.txt", "CPT2026/ConsolidatedCodeList.csv"),
    tables={"cpt": "a CPT code in an edition"},
    columns={
        "kind": "category I, II or III, laboratory (PLA), administrative (MAAA)",
        "description": "kept only with --cpt-licensed",
    },
)
