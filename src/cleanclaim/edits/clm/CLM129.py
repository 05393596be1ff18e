"""CLM129: chiropractic treatment without the date that it began."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_CANDIDATE = IS_MEDICARE & IS_PROFESSIONAL & pl.col("procedure_code").is_in(["98940", "98941", "98942"]) & has_modifier("AT")
_BEGAN = ("initial_treatment_date", "onset_date", "acute_manifestation_date")
_LINE = {"procedure_code": "98940", "modifier_1": "AT", "diagnosis_pointers": (1, 2)}


@query_edit(
    code="CLM129",
    name="chiropractic-without-start-date",
    disposition=Disposition.WARN,
    carc="16",
    rarc="MA122",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 26, section 10.4, item 14 (date that the course of treatment began); chapter 12, section 220",
        "CMS",
        date(2026, 11, 28),
    ),
    column="claims.initial_treatment_date",
    message="{procedure_code} is chiropractic treatment, but the claim doesn't say when this course of treatment began.",
    suggestion="Add the date that the treatment began (box 14, DTP 454).",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails(
            "no date", medicare(billing_state="OH", diagnoses=["M99.03", "M54.50"], lines=[_LINE]), line_number=1, says="began", disposition=Disposition.INFO
        ),
        passes("with the date", medicare(billing_state="OH", diagnoses=["M99.03", "M54.50"], initial_treatment_date="2026-05-01", lines=[_LINE])),
        passes("another payer", professional(diagnoses=["M99.03", "M54.50"], lines=[_LINE])),
        passes("no manipulation", medicare()),
    ),
)
def chiropractic_without_start_date(claims: Claims, reference: Reference) -> Rows:
    """Chiropractic treatment to Medicare without the date that the course of treatment began.

    A table may just lack the column, so claims that weren't read from an 837 have it for information only.

    What to do: add the date.
    """
    del reference
    undated = claims.claims.filter(pl.all_horizontal(pl.col(name).is_null() for name in _BEGAN)).select("claim_key", "segment_number")
    asked = claims.lines.filter(_CANDIDATE).join(undated, on="claim_key").sort("claim_key", "line_number")
    milder = pl.when(pl.col("segment_number").is_null()).then(pl.lit(Disposition.INFO.value)).alias("disposition")
    return asked.unique("claim_key", keep="first", maintain_order=True).select("claim_key", "line_number", "procedure_code", milder)
