"""PX108: a code that is always part of something else."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL
from cleanclaim.reference import Reference

_ASKED = IS_MEDICARE & IS_PROFESSIONAL
_PAID = ("A", "R", "T")


@query_edit(
    code="PX108",
    name="always-bundled",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="M15",
    needs={"mpfs": _ASKED},
    payers=("medicare",),
    others="off",
    source=Source("Medicare Physician Fee Schedule", "status indicators B, P and T (relative value files, attachment A)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} isn't paid separately: {what} (status {status}).",
    suggestion="Remove it; the payment for the other service includes it.",
    fix="proposed",
    when={"line_fees": _ASKED & pl.col("status").is_in(["B", "P", "T"])},
    examples=(
        fails("hot packs", medicare(diagnoses=["M54.50"], lines=["97110-GP", "97010-GP"]), line_number=2, says="status B"),
        fails("oxygen by finger clip at a visit", medicare(lines=[{}, "94760"]), line_number=2, says="another service is billed"),
        passes("oxygen by finger clip alone", medicare(lines=["94760"])),
        passes("beside a laboratory test only", medicare(lines=["80053", "94760"])),
        passes("another payer", professional(lines=[{}, "94760"])),
        passes("the hospital's line", institutional(lines=["97010"])),
        fails("hot packs, and a visit", medicare(lines=["97010", "99213"]), line_number=1),
        fails(
            "oxygen by finger clip, a visit on another claim of the day",
            medicare(claim_id="A", is_history=True, lines=["99213"]),
            medicare(claim_id="B", lines=["94760"]),
            line_number=1,
        ),
        fails("oxygen by finger clip, listed second", medicare(lines=["99213", "94760"]), line_number=2),
        passes(
            "the visit beside it was voided",
            medicare(claim_id="A", lines=["99213"]),
            medicare(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["99213"]),
            medicare(claim_id="B", lines=["94760"]),
        ),
        unchecked("a code outside the tables loaded", medicare(lines=["31575"])),
    ),
)
def always_bundled(claims: Claims, reference: Reference) -> Rows:
    """A code whose payment lies in another service: status B or P always, status T where another service of the schedule is paid to the same provider on that day.

    What to do: take the line off.
    """
    del reference
    fees = claims.line_fees.lazy().filter(_ASKED, "stands")
    day = ["patient_key", "provider_npi", "from_date"]
    paid = (
        fees.filter(pl.col("status").is_in(_PAID))
        .group_by(day)
        .agg(pl.col("claim_key").first().alias("_claim"), pl.col("line_number").first().alias("_line"), pl.len().alias("_count"))
    )
    current = fees.filter(~pl.col("is_history").fill_null(value=False))
    beside = (
        current.filter(pl.col("status") == "T")
        .join(paid, on=day)
        .filter((pl.col("_count") > 1) | (pl.col("_claim") != pl.col("claim_key")) | (pl.col("_line") != pl.col("line_number")))
        .with_columns(pl.lit("another service is billed for that day").alias("what"))
    )
    always = current.filter(pl.col("status").is_in(["B", "P"])).with_columns(pl.lit("it is always part of another service").alias("what"))
    shown = ["claim_key", "line_number", "procedure_code", "status", "what", "release"]
    return pl.concat([always.select(shown), beside.select(shown)])
