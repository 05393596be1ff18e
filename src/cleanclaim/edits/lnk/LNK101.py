"""LNK101: a line that points at no diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, POINTERS


@row_edit(
    table="lines",
    code="LNK101",
    name="line-without-diagnosis-pointer",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M76",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24E; 837P element SV107", "CMS", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    evidence=("procedure_code",),
    message="The line for {procedure_code} doesn't point at any diagnosis.",
    suggestion="Point it at the diagnosis that was the reason for the service.",
    examples=(
        passes("a pointer in the second place", professional(lines=[{"diagnosis_pointers": (), "diagnosis_pointer_2": 1}])),
        passes("a hospital's line beside it does not point", institutional(diagnoses=["I10", "E11.9"])),
        fails("no pointer", professional(lines=[{"diagnosis_pointers": ()}]), line_number=1, says="99213"),
    ),
)
def line_without_diagnosis_pointer() -> pl.Expr:
    """A service line of a professional claim without a diagnosis pointer.

    Each line must say which diagnosis was its reason; without it the payer cannot judge the service and refuses the claim.

    What to do: point the line at its diagnosis.
    """
    return IS_PROFESSIONAL & pl.all_horizontal(pl.col(name).is_null() for name in POINTERS)
