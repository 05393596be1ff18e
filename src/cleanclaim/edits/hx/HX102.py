"""HX102: a service more often than its limit allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.availability import on_uncovered_days
from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, Tables, fails, passes, query_edit, unchecked
from cleanclaim.edits.hx.frequency import billed_for, counted_from, first_again, first_counted, has_limit, in_turn, in_words, limited, limited_on_some_day
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.reference import Reference


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    asked = limited(claims, reference).filter(pl.col("period") != "day").with_columns(first_counted().alias("_since"))
    beyond = beyond_history(claims, asked, first=pl.col("_since"), period=in_words(), purpose="to tell how often it was done")
    uncovered = on_uncovered_days(limited_on_some_day(claims, reference), reference, "frequency_limits")
    return pl.concat([beyond.lazy(), uncovered.lazy().select(beyond.lazy().collect_schema().names())])


def _counted(claims: Claims, asked: pl.DataFrame, diagnoses: object, others: object) -> pl.DataFrame:
    """Of a limit that goes by diagnosis, only the lines billed for one of its diagnoses count; of some, other procedures count, too."""
    among = billed_for(claims, diagnoses) if isinstance(diagnoses, str) else None
    if isinstance(others, str) and others:
        each = asked.partition_by("procedure_code", maintain_order=True)
        return pl.concat([counted_from(rows, in_turn(claims, rows["procedure_code"].unique(), among, others)) for rows in each])
    return counted_from(asked, in_turn(claims, asked["procedure_code"].unique(), among))


def _exams(*days: str) -> list[dict[str, Any]]:
    """Claims for one examination on several days, all but the last in the history, for examples."""
    return [medicare(claim_id=f"A{n}", from_date=day, is_history=n < len(days), lines=["G0101"]) for n, day in enumerate(days, start=1)]


def _lipids(first: str, second: str) -> list[dict[str, Any]]:
    days = (("2024-05-12", first), ("2026-05-12", second))
    return [medicare(claim_id=day, from_date=day, is_history=day < "2026", diagnoses=[why], lines=["80061"]) for day, why in days]


def _limit(period: str, most: int = 1) -> Tables:
    """A limit of that examination, for examples."""
    row = {"code": "G0101", "most": most, "period": period, "reason": "an example", "citation": "an example"}
    return {"frequency_limits": [{**row, "payers": ["medicare"]}]}


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
    message="{procedure_code} on {from_date} was already done on {earlier_date}: {reason} ({citation}).",
    suggestion="It {again}.",
    unchecked=_unchecked,
    when={"lines": has_limit},
    examples=(
        fails(
            "a screening mammogram ten months after the last",
            medicare(claim_id="A", is_history=True, from_date="2025-07-20", patient_sex="F", diagnoses=["Z12.31"], lines=["77067"]),
            medicare(claim_id="B", diagnoses=["Z12.31"], lines=["77067"]),
            line_number=1,
            says="2026-07-01",
        ),
        passes(
            "in the twelfth month after",
            medicare(claim_id="A", is_history=True, from_date="2025-05-31", diagnoses=["Z12.31"], lines=["77067"]),
            medicare(claim_id="B", from_date="2026-05-01", diagnoses=["Z12.31"], lines=["77067"]),
        ),
        fails(
            "a first wellness visit for the second time",
            medicare(claim_id="A", is_history=True, from_date="2019-05-31", lines=["G0438"]),
            medicare(claim_id="B", lines=["G0438"]),
            line_number=1,
            says="never paid again",
        ),
        passes(
            "another payer has limits of its own",
            professional(claim_id="A", is_history=True, from_date="2025-07-20", diagnoses=["Z12.31"], lines=["77067"]),
            professional(claim_id="B", diagnoses=["Z12.31"], lines=["77067"]),
        ),
        passes(
            "the first time, and none is allowed: another fault",
            medicare(claim_id="A", is_history=True, from_date="2025-01-12"),
            medicare(claim_id="B", lines=["G0101"]),
            tables={
                "frequency_limits": [
                    {"code": "G0101", "most": 0, "period": "days:30", "reason": "an example", "citation": "an example", "payers": ["medicare"]}
                ]
            },
        ),
        fails("twice in a calendar year", *_exams("2026-01-01", "2026-12-31"), line_number=1, says="2027-01-01", tables=_limit("calendar_year")),
        passes("once in each of two calendar years", *_exams("2025-12-31", "2026-01-01"), tables=_limit("calendar_year")),
        fails("within thirty days", *_exams("2026-04-13", "2026-05-12"), line_number=1, says="2026-05-13", tables=_limit("days:30")),
        passes("on the thirtieth day after", *_exams("2026-04-12", "2026-05-12"), tables=_limit("days:30")),
        passes("a second time in a month of two allowed", *_exams("2026-05-01", "2026-05-12"), tables=_limit("days:30", 2)),
        fails("a third time in a month of two allowed", *_exams("2026-05-01", "2026-05-05", "2026-05-12"), line_number=1, tables=_limit("days:30", 2)),
        fails("twice on one day", medicare(lines=["G0101", "G0101-76"]), line_number=2, says="2026-05-13", tables=_limit("day")),
        passes(
            "the earlier examination was voided",
            *_exams("2026-05-01", "2026-05-01")[:1],
            {**_exams("2026-05-01", "2026-05-01")[0], "claim_frequency_code": "8"},
            *_exams("2026-05-12"),
            tables=_limit("days:30"),
        ),
        passes(
            "the earlier examination was denied",
            medicare(claim_id="A1", from_date="2026-05-01", is_history=True, lines=[{"procedure_code": "G0101", "outcome": "denied"}]),
            *_exams("2026-05-12"),
            tables=_limit("days:30"),
        ),
        passes(
            "the doctor's part of a mammogram of the same day",
            medicare(claim_id="A", from_date="2026-05-12", patient_sex="F", diagnoses=["Z12.31"], lines=["77067-TC"]),
            medicare(claim_id="B", from_date="2026-05-12", patient_sex="F", diagnoses=["Z12.31"], lines=["77067-26"]),
        ),
        fails(
            "a wellness visit half a year after the first one",
            medicare(claim_id="A", is_history=True, from_date="2025-11-12", lines=["G0438"]),
            medicare(claim_id="B", lines=["G0439"]),
            line_number=1,
            says="2025-11-12",
        ),
        fails(
            "a month of care management twice",
            medicare(claim_id="A", is_history=True, from_date="2026-05-01", lines=["99490"]),
            medicare(claim_id="B", lines=["99490"]),
            line_number=1,
            says="2026-06-01",
        ),
        fails("cholesterol screened again after two years", *_lipids("Z13.6", "Z13.6"), line_number=1, says="2029-05-01"),
        passes(
            "a woman at high risk",
            medicare(claim_id="A", is_history=True, from_date="2025-03-12", patient_sex="F", diagnoses=["Z12.4"], lines=["G0101"]),
            medicare(claim_id="B", patient_sex="F", diagnoses=["Z12.4", "Z91.89"], lines=[{"procedure_code": "G0101", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("after a test for a disease", *_lipids("E78.5", "Z13.6")),
        passes("a test for a disease after the screening", *_lipids("Z13.6", "E78.5")),
        unchecked(
            "before the limit that is loaded began",
            medicare(claim_id="A", is_history=True, from_date="2017-05-12", lines=["77067"]),
            medicare(claim_id="B", from_date="2017-07-12", lines=["77067"]),
        ),
        unchecked("nothing earlier is known", medicare(diagnoses=["Z12.31"], lines=["77067"])),
        unchecked(
            "the earlier claims begin too late",
            medicare(claim_id="A", is_history=True, from_date="2025-07-20", lines=["G0101"]),
            medicare(claim_id="B", diagnoses=["Z12.31"], lines=["77067"]),
            history=("2025-06-02", "2026-05-11"),
        ),
    ),
)
def more_often_than_allowed(claims: Claims, reference: Reference) -> Rows:
    """A service for the same patient more often than a limit of the payer allows, by whomever.

    A limit allows a number of times in a day, a calendar year, a lifetime or a number of days, or says how many full months must pass: after a test in
    May, eleven full months make the next May the first month in which it can be paid again. Days are counted, not lines or units: the facility and the doctor bill one service. Earlier lines that were denied
    don't count: known if remittances are given (`check --remit`).

    What to do: tell the patient when it is paid again; wait, or have the reason recorded that lifts the limit.
    """
    asked = limited(claims, reference)
    if asked.is_empty():
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    counted = pl.concat([_counted(claims, rows, *said) for said, rows in asked.group_by("diagnoses", "others", maintain_order=True)])
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
            pl.concat_str(pl.lit("can be paid again from "), first_again().cast(pl.String)).fill_null("is never paid again").alias("again"),
        )
    )
