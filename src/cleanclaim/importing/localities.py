"""Fee schedule localities and their prices: GPCI, anesthesia factors, counties, the OPPS imaging cap, ZIP codes.

All five come in the relative value zip, except the ZIP codes, which have a page of their own.
Contractor numbers have five digits and localities two; spreadsheets drop their leading zeros, so
they are added back. A locality's number alone isn't unique: the key is the contractor and the
locality together. The national anesthesia factor is in the text of a header.

Source: CMS, "PFS Relative Value Files" (GPCI, ANES, LOCCO, OPPSCAP); "Fee Schedules, ZIP Code to
Carrier Locality File".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import (
    AMA_TERMS,
    MONTHS,
    Importer,
    Loaded,
    Part,
    quarter_end,
    quarter_name,
    refuse,
)
from cleanclaim.importing.sheets import (
    below,
    check_cells,
    check_codes,
    grid,
    head_of,
    header_at,
    text_of,
    year_in,
)
from cleanclaim.reference.release import Release

_PAGE: Final = (
    "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
)
_FACTOR: Final = pl.Decimal(10, 4)
_GPCI_HEAD: Final = "Medicare Administrative Contractor (MAC)"
_ANES_HEAD: Final = re.compile(r"National Anes CF of (\d+\.\d+)")
_LOCCO_HEAD: Final = (
    "Medicare Adminstrative Contractor",
    "Locality Number",
    "State",
    "Fee Schedule Area",
    "Counties",
)
_CAP_HEAD: Final = (
    "HCPCS",
    "MOD",
    "PROCSTAT",
    "CARRIER",
    "LOCALITY",
    "FACILITY PRICE",
    "NON-FACILTY PRICE",
)


def _release(
    name: str, table: str, began: date, last: date, licence: str = "US Government work"
) -> Release:
    return Release(
        name=name,
        table=table,
        publisher="CMS, Physician Fee Schedule",
        covers_from=began,
        covers_to=last,
        licence=licence,
        published=began,
        embedded=False,
    )


def _year(part: Part) -> int:
    own = year_in(part.own_name)
    short = re.match(r"(\d{2})LOCCO", part.own_name, re.IGNORECASE)
    year = own or (2000 + int(short[1]) if short else None)
    if year is None:
        refuse(part, None, part.own_name, "a name with the year, such as GPCI2026.csv")
    return year


def _places(part: Part, table: pl.DataFrame) -> pl.DataFrame:
    """Add mac, locality and code, from their columns as text."""
    filled = table.with_columns(
        pl.col("mac").str.zfill(5), pl.col("locality").fill_null("").str.zfill(2)
    )
    check_cells(
        part, filled, "mac", ~pl.col("mac").str.contains(r"^\d{5}$"), "a contractor of five digits"
    )
    check_cells(
        part,
        filled,
        "locality",
        ~pl.col("locality").str.contains(r"^\d{2}$"),
        "a locality of two digits",
    )
    return filled.with_columns((pl.col("mac") + pl.col("locality")).alias("code"))


def _dated(table: pl.DataFrame, began: date, last: date, *columns: str) -> pl.DataFrame:
    return table.select(
        "code", pl.lit(began).alias("valid_from"), pl.lit(last).alias("valid_to"), *columns
    )


def _number(part: Part, table: pl.DataFrame, column: str) -> None:
    check_cells(part, table, column, ~pl.col(column).str.contains(r"^\d*\.?\d+$"), "a number")


# GPCI


def _is_gpci(part: Part) -> bool:
    return (
        part.own_name.lower().endswith((".csv", ".xlsx"))
        and part.own_name.upper().startswith("GPCI")
        and (_GPCI_HEAD in head_of(part) or part.own_name.lower().endswith(".xlsx"))
    )


def _load_gpci(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        year = _year(part)
        rows = grid(part)
        at = next((n for n, row in enumerate(rows) if row and row[0] == _GPCI_HEAD), None)
        if at is None:
            refuse(part, None, "no header", f"a row that starts with {_GPCI_HEAD}")
        header = [cell for cell in rows[at] if cell]
        has_state = "State" in header
        ends = [" GPCI" in cell for cell in header[-3:]]
        if len(header) != (7 if has_state else 6) or not all(ends):
            refuse(
                part,
                at + 1,
                ",".join(header),
                "the columns contractor, state, locality, name and three GPCIs",
            )
        columns = ["mac", *(["state"] if has_state else []), "locality", "name", "work", "pe", "mp"]
        table = below(part, rows, at, columns).filter(pl.col("work").is_not_null())
        for name in ("work", "pe", "mp"):
            _number(part, table, name)
        if not has_state:
            table = table.with_columns(pl.lit(None, pl.String).alias("state"))
        placed = _places(part, table).with_columns(
            pl.col("name").str.strip_chars("* "), pl.col("work", "pe", "mp").cast(_FACTOR)
        )
        began, last = date(year, 1, 1), date(year, 12, 31)
        yield (
            _release(f"GPCI {year}", "gpci", began, last),
            _dated(placed, began, last, "mac", "locality", "state", "name", "work", "pe", "mp"),
        )


GPCI: Final = Importer(
    "GPCI",
    _is_gpci,
    _load_gpci,
    page=_PAGE,
    files=("GPCI2026.csv",),
    tables={"gpci": "a contractor's locality (code: both numbers together)"},
    columns={
        "mac, locality, state, name": "the place",
        "work, pe, mp": "its work, practice expense and malpractice indices (1.0 is the national average)",
    },
)


# Anesthesia


def _is_anesthesia(part: Part) -> bool:
    return part.own_name.lower().endswith(".csv") and bool(_ANES_HEAD.search(head_of(part)))


def _load_anesthesia(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        year = _year(part)
        rows = grid(part)
        header = rows[0]
        national = _ANES_HEAD.search(",".join(header))
        if (
            header[:3] != ["Contractor", "Locality", "Locality Name"]
            or national is None
            or len(header) > 5
        ):
            refuse(
                part, 1, ",".join(header), "Contractor,Locality,Locality Name,National Anes CF of …"
            )
        columns = ("mac", "locality", "name", "conversion_factor", "conversion_factor_qualifying")[
            : len(header)
        ]
        table = below(part, rows, 0, columns)
        _number(part, table, "conversion_factor")
        if "conversion_factor_qualifying" not in table.columns:
            table = table.with_columns(
                pl.lit(None, pl.String).alias("conversion_factor_qualifying")
            )
        placed = _places(part, table).with_columns(
            pl.col("name").str.strip_chars("* "),
            pl.col("conversion_factor", "conversion_factor_qualifying").cast(_FACTOR),
        )
        whole = pl.DataFrame(
            {"code": ["NATIONAL"], "name": ["national"], "conversion_factor": [national[1]]}
        ).with_columns(pl.col("conversion_factor").cast(_FACTOR))
        began, last = date(year, 1, 1), date(year, 12, 31)
        shown = ("mac", "locality", "name", "conversion_factor", "conversion_factor_qualifying")
        every = pl.concat([placed.select("code", *shown), whole], how="diagonal")
        yield (
            _release(f"Anesthesia factors {year}", "anesthesia_factors", began, last),
            _dated(every, began, last, *shown),
        )


ANESTHESIA: Final = Importer(
    "anesthesia conversion factors",
    _is_anesthesia,
    _load_anesthesia,
    page=_PAGE,
    files=("ANES2026.csv",),
    tables={"anesthesia_factors": "a locality, and one row NATIONAL"},
    columns={
        "mac, locality, name": "the place",
        "conversion_factor, conversion_factor_qualifying": "dollars per base or time unit",
    },
)


# Counties


def _is_counties(part: Part) -> bool:
    return part.own_name.lower().endswith(".csv") and "COUNTIES INCLUDED IN" in head_of(part)


def _load_counties(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        year = _year(part)
        rows = grid(part)
        at = header_at(part, rows, _LOCCO_HEAD)
        table = below(part, rows, at, ("mac", "locality", "state", "area", "counties"))
        table = table.filter(pl.col("mac").is_not_null(), pl.col("mac").str.contains(r"^\d+$"))
        placed = _places(part, table.with_columns(pl.col("state").forward_fill()))
        began, last = date(year, 1, 1), date(year, 12, 31)
        yield (
            _release(f"Localities {year}", "localities", began, last),
            _dated(placed, began, last, "mac", "locality", "state", "area", "counties"),
        )


COUNTIES: Final = Importer(
    "localities and their counties",
    _is_counties,
    _load_counties,
    page=_PAGE,
    files=("26LOCCO.csv",),
    tables={"localities": "a contractor's locality"},
    columns={"mac, locality, state, area, counties": "the place, and the counties in it"},
)


# Cap


def _is_cap(part: Part) -> bool:
    return head_of(part).startswith(",".join(_CAP_HEAD))


def _load_cap(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        began = _quarter(part)
        rows = grid(part)
        at = header_at(part, rows, _CAP_HEAD)
        columns = (
            "hcpcs",
            "modifier",
            "status",
            "mac",
            "locality",
            "facility_price",
            "nonfacility_price",
        )
        table = below(part, rows, at, columns)
        check_codes(part, table, "hcpcs")
        for name in ("facility_price", "nonfacility_price"):
            _number(part, table, name)
        placed = _places(part, table).with_columns(
            pl.col("hcpcs").alias("code"),
            pl.col("facility_price", "nonfacility_price").cast(pl.Decimal(15, 2)),
        )
        last = date(began.year, 12, 31)
        yield (
            _release(f"OPPS cap {quarter_name(began)}", "opps_cap", began, last, AMA_TERMS),
            _dated(
                placed,
                began,
                last,
                "modifier",
                "status",
                "mac",
                "locality",
                "facility_price",
                "nonfacility_price",
            ),
        )


def _quarter(part: Part) -> date:
    """Return the first day of the quarter, from the names of the file and the zip."""
    month = re.search(r"_(JAN|APR|JUL|OCT)", part.own_name, re.IGNORECASE)
    year = re.search(r"RVU(\d{2})[A-D]", part.name, re.IGNORECASE)
    letter = re.search(r"RVU\d{2}([A-D])", part.name, re.IGNORECASE)
    if year is None or (month is None and letter is None):
        refuse(
            part,
            None,
            part.name,
            "the zip it came in, with the year and quarter in its name, such as RVU25D.zip",
        )
    first = MONTHS[month[1].upper()] if month else 3 * "ABCD".index(letter[1].upper()) + 1  # type: ignore[index]
    return date(2000 + int(year[1]), first, 1)


OPPS_CAP: Final = Importer(
    "OPPS cap",
    _is_cap,
    _load_cap,
    page=_PAGE,
    files=("RVU25D.zip", "OPPSCAP_Oct.csv"),
    tables={"opps_cap": "a code, component and locality with a price capped at the hospital's"},
    columns={
        "modifier, status, mac, locality": "component, status and place",
        "facility_price, nonfacility_price": "the capped prices in dollars",
    },
)


# ZIP codes

_ZIP_ROW: Final = re.compile(rb"(?m)^[A-Z]{2}\d{5}\d{5}[ \d]{2}[ RB]")
_ZIP_NAME: Final = re.compile(r"ZIP5_([A-Z]{3})(\d{4})", re.IGNORECASE)


def _is_zip_codes(part: Part) -> bool:
    return bool(_ZIP_NAME.match(part.own_name)) and bool(_ZIP_ROW.match(part.head))


def _load_zip_codes(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        match = _ZIP_NAME.match(part.own_name)
        if match is None or match[1].upper() not in MONTHS:
            refuse(part, None, part.own_name, "a name such as ZIP5_OCT2025.txt")
        began = date(int(match[2]), MONTHS[match[1].upper()], 1)
        lines = text_of(part).splitlines()
        frame = (
            pl.DataFrame({"line": lines})
            .with_row_index("row", 1)
            .filter(pl.col("line").str.strip_chars() != "")
        )
        widths = {
            "state": (0, 2),
            "code": (2, 5),
            "mac": (7, 5),
            "locality": (12, 2),
            "rural": (14, 1),
        }
        table = frame.select(
            pl.col("row").cast(pl.Int64),
            *(
                pl.col("line").str.slice(at, size).str.strip_chars().alias(name)
                for name, (at, size) in widths.items()
            ),
        )
        check_cells(part, table, "code", ~pl.col("code").str.contains(r"^\d{5}$"), "a ZIP code")
        check_cells(
            part,
            table,
            "mac",
            ~pl.col("mac").str.contains(r"^\d{5}$"),
            "a contractor of five digits",
        )
        check_cells(
            part,
            table,
            "locality",
            ~pl.col("locality").str.contains(r"^\d{2}$"),
            "a locality of two digits",
        )
        last = quarter_end(began)
        yield (
            _release(f"ZIP codes {quarter_name(began)}", "zip_localities", began, last),
            _dated(table, began, last, "state", "mac", "locality", "rural"),
        )


ZIP_CODES: Final = Importer(
    "ZIP codes to localities",
    _is_zip_codes,
    _load_zip_codes,
    page="https://www.cms.gov/medicare/payment/fee-schedules",
    files=("ZIP5_OCT2025.txt",),
    tables={"zip_localities": "a ZIP code"},
    columns={
        "state, mac, locality": "where it is",
        "rural": "R rural, B super-rural, empty urban",
    },
)
