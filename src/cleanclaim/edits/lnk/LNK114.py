"""LNK114: a procedure on both sides, and a diagnosis of one side only."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference
from cleanclaim.reference.sides import side_of


@query_edit(
    code="LNK114",
    name="both-sides-for-one",
    disposition=Disposition.WARN,
    carc="11",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section I.B.13 (laterality); Medicare Claims Processing Manual, chapter 12, section 40.7",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="{procedure_code} was done on both sides (modifier 50), but its diagnosis {diagnosis_code:icd} is of one side.",
    suggestion="Add the diagnosis of the other side, or say by LT or RT which side it was.",
    fix="proposed",
    when={"lines": has_modifier("50")},
    examples=(
        fails("both knees, pain in the right one", professional(diagnoses=["M25.561"], lines=["20610-50"]), line_number=1),
        passes(
            "pain in both",
            professional(diagnoses=["M25.561", "M25.562"], lines=[{"procedure_code": "20610", "modifier_1": "50", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("disease of both", professional(diagnoses=["M17.0"], lines=["20610-50"])),
        fails("a hernia of one side", professional(diagnoses=["K40.90"], lines=["49505-50"]), line_number=1, says="K40.90"),
        passes("hernias of both", professional(diagnoses=["K40.20"], lines=["49505-50"])),
        passes("a diagnosis without a side", professional(diagnoses=["M06.9"], lines=["20610-50"])),
        passes(
            "one of one side and one of none",
            professional(diagnoses=["M25.561", "M06.9"], lines=[{"procedure_code": "20610", "modifier_1": "50", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("one side", professional(diagnoses=["M25.561"], lines=["20610-RT"])),
    ),
)
def both_sides_for_one(claims: Claims, reference: Reference) -> Rows:
    """A line with modifier 50 whose diagnoses all name one and the same side, or say "unilateral".

    What to do: look in the record whether both sides were treated, and for what.
    """
    both = claims.lines.filter(has_modifier("50")).select("claim_key", "line_number")
    pointed = claims.line_diagnoses.filter(pl.col("icd_version") == 10).join(both, on=["claim_key", "line_number"])
    named = side_of(pointed["diagnosis_code"].unique(), reference).select(pl.col("code").alias("diagnosis_code"), "side")
    unilateral = reference.table("icd10cm_tabular").filter(pl.col("title").str.starts_with("Unilateral "), ~pl.col("title").str.contains("(left|right)"))[
        "code"
    ]
    side = pl.when(pl.col("diagnosis_code").is_in(unilateral.implode())).then(pl.lit("one")).otherwise("side")
    one_sided = pl.col("_side").is_in(["left", "right", "one"]).fill_null(value=False)
    return (
        pointed.join(named, on="diagnosis_code", how="left", maintain_order="left")
        .with_columns(side.alias("_side"))
        .sort("claim_key", "line_number", "pointer_position")
        .group_by("claim_key", "line_number", "procedure_code", maintain_order=True)
        .agg(pl.col("diagnosis_code").first(), one_sided.all().alias("_all"), pl.col("_side").n_unique().alias("_sides"))
        .filter("_all", pl.col("_sides") == 1)
        .select("claim_key", "line_number", "procedure_code", "diagnosis_code")
    )
