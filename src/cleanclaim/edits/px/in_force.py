"""Whether procedure codes were in force, by all lists that are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.derived.availability import TABLES, covered
from cleanclaim.derived.claims import Claims
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference
from cleanclaim.reference.periods import Periods
from cleanclaim.text.wording import worded

CODE: Final = r"^([0-9]{5}|[0-9]{4}[AFTUM]|[A-CE-V][0-9]{4})$"
_LEVEL_II: Final = r"^[A-CE-V][0-9]{4}$"
_IN_FEE_SCHEDULE: Final = r"^[0-9]{4}[0-9FT]$"
_TABLES: Final = ("procedure_codes", "hcpcs", "cpt", "mpfs")
_IS_NO_DELETION: Final = (pl.col("status") != "D") & pl.col("modifier").is_null()
_IS_PROCEDURE: Final = pl.col("procedure_qualifier").ne_missing("HP") & ~pl.col("revenue_center_code").is_in(["0022", "0023", "0024"]).fill_null(value=False)
"""False for a payment group (HIPPS code), which may look like a procedure code."""
_KINDS: Final = (("hcpcs", _LEVEL_II), ("cpt", r"^[0-9]{4}[0-9AFTUM]$"), ("mpfs", _IN_FEE_SCHEDULE))
"""A list, and the codes of which it holds all."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the lists say of lines.

    Attributes:
        wrong: lines whose code was not in force: keys, procedure_code, from_date, what, release.
        unknown: lines whose code is in no list, as rows of `not_checked`.
    """

    wrong: pl.DataFrame
    unknown: pl.DataFrame


def judged(claims: Claims, reference: Reference) -> Judged:
    """Look the lines' codes up.

    Args:
        claims: the claims.
        reference: the dated tables.

    Returns:
        What was not in force, and what could not be told.
    """
    kept = claims.kept.get("procedures")
    if not isinstance(kept, Judged):
        kept = _judged(claims, reference)
        claims.kept["procedures"] = kept
    return kept


def _judged(claims: Claims, reference: Reference) -> Judged:
    doubtful = ~_is_in_force(claims, reference)
    if not doubtful.any():
        return _nothing()
    lines = claims.lines.filter(
        doubtful, _IS_PROCEDURE, ~pl.col("is_history").fill_null(value=False), pl.col("procedure_code").str.contains(CODE), pl.col("from_date").is_not_null()
    ).select("claim_key", "line_number", "procedure_code", "from_date")
    keys = ["procedure_code", "from_date"]
    asked = lines.select(keys).unique()
    met = asked.join(_periods(reference, asked["procedure_code"]), left_on="procedure_code", right_on="code", how="left")
    told = (
        met.group_by(keys)
        .agg(
            in_force("from_date").any().fill_null(value=False).alias("_valid"),
            _before().max().alias("_last"),
            _after().min().alias("_next"),
            pl.col("dated").any().fill_null(value=False).alias("_dated"),
            pl.col("release").last(),
        )
        .filter(~pl.col("_valid"))
        .with_columns(_is_listed_whole(reference).alias("_whole"))
        .with_columns(_what().alias("what"))
    )
    wrong = told.filter(pl.col("what").is_not_null()).select(*keys, "what", "release")
    silent = told.filter(pl.col("what").is_null()).select(keys)
    return Judged(lines.join(wrong, on=keys).select("claim_key", "line_number", *keys, "what", "release"), _untold(lines.join(silent, on=keys)))


@cache
def _nothing() -> Judged:
    schema = {"claim_key": pl.Int64, "line_number": pl.Int64, "procedure_code": pl.String, "from_date": pl.Date, "what": pl.String, "release": pl.String}
    return Judged(pl.DataFrame(schema=schema), pl.DataFrame(schema={"claim_key": pl.Int64}))


def _is_in_force(claims: Claims, reference: Reference) -> pl.Series:
    """True where some list holds the code on the day: most lines need no closer look."""
    codes, on = claims.line_codes, claims.line_days
    found = np.zeros(len(on), dtype=bool)
    for table in _TABLES:
        if table in reference.names():
            keep = _IS_NO_DELETION if table == "mpfs" else None
            periods = Periods.of(reference, table, keep)
            held = periods.rows_on(periods.spans(codes), on) >= 0
            if table == "mpfs":  # of Level II codes their own list is the authority where it is loaded
                own = (codes.numbers >> np.uint64(56)) >= ord("A")
                held &= ~(own & covered(on, reference.whole("hcpcs")))
            found |= held
    return pl.Series(found)


def _periods(reference: Reference, codes: pl.Series) -> pl.DataFrame:
    """When the codes were in force, by every list that holds them; `dated` where the list tells the days and is not just cut to its own."""
    parts = []
    for table in _TABLES:
        if table not in reference.names():
            continue
        rows = reference.narrow(table, codes)
        if table == "mpfs":
            rows = rows.filter(_IS_NO_DELETION)
            if reference.whole("hcpcs"):
                rows = rows.filter(~pl.col("code").str.contains(_LEVEL_II))
        parts.append(rows.select("code", "valid_from", "valid_to", "release", pl.lit(table == "procedure_codes").alias("dated")))
    return pl.concat(parts).unique(maintain_order=True)


def _before() -> pl.Expr:
    return pl.col("valid_to").filter(pl.col("valid_to") < pl.col("from_date"))


def _after() -> pl.Expr:
    return pl.col("valid_from").filter(pl.col("valid_from") > pl.col("from_date"))


def _is_listed_whole(reference: Reference) -> pl.Expr:
    """True where a list that holds all codes of the kind is loaded for the day."""
    whole = pl.lit(value=False)
    for table, form in _KINDS:
        for first, last in reference.whole(table):
            on_day = pl.col("from_date").is_between(pl.lit(first), pl.lit(last))
            whole |= pl.col("procedure_code").str.contains(form) & on_day
    return whole


def _what() -> pl.Expr:
    """What is wrong with a code that no list has in force; null where nobody can tell."""
    known = pl.col("_whole") | pl.col("_dated")
    return (
        pl.when(known & pl.col("_last").is_not_null())
        .then(worded("ended on {}", "_last"))
        .when(known & pl.col("_next").is_not_null())
        .then(worded("isn't valid before {}", "_next"))
        .when("_whole")
        .then(pl.lit("is in none of the lists of codes that are loaded for that day"))
    )


def _untold(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines whose code is in no list that covers its day, as rows of `not_checked`."""
    table = TABLES["procedure_codes"]
    year = pl.col("from_date").dt.year()
    return lines.select(
        "claim_key",
        "line_number",
        worded("no {} loaded for {} has {}", pl.lit(table.words), year, "procedure_code").alias("reason"),
        pl.lit(table.supply).alias("supply"),
        pl.lit("procedure_codes").alias("table"),
        "procedure_code",
    )
