"""ORG103: our plan pays one physical therapy evaluation in 90 days."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_DAYS = 90
_IS_EVALUATION = pl.col("procedure_code").is_in(["97161", "97162", "97163"])
_IS_CURRENT = ~pl.col("is_history").fill_null(value=False)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    del reference
    return beyond_history(
        claims,
        claims.lines.filter(_IS_EVALUATION, _IS_CURRENT),
        first=pl.col("from_date") - pl.duration(days=_DAYS - 1),
        period=f"the {_DAYS} days before",
        purpose="to tell when the last evaluation was",
    )


@query_edit(
    scope="patient",
    when={"lines": _IS_EVALUATION},
    code="ORG103",
    name="evaluation-too-soon",
    disposition=Disposition.DENY_LINE,
    carc="119",
    source=Source(
        "Example Health Plan provider manual",
        "section 7.4",
        "Example Health Plan",
        date(2026, 11, 27),
    ),
    column="lines.procedure_code",
    message="{procedure_code} on {from_date} is {days} days after the last evaluation ({last_code} on {last_date}). The plan pays one every 90 days.",
    suggestion="Bill a re-evaluation, 97164, if that is what the record shows.",
    unchecked=_unchecked,
    examples=(
        fails(
            "three weeks after the last",
            professional(
                claim_id="A",
                is_history=True,
                from_date="2026-04-21",
                lines=[{"procedure_code": "97161"}],
            ),
            professional(claim_id="B", lines=[{"procedure_code": "97162"}]),
            line_number=1,
            says="21 days",
        ),
        passes(
            "90 days after the last",
            professional(
                claim_id="A",
                is_history=True,
                from_date="2026-02-11",
                lines=[{"procedure_code": "97161"}],
            ),
            professional(claim_id="B", lines=[{"procedure_code": "97162"}]),
        ),
        unchecked(
            "without earlier claims",
            professional(lines=[{"procedure_code": "97161"}]),
        ),
        unchecked(
            "the earlier claims begin too late",
            professional(claim_id="A", is_history=True, from_date="2026-04-21"),
            professional(claim_id="B", lines=[{"procedure_code": "97161"}]),
            history=("2026-04-01", "2026-05-11"),
        ),
    ),
)
def evaluation_too_soon(claims: Claims, reference: Reference) -> Rows:
    """A physical therapy evaluation less than 90 days after the patient's last one.

    The plan pays one evaluation every 90 days and denies the others.

    What to do: bill a re-evaluation if the record shows one.
    """
    del reference
    evaluations = claims.lines.lazy().filter(_IS_EVALUATION, "stands")
    earlier = evaluations.select(
        "patient_key",
        pl.col("from_date").alias("last_date"),
        pl.col("procedure_code").alias("last_code"),
    )
    return (
        evaluations.filter(_IS_CURRENT)
        .join(earlier, on="patient_key")
        .with_columns((pl.col("from_date") - pl.col("last_date")).dt.total_days().alias("days"))
        .filter(pl.col("days").is_between(1, _DAYS - 1))
        .sort("last_date")
        .unique(["claim_key", "line_number"], keep="last")
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "days",
            "last_code",
            "last_date",
        )
    )
