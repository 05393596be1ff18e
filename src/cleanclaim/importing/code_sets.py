"""Small code sets: places of service, taxonomy, adjustment and remark codes, RBCS, POA-exempt and NOC codes.

If a set's descriptions belong to someone else (the NUCC's taxonomy, X12's adjustment reasons), only
the code numbers are kept. A set without dates is valid from the date in its name or its sheet, or
always if there is none.

Source: CMS, "Place of Service Code Set", "Restructured BETOS Classification System", "ICD-10 POA
exempt list", "HCPCS NOC codes"; NUCC, "Health Care Provider Taxonomy Code Set"; X12, code sources
139 and 411.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import MONTHS, Importer, Loaded, Part, quarter_name, refuse
from cleanclaim.importing.sheets import (
    below,
    check_cells,
    check_codes,
    grid,
    head_of,
    header_at,
    is_workbook,
    year_in,
)
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

_POS: Final = ("pos_code", "pos_type", "pos_name", "pos_description")
_POS_PUBLISHED: Final = (
    "Place of Service Code(s)",
    "Place of Service Name",
    "Place of Service Description",
)
_TAXONOMY: Final = (
    "Code",
    "Grouping",
    "Classification",
    "Specialization",
    "Definition",
    "Notes",
    "Display Name",
    "Section",
)
_TAXONOMY_NAME: Final = re.compile(r"nucc_taxonomy_(\d{2})([01])", re.IGNORECASE)
_ADJUSTMENT: Final = ("code", "description", "start", "last_modified", "stop")
_RBCS: Final = (
    "HCPCS_Cd", "RBCS_ID", "RBCS_Cat", "RBCS_Cat_Desc", "RBCS_Cat_Subcat", "RBCS_Subcat_Desc", "RBCS_FamNumb", "RBCS_Family_Desc", "RBCS_Major_Ind",
    "HCPCS_Cd_Add_Dt", "HCPCS_Cd_End_Dt", "RBCS_Assignment_Eff_Dt",
)  # fmt: skip
_NOC: Final = ("HCPCS", "LONG DESCRIPTION", "ADD DATE", "TERM DATE")
_NOC_NAME: Final = re.compile(r"^NOC codes_([A-Z]{3})(20\d{2})", re.IGNORECASE)
_POA_NAME: Final = re.compile(r"^POAexemptCodes(?:FY)?(\d{2,4})", re.IGNORECASE)


def _release(
    name: str,
    table: str,
    publisher: str,
    licence: str,
    began: date = OPEN_START,
    last: date = OPEN_END,
) -> Release:
    return Release(
        name=name,
        table=table,
        publisher=publisher,
        covers_from=began,
        covers_to=last,
        licence=licence,
        published=began if began != OPEN_START else None,
        embedded=False,
    )


def _has_header(*headers: Sequence[str]) -> Callable[[Part], bool]:
    def recognizes(part: Part) -> bool:
        head = head_of(part).lstrip('"')
        return any(
            head.replace('"', "").lower().startswith(",".join(header).lower()) for header in headers
        )

    return recognizes


def _always(table: pl.DataFrame, *columns: str | pl.Expr) -> pl.DataFrame:
    return table.select(
        "code", pl.lit(OPEN_START).alias("valid_from"), pl.lit(OPEN_END).alias("valid_to"), *columns
    )


def _load_places(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        rows = grid(part)
        published = rows[0][: len(_POS_PUBLISHED)] == list(_POS_PUBLISHED)
        at = header_at(part, rows, _POS_PUBLISHED if published else _POS)
        names = (
            ("code", "name", "description")
            if published
            else ("code", "kind", "name", "description")
        )
        table = below(part, rows, at, names)
        check_cells(
            part, table, "code", ~pl.col("code").str.contains(r"^\d{2}$"), "a place of two digits"
        )
        if published:
            table = table.with_columns(pl.lit(None, pl.String).alias("kind"))
        facility = (
            pl.when(pl.col("kind").is_not_null())
            .then(pl.col("kind") == "Facility")
            .alias("facility")
        )
        yield (
            _release("Places of service", "pos", "CMS", "US Government work"),
            _always(table, "name", facility),
        )


PLACES: Final = Importer(
    "places of service",
    _has_header(_POS, _POS_PUBLISHED),
    _load_places,
    page="https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets",
    files=("pos_codes.csv",),
    tables={"pos": "a place of service"},
    columns={"name": "its name", "facility": "true if the facility price is paid"},
)


def _load_taxonomy(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        rows = grid(part)
        table = below(part, rows, header_at(part, rows, _TAXONOMY), ("code", *_TAXONOMY[1:]))
        check_cells(
            part,
            table,
            "code",
            ~pl.col("code").str.contains(r"^[0-9A-Z]{9}X$"),
            "a taxonomy code of ten characters",
        )
        match = _TAXONOMY_NAME.search(part.own_name)
        began = date(2000 + int(match[1]), 4 if match[2] == "0" else 10, 1) if match else OPEN_START
        label = f" {match[1]}.{match[2]}" if match else ""
        release = _release(
            f"Provider taxonomy{label}",
            "taxonomy",
            "NUCC",
            "NUCC and AMA; code numbers only",
            began,
        )
        dated = table.select(
            "code", pl.lit(began).alias("valid_from"), pl.lit(OPEN_END).alias("valid_to")
        )
        yield release, dated


TAXONOMY: Final = Importer(
    "provider taxonomy",
    _has_header(_TAXONOMY),
    _load_taxonomy,
    page="https://www.nucc.org/index.php/code-sets-mainmenu-41/provider-taxonomy-mainmenu-40/csv-mainmenu-57",
    files=("nucc_taxonomy_261.csv",),
    tables={"taxonomy": "a provider taxonomy code"},
    columns={"(none)": "the descriptions belong to the NUCC and aren't kept"},
)


def _load_adjustments(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        rows = grid(part)
        table = below(part, rows, header_at(part, rows, _ADJUSTMENT), _ADJUSTMENT)
        is_remark = bool(table["code"].str.contains(r"^(M|MA|N)\d+$").all())
        is_reason = bool(table["code"].str.contains(r"^([1-9]\d{0,2}|[ABDPWY]\d{1,2})$").all())
        if is_remark == is_reason:
            refuse(
                part,
                None,
                ", ".join(table["code"].head(3)),
                "adjustment reasons or remark codes, not both",
            )
        name, kind = (
            ("Remark codes", "rarc_codes") if is_remark else ("Adjustment reasons", "carc_codes")
        )
        days = table.with_columns(
            pl.col("start")
            .str.to_date("%Y-%m-%d", strict=False)
            .fill_null(OPEN_START)
            .alias("valid_from"),
            pl.col("stop").str.to_date("%Y-%m-%d", strict=False).alias("_stop"),
        )
        wrong = pl.col("stop").is_not_null() & pl.col("_stop").is_null()
        check_cells(part, days, "stop", wrong, "a day as YYYY-MM-DD, or a blank")
        release = _release(name, kind, "X12, code sources 139 and 411", "X12; code numbers only")
        yield (
            release,
            days.select(
                "code", "valid_from", pl.col("_stop").fill_null(OPEN_END).alias("valid_to")
            ),
        )


ADJUSTMENTS: Final = Importer(
    "adjustment and remark codes",
    _has_header(_ADJUSTMENT),
    _load_adjustments,
    page="https://x12.org/codes",
    files=("carc_codes.csv", "rarc_codes.csv"),
    tables={"carc_codes": "an adjustment reason code", "rarc_codes": "a remark code"},
    columns={"(none)": "the descriptions belong to X12 and aren't kept"},
)


def _load_rbcs(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        rows = grid(part)
        begun = rows[0][len(_RBCS) :]
        table = below(
            part,
            rows,
            header_at(part, [row[: len(_RBCS)] for row in rows], _RBCS),
            [*_RBCS, *begun],
        )
        days = table.with_columns(
            pl.col("HCPCS_Cd").alias("code"),
            pl.col("HCPCS_Cd_Add_Dt").str.to_date("%m/%d/%Y", strict=False).alias("valid_from"),
            pl.col("HCPCS_Cd_End_Dt").str.to_date("%m/%d/%Y", strict=False).alias("valid_to"),
        )
        check_cells(
            part,
            days,
            "HCPCS_Cd",
            ~pl.col("code").str.contains(r"^[0-9A-Z]{5}$"),
            "a code of five characters",
        )
        for column, day in (("HCPCS_Cd_Add_Dt", "valid_from"), ("HCPCS_Cd_End_Dt", "valid_to")):
            check_cells(part, days, column, pl.col(day).is_null(), "a day as MM/DD/YYYY")
        year = year_in(part.own_name)
        release = _release(f"RBCS {year or ''}".strip(), "rbcs", "CMS", "US Government work")
        shown = days.select(
            "code",
            "valid_from",
            "valid_to",
            pl.col("RBCS_ID").alias("rbcs_id"),
            pl.col("RBCS_Cat_Desc").alias("category"),
            pl.col("RBCS_Subcat_Desc").alias("subcategory"),
            pl.col("RBCS_Family_Desc").alias("family"),
            pl.col("RBCS_Major_Ind").alias("major"),
        )
        yield release, shown


RBCS: Final = Importer(
    "RBCS",
    _has_header(_RBCS),
    _load_rbcs,
    page="https://data.cms.gov/provider-summary-by-type-of-service/provider-service-classifications/restructured-betos-classification-system",
    files=("RBCS_Taxonomy_RY2025.csv",),
    tables={"rbcs": "a code's class of service; a code can have two"},
    columns={
        "rbcs_id": "the class's identifier",
        "category, subcategory, family": "its place in the classification",
        "major": "M major procedure, N non-major, O other",
    },
)


def _is_poa(part: Part) -> bool:
    return bool(_POA_NAME.match(part.own_name)) and b"POAexemptCode" in part.head


def _load_poa(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        match = _POA_NAME.match(part.own_name)
        year = int(match[1]) if match else 0
        year += 2000 if year < 100 else 0
        lines = part.read().decode("cp1252", "replace").splitlines()
        cells = [line.split("\t") for line in lines]
        if [cell[:5] for cell in cells[0][:2]] != ["Order", "POAex"]:
            refuse(part, 1, lines[0], "Order, POAexemptCode, Description, separated by tabs")
        frame = pl.DataFrame(
            [
                (n, row[1].replace(".", "").strip() if len(row) > 1 else "")
                for n, row in enumerate(cells[1:], 2)
                if any(row)
            ],
            schema={"row": pl.Int64, "code": pl.String},
            orient="row",
        )
        check_cells(
            part,
            frame,
            "code",
            ~pl.col("code").str.contains(r"^[A-Z][0-9A-Z]{2,6}$"),
            "an ICD-10-CM code",
        )
        began, last = date(year - 1, 10, 1), date(year, 9, 30)
        release = _release(
            f"POA exempt FY{year}", "poa_exempt", "CMS", "US Government work", began, last
        )
        yield (
            release,
            frame.select("code", pl.lit(began).alias("valid_from"), pl.lit(last).alias("valid_to")),
        )


POA_EXEMPT: Final = Importer(
    "codes exempt from present on admission",
    _is_poa,
    _load_poa,
    page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    files=("2027-poa-exempt-codes.zip", "POAexemptCodesFY27.txt"),
    tables={"poa_exempt": "a diagnosis code that doesn't need a present-on-admission indicator"},
    columns={"(none)": "only the code and its dates"},
)


def _is_noc(part: Part) -> bool:
    if not _NOC_NAME.match(part.own_name):
        return False
    return is_workbook(part) or ",".join(_NOC) in head_of(part)


def _load_noc(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        match = _NOC_NAME.match(part.own_name)
        if match is None or match[1].upper() not in MONTHS:
            refuse(part, None, part.own_name, "a name such as NOC codes_APR2026.xlsx")
        began = date(int(match[2]), MONTHS[match[1].upper()], 1)
        rows = grid(part)
        table = below(
            part, rows, header_at(part, rows, _NOC), ("code", "description", "added", "ended")
        )
        check_codes(part, table, "code")
        days = table.with_columns(
            pl.col("added")
            .str.to_date("%Y%m%d", strict=False)
            .fill_null(OPEN_START)
            .alias("valid_from"),
            pl.col("ended")
            .str.to_date("%Y%m%d", strict=False)
            .fill_null(OPEN_END)
            .alias("valid_to"),
        )
        check_cells(part, days, "added", pl.col("valid_from").is_null(), "a day as YYYYMMDD")
        release = _release(
            f"HCPCS NOC {quarter_name(began)}",
            "hcpcs_noc",
            "CMS",
            "US Government work",
            began,
        )
        yield release, days.select("code", "valid_from", "valid_to", "description")


NOC: Final = Importer(
    "not otherwise classified codes",
    _is_noc,
    _load_noc,
    page="https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
    files=("NOC codes_APR2026.xlsx",),
    tables={"hcpcs_noc": "a code that needs a description on the claim"},
    columns={"description": "its description"},
)
