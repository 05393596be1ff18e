"""The Medicare Coverage Database: CMS's exports of local coverage articles, LCDs and NCDs, as nested zips of CSV files.

The articles have the diagnosis lists; current LCDs have none, and NCDs have no codes at all, so
only the policy itself is kept for those. An export has the latest version of each policy: nothing
is known about days before that version started. Drafts and retired policies are left out. The
edition is the last day of its update periods.

The articles explain in prose how their procedures and diagnosis lists belong together. Codes and
ranges named in a list's own paragraph tie it to those procedures; a list whose paragraph names none
is tied to all. If the prose combines conditions ("and", "in addition", "secondary"), the tie is
advisory; if it clearly names another list that must also be met, that list is recorded. The prose
itself isn't kept: it has the AMA's wording.

Source: CMS, "Medicare Coverage Database Downloads", the data dictionaries that come with the
exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import AMA_TERMS, Importer, Loaded, Part, refuse
from cleanclaim.importing.mcd_groups import Tie, ties
from cleanclaim.importing.sheets import below, grid
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release
from cleanclaim.text.wording import worded

_REQUIRED: Final = {
    "article": (
        "article_id", "article_version", "title", "article_eff_date", "article_end_date", "status", "date_retired", "display_id", "article_rev_end_date",
    ),
    "article_x_hcpc_code": ("article_id", "article_version", "hcpc_code_id"),
    "article_x_icd10_covered": ("article_id", "article_version", "icd10_code_id", "icd10_covered_group", "asterisk"),
    "article_x_icd10_covered_group": ("article_id", "article_version", "icd10_covered_group", "paragraph"),
    "article_x_icd10_noncovered": ("article_id", "article_version", "icd10_code_id", "icd10_noncovered_group"),
    "article_x_icd10_noncovered_group": ("article_id", "article_version", "icd10_noncovered_group", "paragraph"),
    "article_x_contractor": ("article_id", "article_version", "contractor_id", "contractor_type_id", "contractor_version"),
    "article_x_primary_jurisdiction": ("article_id", "article_version", "state_id"),
    "contractor_jurisdiction": ("contractor_id", "contractor_type_id", "contractor_version", "state_id", "term_date"),
    "state_lookup": ("state_id", "state_abbrev"),
    "update_period": ("end_date",),
    "lcd": ("lcd_id", "lcd_version", "title", "orig_det_eff_date", "rev_eff_date", "rev_end_date", "status", "date_retired", "display_id"),
    "ncd_trkg": ("NCD_id", "NCD_vrsn_num", "cvrg_lvl_cd", "NCD_mnl_sect", "NCD_mnl_sect_title", "NCD_efctv_dt", "NCD_trmntn_dt"),
}  # fmt: skip
"""The tables that are read, and the columns that each must have; others can change."""
_ARTICLE_NEEDS: Final = (
    "article_x_hcpc_code",
    "article_x_icd10_covered",
    "article_x_icd10_covered_group",
    "article_x_contractor",
    "contractor_jurisdiction",
    "state_lookup",
    "update_period",
)
_REGIONS: Final = {
    "DN": "NY",
    "QN": "NY",
    "UN": "NY",
    "EM": "MO",
    "WM": "MO",
    "NF": "CA",
    "SF": "CA",
}
"""States that CMS divides, by CMS's own letters."""
_DIAGNOSIS: Final = r"^[A-Z][0-9A][0-9A-Z]{1,5}$"
_PROCEDURE: Final = r"^[0-9A-Z]{5}$"
Tables = dict[str, pl.DataFrame]


def _stem(part: Part) -> str:
    name = part.own_name
    return name[:-4] if name.lower().endswith(".csv") else ""


