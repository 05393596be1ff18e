"""MOD108: 59 or an X modifier that sets nothing apart."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.availability import COVERED
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import ANATOMIC_MODIFIERS, DISTINCT_MODIFIERS, has_modifier, modifiers_among
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_SET_APART = has_modifier(*DISTINCT_MODIFIERS) & pl.col("rules_of").is_in(["medicare", "medicaid"]).fill_null(value=False)


@query_edit(
    code="MOD108",
    name="59-sets-nothing-apart",
    disposition=Disposition.WARN,
    carc="4",
    needs=("ncci_ptp_practitioner", "ncci_ptp_hospital"),
    payers=("medicare", "medicaid"),
    others="off",
    source=Source(
        "Medicare NCCI Policy Manual", "chapter I, section E (59 and XE, XS, XP, XU: only where no other modifier says it)", "CMS", date(2026, 11, 23)
    ),
    column="lines.modifier_1",
    message="{procedure_code} has modifier {modifier}, {why}.",
    suggestion="Remove modifier {modifier} if it isn't needed: it invites a review.",
    unchecked=lambda claims, _: _unjudged(claims),
    when={"lines": _SET_APART},
    examples=(
        fails("no other procedure that day", medicare(diagnoses=["B07.9"], lines=["17110-59"]), line_number=1, says="nothing"),
        fails(
            "the side says it already",
            medicare(
                diagnoses=["M25.561", "M25.562"],
                lines=["20610-RT", {"procedure_code": "20550", "modifier_1": "59", "modifier_2": "LT", "diagnosis_pointers": (2,)}],
            ),
            line_number=2,
            says="LT",
        ),
        passes("it sets a bundled pair apart", medicare(diagnoses=["B07.9"], lines=["17110", "12001-59"])),
        passes("the same code twice", medicare(diagnoses=["M54.50"], lines=["97110-GP", "97110-59-GP"])),
        fails("set apart although no modifier helps", medicare(lines=["45380", "45378-59"]), line_number=2),
        passes("both on one side, and 59", medicare(diagnoses=["M17.11"], lines=["27447-RT", "20610-59-RT"])),
        passes("one side named, and 59", medicare(diagnoses=["M17.11"], lines=["27447", "20610-59-RT"])),
        passes("the other side named, and 59", medicare(diagnoses=["M17.11"], lines=["27447-RT", "20610-59"])),
        passes(
            "a line that was voided",
            medicare(claim_id="A", diagnoses=["M17.11"], lines=["20610-59"]),
            medicare(claim_id="A", diagnoses=["M17.11"], claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["20610-59"]),
        ),
        fails(
            "the same code on a claim that was voided",
            medicare(claim_id="A", lines=["20610"]),
            medicare(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["20610"]),
            medicare(claim_id="B", lines=["20610-59"]),
            line_number=1,
        ),
        passes(
            "codes outside the tables on a day without 59",
            medicare(claim_id="A", from_date="2026-05-11", lines=["31575", "99213"]),
            medicare(claim_id="B", diagnoses=["M17.11"], lines=["27447", "20610-59"]),
        ),
        passes("another payer, which may bundle other pairs", professional(diagnoses=["M54.50"], lines=["97110", "97140-59"])),
        unchecked("codes outside the tables loaded", medicare(lines=["17110-59", "31575"])),
    ),
)
def fifty_nine_sets_nothing_apart(claims: Claims, reference: Reference) -> Rows:
    """59, XE, XS, XP or XU on a line that no NCCI pair bundles with another of that day, or where sides that differ say it already.

    59 is the modifier of last resort. Without a bundled pair it says nothing, and payers review it. A line of the same code on that day is taken
    as its reason (units or a duplicate).

    What to do: take it off.
    """
    del reference
    keys = ["claim_key", "line_number"]
    own = claims.lines.filter(_SET_APART, "stands", ~pl.col("is_history").fill_null(value=False))
    pairs = claims.pairs.filter(pl.col("indicator") == 1)
    as_second = pairs.select(*keys, "modifiers", "other_modifiers")
    as_first = pairs.select(
        pl.col("other_claim_key").alias("claim_key"),
        pl.col("other_line_number").alias("line_number"),
        pl.col("other_modifiers").alias("modifiers"),
        pl.col("modifiers").alias("other_modifiers"),
    )
    met = pl.concat([as_second, as_first])
    day = ["patient_key", "from_date", "procedure_code"]
    twice = claims.lines.filter("stands").join(own.select(day).unique(), on=day, how="semi").group_by(day).len().filter(pl.col("len") > 1)
    modifier = modifiers_among(*DISTINCT_MODIFIERS).list.first().alias("modifier")
    alone = (
        own.join(met.select(keys).unique(), on=keys, how="anti")
        .join(twice.select(day), on=day, how="anti")
        .join(_undecided(claims), on=keys, how="anti")
        .select(*keys, "procedure_code", modifier, pl.lit("but no procedure of that day is bundled with it, so the modifier does nothing").alias("why"))
    )
    anatomic = pl.lit(list(ANATOMIC_MODIFIERS))
    sides = pl.col("modifiers").list.set_intersection(anatomic)
    other_sides = pl.col("other_modifiers").list.set_intersection(anatomic)
    differ = (
        met.filter(sides.list.len() > 0, other_sides.list.len() > 0, sides.list.set_intersection(other_sides).list.len() == 0)
        .with_columns(sides.list.first().alias("_side"), other_sides.list.first().alias("_other"))
        .unique(keys, maintain_order=True)
    )
    said = own.join(differ.select(*keys, "_side", "_other"), on=keys).select(
        *keys, "procedure_code", modifier, worded("but {} on this line and {} on the other already show separate sites", "_side", "_other").alias("why")
    )
    return pl.concat([alone, said])


def _undecided(claims: Claims) -> pl.DataFrame:
    """Lines on days with a pair of codes of which no table speaks, or under no table at all."""
    day = ["patient_key", "provider_npi", "from_date"]
    silent = claims.lines.filter(pl.Series(claims.coverage("ptp") != COVERED))
    days = claims.uncovered_pair_lines.select(day).unique()
    on_such_days = claims.lines.join(days, on=day, how="semi")
    keys = ["claim_key", "line_number"]
    return pl.concat([silent.select(keys), on_such_days.select(keys)]).unique()


def _unjudged(claims: Claims) -> pl.DataFrame:
    asked = claims.lines.filter(_SET_APART, ~pl.col("is_history").fill_null(value=False))
    return (
        asked.join(_undecided(claims), on=["claim_key", "line_number"], how="semi")
        .select("claim_key", "line_number")
        .with_columns(pl.lit("the loaded tables of procedure pairs don't cover all codes of that day").alias("reason"), pl.lit("ptp").alias("table"))
    )
