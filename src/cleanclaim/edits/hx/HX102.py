"""HX102: a service more often than its limit allows."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.hx.frequency import counted_from, first_again, has_limit, in_turn, limited
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.reference import Reference


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    if claims.has_history:
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    return (
        limited(claims, reference)
        .filter(pl.col("period") != "day")
        .unique(["claim_key", "line_number"])
        .select(
            "claim_key",
            "line_number",
            pl.lit("no earlier claims are loaded, so how often it was done is not known").alias(
                "reason"
            ),
        )
    )


@query_edit(
    code="HX102",
    name="more-often-than-allowed",
    disposition=Disposition.DENY_LINE,
    carc="119",
    rarc="M86",
    needs=("frequency_limits",),
    source=Source(
        "the payer's own frequency limit",
        "named in the finding; for Medicare's preventive services 42 CFR 410.15 to 410.42",
        "CMS, or the payer",
        date(2026, 11, 23),
    ),
    column="lines.procedure_code",
    message="{procedure_code} of {from_date} was done on {earlier_date} already: {reason} ({citation}).",
    suggestion="It is paid again from {again}.",
    unchecked=_unchecked,
    supply="--history with the patients' earlier claims",
    when={"lines": has_limit},
    examples=(
        fails(
            "a screening mammogram ten months after the last",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2025-07-20",
                patient_sex="F",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
            medicare(claim_id="B", diagnoses=["Z12.31"], lines=[{"procedure_code": "77067"}]),
            line_number=1,
            says="2026-07-01",
        ),
        passes(
            "in the twelfth month after",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2025-05-31",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
            medicare(
                claim_id="B",
                from_date="2026-05-01",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
        ),
        fails(
            "a first wellness visit for the second time",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2019-05-31",
                lines=[{"procedure_code": "G0438"}],
            ),
            medicare(claim_id="B", lines=[{"procedure_code": "G0438"}]),
            line_number=1,
            says="never again",
        ),
        passes(
            "another payer has limits of its own",
            professional(
                claim_id="A",
                is_history=True,
                from_date="2025-07-20",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
            professional(claim_id="B", diagnoses=["Z12.31"], lines=[{"procedure_code": "77067"}]),
        ),
        unchecked(
            "nothing earlier is known",
            medicare(diagnoses=["Z12.31"], lines=[{"procedure_code": "77067"}]),
        ),
    ),
)
def more_often_than_allowed(claims: Claims, reference: Reference) -> Rows:
    """A service for the same patient more often than a limit of the payer allows, by whomever.

    A limit allows so many in a day, a calendar year, a lifetime, a number of days, or says how many full months must pass: after a test in May,
    eleven full months make the next May the first month
    in which it is paid again. Lines are counted, not units.

    What to do: tell the patient when it is paid again; wait, or have the reason recorded that lifts the limit.
    """
    asked = limited(claims, reference)
    if asked.is_empty():
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    counted = counted_from(asked, in_turn(claims, asked["procedure_code"].unique()))
    count = pl.col("_turn") - pl.col("_first")  # of the lines in the period, before this one
    return (
        counted.filter(count >= pl.col("most"), count > 0)
        .sort("claim_key", "line_number", "earlier_date", descending=[False, False, True])
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "earlier_date",
            "most",
            "period",
            "reason",
            "citation",
            "release",
            first_again().cast(pl.String).fill_null("no day on: never again").alias("again"),
        )
    )
