"""DX116: left and right coded apart although there is a code for both."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import dotted
from cleanclaim.reference import Reference
from cleanclaim.reference.sides import side_of, sides


def _for_both(reference: Reference) -> pl.DataFrame:
    """The bilateral code of each family of codes that have sides."""
    bilateral = sides(reference).filter(pl.col("side") == "bilateral")
    return bilateral.unique("family", keep="first", maintain_order=True).select("family", "prefix", "character")


@query_edit(
    code="DX116",
    name="both-sides-apart",
    disposition=Disposition.WARN,
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} and {other_code:icd} are the two sides of one condition, which has a bilateral code: {bilateral_code}.",
    suggestion="Use {bilateral_code} instead of the two, unless only one side was treated.",
    fix="proposed",
    when={"diagnoses": pl.col("has_sibling")},
    examples=(
        fails("both ears in two codes", professional(diagnoses=["H65.01", "H65.02"]), diagnosis_number=2, says="H65.03"),
        fails("both knees, worded differently", professional(diagnoses=["M17.11", "M17.12"]), diagnosis_number=2, says="M17.0"),
        fails("both eyes, with a stage", professional(diagnoses=["H35.3112", "H35.3122"]), diagnosis_number=2, says="H35.3132"),
        passes("both eyes in different stages", professional(diagnoses=["H35.3112", "H35.3123"])),
        passes("both wrists broken: there is no code for both", professional(diagnoses=["S52.501A", "S52.502A"])),
        passes("both ears in one", professional(diagnoses=["H65.03"])),
        passes("one side only", professional(diagnoses=["H65.01"])),
        passes("the admitting diagnosis names the other ear", institutional(diagnoses=["H66.91", {"diagnosis_code": "H66.92", "diagnosis_type": "admitting"}])),
        fails("both ears, with another ear disease of one side", professional(diagnoses=["H66.91", "H66.92", "H61.21"]), diagnosis_number=2),
        fails("right listed first", professional(diagnoses=["H66.92", "H66.91"]), diagnosis_number=2, says="H66.93"),
        passes("the right ear twice", professional(diagnoses=["H66.91", "H66.91"])),
        passes("the right ear, and the left one without being told apart", professional(diagnoses=["H66.91", "H66.90"])),
        passes("two sides of two diseases", professional(diagnoses=["H66.91", "H65.92"])),
        passes("two knees that hurt: there is no code for both", professional(diagnoses=["M25.561", "M25.562"])),
    ),
)
def both_sides_apart(claims: Claims, reference: Reference) -> Rows:
    """The left and the right code of a condition on one claim, where a bilateral code exists.

    Where a code says that both sides have the condition, it is used, and not the two codes for the sides.

    What to do: use the bilateral code.
    """
    diagnoses = coded(claims)
    named = side_of(diagnoses["diagnosis_code"].unique(), reference)
    both = reference.derived("codes for both sides", lambda: _for_both(reference))
    sided = diagnoses.join(named, left_on="diagnosis_code", right_on="code").join(both, on="family")
    left = sided.filter(pl.col("side") == "left")
    right = sided.filter(pl.col("side") == "right").select(
        "claim_key", "family", "ending", pl.col("diagnosis_code").alias("other_code"), pl.col("diagnosis_number").alias("other_number")
    )
    made = (
        pl.when(pl.col("character").is_not_null())
        .then(pl.col("diagnosis_code").str.head(-1) + pl.col("character"))
        .otherwise(pl.when(pl.col("ending") != "").then(pl.col("prefix").str.pad_end(6, "X") + pl.col("ending")).otherwise(pl.col("prefix")))
    )
    found = left.join(right, on=["claim_key", "family", "ending"]).with_columns(made.alias("bilateral"))
    valid = reference.narrow("icd10cm", found["bilateral"].unique()).select(pl.col("code").alias("bilateral"), "valid_from", "valid_to")
    return (
        found.join(valid, on="bilateral")
        .filter(pl.col("on_date").is_between("valid_from", "valid_to"))
        .select(
            "claim_key",
            pl.max_horizontal("diagnosis_number", "other_number").alias("diagnosis_number"),
            "diagnosis_code",
            "other_code",
            dotted("bilateral").alias("bilateral_code"),
        )
    )
