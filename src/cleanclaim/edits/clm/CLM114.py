"""CLM114: the same claim twice."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_SAME = (
    "procedure_code",
    "revenue_center_code",
    "modifier_1",
    "modifier_2",
    "modifier_3",
    "modifier_4",
    "from_date",
    "to_date",
    "units",
    "charge_amount",
    "rendering_npi",
)


@query_edit(
    code="CLM114",
    name="duplicate-claim",
    disposition=Disposition.REJECT,
    carc="18",
    source=Source("Medicare Claims Processing Manual", "chapter 1, section 120 (duplicate claims)", "CMS", date(2026, 11, 23)),
    column="claims.claim_id",
    message="The same claim is already in this batch{where}.",
    suggestion="Send it once. Send a correction as a replacement (frequency 7).",
    when={"claims": pl.col("patient_key").is_duplicated()},
    examples=(
        fails("the same claim twice", professional(), professional()),
        fails("all the same but its number", professional(claim_id="A"), professional(claim_id="B")),
        passes("two patients", professional(), professional(claim_id="B", member_id="W222222222")),
        passes("two days", professional(claim_id="A"), professional(claim_id="B", from_date="2026-05-13")),
        fails("one number for two visits of a day", professional(), professional(lines=["99214"])),
        fails("twice, without lines", professional(lines=[]), professional(lines=[])),
        passes("two claims without lines", professional(claim_id="A", lines=[]), professional(claim_id="B", lines=[])),
        passes("two visits without a claim number", professional(claim_id=None), professional(claim_id=None, lines=["99214"])),
        passes("sent before, by the history", professional(is_history=True), professional()),
        passes("sent twice and voided", professional(), professional(), professional(claim_frequency_code="8", original_reference_number="EXAMPLE")),
        passes(
            "a replacement under a number of its own",
            professional(claim_id="A"),
            professional(claim_id="B", claim_frequency_code="7", original_reference_number="EXAMPLE"),
        ),
        passes("a replacement of it", professional(), professional(claim_frequency_code="7", original_reference_number="EXAMPLE")),
    ),
)
def duplicate_claim(claims: Claims, reference: Reference) -> Rows:
    """The same claim number of a patient, or a claim with the same lines altogether, twice in a batch.

    The second is refused as a duplicate, and sometimes the first with it.

    What to do: leave the repetition out.
    """
    del reference
    first_time = claims.claims.filter(~pl.col("is_history").fill_null(value=False), "stands", ~pl.col("claim_frequency_code").fill_null("1").is_in(["7", "8"]))
    several = first_time.filter(pl.col("patient_key").is_duplicated())
    if several.is_empty():
        return pl.DataFrame(schema={"claim_key": pl.Int64, "where": pl.String})
    contents = (
        claims.lines.lazy()
        .join(several.lazy().select("claim_key"), on="claim_key", how="semi")
        .sort("claim_key", "procedure_code", "from_date", "charge_amount", "units", "modifier_1")
        .group_by("claim_key", maintain_order=True)
        .agg(pl.concat_str(*_SAME, separator=",", ignore_nulls=True).str.join(";").alias("_contents"))
    )
    same_number = ["patient_key", "billing_npi", "claim_id", "from_date"]
    same_lines = ["patient_key", "billing_npi", "claim_type", "_contents"]
    marked = several.lazy().join(contents, on="claim_key", how="left").sort("claim_key")
    repeated = [pl.col("claim_key") > pl.col("claim_key").min().over(keys) for keys in (same_number, same_lines)]
    return marked.filter((repeated[0] & pl.col("claim_id").is_not_null()) | (repeated[1] & pl.col("_contents").is_not_null())).select(
        "claim_key", pl.when(repeated[0]).then(pl.lit(" under the same number")).otherwise(pl.lit(" with the same lines")).alias("where")
    )
