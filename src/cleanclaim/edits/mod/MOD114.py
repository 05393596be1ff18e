"""MOD114: a modifier that speaks of an earlier service which is not there."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.earlier import latest_before
from cleanclaim.derived.looking_back import beyond_history, is_covered
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import MODIFIERS, has_modifier
from cleanclaim.reference import Reference

_AGAIN = ("76", "77", "91")
_GLOBAL = ("24", "58", "78", "79")
_SURGERY = r"^[1-6][0-9]{4}$"
_LONGEST_GLOBAL_DAYS = 90
_FIRST_DAY = pl.col("from_date") - pl.duration(days=_LONGEST_GLOBAL_DAYS)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    """The lines without a surgery, if the loaded claims don't tell whether there was one."""
    del reference
    asked = claims.lines.lazy().filter(has_modifier(*_GLOBAL) & ~pl.col("is_history"))
    alone = asked.join(_after_surgery(claims, asked), on=["claim_key", "line_number"], how="anti")
    purpose = "to find the surgery that the modifier refers to"
    return beyond_history(claims, alone, first=_FIRST_DAY, period=f"the {_LONGEST_GLOBAL_DAYS} days before", purpose=purpose)


def _after_surgery(claims: Claims, asked: pl.LazyFrame) -> pl.LazyFrame:
    """The lines with another surgery on their day or in the 90 days before it."""
    days = _surgeries(claims).group_by("patient_key", "surgery_date").agg(pl.col("_key", "_line").first(), pl.len().alias("_count"))
    is_another = (pl.col("_count") > 1) | (pl.col("_key") != pl.col("claim_key")) | (pl.col("_line") != pl.col("line_number"))
    keys = ["claim_key", "line_number"]
    same_day = asked.join(days, left_on=["patient_key", "from_date"], right_on=["patient_key", "surgery_date"]).filter(is_another)
    gap = (pl.col("from_date") - pl.col("surgery_date")).dt.total_days()
    earlier = latest_before(
        asked.select(*keys, "patient_key", "from_date"), days.select("patient_key", "surgery_date"), ["patient_key"], "surgery_date"
    ).filter(gap <= _LONGEST_GLOBAL_DAYS)
    return pl.concat([same_day.select(keys), earlier.select(keys)])


def _surgeries(claims: Claims) -> pl.LazyFrame:
    return (
        claims.lines.lazy()
        .filter("stands", pl.col("procedure_code").str.contains(_SURGERY))
        .select("patient_key", pl.col("from_date").alias("surgery_date"), pl.col("claim_key").alias("_key"), pl.col("line_number").alias("_line"))
    )


