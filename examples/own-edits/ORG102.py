"""ORG102: our plan pays at most four units of therapeutic exercise on a claim's day."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_MOST = 4
_IS_EXERCISE = pl.col("procedure_code") == "97110"


@query_edit(
    scope="claim",
    when={"lines": _IS_EXERCISE},
    code="ORG102",
    name="too-much-exercise-in-a-day",
    disposition=Disposition.WARN,
    carc="119",
    source=Source(
        "Example Health Plan provider manual",
        "section 7.2",
        "Example Health Plan",
        date(2026, 11, 27),
    ),
    column="lines.units",
    message="{total} units of 97110 on {from_date}. The plan pays at most {most} per day.",
    suggestion="Check the units against the minutes in the record.",
    examples=(
        fails(
            "five units on two lines",
            professional(
                lines=[
                    {"procedure_code": "97110", "units": 3},
                    {"procedure_code": "97110", "units": 2},
                ]
            ),
            line_number=2,
            says="5 units",
        ),
        passes("four units", professional(lines=[{"procedure_code": "97110", "units": 4}])),
        passes(
            "three units on each of two days",
            professional(
                lines=[
                    {"procedure_code": "97110", "units": 3},
                    {"procedure_code": "97110", "units": 3, "from_date": "2026-05-11"},
                ]
            ),
        ),
    ),
)
def too_much_exercise_in_a_day(claims: Claims, reference: Reference) -> Rows:
    """More than four units of therapeutic exercise on one day of a claim.

    The plan doesn't pay the units above four, and asks for the record.

    What to do: check the units against the minutes in the record.
    """
    del reference
    return (
        claims.lines.lazy()
        .filter(_IS_EXERCISE)
        .group_by("claim_key", "from_date")
        .agg(pl.col("line_number").max(), pl.col("units").sum().alias("total"))
        .filter(pl.col("total") > _MOST)
        .with_columns(pl.lit(_MOST).alias("most"))
    )
