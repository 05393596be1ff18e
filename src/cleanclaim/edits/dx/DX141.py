"""DX141: a cause that a code-first note names, listed after what it caused."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import may_carry, note_links


def _may_carry_a_note(reference: Reference) -> pl.Expr:
    return IS_CODED & ~pl.col("manifestation") & may_carry(reference, "code_first", pl.lit(value=True))


@query_edit(
    code="DX141",
    name="named-cause-listed-later",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M64",
    needs=("icd10cm_notes",),
    scope="claim",
    source=Source(GUIDELINES, "sections I.A.13 and I.A.17 (code first notes)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} comes before {other_code:icd} (diagnosis {other_number}), which its note tells to code first.",
    suggestion="List {other_code:icd} before {diagnosis_code:icd}.",
    fix="proposed",
    when={"diagnoses": _may_carry_a_note},
    examples=(
        fails("a diabetic's ulcer before the diabetes", professional(diagnoses=["L97.412", "E11.621"]), diagnosis_number=1, says="E11.621"),
        passes("after it", professional(diagnoses=["E11.621", "L97.412"])),
        passes("an ulcer of no named cause", professional(diagnoses=["L97.412", "I10"])),
        fails("the receptors before the cancer", professional(patient_sex="F", diagnoses=["Z17.0", "C50.911"]), diagnosis_number=1),
        passes("one of two causes before it", professional(diagnoses=["E11.621", "L97.412", "I70.234"])),
        passes("the admitting diagnosis", institutional(diagnoses=["E11.621", {"diagnosis_code": "L97.412", "diagnosis_type": "admitting"}])),
    ),
)
def named_cause_listed_later(claims: Claims, reference: Reference) -> Rows:
    """A code with a "code first" note, and a code that the note names further back on the claim.

    Whether such a note holds often depends on the record: it says "if applicable", or gives examples. If a code that it names is on the claim, it holds, and the
    order is wrong. If one of the note's codes stands before it, all is well. Manifestations are DX108's.

    What to do: change the order, and check which line points at which diagnosis.
    """
    diagnoses = coded(claims)
    noted = claims.diagnoses.filter(_may_carry_a_note(reference)).select("claim_key", "diagnosis_number", "diagnosis_code")
    others = diagnoses.select("claim_key", pl.col("diagnosis_code").alias("other_code"), pl.col("diagnosis_number").alias("other_number"))
    both = noted.join(others, on="claim_key").filter(pl.col("diagnosis_number") != pl.col("other_number"))
    pairs = both.select(pl.col("diagnosis_code").alias("code"), pl.col("other_code").alias("target_code")).unique()
    links = note_links(reference, pairs, "code_first").select(pl.col("code").alias("diagnosis_code"), pl.col("target_code").alias("other_code")).unique()
    keys = ["claim_key", "diagnosis_number"]
    return (
        both.join(links, on=["diagnosis_code", "other_code"], how="semi")
        .sort(*keys, "other_number")
        .unique(keys, keep="first", maintain_order=True)
        .filter(pl.col("other_number") > pl.col("diagnosis_number"))
        .select(*keys, "diagnosis_code", "other_code", "other_number")
    )
