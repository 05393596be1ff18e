"""PAY108: a service more often than its payer's pack allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.hx.frequency import counted_from, first_again, first_counted, in_turn, in_words
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_lines
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_ONE_EACH_QUARTER = example("frequency", {"codes": ["83036-83036"], "most": 1, "period": "days:90", "consequence": "deny-line"}, number="88888")
_TWO_A_YEAR = example("frequency", {"codes": ["83036-83036"], "most": 2, "period": "calendar_year", "consequence": "deny-line"}, number="88888")
_ONE_A_DAY = example("frequency", {"codes": ["83036-83036"], "most": 1, "period": "day", "consequence": "deny-line"}, number="88888")


def _asked(claims: Claims, reference: Reference) -> pl.DataFrame | None:
    """The lines with a limit."""
    met = met_lines(claims, reference, "frequency")
    return None if met is None else met.filter("stands", pl.col("patient_key").is_not_null())


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    limited = _asked(claims, reference)
    if limited is None:
        return NO_ROWS
    asked = limited.filter(pl.col("period") != "day").with_columns(first_counted().alias("_since"))
    return beyond_history(claims, asked, first=pl.col("_since"), period=in_words(), purpose="to tell how often the payer paid it")


def _tests(*days: str) -> list[dict[str, Any]]:
    """Claims for one test on several days, all but the last in the history, for examples."""
    return [professional(claim_id=f"A{n}", payer_id="88888", from_date=day, is_history=n < len(days), lines=["83036"]) for n, day in enumerate(days, start=1)]


@query_edit(
    code="PAY108",
    name="payer-frequency-limit-passed",
    disposition=Disposition.DENY_LINE,
    carc="119",
    rarc="M86",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer} pays {procedure_code} at most {most} times in a period ({period}); it was already done on {earlier_date}: {citation}.",
    suggestion="[{note}. ]It {again}.",
    unchecked=_unchecked,
    when={"claims": has_rules("frequency")},
    examples=(
        fails("within ninety days", *_tests("2026-02-12", "2026-05-12"), line_number=1, says="2026-05-13", tables=_ONE_EACH_QUARTER),
        passes("on the ninetieth day after", *_tests("2026-02-11", "2026-05-12"), tables=_ONE_EACH_QUARTER),
        fails("a third time in a year", *_tests("2026-01-05", "2026-02-12", "2026-05-12"), line_number=1, says="2027-01-01", tables=_TWO_A_YEAR),
        passes("a second time in a year", *_tests("2025-12-31", "2026-02-12", "2026-05-12"), tables=_TWO_A_YEAR),
        fails("twice on one day", professional(payer_id="88888", lines=["83036", "83036-91"]), line_number=2, tables=_ONE_A_DAY),
        unchecked("nothing earlier is known", professional(payer_id="88888", lines=["83036"]), tables=_ONE_EACH_QUARTER),
    ),
)
def payer_frequency_limit_passed(claims: Claims, reference: Reference) -> Rows:
    """A service for the same patient more often than the payer's pack allows, by whomever.

    Limits are counted as in HX102: lines, not units.

    What to do: wait, or have the reason recorded that lifts the limit.
    """
    asked = _asked(claims, reference)
    if asked is None or asked.is_empty():
        return NO_ROWS
    counted = counted_from(asked, in_turn(claims, asked["procedure_code"].unique()))
    count = pl.col("_turn") - pl.col("_first")  # of the lines in the period, before this one
    again = pl.concat_str(pl.lit("can be paid again from "), first_again().cast(pl.String)).fill_null("is never paid again")
    return (
        counted.filter(count >= pl.col("most"), count > 0)
        .sort("claim_key", "line_number", "key")
        .unique(["claim_key", "line_number", "key"], keep="first", maintain_order=True)
        .select("claim_key", "line_number", "procedure_code", "most", "period", "earlier_date", again.alias("again"), *TOLD)
    )
