"""How often a service may be done: limits, the lines they bind, and the days they count from."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_INSTITUTIONAL, IS_REFUSED, in_force, names_payer
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_READ: Final = (
    "claim_key", "line_number", "stands", "is_history", "patient_key", "procedure_code", "from_date", "rules_of", "payer_class",
)  # fmt: skip


def has_limit(reference: Reference) -> pl.Expr:
    """True for lines with a procedure that has a limit."""
    return pl.col("procedure_code").is_in(reference.table("frequency_limits")["code"].implode())


def limited(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines for whose payer a limit is known on their day: with most, period, reason, citation."""
    return limited_on_some_day(claims, reference).filter(in_force("from_date"))


def limited_on_some_day(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines for whose payer a limit is known, on whatever day."""
    lines = claims.lines.select(_READ).filter(
        has_limit(reference), "stands", ~pl.col("is_history").fill_null(value=False), pl.col("patient_key").is_not_null(), pl.col("from_date").is_not_null()
    )
    limits = reference.narrow("frequency_limits", lines["procedure_code"]).select(
        pl.col("code").alias("procedure_code"), "most", "period", "reason", "citation", "diagnoses", "others", "payers", "valid_from", "valid_to", "release"
    )
    payers = claims.claims.select("claim_key", "payer_id")
    found = lines.join(limits, on="procedure_code").join(payers, on="claim_key", how="left").filter(names_payer())
    bound = [
        rows if not said else rows.join(billed_for(claims, said), on=_LINE, how="semi") for (said,), rows in found.group_by("diagnoses", maintain_order=True)
    ]
    return pl.concat(bound) if bound else found


def billed_for(claims: Claims, diagnoses: str) -> pl.DataFrame:
    """The lines that a diagnosis stands behind: one that they point at or, on an institutional claim, any of it.

    Args:
        claims: the claims, history included.
        diagnoses: beginnings of codes, separated by blanks; lines with one that follows a minus are left out.
    """
    wanted = [begin for begin in diagnoses.split(" ") if not begin.startswith("-")]
    spared = [begin.removeprefix("-") for begin in diagnoses.split(" ") if begin.startswith("-")]
    found = _lines_with(claims, wanted)
    return found.join(_lines_with(claims, spared), on=list(_LINE), how="anti") if spared else found


def _lines_with(claims: Claims, begins: list[str]) -> pl.DataFrame:
    is_one = pl.any_horizontal(pl.col("diagnosis_code").str.starts_with(begin) for begin in begins)
    pointed = claims.line_diagnoses.filter(is_one).select(_LINE)
    on_bill = claims.diagnoses.filter(is_one, IS_INSTITUTIONAL, IS_BILLING_DIAGNOSIS).select("claim_key").unique()
    return pl.concat([pointed, claims.lines.select(_LINE).join(on_bill, on="claim_key", how="semi")]).unique()


_WHO: Final = ("patient_key", "procedure_code")
_LINE: Final = ("claim_key", "line_number")
_NUMBER: Final = pl.col("period").str.extract(r":([0-9]+)$").cast(pl.Int64)
_KIND: Final = pl.col("period").str.extract(r"^([a-z_]+)")


def in_turn(claims: Claims, codes: pl.Series, among: pl.DataFrame | None = None, others: str = "") -> pl.DataFrame:
    """The lines of some procedures by patient, procedure and day: `_turn` numbers them, `earlier_date` is the day of the one before.

    `_day_turn` numbers their days, and `_day_before` is the day before: the facility's and the doctor's line of one service count once.
    Earlier lines that the payer denied don't count: they use up no limit.

    Args:
        claims: the claims, history included.
        codes: the procedures.
        among: the only lines that count, if not all do.
        others: codes that count as the first of the procedures, separated by blanks.
    """
    every = pl.concat([codes, pl.Series(others.split(), dtype=pl.String)])
    counts = pl.col("stands") & ~IS_REFUSED & pl.col("procedure_code").is_in(every.implode())
    counted = claims.lines.filter(counts)
    if others:
        counted = counted.with_columns(pl.lit(codes[0]).alias("procedure_code"))
    lines = (
        (counted if among is None else counted.join(among, on=list(_LINE), how="semi"))
        .select(*_WHO, "from_date", *_LINE)
        .drop_nulls([*_WHO, "from_date"])
        .sort(*_WHO, "from_date", *_LINE)
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_turn"), pl.col("from_date").shift(1).alias("earlier_date"))
    )
    days = lines.select(*_WHO, "from_date").unique(maintain_order=True)
    numbered = days.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_day_turn"), pl.col("from_date").shift(1).alias("_day_before"))
    return lines.join(numbered, on=[*_WHO, "from_date"], how="left", maintain_order="left")


def counted_from(asked: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Lines with their `_turn`, and as `_first` the turn of the first line that counts for their limit's period.

    Of a limit for a day, lines are counted; of any other, days.
    """
    if asked.is_empty():
        return _counted(asked, turns)
    of_day, others = asked.filter(_KIND == "day"), asked.filter(_KIND != "day")
    by_day = turns.with_columns(pl.col("_day_turn").alias("_turn"), pl.col("_day_before").alias("earlier_date"))
    return pl.concat([_counted(of_day, turns), _counted(others, by_day)])


def _counted(asked: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    return (
        asked.join(turns.select(*_LINE, "_turn", "earlier_date"), on=_LINE)
        .with_columns(first_counted().alias("_since"))
        .drop_nulls("_since")
        .sort("_since")
        .join_asof(
            turns.sort("from_date", "_turn").select(*_WHO, pl.col("from_date").alias("_day"), pl.col("_turn").alias("_first")),
            left_on="_since",
            right_on="_day",
            by=list(_WHO),
            strategy="forward",
            check_sortedness=False,
        )
    )


def in_words() -> pl.Expr:
    """How far a line's limit looks back."""
    return (
        pl.when(_KIND == "calendar_year")
        .then(pl.lit("the calendar year so far"))
        .when(_KIND == "lifetime")
        .then(pl.lit("the patient's whole life"))
        .otherwise(worded("the {} {} before", _NUMBER, _KIND))
    )


def first_counted() -> pl.Expr:
    """The first day that counts for a line's limit."""
    return (
        pl.when(_KIND == "day")
        .then("from_date")
        .when(_KIND == "calendar_year")
        .then(pl.date(pl.col("from_date").dt.year(), 1, 1))
        .when(_KIND == "months")
        .then(pl.col("from_date").dt.month_start().dt.offset_by(worded("-{}mo", _NUMBER)))
        .when(_KIND == "days")
        .then(pl.col("from_date") - pl.duration(days=_NUMBER - 1))
        .when(_KIND == "lifetime")
        .then(pl.date(1, 1, 1))
    )


def first_again() -> pl.Expr:
    """The first day on which it may be done again after `earlier_date`; null for never."""
    return (
        pl.when(_KIND == "months")
        .then(pl.col("earlier_date").dt.month_start().dt.offset_by(worded("{}mo", _NUMBER + 1)))
        .when(_KIND == "calendar_year")
        .then(pl.date(pl.col("earlier_date").dt.year() + 1, 1, 1))
        .when(_KIND == "days")
        .then(pl.col("earlier_date") + pl.duration(days=_NUMBER))
        .when(_KIND == "day")
        .then(pl.col("earlier_date") + pl.duration(days=1))
    )
