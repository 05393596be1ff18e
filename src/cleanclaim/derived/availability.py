"""Whether a dated table speaks of a code on a day: by a whole release, by a release of a few codes that holds it, or not at all.

Some tables depend on the claim: unit limits and pairs of procedures have one table for practitioners and one for hospital outpatients, and
Medicaid has its
own. `ROUTES` names them; `table_of_lines` says which one stands for each line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model.arrays import NO_DAY, Days, is_among, packed
from cleanclaim.reference import Reference, starter
from cleanclaim.text.wording import worded

_EPOCH: Final = date(1970, 1, 1).toordinal()
NO_TABLE: Final = 0
OUTSIDE: Final = 1
COVERED: Final = 2
Marks = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Loadable:
    """What a table is called, and what brings it."""

    words: str
    file: str

    @property
    def supply(self) -> str:
        """What a user does to have it."""
        return f"cleanclaim reference import (or update): {self.file}"


TABLES: Final = {
    "mpfs": Loadable("Medicare Physician Fee Schedule", "CMS's PFS relative value files (RVUyyX)"),
    "mue": Loadable("table of unit limits (MUE)", "CMS's NCCI medically unlikely edits"),
    "ptp": Loadable("table of procedure pairs (NCCI)", "CMS's NCCI procedure-to-procedure edits"),
    "ncci_add_on": Loadable("table of add-on codes", "CMS's NCCI add-on code edits"),
    "procedure_codes": Loadable(
        "list of procedure codes",
        "CMS's HCPCS file for Level II codes; CMS's PFS relative value files, or your CPT files, for CPT codes",
    ),
    "coverage": Loadable(
        "coverage policy that names the procedure",
        "CMS's Medicare Coverage Database export, or your own table of policies",
    ),
    "local policies": Loadable(
        "local coverage policy that names the procedure",
        "CMS's Medicare Coverage Database export, or your own table of policies",
    ),
    "national policies": Loadable(
        "national coverage policy that names the procedure",
        "CMS's Medicare Coverage Database export, or your own table of policies",
    ),
    "telehealth": Loadable("telehealth list", "CMS's list of telehealth services"),
    "opps": Loadable(
        "addendum B of outpatient hospital payment (OPPS)", "CMS's OPPS addendum B of the quarter"
    ),
    "clia_qw": Loadable("list of waived tests", "CMS's clinical laboratory fee schedule"),
    "frequency_limits": Loadable("frequency limit", "a table of frequency limits"),
    "code_rules": Loadable("rule of the payer about codes", "a table of code rules"),
}
"""By the name that edits ask for."""

ROUTES: Final = {
    "mue": ("mue_practitioner", "mue_hospital", "mue_dme"),
    "ptp": ("ncci_ptp_practitioner", "ncci_ptp_hospital", "ncci_ptp_practitioner"),
}
"""Medicare's tables for professional claims, outpatient hospital claims, suppliers' claims."""
MEDICAID: Final = {
    "mue": ("medicaid_mue_practitioner", "medicaid_mue_hospital", "medicaid_mue_dme"),
    "ptp": ("medicaid_ptp_practitioner", "medicaid_ptp_hospital", "medicaid_ptp_dme"),
}
_TABLES_OF: Final = {
    "mpfs": ("mpfs",), "mue": ROUTES["mue"], "ptp": ROUTES["ptp"], "ncci_add_on": ("ncci_add_on",), "procedure_codes": ("procedure_codes",),
    "coverage": ("coverage_procedures",), "telehealth": ("telehealth",), "opps": ("opps",), "clia_qw": ("clia_qw",),
}  # fmt: skip
"""The tables of publishers' files, by the name that edits ask for."""
_SUPPLIER: Final = pl.col("billing_taxonomy_code").str.contains(r"^(332B|335E)")
_SETTING: Final = (
    pl.when(pl.col("claim_type") == "professional")
    .then(pl.when(_SUPPLIER.fill_null(value=False)).then(2).otherwise(0))
    .when((pl.col("claim_type") == "institutional") & ~pl.col("is_inpatient"))
    .then(1)
    .cast(pl.UInt32)
    .alias("setting")
)


