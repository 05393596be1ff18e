"""Small expressions over the derived tables, shared by edits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import accumulate
from typing import Final

import numpy as np
import polars as pl

MODIFIERS: Final = tuple(f"modifier_{n}" for n in range(1, 5))
POINTERS: Final = tuple(f"diagnosis_pointer_{n}" for n in range(1, 5))

IS_PROFESSIONAL: Final = pl.col("claim_type") == "professional"
IS_MEDICARE: Final = (pl.col("rules_of") == "medicare").fill_null(value=False)
"""For `Claims.lines` and `Claims.claims`: Medicare's own rules apply to the claim."""
IS_INSTITUTIONAL: Final = pl.col("claim_type") == "institutional"
IS_REFUSED: Final = pl.col("outcome").is_in(["denied", "reversed"]).fill_null(value=False)
"""True for an earlier line that the payer denied, or whose payment was taken back; false if nothing is known."""
IS_ICD10: Final = pl.col("icd_version") == 10
IS_FIRST_LISTED: Final = pl.col("diagnosis_number") == 1
IS_BILLING_DIAGNOSIS: Final = pl.col("diagnosis_type").is_in(["principal", "other"])
CODES_NOT_LOADED: Final = pl.col("code_loaded") == pl.lit(value=False)
"""For `Claims.diagnoses`: the validity table doesn't cover the diagnosis date."""

DISTINCT_MODIFIERS: Final = ("59", "XE", "XS", "XP", "XU")
REPEAT_MODIFIERS: Final = ("76", "77", "91")
MILDER_IN_TABLES: Final = (
    pl.when(pl.col("segment_number").is_null()).then(pl.lit("warn")).alias("disposition")
)
"""For findings about something missing: a warning unless the claim was read from an 837, since a table may lack the column."""
SIDE_OF_MODIFIER: Final = {
    **dict.fromkeys(
        ("LT", "E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"), "left"
    ),
    **dict.fromkeys(
        ("RT", "E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"), "right"
    ),
}
"""The side that a modifier names: of the body, a lid, a finger or a toe."""
ANATOMIC_MODIFIERS: Final = (
    *("E1", "E2", "E3", "E4", "LT", "RT", "LC", "LD", "LM", "RC", "RI"),
    *(f"F{n}" for n in "A123456789"),
    *(f"T{n}" for n in "A123456789"),
)
_FEW: Final = 3
SEVERAL_MODIFIERS: Final = pl.col("modifier_2").is_not_null() | pl.col("modifier_3").is_not_null()
SETTLED: Final = date(2015, 10, 1)
"""Small code sets have changed little since this day.

A code that was in force then and hasn't ended needs no further check.
"""


def has_modifier(*modifiers: str) -> pl.Expr:
    """True if one of the line's four modifiers is among these; never null."""
    if len(modifiers) <= _FEW:  # comparing is several times faster than looking for each in a list
        return pl.any_horizontal(pl.col(name).eq_missing(one) for name in MODIFIERS for one in modifiers)  # fmt: skip
    return pl.any_horizontal(pl.col(name).is_in(modifiers) for name in MODIFIERS).fill_null(
        value=False
    )


def modifiers_among(*modifiers: str) -> pl.Expr:
    """The line's modifiers that are among these, as a list."""
    own = pl.concat_list(MODIFIERS).list.set_intersection(pl.lit(list(modifiers)))
    return own.list.drop_nulls()


def in_ranges(column: str, ranges: Iterable[tuple[str, str]]) -> pl.Expr:
    """True for codes in one of many ranges, both ends included: one binary search instead of a test for each range."""
    firsts, lasts = zip(*sorted(ranges), strict=True)
    ends = pl.Series(accumulate(lasts, max))  # where ranges overlap, the latest end counts
    code = pl.col(column)
    at = pl.lit(pl.Series(firsts)).search_sorted(code, side="right").cast(pl.Int64) - 1
    return (at >= 0) & (pl.lit(ends).gather(at.clip(0)) >= code)


def names_payer() -> pl.Expr:
    """True if a rule's `payers` list names the claim's payer: by program, payer class or payer id."""
    return pl.any_horizontal(
        pl.col("payers").list.contains(pl.col(name)).fill_null(value=False)
        for name in ("rules_of", "payer_class", "payer_id")
    )


def is_missing(column: str) -> pl.Expr:
    """True if a text column is null or blank."""
    return pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")


def in_force(day: str, first: str = "valid_from", last: str = "valid_to") -> pl.Expr:
    """True if `day` is in the row's period; null if there is no day."""
    return pl.col(day).is_between(pl.col(first), pl.col(last))


def fails_luhn(column: str) -> pl.Expr:
    """True if a column has a value that isn't a valid National Provider Identifier.

    An NPI has ten digits and starts with 1 or 2. Its last digit is the Luhn check digit of the
    first nine with the prefix 80840, which adds 24 to the sum. Null if the column is null.

    Source: 45 CFR 162.406; CMS, "Requirements for NPI and NPI check digit".
    """
    number = pl.col(column).cast(pl.UInt64, strict=False)
    total = _luhn(0).gather(number // 100_000 % 100_000) + _luhn(1).gather(number % 100_000)
    well_formed = pl.col(column).str.contains(r"^[12][0-9]{9}$")
    wrong = ~well_formed | ((total + 24) % 10 != 0).fill_null(value=True)
    return pl.when(pl.col(column).is_not_null()).then(wrong)


@cache
def _luhn(first_doubled: int) -> pl.Expr:
    """The Luhn sum of every five-digit number, doubling every second digit from `first_doubled`."""
    numbers = np.arange(100_000)
    total = np.zeros(100_000, dtype=np.int64)
    for place in range(5):
        digit = numbers // 10 ** (4 - place) % 10
        doubled = digit * 2 if place % 2 == first_doubled else digit
        total += doubled // 10 + doubled % 10
    return pl.lit(pl.Series(total))


def dotted(column: str) -> pl.Expr:
    """An ICD code with its dot; anything that isn't a code stays unchanged."""
    code = pl.col(column)
    return (
        pl.when(code.str.contains(r"^[A-Z0-9]{4,}$"))
        .then(code.str.slice(0, 3) + "." + code.str.slice(3))
        .otherwise(code)
    )


def listed(codes: Iterable[str]) -> str:
    """Codes as a sentence lists them: the first twelve, and how many more."""
    every = list(codes)
    shown = ", ".join(every[:12])
    return shown if len(every) <= 12 else f"{shown} and {len(every) - 12} more"


def daily_units() -> pl.Expr:
    """Units of a line; for a span of days, the daily average, rounded to a whole number.

    Source: Medicare NCCI Policy Manual, chapter I, section V.
    """
    units = pl.col("units").cast(pl.Float64)
    length = (pl.col("to_date") - pl.col("from_date")).dt.total_days() + 1
    return pl.when(length > 1).then((units / length).round(0)).otherwise(units)