@query_edit(
    code="MOD114",
    name="modifier-without-earlier-service",
    disposition=Disposition.WARN,
    carc="4",
    source=Source("Medicare Claims Processing Manual", "chapter 12, sections 40.2 and 30.6.6", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{procedure_code} has modifier {modifiers}, but {what}.",
    suggestion="Check the modifier, or the claim that it refers to.",
    unchecked=_unchecked,
    when={"lines": has_modifier(*_AGAIN, *_GLOBAL)},
    examples=(
        fails("repeated, and done once", professional(lines=["71046-76"]), line_number=1, says="no other"),
        passes("repeated", professional(lines=["71046", "71046-76"])),
        passes(
            "after a surgery",
            professional(claim_id="A", is_history=True, from_date="2026-04-12", lines=["25600"]),
            professional(claim_id="B", lines=[{"modifier_1": "24"}]),
        ),
        fails(
            "no surgery in ninety days",
            professional(claim_id="A", is_history=True, from_date="2026-01-12", lines=["25600"]),
            professional(claim_id="B", lines=[{"modifier_1": "24"}]),
            line_number=1,
            says="no surgery",
        ),
        fails("repeated by another doctor, and done once", professional(lines=["83036-77"]), line_number=1, says="77"),
        fails("a test repeated, and done once", professional(lines=["83036-91"]), line_number=1, says="91"),
        passes("two on the line that says repeated", professional(lines=["83036-76 x2"])),
        passes(
            "half a unit and half a unit again",
            professional(lines=[{"procedure_code": "J1885", "units": "0.5"}, {"procedure_code": "J1885", "modifier_1": "76", "units": "0.5"}]),
        ),
        fails(
            "repeated after a test that was voided",
            professional(claim_id="A", lines=["83036"]),
            professional(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["83036"]),
            professional(claim_id="B", lines=["83036-91"]),
            line_number=1,
        ),
        passes(
            "a test repeated, in a patient without an operation",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["83036", "83036-91"]),
        ),
        fails(
            "planned, and nothing before it",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["17110-58"]),
            line_number=1,
            says="58",
        ),
        fails(
            "back in the operating room, and nothing before it",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["17110-78"]),
            line_number=1,
            says="78",
        ),
        fails(
            "unrelated, and nothing before it",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["17110-79"]),
            line_number=1,
            says="79",
        ),
        passes(
            "unrelated to another operation of the day",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["10060", "17110-79"]),
        ),
        passes(
            "a visit about something else on the day of an operation",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["17110", "99213-24"]),
        ),
        passes(
            "a visit about something else, the operation on another claim of the day",
            professional(claim_id="A", is_history=True, lines=["17110"]),
            professional(claim_id="B", lines=["99213-24"]),
        ),
        passes(
            "the ninetieth day after the operation",
            professional(claim_id="A", from_date="2026-02-11", is_history=True, lines=["27447"]),
            professional(claim_id="B", lines=["99213-24"]),
        ),
        fails(
            "the ninety-first day after the operation",
            professional(claim_id="A", from_date="2026-02-10", is_history=True, lines=["27447"]),
            professional(claim_id="B", lines=["99213-24"]),
            line_number=1,
        ),
        fails(
            "the operation was voided",
            professional(claim_id="A", from_date="2026-04-12", is_history=True, lines=["27447"]),
            professional(claim_id="A", from_date="2026-04-12", is_history=True, claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["27447"]),
            professional(claim_id="B", lines=["99213-24"]),
            line_number=1,
        ),
        passes(
            "this operation is the second line of its claim, after another of its day",
            professional(claim_id="A", is_history=True, lines=["17110"]),
            professional(claim_id="B", lines=["17110-79"]),
        ),
        unchecked("nothing earlier is known", professional(lines=[{"modifier_1": "24"}])),
        unchecked(
            "the earlier claims begin too late",
            professional(claim_id="A", is_history=True, from_date="2026-04-12", lines=["83036"]),
            professional(claim_id="B", lines=[{"modifier_1": "24"}]),
            history=("2026-02-12", "2026-05-11"),
        ),
    ),
)
def modifier_without_earlier_service(claims: Claims, reference: Reference) -> Rows:
    """A modifier for a repetition without the first service of that day, or for a postoperative period without a surgery.

    76, 77 and 91 say that the same was done before on that day; 24, 58, 78 and 79 that the patient is in the global period of a surgery. Any
    surgery of
    the 90 days before counts, by whomever: which code has which period needs the fee schedule.

    What to do: check the modifier.
    """
    del reference
    again = claims.lines.lazy().filter(has_modifier(*_AGAIN))
    same = ["patient_key", "procedure_code", "from_date"]
    others = (
        claims.lines.lazy()
        .filter("stands")
        .join(again.select(same).unique(), on=same, how="semi")
        .group_by(same)
        .agg(pl.len().alias("_count"), pl.col("units").sum().alias("_units"))
    )
    alone = (
        again.join(others, on=same)
        .filter((pl.col("_count") == 1) & (pl.col("_units") <= 1))
        .with_columns(pl.lit("there is no other line of that code on that day").alias("what"))
    )
    every = claims.lines.filter(has_modifier(*_GLOBAL))
    asked = every.filter(is_covered(claims, every, _FIRST_DAY)).lazy()
    without = asked.join(_after_surgery(claims, asked), on=["claim_key", "line_number"], how="anti").with_columns(
        pl.lit("no surgery of the 90 days before is on the claims loaded").alias("what")
    )
    shown = [frame.select("claim_key", "line_number", "procedure_code", "from_date", "what", *MODIFIERS) for frame in (alone, without)]
    return pl.concat(shown).with_columns(pl.concat_list(MODIFIERS).list.set_intersection(pl.lit([*_AGAIN, *_GLOBAL])).alias("modifiers")).drop(MODIFIERS)
