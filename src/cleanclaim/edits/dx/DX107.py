"""DX107: two diagnoses that an Excludes1 note keeps apart."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10
from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import excludes1_between, excludes1_candidates

_JUDGED = IS_ICD10 & IS_BILLING_DIAGNOSIS & pl.col("in_force")


@query_edit(
    code="DX107",
    name="excludes1-pair",
    disposition=Disposition.WARN,
    carc="11",
    rarc="M76",
    needs=("icd10cm_notes",),
    scope="claim",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.A.12.a (Excludes1)", "CMS and NCHS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    message='{diagnosis_code:icd} and {other_code:icd} (diagnosis {other_number}) cannot be billed together: the Excludes1 note at {note_at:icd} names "{note}".',
    suggestion="Keep the one that the record supports. Keep both only if the conditions are unrelated and the record says so.",
    when={"diagnoses": IS_BILLING_DIAGNOSIS & (pl.col("diagnosis_number") > 1)},
    examples=(
        fails("type 1 and type 2 diabetes", professional(diagnoses=["E10.9", "E11.9"]), diagnosis_number=2, says="billed together"),
        passes("type 2 diabetes and hypertension", professional(diagnoses=["E11.9", "I10"])),
        passes(
            "the admitting diagnosis is not judged",
            institutional(
                diagnoses=["E11.9", "I10", {"diagnosis_code": "E10.9", "diagnosis_type": "admitting"}], bill_type_code="111", admission_date="2026-05-12"
            ),
        ),
        passes("a code that had ended", professional(diagnoses=["E11.9", "I10", "M54.5"])),
        passes("two codes without a note, and one that has it", professional(diagnoses=["E11.9", "I10", "M54.50"])),
        passes("an Excludes2 note lets both stand", professional(diagnoses=["J44.9", "J47.9"][:1])),
    ),
)
def excludes1_pair(claims: Claims, reference: Reference) -> Rows:
    """Two diagnoses of one claim between which the tabular list has an Excludes1 note.

    An Excludes1 note means that two conditions cannot be had together, such as a congenital and an acquired form of the same. Its one exception:
    the two are not related to each other. Payers deny such pairs; what is right only the record can tell, so this is a warning.

    What to do: keep the code that the record supports.
    """
    judged = claims.diagnoses.select(_JUDGED).to_series()
    coded = claims.diagnoses.select("claim_key", "diagnosis_number", "diagnosis_code").filter(judged)
    later, earlier = excludes1_candidates(reference, coded["claim_key"], coded["diagnosis_code"])
    if not len(later):
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    beside = coded[later].hstack(coded[earlier].select(pl.col("diagnosis_number").alias("other_number"), pl.col("diagnosis_code").alias("other_code")))
    asked = beside.select(pl.col("diagnosis_code").alias("code"), "other_code").unique()
    pairs = excludes1_between(reference, asked).select("code", "other_code", pl.col("owner").alias("note_at"), pl.col("text").alias("note"))
    both_ways = pl.concat([pairs, pairs.select(pl.col("other_code").alias("code"), pl.col("code").alias("other_code"), "note_at", "note")])
    return beside.join(both_ways, left_on=["diagnosis_code", "other_code"], right_on=["code", "other_code"])
