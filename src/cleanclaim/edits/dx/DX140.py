"""DX140: two diagnoses of which one says that the other can't be."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from cleanclaim.reference.opposites import opposites


@query_edit(
    code="DX140",
    name="with-and-without",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(GUIDELINES, "sections I.A.15 (with), I.B.2 (level of detail) and I.B.9 (combination codes)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} says that there is no {feature}, but {other_code:icd} (diagnosis {other_number}) says that there is.",
    suggestion="Keep the code that the record supports.",
    fix="proposed",
    when={"diagnoses": pl.col("has_sibling")},
    examples=(
        fails("diabetes without complications, and with high sugar", professional(diagnoses=["E11.65", "E11.9"]), diagnosis_number=2, says="complication"),
        fails("heartburn disease with and without esophagitis", professional(diagnoses=["K21.9", "K21.00"]), diagnosis_number=1, says="esophagitis"),
        fails("asthma in an attack, and not", professional(diagnoses=["J45.20", "J45.21"]), diagnosis_number=1),
        fails("epilepsy that yields to treatment and doesn't", professional(diagnoses=["G40.909", "G40.919"]), diagnosis_number=1),
        passes("asthma of two kinds", professional(diagnoses=["J45.20", "J45.901"])),
        passes("one eye with edema, the other without", professional(diagnoses=["E11.3211", "E11.3292"])),
        fails("one eye with edema and without", professional(diagnoses=["E11.3211", "E11.3291"]), diagnosis_number=2, says="macular edema"),
        passes("migraine of both kinds", professional(diagnoses=["G43.009", "G43.109"])),
        fails("one migraine that lasts and doesn't", professional(diagnoses=["G43.009", "G43.001"]), diagnosis_number=1),
        fails("coronary disease with and without angina", professional(diagnoses=["I25.10", "I25.110"]), diagnosis_number=1, says="angina"),
        fails("dementia with agitation and without", professional(diagnoses=["F03.90", "F03.911"]), diagnosis_number=1),
        fails("a myeloma in remission and not", professional(diagnoses=["C90.00", "C90.01"]), diagnosis_number=1, says="remission"),
        passes("two complications of diabetes", professional(diagnoses=["E11.65", "E11.22", "N18.30"])),
        passes("a wound with a foreign body, and one without", professional(diagnoses=["S51.811A", "S51.821A"])),
        passes("the admitting diagnosis", institutional(diagnoses=["E11.65", {"diagnosis_code": "E11.9", "diagnosis_type": "admitting"}])),
    ),
)
def with_and_without(claims: Claims, reference: Reference) -> Rows:
    """Two codes of one condition: the title of one says that it is without what the other has.

    Without complications next to a complication, uncomplicated next to an exacerbation, not intractable next to intractable. Both are told apart by condition,
    side and part, so that two eyes or two sites don't contradict each other.

    What to do: keep one of the two.
    """
    said = opposites(reference)
    several = _without_extension(coded(claims).filter(pl.struct("claim_key", pl.col("diagnosis_code").str.head(3)).is_duplicated()), said["code"])
    not_there = several.join(said.filter(~pl.col("is_there")), on="code")
    there = several.join(said.filter("is_there"), on="code").select(
        "claim_key",
        "condition",
        pl.col("feature").alias("_other_feature"),
        "extension",
        pl.col("part").alias("_other_part"),
        pl.col("diagnosis_code").alias("other_code"),
        pl.col("diagnosis_number").alias("other_number"),
    )
    same_feature = (" " + pl.col("_other_feature")).str.ends_with(" " + pl.col("feature"))
    return (
        not_there.join(there, on=["claim_key", "condition", "extension"])
        .filter(same_feature, (pl.col("part") == "") | (pl.col("part") == pl.col("_other_part")))
        .sort("claim_key", "diagnosis_number", "other_number")
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .select(
            "claim_key",
            "diagnosis_number",
            "diagnosis_code",
            "other_code",
            "other_number",
            pl.col("feature").replace({"anything": "complication", "intractability": "resistance to treatment"}),
        )
    )


def _without_extension(diagnoses: pl.DataFrame, listed: pl.Series) -> pl.DataFrame:
    """The diagnoses with `code`, as the list has it, and `extension`, the seventh character that the list gives apart."""
    is_whole = pl.col("diagnosis_code").is_in(listed.implode()) | (pl.col("diagnosis_code").str.len_chars() < 7)
    return diagnoses.with_columns(
        pl.when(is_whole).then("diagnosis_code").otherwise(pl.col("diagnosis_code").str.head(6).str.strip_chars_end("X")).alias("code"),
        pl.when(is_whole).then(pl.lit("")).otherwise(pl.col("diagnosis_code").str.tail(1)).alias("extension"),
    )
