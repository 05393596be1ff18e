"""Operations with a global period, and the services after them.

Source: CMS, Medicare Claims Processing Manual, chapter 12, sections 40.1 and 40.2.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.availability import COVERED, TABLES
from cleanclaim.derived.claims import Claims
from cleanclaim.derived.earlier import latest_before
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Rows
from cleanclaim.model.expressions import IS_PROFESSIONAL, MODIFIERS, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

NO_ROWS: Final = pl.DataFrame(schema={"claim_key": pl.Int64})
_PERIODS: Final = {"010": 10, "090": 90}
_LONGEST: Final = max(_PERIODS.values())
_BY_WHOM: Final = {"provider": ["provider_npi"], "group and specialty": ["billing_npi", "rendering_taxonomy_code"]}
_OPERATION: Final = r"^[1-6][0-9]{4}$"
_PART_OF_CARE: Final = ("54", "55", "56", "80", "81", "82", "AS")
_VISIT_EXPLAINED: Final = ("24", "57", "FT")
_PROCEDURE_EXPLAINED: Final = ("58", "78", "79", "54", "55", "56", "80", "81", "82", "AS")
_READ: Final = (
    "claim_key", "line_number", "claim_type", "is_history", "stands", "patient_key", "provider_npi", "billing_npi", "rendering_taxonomy_code",
    "procedure_code", *MODIFIERS, "from_date", "visit", "global_days", "release",
)  # fmt: skip
_IS_PAST: Final = pl.col("is_history").fill_null(value=False)
VISIT_OR_OPERATION: Final = IS_PROFESSIONAL & (pl.col("procedure_code").str.contains(r"^(99[2-4][0-9][0-9]|920[01][0-9]|[1-6][0-9]{4})$"))


def services(claims: Claims) -> pl.DataFrame:
    """The professional lines of known patients that count, with what the fee schedule says of them."""
    return claims.line_fees.select(_READ).filter(IS_PROFESSIONAL, "stands", pl.col("patient_key").is_not_null())


def operations(given: pl.DataFrame) -> pl.DataFrame:
    """Operations with a global period of 10 or 90 days, done whole: surgery_code, surgery_date, period, and by whom."""
    periods = pl.col("global_days").replace_strict(_PERIODS, default=None, return_dtype=pl.Int64)
    return (
        given.filter(~pl.col("visit"), ~has_modifier(*_PART_OF_CARE))
        .with_columns(periods.alias("period"))
        .filter(pl.col("period").is_not_null())
        .select(
            "patient_key",
            pl.col("procedure_code").alias("surgery_code"),
            pl.col("from_date").alias("surgery_date"),
            "period",
            "release",
            "provider_npi",
            "billing_npi",
            "rendering_taxonomy_code",
        )
    )


def unexplained(given: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Current visits and operations without a modifier that takes them out of a global period, with `modifiers` that would and `advice`."""
    preventive = reference.table("visit_codes").filter(pl.col("visit_kind") == "preventive")["code"]
    current = given.filter(~_IS_PAST)
    visits = current.filter("visit", ~pl.col("procedure_code").is_in(preventive.implode()), ~has_modifier(*_VISIT_EXPLAINED)).with_columns(
        pl.lit("24 or 57").alias("modifiers"),
        pl.lit("Add modifier 24 if the record shows that the visit was for something else, or 57 if surgery was decided on then.").alias("advice"),
    )
    procedures = current.filter(~pl.col("visit"), pl.col("global_days").is_in(["000", "010", "090"]), ~has_modifier(*_PROCEDURE_EXPLAINED)).with_columns(
        pl.lit("58, 78 or 79").alias("modifiers"),
        pl.lit("Add modifier 58 if it was planned, 78 for a return to the operating room, or 79 if it was unrelated, as the record shows.").alias("advice"),
    )
    return pl.concat([visits, procedures]).drop("release")


def after_operations(asked: pl.DataFrame, earlier: pl.DataFrame) -> pl.LazyFrame:
    """Services with the latest earlier operation of each period by the same provider, or by the same group and specialty (`who`)."""
    shown = ("surgery_code", "surgery_date", "period", "release")
    found = [
        latest_before(
            asked.lazy(), earlier.lazy().filter(pl.col("period") == period).select("patient_key", *same, *shown), ["patient_key", *same], "surgery_date"
        ).with_columns(pl.lit(who).alias("who"))
        for who, same in _BY_WHOM.items()
        for period in _PERIODS.values()
    ]
    return pl.concat(found)


def earlier_operations_unknown(claims: Claims, reference: Reference) -> Rows:
    """The visits and operations for which earlier operations, or their global periods, aren't known."""
    del reference
    asked = claims.lines.filter(VISIT_OR_OPERATION & ~_IS_PAST).select("claim_key", "line_number", "patient_key", "from_date")
    first = pl.col("from_date") - pl.duration(days=_LONGEST)
    beyond = beyond_history(
        claims, asked, first=first, period=f"the {_LONGEST} days before", purpose="to tell whether an earlier operation's payment covers it"
    )
    return pl.concat([beyond, _unknown_periods(claims, asked)])


def _unknown_periods(claims: Claims, asked: pl.DataFrame) -> pl.DataFrame:
    is_operation = pl.col("procedure_code").str.contains(_OPERATION)
    unvalued = claims.lines.filter(_IS_PAST, is_operation, pl.Series(claims.coverage("mpfs") != COVERED)).select("patient_key", "procedure_code").unique()
    table = TABLES["mpfs"]
    reason = worded("the global period of the earlier {} is not known: no loaded {} has it", "procedure_code", pl.lit(table.words))
    return asked.join(unvalued, on="patient_key").select(
        "claim_key", "line_number", reason.alias("reason"), pl.lit(table.supply).alias("supply"), pl.lit("mpfs").alias("table"), "procedure_code"
    )
