"""DX142: an aftercare code for an injury."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference

_AFTERCARE = r"^Z(47[28]|480|488|489)"
"""Aftercare that injuries have seventh characters for; not that after a joint was replaced or an implant taken out."""
_HEALING = r"^(S.{5}|T[0-2].{4}|T3[0-4].{4})[DEFGHJKMNPQR]$"
"""An injury in a later encounter: healing, delayed, not healing or badly healed."""


@query_edit(
    code="DX142",
    name="aftercare-of-an-injury",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(GUIDELINES, "section I.C.21.c.7 (aftercare); I.C.19.a and I.C.19.c.1 (seventh characters)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is aftercare, but {other_code:icd} (diagnosis {other_number}) says by its seventh character that an injury is healing.",
    suggestion="Code aftercare of an injury with the injury's own code only.",
    fix="proposed",
    when={"diagnoses": IS_CODED & pl.col("diagnosis_code").str.contains(_AFTERCARE)},
    beside={"diagnoses": IS_CODED & pl.col("diagnosis_code").str.contains(_HEALING)},
    examples=(
        fails("aftercare with a fracture that heals", professional(diagnoses=["Z47.89", "S82.201D"]), diagnosis_number=1, says="S82.201D"),
        passes("the fracture alone", professional(diagnoses=["S82.201D"])),
        passes("aftercare of an operation", professional(diagnoses=["Z48.815", "K35.80"])),
        passes("a new injury next to the aftercare", professional(diagnoses=["Z47.89", "S93.401A"])),
        passes("aftercare of a joint that was replaced", professional(diagnoses=["Z47.1", "S72.001D"])),
        passes("the admitting diagnosis", institutional(diagnoses=["S82.201D", {"diagnosis_code": "Z47.89", "diagnosis_type": "admitting"}])),
    ),
)
def aftercare_of_an_injury(claims: Claims, reference: Reference) -> Rows:
    """Orthopedic or surgical aftercare (Z47, Z48) next to an injury in a later encounter.

    The guidelines say that aftercare codes aren't used for injuries: the seventh character says that the patient is being treated for a healing injury. If the
    aftercare is of something else, both codes are right.

    What to do: leave the aftercare code out.
    """
    del reference
    diagnoses = coded(claims)
    healing = diagnoses.filter(pl.col("diagnosis_code").str.contains(_HEALING)).select(
        "claim_key", pl.col("diagnosis_code").alias("other_code"), pl.col("diagnosis_number").alias("other_number")
    )
    return (
        diagnoses.filter(pl.col("diagnosis_code").str.contains(_AFTERCARE))
        .join(healing, on="claim_key")
        .sort("claim_key", "diagnosis_number", "other_number")
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number")
    )
