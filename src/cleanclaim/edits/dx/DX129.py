"""DX129: no line points at the claim's first diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_PROFESSIONAL


@row_edit(
    table="diagnoses",
    code="DX129",
    name="first-diagnosis-not-pointed-at",
    disposition=Disposition.INFO,
    source=(
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section IV.G (the first-listed diagnosis)", "CMS and NCHS", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, items 21 and 24E", "CMS", date(2026, 11, 28)),
    ),
    column="diagnoses.diagnosis_number",
    evidence=("diagnosis_code",),
    message="No line points at the first diagnosis, {diagnosis_code:icd}, which should be the main reason for the services.",
    suggestion="Point the line it was the reason for at it, or list first the diagnosis that was the main reason.",
    examples=(
        fails(
            "every line points at the second diagnosis",
            professional(diagnoses=["I10", "E11.9"], lines=[{"diagnosis_pointers": (2,)}]),
            diagnosis_number=1,
            says="I10",
        ),
        passes("a second diagnosis that no line names", professional(diagnoses=["I10", "E11.9"])),
        passes(
            "one line of two points at it, in the second place",
            professional(diagnoses=["I10", "E11.9"], lines=[{"diagnosis_pointers": (2, 1)}, {"procedure_code": "83036", "diagnosis_pointers": (2,)}]),
        ),
        passes("a claim whose lines were not sent", professional(lines=[])),
        passes("a line without any pointer is another fault", professional(lines=[{"diagnosis_pointers": ()}])),
        passes("hospital lines do not point", institutional(diagnoses=["I10", "E11.9"])),
    ),
)
def first_diagnosis_not_pointed_at() -> pl.Expr:
    """The first diagnosis of a professional claim is one that no service line points at, although lines point at others.

    The first-listed diagnosis is the one chiefly responsible for the services. If no service was for it, the order of the diagnoses is wrong, or a pointer is.
    Other diagnoses may stay without a pointer: they say what else was there, and payers that adjust for risk count them from the claim, not from its lines.
    DX118, which is off by default, lists them all.

    What to do: see which diagnosis was the main reason for the visit, list it first, and point its line at it.
    """
    is_first = pl.col("diagnosis_number") == 1
    points_elsewhere = pl.col("is_pointed_at").any().over("claim_key")
    return IS_PROFESSIONAL & IS_BILLING_DIAGNOSIS & is_first & ~pl.col("is_pointed_at") & points_elsewhere
