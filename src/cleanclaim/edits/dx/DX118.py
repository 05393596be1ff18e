"""DX118: a diagnosis that no line points at."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_PROFESSIONAL


@row_edit(
    table="diagnoses",
    code="DX118",
    name="diagnosis-not-pointed-at",
    disposition=Disposition.INFO,
    default_on=False,
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24E", "CMS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_number",
    evidence=("diagnosis_code",),
    message="No line points at diagnosis {diagnosis_number}, {diagnosis_code:icd}.",
    suggestion="Point a line at it if it was a reason for a service. It can also stay on the claim for information.",
    examples=(
        fails("a second diagnosis that no line names", professional(diagnoses=["I10", "E11.9"]), diagnosis_number=2, says="E11.9"),
        passes("every diagnosis pointed at", professional(diagnoses=["I10", "E11.9"], lines=[{"diagnosis_pointers": (1, 2)}])),
        passes("a claim whose lines were not sent", professional(lines=[])),
        passes(
            "an external cause, to which lines need not point",
            professional(diagnoses=["I10", {"diagnosis_code": "W19.XXXA", "diagnosis_type": "external_cause"}]),
        ),
        passes("hospital lines do not point", institutional(diagnoses=["I10", "E11.9"])),
    ),
)
def diagnosis_not_pointed_at() -> pl.Expr:
    """A diagnosis of a professional claim that no service line points at.

    Off by default: it is allowed, and usually meant so. A claim lists every condition that was there and affected the care, up to twelve, while a line points at
    the four at most that were its reason, and a claim to Medicare on paper at only one (item 24E). An external cause, a status or a chronic condition often
    needs no pointer, and payers that adjust for risk count diagnoses from the claim, not from its lines.

    Where it matters, other edits are on: DX129 if no line points at the first diagnosis, LNK101 if a line points at nothing, and LNK103 to LNK105 if
    what a line points at doesn't support its procedure.

    What to do: see whether a line should point at it. Select this edit when you audit pointers.
    """
    return IS_PROFESSIONAL & IS_BILLING_DIAGNOSIS & ~pl.col("is_pointed_at") & (pl.col("line_count") > 0)