def recognizes(part: Part) -> bool:
    """Return True for a table of an export, based on its name and header."""
    wanted = _REQUIRED.get(_stem(part))
    if wanted is None:
        return False
    header = part.head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").replace('"', "").strip()
    return set(wanted[:2]) <= set(header.split(","))


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield the policies, states, procedures and diagnoses of each export.

    Raises:
        ReferenceProblem: a file doesn't match the layout, or a table is missing.
    """
    for export in _exports(parts).values():
        tables = {name: _read(part, name) for name, part in export.items()}
        any_part = next(iter(export.values()))
        if "article" in tables:
            yield from _articles(any_part, tables)
        if "lcd" in tables:
            yield from _lcds(any_part, tables)
        if "ncd_trkg" in tables:
            yield from _ncds(tables)


def _exports(parts: Sequence[Part]) -> dict[str, dict[str, Part]]:
    """Return the tables of each export: those in the same folder or zip."""
    found: dict[str, dict[str, Part]] = {}
    for part in parts:
        place = part.name[: -len(part.own_name)]
        found.setdefault(place, {})[_stem(part)] = part
    return found


def _read(part: Part, name: str) -> pl.DataFrame:
    rows = grid(part)
    header = rows[0]
    lacking = [column for column in _REQUIRED[name] if column not in header]
    if lacking:
        refuse(part, 1, ",".join(header), f"a header with {', '.join(lacking)}")
    return below(part, rows, 0, header).select("row", *_REQUIRED[name])


def _edition(part: Part, tables: Tables) -> date:
    if "update_period" not in tables:
        refuse(
            part,
            None,
            "no update_period.csv",
            "the table of update periods, which has the edition",
        )
    last = tables["update_period"].select(_day("end_date").max()).item()
    if not isinstance(last, date):
        refuse(part, None, "no day", "a day in update_period.csv")
    return last


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _release(name: str, table: str, series: str, began: date, edition: date) -> Release:
    return Release(
        name=f"{name} {edition}",
        table=table,
        publisher="CMS, Medicare Coverage Database",
        covers_from=began,
        covers_to=OPEN_END,
        licence=AMA_TERMS,
        published=edition,
        embedded=False,
        series=series,
    )


def _articles(part: Part, tables: Tables) -> Iterator[Loaded]:
    missing = [name for name in _ARTICLE_NEEDS if name not in tables]
    if missing:
        refuse(part, None, f"no {missing[0]}.csv", "all tables of the export together")
    edition = _edition(part, tables)
    articles = _current(
        tables["article"], "article", _end("article_rev_end_date", "article_end_date")
    )
    began = articles["valid_from"].min()
    first = began if isinstance(began, date) else OPEN_START
    series = "CMS coverage articles"
    keys = ["article_id", "article_version"]
    days = articles.select(*keys, pl.col("code").alias("policy"), "valid_from", "valid_to")
    made = {
        "coverage_policies": articles.drop(keys),
        "coverage_states": _states(tables, days),
        **_lists(tables, days),
    }
    for name, table in made.items():
        yield _release("MCD articles", name, series, first, edition), table


def _end(*columns: str) -> pl.Expr:
    return pl.coalesce(*(_day(name) for name in columns)).fill_null(OPEN_END)


def _current(table: pl.DataFrame, kind: str, last: pl.Expr, first: str = "") -> pl.DataFrame:
    """Return the current and future policies: no drafts and no retired ones."""
    letter = {"article": "A", "lcd": "L"}[kind]
    began = _day(first or f"{kind}_eff_date")
    live = table.filter(
        pl.col("display_id").is_null(),
        pl.col("status").fill_null("") != "R",
        pl.col("date_retired").is_null(),
    )
    return live.select(
        f"{kind}_id",
        f"{kind}_version",
        worded("{}{}", pl.lit(letter), f"{kind}_id").alias("code"),
        began.fill_null(OPEN_START).alias("valid_from"),
        last.alias("valid_to"),
        pl.lit(kind).alias("kind"),
        "title",
        pl.col(f"{kind}_version").cast(pl.Int64, strict=False).alias("version"),
        (pl.col(f"{kind}_version").cast(pl.Int64, strict=False) > 1)
        .fill_null(value=True)
        .alias("has_earlier_version"),
        pl.lit(["medicare"]).alias("payers"),
        worded("Medicare Coverage Database, {}{}", pl.lit(letter), f"{kind}_id").alias("citation"),
    ).filter(pl.col("valid_from") <= pl.col("valid_to"))


def _states(tables: Tables, days: pl.DataFrame) -> pl.DataFrame:
    """Return where each policy applies.

    If it has one contractor, these are its primary jurisdictions; otherwise, all its contractors'
    jurisdictions.
    """
    keys = ["article_id", "article_version"]
    own = ["contractor_id", "contractor_type_id", "contractor_version"]
    contractors = tables["article_x_contractor"].join(days, on=keys)
    active = (
        tables["contractor_jurisdiction"]
        .filter(pl.col("term_date").is_null())
        .select(*own, "state_id")
    )
    by_contractor = contractors.join(active, on=own).select(
        "policy", "state_id", "valid_from", "valid_to"
    )
    single = (
        contractors.group_by("policy")
        .agg(pl.col("contractor_id").n_unique())
        .filter(pl.col("contractor_id") == 1)
    )
    primary = tables.get("article_x_primary_jurisdiction")
    if primary is not None:
        stated = (
            primary.join(days, on=keys)
            .join(single, on="policy", how="semi")
            .select("policy", "state_id", "valid_from", "valid_to")
        )
        by_contractor = pl.concat([by_contractor.join(stated, on="policy", how="anti"), stated])
    letters = tables["state_lookup"].select("state_id", pl.col("state_abbrev").alias("region"))
    return (
        by_contractor.join(letters, on="state_id")
        .with_columns(pl.col("region").replace(_REGIONS).alias("state"))
        .select(pl.col("policy").alias("code"), "state", "region", "valid_from", "valid_to")
        .unique(maintain_order=True)
    )


def _lists(tables: Tables, days: pl.DataFrame) -> Tables:
    """Return coverage_procedures and coverage_diagnoses."""
    keys = ["article_id", "article_version"]
    codes = (
        tables["article_x_hcpc_code"]
        .with_columns(pl.col("hcpc_code_id").str.to_uppercase().alias("code"))
        .filter(pl.col("code").str.contains(_PROCEDURE))
        .join(days, on=keys)
        .select("policy", "code", "valid_from", "valid_to")
        .unique(maintain_order=True)
    )
    diagnoses = []
    procedures = []
    for kind, covered in (("covered", True), ("noncovered", False)):
        listed = tables.get(f"article_x_icd10_{kind}")
        if listed is None:
            continue
        group = f"icd10_{kind}_group"
        asterisk = (
            (pl.col("asterisk") == "Y").fill_null(value=False) if covered else pl.lit(value=False)
        )
        rows = (
            listed.join(days, on=keys)
            .with_columns(
                pl.col("icd10_code_id")
                .str.replace_all(".", "", literal=True)
                .str.to_uppercase()
                .alias("code")
            )
            .filter(pl.col("code").str.contains(_DIAGNOSIS))
            .select(
                "code",
                "valid_from",
                "valid_to",
                "policy",
                pl.col(group).cast(pl.Int64, strict=False).alias("group"),
                pl.lit(covered).alias("covered"),
                asterisk.alias("needs_second"),
            )
        )
        diagnoses.append(rows)
        paragraphs = tables.get(f"article_x_icd10_{kind}_group")
        procedures.append(_tied(codes, rows, paragraphs, days, group, covered=covered))
    return {
        "coverage_procedures": pl.concat(procedures),
        "coverage_diagnoses": pl.concat(diagnoses).unique(maintain_order=True),
    }


def _tied(
    codes: pl.DataFrame,
    rows: pl.DataFrame,
    paragraphs: pl.DataFrame | None,
    days: pl.DataFrame,
    group: str,
    *,
    covered: bool,
) -> pl.DataFrame:
    """Return one row per procedure and the list it is tied to."""
    known: dict[tuple[str, int], Tie] = {}
    if paragraphs is not None:
        worded = paragraphs.join(days, on=["article_id", "article_version"]).select(
            "policy", pl.col(group).cast(pl.Int64, strict=False).alias("group"), "paragraph"
        )
        known = {
            (policy, number): ties(text or "", number)
            for policy, number, text in worded.iter_rows()
            if number is not None
        }
    own: dict[str, list[str]] = dict(codes.group_by("policy").agg("code").iter_rows())
    made: list[tuple[str, str, int, bool, int | None]] = []
    for policy, number in rows.select("policy", "group").unique(maintain_order=True).iter_rows():
        tie = known.get((policy, number), Tie())
        made += [
            (code, policy, number, tie.is_advisory, tie.and_group)
            for code in own.get(policy, ())
            if tie.names(code)
        ]
    frame = pl.DataFrame(
        made,
        schema={
            "code": pl.String,
            "policy": pl.String,
            "group": pl.Int64,
            "advisory": pl.Boolean,
            "and_group": pl.Int64,
        },
        orient="row",
    )
    dated = days.select("policy", "valid_from", "valid_to").unique()
    return frame.join(dated, on="policy").select(
        "code",
        "valid_from",
        "valid_to",
        "policy",
        pl.lit("local").alias("kind"),
        "group",
        pl.lit(covered).alias("covered"),
        "advisory",
        "and_group",
    )


def _lcds(part: Part, tables: Tables) -> Iterator[Loaded]:
    edition = _edition(part, tables)
    first = "rev_eff_date"
    filled = tables["lcd"].with_columns(
        pl.coalesce("rev_eff_date", "orig_det_eff_date").alias(first)
    )
    policies = _current(filled, "lcd", _end("rev_end_date"), first).drop("lcd_id", "lcd_version")
    began = policies["valid_from"].min()
    yield (
        _release(
            "MCD LCDs",
            "coverage_policies",
            "CMS LCDs",
            began if isinstance(began, date) else OPEN_START,
            edition,
        ),
        policies,
    )


def _ncds(tables: Tables) -> Iterator[Loaded]:
    table = tables["ncd_trkg"]
    retired = (
        pl.col("NCD_mnl_sect_title")
        .str.to_uppercase()
        .str.contains("RETIRED")
        .fill_null(value=False)
    )
    number = pl.col("NCD_vrsn_num").cast(pl.Int64, strict=False)
    policies = (
        table.filter(~retired)
        .sort(number)
        .unique("NCD_id", keep="last", maintain_order=True)
        .select(
            worded("NCD {}", "NCD_mnl_sect").alias("code"),
            _day("NCD_efctv_dt").fill_null(OPEN_START).alias("valid_from"),
            _end("NCD_trmntn_dt").alias("valid_to"),
            pl.lit("ncd").alias("kind"),
            pl.col("NCD_mnl_sect_title").alias("title"),
            number.alias("version"),
            (number > 1).fill_null(value=True).alias("has_earlier_version"),
            pl.lit(["medicare"]).alias("payers"),
            worded(
                "Medicare National Coverage Determinations Manual, section {}", "NCD_mnl_sect"
            ).alias("citation"),
            pl.col("cvrg_lvl_cd").cast(pl.Int64, strict=False).alias("coverage_level"),
        )
        .filter(pl.col("valid_from") <= pl.col("valid_to"))
    )
    edition = table.select(_day("NCD_efctv_dt").max()).item()
    day = edition if isinstance(edition, date) else OPEN_START
    yield _release("MCD NCDs", "coverage_policies", "CMS NCDs", OPEN_START, day), policies


MCD: Final = Importer(
    "Medicare Coverage Database",
    recognizes,
    load,
    page="https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx",
    files=("current_article.zip", "current_lcd.zip", "ncd.zip"),
    tables={
        "coverage_policies": "an article, LCD or NCD",
        "coverage_states": "a policy and a state where it applies",
        "coverage_procedures": "a procedure and the diagnosis list that a policy ties it to",
        "coverage_diagnoses": "a diagnosis in a policy's list",
    },
    columns={
        "kind, title, version, has_earlier_version, payers, citation, coverage_level": "about the policy",
        "state, region": "where it applies; region is CMS's own letters for a part of a state",
        "policy, group, covered": "the list, and whether its diagnoses are covered or not",
        "advisory": "true if the policy's prose decides",
        "and_group": "another list that must have a diagnosis too",
        "needs_second": "marked with an asterisk: a second diagnosis is required",
    },
)