def wanting(reference: Reference) -> Iterator[tuple[Loadable, bool]]:
    """The tables that no publisher's file was imported for, each with whether the starter set has some codes of it."""
    for name, tables in _TABLES_OF.items():
        releases = [one for table in tables for one in reference.releases_of(table)]
        if all(one.embedded for one in releases):
            yield TABLES[name], bool(releases)


def settings(lines: pl.DataFrame) -> pl.Series:
    """Whose tables stand for each line: 0 practitioners', 1 hospital outpatients', 2 suppliers'; null for none (inpatient and dental claims).

    Args:
        lines: with claim_type, billing_taxonomy_code, is_inpatient.
    """
    return lines.select(_SETTING).to_series()


def routes(lines: pl.DataFrame, settings: pl.Series, name: str) -> pl.Series | str:
    """The table that stands for each line.

    Args:
        lines: with rules_of.
        settings: whose tables stand for each line, as `settings` tells.
        name: a name that edits ask for.

    Returns:
        Names of tables, null for a line to which no such table applies (inpatient and dental claims); one name where it is the same for all. Medicaid's lines
        have Medicaid's tables, loaded or not: its limits and pairs differ too much for Medicare's to stand in.
    """
    if name not in ROUTES:
        return name
    own = pl.Series("table", ROUTES[name]).gather(settings)
    theirs = pl.Series("theirs", MEDICAID[name]).gather(settings)
    is_medicaid = (lines["rules_of"] == "medicaid").fill_null(value=False)
    return theirs.zip_with(is_medicaid, own).alias("table") if is_medicaid.any() else own


def _on_days(day: pl.Expr, spans: Sequence[tuple[date, date]]) -> pl.Expr:
    covered = pl.lit(value=False)
    for first, last in spans:
        covered |= day.is_between(pl.lit(first), pl.lit(last))
    return covered.fill_null(value=False)


def on_uncovered_days(lines: pl.DataFrame, reference: Reference, table: str) -> pl.DataFrame:
    """The lines on days that no release of a table covers, as edits report them under not checked.

    Args:
        lines: with claim_key, line_number, procedure_code and from_date: those that the table has a row for on some day.
        reference: the dated tables.
        table: the table, a key of `TABLES`.
    """
    known = TABLES[table]
    year = pl.col("from_date").dt.year()
    return (
        lines.filter(
            pl.col("from_date").is_not_null(),
            ~_on_days(pl.col("from_date"), reference.coverage(table)),
        )
        .unique(["claim_key", "line_number"], maintain_order=True)
        .select(
            "claim_key",
            "line_number",
            worded("no {} is loaded for {}", pl.lit(known.words), year).alias("reason"),
            pl.lit(known.supply).alias("supply"),
            pl.lit(table).alias("table"),
            pl.lit(None, pl.String).alias("procedure_code"),
        )
    )


def marks(
    codes: npt.NDArray[np.uint64], on: Days, tables: pl.Series | str, reference: Reference
) -> Marks:
    """For each line whether its table speaks of its code on its day.

    Args:
        codes: the lines' procedure codes as numbers, 0 for none.
        on: their days as numbers.
        tables: the table of each line, as `routes` gives them.
        reference: the dated tables.

    Returns:
        `NO_TABLE`, `OUTSIDE` or `COVERED`; a line without code, day or table counts as spoken of, since nothing can be asked.
    """
    found = np.full(len(codes), COVERED, dtype=np.int8)
    askable = (codes != 0) & (on != NO_DAY)
    names = [tables] if isinstance(tables, str) else list(tables.unique().drop_nulls())
    for table in names:
        missing = askable & ~covered(on, reference.whole(table))
        if not missing.any():
            continue
        if not isinstance(tables, str):
            missing &= (tables == table).fill_null(value=False).to_numpy()
        partly = missing & covered(on, reference.coverage(table))
        known = partly & is_among(codes, _starter_codes(reference))
        found[missing & ~partly] = NO_TABLE
        found[partly & ~known] = OUTSIDE
    return found


