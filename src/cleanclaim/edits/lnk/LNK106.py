"""LNK106: the side of the procedure against the side of the diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import MODIFIERS, SIDE_OF_MODIFIER, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.reference.sides import side_of

_LEFT = tuple(modifier for modifier, side in SIDE_OF_MODIFIER.items() if side == "left")
_RIGHT = tuple(modifier for modifier, side in SIDE_OF_MODIFIER.items() if side == "right")


@query_edit(
    code="LNK106",
    name="sides-contradict",
    disposition=Disposition.DENY_LINE,
    carc="11",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{procedure_code} was done on the {side} (modifier {modifier}), but its diagnosis {diagnosis_code:icd} is for the {diagnosis_side} side.",
    suggestion="Check the record and correct the modifier, the diagnosis or the pointer.",
    fix="proposed",
    when={"lines": has_modifier(*_LEFT, *_RIGHT)},
    examples=(
        fails("left knee, right-knee pain", professional(diagnoses=["M25.561"], lines=["20610-LT"]), line_number=1, says=("left", "right side")),
        fails(
            "left wrist, a fracture of the right one in aftercare", professional(diagnoses=["S52.501D"], lines=["25600-LT"]), line_number=1, says="right side"
        ),
        fails("left eye, the right one's macula", professional(diagnoses=["H35.3112"], lines=["92134-LT"]), line_number=1),
        passes("left eye, its own macula", professional(diagnoses=["H35.3122"], lines=["92134-LT"])),
        passes("left eye, both maculas", professional(diagnoses=["H35.3132"], lines=["92134-LT"])),
        passes("right knee, right-knee pain", professional(diagnoses=["M25.561"], lines=["20610-RT"])),
        passes(
            "right knee, pain in both",
            professional(diagnoses=["M25.561", "M25.562"], lines=[{"procedure_code": "20610", "modifier_1": "RT", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("both sides done", professional(diagnoses=["M25.561"], lines=["20610-50"])),
        passes("a diagnosis without a side", professional(diagnoses=["I10"], lines=["20610-LT"])),
        passes("a stroke shows on the other side", professional(diagnoses=["I63.411"], lines=["20610-LT"])),
        fails("right knee, left-knee pain", professional(diagnoses=["M25.562"], lines=["20610-RT"]), line_number=1, says="RT"),
        passes("both sides said in two ways", professional(diagnoses=["M25.561"], lines=["20610-LT-50"])),
        fails(
            "the left knee against the pain in the right, a visit that points at it, too",
            professional(diagnoses=["M25.561"], lines=["20610-LT", {}]),
            line_number=1,
            says="LT",
        ),
        passes(
            "left knee, pain in the right one and high blood pressure",
            professional(diagnoses=["M25.561", "I10"], lines=[{"procedure_code": "20610", "modifier_1": "LT", "diagnosis_pointers": (1, 2)}]),
        ),
        fails("the last toe of the left foot, the right foot's ulcer", professional(diagnoses=["L97.512"], lines=["11042-T4"]), line_number=1),
        fails("the last toe of the right foot, the left foot's ulcer", professional(diagnoses=["L97.522"], lines=["11042-T9"]), line_number=1),
        fails("a finger of the left hand, pain in the right hand's fingers", professional(diagnoses=["M79.644"], lines=["20600-F3"]), line_number=1),
        fails("a finger of the right hand, pain in the left hand's fingers", professional(diagnoses=["M79.645"], lines=["20600-F8"]), line_number=1),
        fails(
            "the left knee against the right one's pain, a visit for the left one's",
            professional(diagnoses=["M25.561", "M25.562"], lines=["20610-LT", {"procedure_code": "99213", "diagnosis_pointers": (2,)}]),
            line_number=1,
        ),
        fails("a toe of the left foot, the right foot's ulcer", professional(diagnoses=["L97.511"], lines=["11730-TA"]), line_number=1),
    ),
)
def sides_contradict(claims: Claims, reference: Reference) -> Rows:
    """A line whose modifier names one side while every sided diagnosis that it points at names the other.

    Judged only where nothing else explains it: the line carries no modifier for both sides, its first diagnosis names the other side, and no other
    diagnosis pointed at is of the same side, of both, or of none. Diagnoses that show on the other side of the body (stroke, hemiplegia) do not
    count.

    What to do: look in the record which side it was.
    """
    one_side = claims.lines.filter(has_modifier(*_LEFT) ^ has_modifier(*_RIGHT)).filter(~has_modifier("50"))
    sided = one_side.lazy().select(
        "claim_key",
        "line_number",
        pl.when(has_modifier(*_LEFT)).then(pl.lit("left")).otherwise(pl.lit("right")).alias("side"),
        pl.coalesce(pl.when(pl.col(name).is_in([*_LEFT, *_RIGHT])).then(pl.col(name)) for name in MODIFIERS).alias("modifier"),
    )
    pointed = claims.line_diagnoses.lazy().filter(pl.col("icd_version") == 10).join(sided, on=["claim_key", "line_number"])
    rows = pointed.collect()
    named = side_of(rows["diagnosis_code"].unique(), reference).lazy().select(pl.col("code").alias("diagnosis_code"), pl.col("side").alias("diagnosis_side"))
    every = rows.lazy().join(named, on="diagnosis_code", how="left", maintain_order="left")
    opposite = pl.col("diagnosis_side").is_in(["left", "right"]) & (pl.col("diagnosis_side") != pl.col("side"))
    return (
        every.sort("claim_key", "line_number", "pointer_position")
        .group_by("claim_key", "line_number", "procedure_code", "modifier", "side", maintain_order=True)
        .agg(opposite.fill_null(value=False).all().alias("_all"), pl.col("diagnosis_code").first(), pl.col("diagnosis_side").first())
        .filter(pl.col("_all"))
        .drop("_all")
    )
