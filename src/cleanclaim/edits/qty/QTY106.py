"""QTY106: more time than a day has."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import daily_units, in_force
from cleanclaim.reference import Reference

_LEAST_OF_A_QUARTER = 8
_SESSION = 480
_DAY = 1440


def _is_timed(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("timed_codes")["code"].implode())


@query_edit(
    code="QTY106",
    name="more-time-than-the-day-has",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M53",
    needs=("timed_codes",),
    source=Source("Medicare Claims Processing Manual", "chapter 5, section 20.2 (counting minutes for timed codes)", "CMS", date(2026, 11, 23)),
    column="lines.units",
    message="The timed codes of {from_date} ({codes}) add up to {units} units, which takes at least {least_minutes} minutes with one patient; {bound}.",
    suggestion="Check the units: each is {minutes_each} minutes, and the last unit of the day needs more than half of that.",
    fix="proposed",
    when={"lines": _is_timed},
    examples=(
        fails(
            "ninety-eight quarter hours of exercise",
            professional(diagnoses=["M54.50"], lines=["97110-GP x98"]),
            line_number=1,
            says=("1463 minutes", "a day has 1,440"),
        ),
        fails("minutes sent as units", professional(diagnoses=["M54.50"], lines=["97110-GP x30", "97140-GP x15"]), line_number=1, says="eight hours"),
        passes("an hour", professional(diagnoses=["M54.50"], lines=["97110-GP x4"])),
        passes("a code without time", professional(lines=["99213 x98"])),
        passes(
            "hours of a claim that was voided",
            professional(claim_id="A", lines=["97110 x98"]),
            professional(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["97110 x98"]),
        ),
        passes("minutes counted as minutes", professional(lines=[{"procedure_code": "97110", "units": 98, "unit_basis_code": "MJ"}])),
        passes("eight hours of therapy", professional(lines=["97110 x32"])),
        fails("eight hours of therapy and a quarter more", professional(lines=["97110 x33"]), line_number=1, says="eight hours"),
        passes("eight hours and a half of infusion", professional(lines=["96366 x9"])),
        passes("twenty-four hours of infusion", professional(lines=["96366 x24"])),
        fails("twenty-six hours of infusion", professional(lines=["96366 x26"]), line_number=1, says="1,440"),
        passes(
            "over two days",
            professional(diagnoses=["M54.50"], lines=["97110-GP x20", {"procedure_code": "97110", "modifier_1": "GP", "units": 20, "from_date": "2026-05-11"}]),
        ),
    ),
)
def more_time_than_the_day_has(claims: Claims, reference: Reference) -> Rows:
    """The units of timed codes of one patient and day stand for more time than there was.

    By the eight-minute rule a number of quarter-hour units needs at least fifteen minutes each, less seven for the last. Therapy of more than
    eight hours with one patient on one
    day is called unlikely, more than a day's minutes of any kind impossible. How long a session truly took stands in the note, not on the claim.
    The usual cause is minutes sent
    as units.

    What to do: divide the minutes by the length of a unit.
    """
    timed = reference.table("timed_codes").lazy().select(pl.col("code").alias("procedure_code"), "minutes", "kind", "valid_from", "valid_to")
    day = ["patient_key", "from_date", "kind"]
    lines = (
        claims.lines.lazy()
        .filter("stands", pl.col("patient_key").is_not_null(), pl.col("unit_basis_code") != "MJ")
        .join(timed, on="procedure_code")
        .filter(in_force("from_date"))
        .with_columns(daily_units().alias("_units"))
    )
    least = pl.col("_units").cast(pl.Int64) * pl.col("minutes")
    by_day = (
        lines.group_by(day)
        .agg(
            (least.sum() - (pl.col("minutes").min() - _LEAST_OF_A_QUARTER)).alias("least_minutes"),
            pl.col("_units").sum().cast(pl.Int64).alias("units"),
            pl.col("procedure_code").unique().sort().alias("codes"),
            pl.col("minutes").min().alias("minutes_each"),
        )
        .filter((pl.col("least_minutes") > _DAY) | ((pl.col("least_minutes") > _SESSION) & (pl.col("kind") == "therapy")))
    )
    first = lines.filter(~pl.col("is_history")).sort("claim_key", "line_number").group_by(day).agg(pl.col("claim_key").first(), pl.col("line_number").first())
    bound = (
        pl.when(pl.col("least_minutes") > _DAY)
        .then(pl.lit("a day has 1,440"))
        .otherwise(pl.lit("more than eight hours of therapy with one patient are unlikely"))
    )
    return (
        by_day.join(first, on=day)
        .with_columns(bound.alias("bound"))
        .select("claim_key", "line_number", "from_date", "codes", "units", "least_minutes", "minutes_each", "bound")
    )
