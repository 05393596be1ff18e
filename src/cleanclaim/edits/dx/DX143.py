"""DX143: a disease of a limb that is gone."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.reference.limbs import part_of
from cleanclaim.reference.sides import side_of

_GONE = {
    "Z8911": ["hand"],
    "Z8912": ["hand"],
    "Z8921": ["hand", "wrist"],
    "Z8922": ["hand", "wrist", "forearm"],
    "Z8943": ["foot"],
    "Z8944": ["foot"],
    "Z8951": ["foot", "ankle"],
    "Z8961": ["foot", "ankle", "leg"],
}
"""The place of an amputation, and the parts that are gone with it."""
_IS_GONE = IS_CODED & pl.col("diagnosis_code").str.contains("^Z89(1[12]|2[12]|4[34]|51|61)[12]$")
_LATE = r"^[ST].{5}S$"


@query_edit(
    code="DX143",
    name="limb-that-is-gone",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(GUIDELINES, "section I.C.21.c.3 (status codes: absence of limb) and I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is of the {side} {part}, but {other_code:icd} (diagnosis {other_number}) says that it was amputated.",
    suggestion="Check the side of both in the record.",
    fix="proposed",
    when={"diagnoses": _IS_GONE},
    examples=(
        fails("an ulcer of a foot that was amputated", professional(diagnoses=["L97.511", "Z89.511"]), diagnosis_number=1, says="right foot"),
        passes("of the other foot", professional(diagnoses=["L97.521", "Z89.511"])),
        passes("of the knee above the amputation", professional(diagnoses=["M25.561", "Z89.511"])),
        passes("the amputation alone", professional(diagnoses=["Z89.511"])),
    ),
)
def limb_that_is_gone(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis of a part of a limb, next to the status that this side was amputated above it.

    What to do: one of the two names the wrong side.
    """
    diagnoses = coded(claims)
    code = pl.col("diagnosis_code")
    gone = diagnoses.filter(code.str.contains("^Z89(1[12]|2[12]|4[34]|51|61)[12]$")).select(
        "claim_key",
        code.alias("other_code"),
        pl.col("diagnosis_number").alias("other_number"),
        code.str.tail(1).replace_strict({"1": "right", "2": "left"}).alias("side"),
        code.str.head(5).replace_strict(_GONE, return_dtype=pl.List(pl.String)).alias("part"),
    )
    parts = part_of(diagnoses["diagnosis_code"], reference)
    sides = side_of(diagnoses["diagnosis_code"].unique(), reference).select("code", "side")
    placed = diagnoses.filter(~code.str.contains(_LATE)).join(parts.join(sides, on="code"), left_on="diagnosis_code", right_on="code")
    return (
        placed.join(gone.explode("part"), on=["claim_key", "side", "part"])
        .sort("claim_key", "diagnosis_number", "other_number")
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number", "side", "part")
    )
