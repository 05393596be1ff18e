"""MOD128: a wrong operation billed to Medicare."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, MODIFIERS


@row_edit(
    table="lines",
    code="MOD128",
    name="wrong-surgery-billed",
    disposition=Disposition.DENY_LINE,
    carc="233",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 32, section 230 (wrong body part PA, wrong patient PB, wrong surgery PC)", "CMS", date(2026, 11, 28)
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} is marked as a wrong operation (PA, PB or PC), which Medicare doesn't cover.",
    suggestion="Bill it only as a non-covered service, and nothing else that belongs to it.",
    fix="proposed",
    examples=(
        fails("the wrong knee", medicare(diagnoses=["M17.11"], lines=["27447-PA-LT"]), line_number=1, says="non-covered"),
        passes("the right knee", medicare(diagnoses=["M17.11"], lines=["27447-RT"])),
        passes("professional component of a colonoscopy that became therapy", medicare(diagnoses=["Z12.11"], lines=["45385-PT"])),
        passes("another payer", professional(diagnoses=["M17.11"], lines=["27447-PA-LT"])),
    ),
)
def wrong_surgery_billed() -> pl.Expr:
    """An operation on the wrong part or patient, or the wrong operation, with a charge to Medicare.

    What to do: look whether the mark is right; such services aren't paid.
    """
    return (
        IS_MEDICARE
        & pl.any_horizontal(pl.col(name).is_in(["PA", "PB", "PC"]) for name in MODIFIERS).fill_null(value=False)
        & (pl.col("charge_amount") > 0).fill_null(value=False)
    )
