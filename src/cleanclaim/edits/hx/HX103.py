"""HX103: a line that was billed before."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import DISTINCT_MODIFIERS, IS_REFUSED, MODIFIERS, REPEAT_MODIFIERS, has_modifier
from cleanclaim.reference import Reference


@query_edit(
    code="HX103",
    name="already-billed",
    disposition=Disposition.DENY_LINE,
    carc="18",
    source=Source("Medicare Claims Processing Manual", "chapter 1, section 120.2 (exact duplicates)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} on {from_date} was already billed, on claim {earlier_claim}.",
    suggestion="Don't send it again; send a correction as a replacement (frequency 7).",
    when={"lines": pl.col("is_history")},
    examples=(
        fails("sent before", professional(claim_id="A", is_history=True), professional(claim_id="B"), line_number=1, says="claim A"),
        passes("another day", professional(claim_id="A", is_history=True, from_date="2026-05-11"), professional(claim_id="B")),
        passes(
            "a replacement",
            professional(claim_id="A", is_history=True),
            professional(claim_id="A", claim_frequency_code="7", original_reference_number="EXAMPLE"),
        ),
        passes("said to be repeated", professional(claim_id="A", is_history=True, lines=["71046"]), professional(claim_id="B", lines=["71046-76"])),
        passes("another provider", professional(claim_id="A", is_history=True), professional(claim_id="B", rendering_npi="1234567893")),
        passes(
            "a replacement under a number of its own",
            professional(claim_id="A", is_history=True),
            professional(claim_id="B", claim_frequency_code="7", original_reference_number="EXAMPLE"),
        ),
        passes("repeated on both claims", professional(claim_id="A", is_history=True, lines=["83036-91"]), professional(claim_id="B", lines=["83036-91"])),
        passes("set apart on both claims", professional(claim_id="A", is_history=True, lines=["20610-59"]), professional(claim_id="B", lines=["20610-59"])),
        passes(
            "a hospital's lines without a code",
            institutional(claim_id="A", is_history=True, lines=[{"revenue_center_code": "0250", "procedure_code": None}]),
            institutional(claim_id="B", lines=[{"revenue_center_code": "0250", "procedure_code": None}]),
        ),
        fails(
            "sent before, from a provider without a number",
            professional(claim_id="A", is_history=True, billing_npi=None, rendering_npi=None),
            professional(claim_id="B", billing_npi=None, rendering_npi=None),
            line_number=1,
        ),
        passes(
            "a void under a number of its own",
            professional(claim_id="A", is_history=True, lines=["83036"]),
            professional(claim_id="B", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["83036"]),
        ),
        passes(
            "the earlier claim was voided",
            professional(claim_id="A", is_history=True, claim_frequency_code="8", original_reference_number="EXAMPLE"),
            professional(claim_id="B"),
        ),
        passes("the earlier line was denied", professional(claim_id="A", is_history=True, lines=[{"outcome": "denied"}]), professional(claim_id="B")),
        passes("the earlier payment was taken back", professional(claim_id="A", is_history=True, lines=[{"outcome": "reversed"}]), professional(claim_id="B")),
        fails("the earlier line was paid", professional(claim_id="A", is_history=True, lines=[{"outcome": "paid"}]), professional(claim_id="B"), line_number=1),
    ),
)
def already_billed(claims: Claims, reference: Reference) -> Rows:
    """A service line that an earlier claim of the history has already: same patient, provider, day, code and modifiers.

    The payer denies it as a duplicate.

    An earlier line that was denied, or whose payment was taken back, is no original: known if remittances are given (`check --remit`).

    What to do: look what became of the earlier claim.
    """
    del reference
    modifiers = pl.concat_list(MODIFIERS).list.drop_nulls().list.sort().list.join(",").alias("_modifiers")
    same = ["patient_key", "provider_npi", "procedure_code", "from_date", "to_date", "_modifiers"]
    lines = claims.lines.lazy().filter(pl.col("procedure_code").is_not_null()).with_columns(modifiers)
    earlier = (
        lines.filter("is_history", "stands", ~IS_REFUSED).group_by(same).agg(pl.col("claim_id").first().fill_null("without number").alias("earlier_claim"))
    )
    return (
        lines.filter(
            ~pl.col("is_history"), ~pl.col("claim_frequency_code").fill_null("1").is_in(["7", "8"]), ~has_modifier(*REPEAT_MODIFIERS, *DISTINCT_MODIFIERS)
        )
        .join(earlier, on=same, nulls_equal=True)
        .select("claim_key", "line_number", "procedure_code", "from_date", "earlier_claim")
    )
