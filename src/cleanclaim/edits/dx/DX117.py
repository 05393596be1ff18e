"""DX117: an unspecified code beside a specific one of the same kind."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference


@query_edit(
    code="DX117",
    name="unspecified-beside-specific",
    disposition=Disposition.WARN,
    needs=("icd10cm_tabular",),
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting", "section I.A.9.b and I.B.18 (unspecified codes)", "CMS and NCHS", date(2026, 11, 23)
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is unspecified, but {other_code:icd} (diagnosis {other_number}) is more specific about the same condition.",
    suggestion="Remove {diagnosis_code:icd} if {other_code:icd} describes the condition.",
    fix="proposed",
    when={"diagnoses": pl.col("has_sibling")},
    examples=(
        fails("pain in a joint, and in the right knee", professional(diagnoses=["M25.561", "M25.50"]), diagnosis_number=2, says="M25.561"),
        passes("the knee alone", professional(diagnoses=["M25.561"])),
        passes("unspecified codes of different conditions", professional(diagnoses=["J45.909", "M54.50"])),
        passes("the admitting diagnosis may be vague", institutional(diagnoses=["M25.561", {"diagnosis_code": "M25.50", "diagnosis_type": "admitting"}])),
        passes("a vague code and one of another chapter", professional(diagnoses=["M25.50", "I10", "M25.50"])),
        passes("the vague code twice", professional(diagnoses=["M25.50", "M25.50"])),
        passes("a vague code of a whole chapter beside a specific one", professional(diagnoses=["I51.9", "I50.9"])),
        passes("two codes that both say something", professional(diagnoses=["M25.561", "M25.562"])),
    ),
)
def unspecified_beside_specific(claims: Claims, reference: Reference) -> Rows:
    """An unspecified code although another code of the claim, from the same subdivision of the code set, is specific.

    The unspecified code is for when nothing more is known. Beside a specific one it says nothing, and payers take it for poor documentation.

    What to do: leave it out, or say which other condition it stands for.
    """
    diagnoses = coded(claims)
    several = diagnoses.lazy().filter(pl.col("claim_key").is_duplicated())
    vague = reference.derived("unspecified codes", lambda: _unspecified(reference))
    other = several.select("claim_key", pl.col("diagnosis_code").alias("other_code"), pl.col("diagnosis_number").alias("other_number"))
    specific = other.join(vague.lazy(), left_on="other_code", right_on="code", how="anti")
    return (
        several.join(vague.lazy(), left_on="diagnosis_code", right_on="code")
        .join(specific, on="claim_key")
        .filter(pl.col("other_code").str.starts_with(pl.col("parent")), pl.col("other_code") != pl.col("diagnosis_code"))
        .group_by("claim_key", "diagnosis_number", "diagnosis_code", maintain_order=True)
        .agg(pl.col("other_code").first(), pl.col("other_number").first())
    )


def _unspecified(reference: Reference) -> pl.DataFrame:
    """Codes whose title says unspecified, at or above the level of the subdivision they stand in, with that subdivision."""
    nodes = reference.table("icd10cm_tabular").filter(pl.col("is_billable"))
    return (
        nodes.filter(pl.col("title").str.contains("(?i)unspecified"), pl.col("parent").str.len_chars() >= 3, ~pl.col("parent").str.contains("-"))
        .select("code", "parent")
        .sort("code")
    )
