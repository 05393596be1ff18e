"""NCCI105: procedures of one day that are bundled, on two claims."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.pairs import is_set_apart
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ncci.bundles import IS_CURRENT, NO_ROWS, is_visit, unjudged
from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


@query_edit(
    code="NCCI105",
    name="bundled-across-claims",
    disposition=Disposition.DENY_LINE,
    carc="236",
    rarc="N20",
    needs=("ncci_ptp_practitioner", "ncci_ptp_hospital", "visit_codes"),
    payers=("medicare", "medicaid"),
    source=Source(
        "Medicare NCCI Policy Manual", "chapter I, sections A and E (same beneficiary, provider and day, on one claim or several)", "CMS", date(2026, 11, 23)
    ),
    column="lines.procedure_code",
    message="{column_2} is part of {column_1}, but they are billed for the same day on two claims: this one and {other_claim}.",
    suggestion="{advice}",
    fix="proposed",
    unchecked=unjudged,
    examples=(
        fails(
            "the part is billed after the whole",
            medicare(claim_id="A", is_history=True, diagnoses=["K63.5"], lines=["45380"]),
            medicare(claim_id="B", diagnoses=["K63.5"], lines=["45378"]),
            line_number=1,
            says="A",
        ),
        fails(
            "the whole is billed after the part",
            medicare(claim_id="A", is_history=True, diagnoses=["K63.5"], lines=["45378"]),
            medicare(claim_id="B", diagnoses=["K63.5"], lines=["45380"]),
            line_number=1,
            says="take back",
            disposition=Disposition.WARN,
        ),
        passes(
            "the earlier claim is replaced by this one",
            medicare(claim_id="A", is_history=True, diagnoses=["K63.5"], lines=["45380"]),
            medicare(claim_id="A", claim_frequency_code="7", original_reference_number="EXAMPLE", diagnoses=["K63.5"], lines=["45378"]),
        ),
        passes(
            "indicator 1, and a modifier",
            medicare(claim_id="A", is_history=True, diagnoses=["B07.9"], lines=["17110"]),
            medicare(claim_id="B", diagnoses=["B07.9"], lines=["12001-XS"]),
        ),
        passes("both on one claim is another fault", medicare(lines=["45380", "45378"])),
        fails("no modifier helps", medicare(claim_id="A", is_history=True, lines=["45380"]), medicare(claim_id="B", lines=["45378-59"]), line_number=1),
        fails(
            "a wound closed where a wart was destroyed",
            medicare(claim_id="A", is_history=True, lines=["17110"]),
            medicare(claim_id="B", lines=["12001"]),
            line_number=1,
        ),
        passes(
            "said on the earlier claim to be another site", medicare(claim_id="A", is_history=True, lines=["17110-59"]), medicare(claim_id="B", lines=["12001"])
        ),
        passes(
            "a visit that is part of a test is another fault",
            medicare(claim_id="A", is_history=True, lines=["93000"]),
            medicare(claim_id="B", lines=["99213"]),
            tables={"ncci_ptp_practitioner": [{"code": "93000", "column_2": "99213", "indicator": 1}]},
        ),
        fails("both claims are new", medicare(claim_id="A", lines=["45380"]), medicare(claim_id="B", lines=["45378"]), line_number=1),
        unchecked("codes outside the tables loaded", medicare(claim_id="A", is_history=True, lines=["31575"]), medicare(claim_id="B", lines=["17110"])),
    ),
)
def bundled_across_claims(claims: Claims, reference: Reference) -> Rows:
    """Two bundled procedures of one patient, provider and day that stand on two claims.

    The payer looks at the day, not at the claim. Where the part was paid already and the whole comes later, the part is taken back.

    What to do: bill the day on one claim; replace the earlier one.
    """
    if claims.pairs.is_empty():
        return NO_ROWS
    both = claims.pairs.filter(
        pl.col("claim_key") != pl.col("other_claim_key"),
        (pl.col("indicator") == 0) | (~is_set_apart("modifiers") & ~is_set_apart("other_modifiers") & ~is_visit(reference)),
    )
    shown = ["column_1", "column_2", "indicator", "valid_from", "valid_to", "rationale", "release"]
    other_is_past = pl.col("other_is_history").fill_null(value=False)
    part_is_here = both.filter(IS_CURRENT).select(
        "claim_key",
        "line_number",
        *shown,
        pl.col("other_claim_id").fill_null("without number").alias("other_claim"),
        worded("Take {} off.", "column_2").alias("advice"),
        pl.lit(None, pl.String).alias("disposition"),
    )
    whole_is_here = both.filter(~IS_CURRENT & ~other_is_past).select(
        pl.col("other_claim_key").alias("claim_key"),
        pl.col("other_line_number").alias("line_number"),
        *shown,
        pl.col("claim_id").fill_null("without number").alias("other_claim"),
        worded("Replace the earlier claim; the payer will take back what it paid for {}.", "column_2").alias("advice"),
        pl.lit(Disposition.WARN.value).alias("disposition"),
    )
    return pl.concat([part_is_here, whole_is_here])
