"""Whether a dated table speaks of a code on a day: by a whole release, by a release of a few codes that holds it, or not at all.

Some tables depend on the claim: unit limits and pairs of procedures have one table for practitioners and one for hospital outpatients, and Medicaid has its
own. `ROUTES` names them; `table_of_lines` says which one stands for each line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.reference import Reference, starter
from cleanclaim.reference.periods import Days, days, is_among, packed

NO_TABLE: Final = 0
OUTSIDE: Final = 1
SPEAKS: Final = 2
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
        "coverage policy",
        "CMS's Medicare Coverage Database export, or your own table of policies",
    ),
    "telehealth": Loadable("telehealth list", "CMS's list of telehealth services"),
    "clia_qw": Loadable("list of waived tests", "CMS's clinical laboratory fee schedule"),
    "frequency_limits": Loadable("frequency limit", "a table of frequency limits"),
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
_SUPPLIER: Final = r"^(332B|335E)"


def routes(lines: pl.DataFrame, reference: Reference, name: str) -> pl.Series:
    """The table that stands for each line.

    Args:
        lines: with claim_type, rules_of, billing_taxonomy_code, is_inpatient, from_date.
        reference: the dated tables.
        name: a name that edits ask for.

    Returns:
        Names of tables; null for a line to which no such table applies (inpatient and dental claims).
    """
    if name not in ROUTES:
        return pl.Series("table", [name]).new_from_index(0, lines.height)
    own = _routed(ROUTES[name])
    theirs = _routed(MEDICAID[name])
    has_theirs = pl.lit(value=False)
    for table in MEDICAID[name]:
        covered = _on_days(pl.col("from_date"), reference.coverage(table))
        has_theirs |= (theirs == table) & covered
    medicaid = (pl.col("rules_of") == "medicaid") & has_theirs
    chosen = pl.when(medicaid.fill_null(value=False)).then(theirs).otherwise(own)
    return lines.select(chosen.alias("table")).to_series()


def _routed(tables: tuple[str, str, str]) -> pl.Expr:
    practitioner, hospital, supplier = tables
    is_supplier = pl.col("billing_taxonomy_code").str.contains(_SUPPLIER).fill_null(value=False)
    return (
        pl.when((pl.col("claim_type") == "professional") & is_supplier)
        .then(pl.lit(supplier))
        .when(pl.col("claim_type") == "professional")
        .then(pl.lit(practitioner))
        .when((pl.col("claim_type") == "institutional") & ~pl.col("is_inpatient"))
        .then(pl.lit(hospital))
    )


def _on_days(day: pl.Expr, spans: Sequence[tuple[date, date]]) -> pl.Expr:
    covered = pl.lit(value=False)
    for first, last in spans:
        covered |= day.is_between(pl.lit(first), pl.lit(last))
    return covered.fill_null(value=False)


def marks(lines: pl.DataFrame, tables: pl.Series, reference: Reference) -> Marks:
    """For each line whether its table speaks of its code on its day.

    Args:
        lines: with procedure_code and from_date.
        tables: the table of each line, as `routes` gives them.
        reference: the dated tables.

    Returns:
        `NO_TABLE`, `OUTSIDE` or `SPEAKS`; a line without code, day or table counts as spoken of, since nothing can be asked.
    """
    found = np.full(lines.height, SPEAKS, dtype=np.int8)
    on = days(lines["from_date"])
    askable = (lines["procedure_code"].is_not_null() & lines["from_date"].is_not_null()).to_numpy()
    for table in tables.unique().drop_nulls():
        here = (tables == table).fill_null(value=False).to_numpy() & askable
        missing = here & ~covered(on, reference.whole(table))
        if not missing.any():
            continue
        partly = missing & covered(on, reference.coverage(table))
        known = np.zeros(lines.height, dtype=bool)
        if partly.any():
            known = partly & is_among(packed(lines["procedure_code"]), _starter_codes(reference))
        found[missing & ~partly] = NO_TABLE
        found[partly & ~known] = OUTSIDE
    return found


def covered(on: Days, spans: Sequence[tuple[date, date]]) -> npt.NDArray[np.bool_]:
    """For each day whether it lies in one of some spans."""
    inside = np.zeros(len(on), dtype=bool)
    for first, last in spans:
        low, high = days(pl.Series([first, last], dtype=pl.Date))
        inside |= (on >= low) & (on <= high)
    return inside


def _starter_codes(reference: Reference) -> npt.NDArray[np.uint64]:
    kept = reference.derived(
        "starter codes",
        lambda: pl.DataFrame({"code": np.sort(packed(starter.codes()["code"]))}),
    )
    return kept["code"].to_numpy()


def unspoken(
    lines: pl.DataFrame, asked: npt.NDArray[np.bool_], found: Marks, name: str
) -> pl.DataFrame | None:
    """What to tell of lines that no table speaks of: one row for each year without a table, and one for each code outside a table of few.

    Args:
        lines: with procedure_code and from_date.
        asked: the lines that an edit asks about.
        found: their marks.
        name: the table's name as edits ask for it.

    Returns:
        Rows of `not_checked` without a claim: reason, supply, table, procedure_code, lines. None where there is nothing to tell.
    """
    told = TABLES[name]
    without = pl.Series(asked & (found == NO_TABLE))
    outside = pl.Series(asked & (found == OUTSIDE))
    if not without.any() and not outside.any():
        return None
    by_year = lines.filter(without).group_by(pl.col("from_date").dt.year().alias("year")).len()
    by_code = lines.filter(outside).group_by("procedure_code").len()
    return pl.concat(
        [
            by_year.sort("year").select(
                pl.format("no {} is loaded for {}", pl.lit(told.words), "year").alias("reason"),
                pl.lit(None, pl.String).alias("procedure_code"),
                pl.col("len").cast(pl.Int64).alias("lines"),
            ),
            by_code.sort("procedure_code").select(
                pl.format(
                    "{} is not in the starter set, and no {} is loaded",
                    "procedure_code",
                    pl.lit(told.words),
                ).alias("reason"),
                "procedure_code",
                pl.col("len").cast(pl.Int64).alias("lines"),
            ),
        ]
    ).with_columns(
        pl.lit(None, pl.Int64).alias("claim_key"),
        pl.lit(told.supply).alias("supply"),
        pl.lit(name).alias("table"),
    )
