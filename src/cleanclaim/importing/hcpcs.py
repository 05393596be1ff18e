"""HCPCS Level II: CMS's quarterly alphanumeric file: fixed width with 320 columns, or a sheet with 48.

A code has several records: one that starts it, with all fields, and some that continue its long
description. Modifiers are listed in the same file, with their code in the fourth and fifth column.
The last day of a code is the last day it can be used. A list with ended codes covers the days
before its quarter too. If the text and the sheet of a quarter are imported together, the text is
used.

Source: CMS, "HCPCS Quarterly Update", the record layout that comes with the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import (
    MONTHS,
    Importer,
    Loaded,
    Part,
    or_open,
    quarter_end,
    quarter_name,
    refuse,
)
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, header_at, is_workbook
from cleanclaim.reference.release import Release

_ROW: Final = re.compile(rb"(?m)^(?:[A-Z]\d{4}|   [0-9A-Z]{2})\d{5}[3478]")
_NAME: Final = re.compile(r"^HCPC(\d{4}|\d{2})_([A-Z]+)_ANWEB[^/]*\.(txt|xlsx|csv)$", re.IGNORECASE)
_NOT_A_LIST: Final = re.compile(r"trans|correction|change", re.IGNORECASE)
_HEADER: Final = (
    "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,PRICE1,PRICE2,PRICE3,PRICE4,MULT_PI,CIM1,CIM2,CIM3,MCM1,MCM2,MCM3,STATUTE,LABCERT1,LABCERT2,LABCERT3,"
    "LABCERT4,LABCERT5,LABCERT6,LABCERT7,LABCERT8,XREF1,XREF2,XREF3,XREF4,XREF5,COV,ASC_GRP,ASC_DT,OPPS,OPPS_PI,OPPS_DT,PROCNOTE,BETOS,TOS1,TOS2,TOS3,TOS4,TOS5,"
    "ANEST_BU,ADD DT,ACT EFF DT,TERM DT,ACTION CD"
)
_SHEET_COLUMNS: Final = {
    "HCPC": "code",
    "SEQNUM": "sequence",
    "RECID": "record",
    "LONG DESCRIPTION": "long",
    "SHORT DESCRIPTION": "short",
    "PRICE1": "pricing",
    **{f"XREF{n}": f"instead{n}" for n in range(1, 6)},
    "COV": "coverage",
    "BETOS": "betos",
    "TOS1": "type_of_service",
    "ADD DT": "added",
    "ACT EFF DT": "changed",
    "TERM DT": "ended",
    "ACTION CD": "action",
}
_YEARLY: Final = "CONTR"
_FIELDS: Final = {
    "code": (0, 5),
    "sequence": (5, 5),
    "record": (10, 1),
    "long": (11, 80),
    "short": (91, 28),
    "pricing": (119, 2),
    **{f"instead{n}": (199 + 5 * n, 5) for n in range(1, 6)},
    "coverage": (229, 1),
    "betos": (256, 3),
    "type_of_service": (260, 1),
    "added": (268, 8),
    "changed": (276, 8),
    "ended": (284, 8),
    "action": (292, 1),
}
_BEGINS: Final = ("3", "7")


def recognizes(part: Part) -> bool:
    """Return True for the list of codes, based on its first records (a workbook on its name).

    The reports of changes in the same zip don't count.
    """
    if _NOT_A_LIST.search(part.own_name):
        return False
    if is_workbook(part):
        return bool(_NAME.match(part.own_name))
    return _ROW.search(part.head) is not None or _HEADER[:40] in head_of(part)


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield two releases per file: its codes, and its modifiers.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    by_quarter: dict[tuple[date, date, str], list[Part]] = {}
    for part in parts:
        by_quarter.setdefault(_quarter(part), []).append(part)
    for (began, last, label), own in sorted(by_quarter.items()):
        texts = [part for part in own if part.own_name.lower().endswith(".txt")]
        part = (texts or own)[0]
        whole = _joined(part, _records(part) if texts else _sheet_records(part))
        for table, is_modifier in (("hcpcs", False), ("hcpcs_modifiers", True)):
            rows = whole.filter(pl.col("code").str.len_chars() == (2 if is_modifier else 5))
            name = f"HCPCS {'modifiers' if is_modifier else 'Level II'} {label}"
            yield _release(name, table, began, last, _first_known(rows, began)), rows


def _sheet_records(part: Part) -> pl.DataFrame:
    rows = grid(part)
    names = _HEADER.split(",")
    table = below(part, rows, header_at(part, rows, names), names).rename(_SHEET_COLUMNS)
    kept = table.select("row", *_SHEET_COLUMNS.values()).with_columns(
        pl.exclude("row").fill_null("")
    )
    _check_codes(part, kept)
    return kept


def _check_codes(part: Part, records: pl.DataFrame) -> None:
    code = r"^([A-CE-V]\d{4}|[0-9A-Z]{2})$"
    wanted = "a HCPCS Level II code or a modifier"
    check_cells(part, records, "code", ~pl.col("code").str.contains(code), wanted)


def _first_known(rows: pl.DataFrame, began: date) -> date:
    """Return the first day that a list covers.

    A list with ended codes goes back to the first end; one without them, to the start of its own
    quarter.
    """
    first = rows.filter(pl.col("valid_to") < began)["valid_to"].min()
    return first if isinstance(first, date) else began


def _release(name: str, table: str, began: date, last: date, first: date) -> Release:
    return Release(
        name=name,
        table=table,
        publisher="CMS, HCPCS quarterly update",
        covers_from=first,
        covers_to=last,
        licence="US Government work",
        published=began,
        embedded=False,
    )


def _quarter(part: Part) -> tuple[date, date, str]:
    match = _NAME.search(part.own_name)
    wanted = "a name with the quarter, such as HCPC2026_APR_ANWEB.txt"
    if match is None:
        refuse(part, None, part.own_name, wanted)
    year = int(match[1]) if len(match[1]) == 4 else 2000 + int(match[1])
    word = match[2].upper()
    if word == _YEARLY:
        return date(year, 1, 1), date(year, 12, 31), str(year)
    if word not in MONTHS:
        refuse(part, None, part.own_name, wanted)
    began = date(year, MONTHS[word], 1)
    return began, quarter_end(began), quarter_name(began)


def _records(part: Part) -> pl.DataFrame:
    lines = part.read().decode("cp1252", "replace").splitlines()
    frame = pl.DataFrame({"line": lines}).with_row_index("row", 1)
    fields = frame.select(
        "row",
        *(pl.col("line").str.slice(at, size).alias(name) for name, (at, size) in _FIELDS.items()),
    ).with_columns(pl.col(name).str.strip_chars() for name in _FIELDS)
    is_record = pl.col("sequence").str.contains(r"^\d{5}$") & pl.col("record").is_in(
        ["3", "4", "7", "8"]
    )
    kept = fields.filter(is_record)
    first = int(kept["row"][0]) if kept.height else 1
    other = fields.filter(~is_record, pl.col("row") > first, pl.col("code") != "")
    if other.height:
        refuse(
            part,
            int(other["row"][0]),
            str(other["code"][0]),
            "a record, with its number in columns 6 to 10",
        )
    _check_codes(part, kept)
    return kept


def _joined(part: Part, records: pl.DataFrame) -> pl.DataFrame:
    """Return one row per code, with its long description joined together."""
    opens = records.filter(pl.col("record").is_in(_BEGINS))
    if not opens["code"].is_unique().all():
        twice = opens.filter(pl.col("code").is_duplicated())
        refuse(part, int(twice["row"][0]), str(twice["code"][0]), "every code once")
    descriptions = (
        records.sort("row")
        .group_by("code", maintain_order=True)
        .agg(pl.col("long").filter(pl.col("long") != "").str.join(" ").alias("description"))
    )
    days = opens.with_columns(
        _day("added").alias("valid_from"),
        _day("ended").alias("_last"),
        _day("changed").alias("changed_on"),
    )
    check_cells(part, days, "added", pl.col("valid_from").is_null(), "a date as YYYYMMDD")
    is_wrong = (pl.col("ended") != "") & (pl.col("ended") != "00000000") & pl.col("_last").is_null()
    check_cells(part, days, "ended", is_wrong, "a date as YYYYMMDD, or a blank")
    return days.join(descriptions, on="code", how="left", maintain_order="left").select(
        "code",
        "valid_from",
        or_open(pl.col("_last")).alias("valid_to"),
        "description",
        "short",
        *(
            pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
            for name in ("pricing", "coverage", "betos", "type_of_service", "action")
        ),
        "changed_on",
        pl.concat_str([f"instead{n}" for n in range(1, 6)], separator=" ")
        .str.strip_chars()
        .str.replace_all(" +", " ")
        .replace("", None)
        .alias("instead"),
    )


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y%m%d", strict=False)


HCPCS: Final = Importer(
    "HCPCS Level II",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
    files=(
        "april-2026-alpha-numeric-hcpcs-file.zip",
        "HCPC2026_APR_ANWEB.txt",
        "HCPC2026_APR_ANWEB.xlsx",
    ),
    tables={"hcpcs": "a Level II code", "hcpcs_modifiers": "a Level II modifier"},
    columns={
        "description, short": "its long and short description",
        "pricing, coverage, betos, type_of_service, action": "as in the record layout",
        "changed_on": "the day of the last action",
        "instead": "the replacement codes that the record names",
    },
)
