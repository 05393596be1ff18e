"""CLM115: a line that stands twice."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import DISTINCT_MODIFIERS, MODIFIERS, REPEAT_MODIFIERS, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_REPEATS = pl.struct("patient_key", "procedure_code", "from_date").is_duplicated()


@query_edit(
    code="CLM115",
    name="line-twice",
    disposition=Disposition.DENY_LINE,
    carc="18",
    source=Source("Medicare Claims Processing Manual", "chapter 1, section 120.2 (exact duplicates)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} on {from_date} is already billed as {first}; nothing on either line tells them apart.",
    suggestion="If it was done twice, add modifier 76, 77 or 91 or an anatomic modifier, or bill units; otherwise remove the second line.",
    when={"lines": _REPEATS},
    examples=(
        fails("the same test twice on a claim", professional(lines=["83036", "83036"]), line_number=2, says="line 1"),
        fails(
            "the same line on another claim of the day",
            professional(claim_id="A", lines=["83036"]),
            professional(claim_id="B", lines=["83036", "36415"]),
            line_number=1,
            says="line 1 of claim A",
        ),
        passes("said to be repeated", professional(lines=["83036", "83036-91"])),
        passes("two sides", professional(lines=["20610-LT", "20610-RT"])),
        passes("two days", professional(lines=["83036", {"procedure_code": "83036", "from_date": "2026-05-11"}])),
        passes("said twice to be repeated", professional(lines=["83036", "83036-91", "83036-91"])),
        passes("two joints, each set apart by 59", professional(lines=["20610-59", "20610-59"])),
        passes("two teeth", professional(claim_type="dental", lines=["D2140", "D2140"])),
        passes("paid before, by the history", professional(claim_id="A", is_history=True, lines=["83036"]), professional(claim_id="B", lines=["83036"])),
        passes(
            "the first one was voided",
            professional(claim_id="A", lines=["83036"]),
            professional(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE"),
            professional(claim_id="B", lines=["83036"]),
        ),
        passes(
            "a replacement under a number of its own",
            professional(claim_id="A", lines=["83036"]),
            professional(claim_id="B", claim_frequency_code="7", original_reference_number="EXAMPLE", lines=["83036"]),
        ),
        passes(
            "a hospital's revenue lines may repeat",
            institutional(
                lines=[
                    {"procedure_code": None, "procedure_qualifier": None, "revenue_center_code": "0250"},
                    {"procedure_code": None, "procedure_qualifier": None, "revenue_center_code": "0250"},
                ]
            ),
        ),
    ),
)
def line_twice(claims: Claims, reference: Reference) -> Rows:
    """A service line that repeats another: same patient, provider, day, code and modifiers.

    Payers deny the second as an exact duplicate, unless a modifier says that it was done again or elsewhere.

    What to do: say why it stands twice, or leave it out.
    """
    del reference
    judged = claims.lines.lazy().filter(
        _REPEATS,
        ~pl.col("is_history").fill_null(value=False),
        "stands",
        pl.col("procedure_code").is_not_null(),
        pl.col("claim_type") != "dental",
        ~pl.col("claim_frequency_code").fill_null("1").is_in(["7", "8"]),
        ~has_modifier(*DISTINCT_MODIFIERS, *REPEAT_MODIFIERS),
    )
    modifiers = pl.concat_list(MODIFIERS).list.drop_nulls().list.sort().list.join(",").alias("_modifiers")
    same = ["patient_key", "provider_npi", "procedure_code", "from_date", "to_date", "revenue_center_code", "_modifiers"]
    lines = judged.select("claim_key", "line_number", *same[:-1], "claim_id", modifiers)
    firsts = (
        lines.group_by(same)
        .agg(
            pl.col("claim_key").first().alias("_key"),
            pl.col("line_number").first().alias("_line"),
            pl.col("claim_id").first().alias("_claim"),
            pl.len().alias("_count"),
        )
        .filter(pl.col("_count") > 1)
    )
    return (
        lines.join(firsts, on=same, nulls_equal=True)
        .filter((pl.col("claim_key") != pl.col("_key")) | (pl.col("line_number") != pl.col("_line")))
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            pl.when(pl.col("claim_key") == pl.col("_key"))
            .then(worded("line {}", "_line"))
            .otherwise(worded("line {} of claim {}", "_line", pl.col("_claim").fill_null("without number")))
            .alias("first"),
        )
    )
