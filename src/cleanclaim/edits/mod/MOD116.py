"""MOD116: a colonoscopy that began as a screening, without the modifier that says so."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_THERAPEUTIC = r"^(4533[1-9]|4534[0-26-9]|45350|4538[0-9]|4539[0-8]|00811)$"
"""Sigmoidoscopies and colonoscopies with a biopsy, removal or treatment, and the anesthesia for them (00812 is for the screening itself)."""
_SCREENING = r"^(Z121[12]|Z800|Z8601|Z8371)"
_CANDIDATE = IS_PROFESSIONAL & pl.col("procedure_code").str.contains(_THERAPEUTIC) & ~has_modifier("PT", "33")


@query_edit(
    code="MOD116",
    name="screening-turned-therapeutic-without-modifier",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 18, section 60.1.1 (deductible and coinsurance; modifier PT); 45 CFR 147.130 (preventive services of other plans)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="{procedure_code} is for {diagnosis_code:icd}, a screening that became a treatment, but has no modifier {modifier}.",
    suggestion="Add modifier {modifier} if the procedure began as a screening; without it the patient pays a share.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("a polyp removed during a screening, Medicare", medicare(diagnoses=["Z12.11", "K63.5"], lines=["45385"]), line_number=1, says="PT"),
        fails("the same, another payer", professional(diagnoses=["Z12.11", "K63.5"], lines=["45385"]), line_number=1, says="33"),
        passes("with its modifier", medicare(diagnoses=["Z12.11", "K63.5"], lines=["45385-PT"])),
        passes("with the other payers' modifier", professional(diagnoses=["Z12.11", "K63.5"], lines=["45385-33"])),
        fails("its anesthesia", medicare(diagnoses=["Z12.11"], lines=["00811-QZ x30"]), line_number=1, says="PT"),
        passes("the anesthesia with its modifier", medicare(diagnoses=["Z12.11"], lines=["00811-QZ-PT x30"])),
        passes("the anesthesia of the screening itself", medicare(diagnoses=["Z12.11"], lines=["00812-QZ x30"])),
        passes("a colonoscopy for bleeding", medicare(diagnoses=["K92.2"], lines=["45385"])),
        passes("screening is the second reason", medicare(diagnoses=["K92.2", "Z12.11"], lines=[{"procedure_code": "45385", "diagnosis_pointers": (1, 2)}])),
        fails("a biopsy with the modifier and a removal without it", medicare(diagnoses=["Z12.11", "K63.5"], lines=["45380-PT", "45385-59"]), line_number=2),
        passes("a hospital's procedure", institutional(diagnoses=["Z12.11", "K63.5"], lines=[{"revenue_center_code": "0750", "procedure_code": "45385"}])),
        fails("somebody with polyps before", medicare(diagnoses=["Z86.0101", "D12.3"], from_date="2026-05-12", lines=["45380"]), line_number=1),
    ),
)
def screening_turned_therapeutic_without_modifier(claims: Claims, reference: Reference) -> Rows:
    """A colonoscopy or sigmoidoscopy with a biopsy or removal whose first diagnosis is a screening, without PT (Medicare) or 33 (others).

    A screening stays a screening for the patient's share even if something is found and removed. The modifier tells the payer. If the procedure was planned as a
    treatment, the screening code shouldn't come first, so this is a warning.

    What to do: add the modifier, or list the reason for the procedure first.
    """
    del reference
    asked = claims.lines.filter(_CANDIDATE).select(
        "claim_key", "line_number", pl.when(IS_MEDICARE).then(pl.lit("PT")).otherwise(pl.lit("33")).alias("modifier")
    )
    first = claims.line_diagnoses.filter(pl.col("pointer_position") == 1, pl.col("diagnosis_code").str.contains(_SCREENING))
    return asked.join(first.select("claim_key", "line_number", "procedure_code", "diagnosis_code"), on=["claim_key", "line_number"])
