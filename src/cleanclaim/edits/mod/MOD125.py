"""MOD125: modifier PT on a service that no screening turns into."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier

_TURNED = r"^([1-6][0-9]{4}|G0500|00811|00813|99152|99153|8830[0-9])$"
"""Surgery, and the sedation and pathology that go with it."""


@row_edit(
    table="lines",
    code="MOD125",
    name="pt-on-another-service",
    disposition=Disposition.RETURN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 18, section 60.1.1 (PT on the procedure that the screening became); Integrated Outpatient Code Editor, edit 120",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} has modifier PT, which is for the procedure that a screening turned into.",
    suggestion="Take PT off, or move it to the line of the procedure.",
    fix="proposed",
    examples=(
        fails("a visit", medicare(lines=["99213-PT"]), line_number=1, says="screening"),
        passes("a polyp removed", medicare(diagnoses=["Z12.11"], lines=["45385-PT"])),
        fails("the screening itself", medicare(diagnoses=["Z12.11"], lines=["G0121-PT"]), line_number=1),
        passes("another payer", professional(lines=["99213-PT"])),
    ),
)
def pt_on_another_service() -> pl.Expr:
    """Modifier PT on a service other than a procedure.

    PT waives the deductible for a procedure that began as a colorectal screening. Visits and the screening codes themselves never take it.

    What to do: take it off.
    """
    return IS_MEDICARE & has_modifier("PT") & ~pl.col("procedure_code").str.contains(_TURNED).fill_null(value=True)