def policy_marks(codes: npt.NDArray[np.uint64], on: Days, reference: Reference, kind: str) -> Marks:
    """As `marks`, for coverage policies: some policy of the kind names its code on its day, or all of the kind are loaded for it.

    Args:
        codes: the lines' procedure codes as numbers, 0 for none.
        on: their days as numbers.
        reference: the dated tables.
        kind: local or national; national lists come one by one, so that all of them are never known to be loaded.
    """
    table = "coverage_procedures"
    named = reference.derived(f"{kind} policies", lambda: _named(reference.table(table), kind))
    known = codes == 0
    on_some_day = np.flatnonzero(is_among(codes, named["code"].to_numpy()))
    if len(on_some_day):
        days = on.astype(np.int64)[on_some_day]
        lines = pl.DataFrame({"row": on_some_day, "code": codes[on_some_day], "on": days})
        on_day = pl.col("on").is_between("first", "last")
        known[lines.join(named, on="code").filter(on_day)["row"].to_numpy()] = True
    if kind == "local":
        known |= covered(on, reference.whole(table))
    known |= on == NO_DAY
    return np.where(known, COVERED, NO_TABLE).astype(np.int8)


def _named(table: pl.DataFrame, kind: str) -> pl.DataFrame:
    of_kind = table.filter(pl.col("kind") == kind)
    days = (
        pl.col(name).cast(pl.Date).to_physical().cast(pl.Int64)
        for name in ("valid_from", "valid_to")
    )
    return (
        pl.DataFrame({"code": packed(of_kind["code"])})
        .hstack(of_kind.select(*days).rename({"valid_from": "first", "valid_to": "last"}))
        .unique()
        .sort("code")
    )


def covered(on: Days, spans: Sequence[tuple[date, date]]) -> npt.NDArray[np.bool_]:
    """For each day whether it lies in one of some spans."""
    inside = np.zeros(len(on), dtype=bool)
    for first, last in spans:
        low, high = first.toordinal() - _EPOCH, last.toordinal() - _EPOCH
        inside |= (on >= low) & (on <= high)
    return inside


def _starter_codes(reference: Reference) -> npt.NDArray[np.uint64]:
    kept = reference.derived(
        "starter codes",
        lambda: pl.DataFrame({"code": np.sort(packed(starter.codes()["code"]))}),
    )
    return kept["code"].to_numpy()


def not_covered(lines: pl.DataFrame, found: Marks, name: str) -> pl.DataFrame:
    """The lines whose code the loaded tables don't cover on their day, and why.

    Args:
        lines: with claim_key, line_number, procedure_code, from_date and rules_of.
        found: their marks.
        name: the table's name as edits ask for it.

    Returns:
        Rows of `not_checked`, one for each line that isn't marked `COVERED`: claim_key, line_number, reason, supply, table,
        procedure_code (null if the table isn't loaded for the year at all).
    """
    missing = np.flatnonzero(found != COVERED)
    is_outside = pl.Series(found[missing] == OUTSIDE)
    table = TABLES[name]
    rows = lines.select("claim_key", "line_number", "procedure_code", "from_date", "rules_of")[
        missing
    ]
    year = pl.col("from_date").dt.year()
    is_medicaid = (pl.col("rules_of") == "medicaid") & pl.lit(value=name in MEDICAID)
    whose = pl.when(is_medicaid).then(pl.lit("Medicaid ")).otherwise(pl.lit(""))
    return rows.select(
        "claim_key",
        "line_number",
        pl.when(is_outside)
        .then(
            worded(
                "{} is not in the starter set, and no {} is loaded",
                "procedure_code",
                pl.lit(table.words),
            )
        )
        .otherwise(worded("no {}{} is loaded for {}", whose, pl.lit(table.words), year))
        .alias("reason"),
        pl.lit(table.supply).alias("supply"),
        pl.lit(name).alias("table"),
        pl.when(is_outside).then("procedure_code").alias("procedure_code"),
    )
