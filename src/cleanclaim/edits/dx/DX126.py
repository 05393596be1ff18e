"""DX126: the weeks of pregnancy contradict the trimester."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import dotted
from cleanclaim.reference import Reference

_WEEKS = r"^Z3A(0[1-9]|[1-4][0-9])$"
_TRIMESTERS = {"first": (0, 13), "second": (14, 27), "third": (28, 99)}
"""The weeks of each trimester, counted from the last period (guidelines, section I.C.15.a.3)."""


@query_edit(
    code="DX126",
    name="weeks-contradict-trimester",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(GUIDELINES, "sections I.C.15.a.3 (trimesters) and I.C.21.c.11 (weeks of gestation)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is for the {trimester} trimester, but {weeks_code} says {weeks} weeks.",
    suggestion="Correct the trimester or the weeks, as the record says.",
    fix="proposed",
    when={"diagnoses": IS_CODED & pl.col("diagnosis_code").str.contains(_WEEKS)},
    examples=(
        fails("second trimester at 34 weeks", professional(patient_sex="F", diagnoses=["O99.012", "Z3A.34"]), diagnosis_number=1, says=("second", "34")),
        passes("third trimester at 34 weeks", professional(patient_sex="F", diagnoses=["O99.013", "Z3A.34"])),
        passes("weeks not said", professional(patient_sex="F", diagnoses=["O99.012", "Z3A.00"])),
        passes("no trimester", professional(patient_sex="F", diagnoses=["O80", "Z37.0", "Z3A.39"])),
        fails("third trimester at 27 weeks", professional(patient_sex="F", diagnoses=["O99.013", "Z3A.27"]), diagnosis_number=1),
        passes("second trimester at 27 weeks", professional(patient_sex="F", diagnoses=["O99.012", "Z3A.27"])),
        passes("second trimester at 14 weeks", professional(patient_sex="F", diagnoses=["O99.012", "Z3A.14"])),
        fails("second trimester at 13 weeks", professional(patient_sex="F", diagnoses=["O99.012", "Z3A.13"]), diagnosis_number=1, says="13"),
        passes("first trimester at 13 weeks", professional(patient_sex="F", diagnoses=["O99.011", "Z3A.13"])),
        fails("first trimester at 28 weeks", professional(patient_sex="F", diagnoses=["Z34.01", "Z3A.28"]), diagnosis_number=1),
    ),
)
def weeks_contradict_trimester(claims: Claims, reference: Reference) -> Rows:
    """A pregnancy code of one trimester with weeks of gestation of another.

    The first trimester ends before 14 weeks, the second before 28. Both codes describe the day of the encounter, or the day of admission.

    What to do: correct the code that the record doesn't support.
    """
    diagnoses = coded(claims)
    weeks = diagnoses.filter(pl.col("diagnosis_code").str.contains(_WEEKS)).select(
        "claim_key", dotted("diagnosis_code").alias("weeks_code"), pl.col("diagnosis_code").str.slice(3).cast(pl.Int64).alias("weeks")
    )
    named = reference.derived("trimesters", lambda: _trimesters(reference))
    longest = diagnoses.with_columns(pl.col("diagnosis_code").str.head(6).str.strip_chars_end("X").alias("code"))
    found = longest.join(named, on="code").join(weeks.unique("claim_key", keep="first", maintain_order=True), on="claim_key")
    return found.filter(~pl.col("weeks").is_between("_from", "_to")).select(
        "claim_key", "diagnosis_number", "diagnosis_code", "trimester", "weeks_code", "weeks"
    )


def _trimesters(reference: Reference) -> pl.DataFrame:
    """Codes, without a seventh character, whose title names a trimester."""
    titles = reference.table("icd10cm_tabular").select("code", pl.col("title").str.extract(r"(first|second|third) trimester").alias("trimester"))
    spans = pl.DataFrame([(name, *weeks) for name, weeks in _TRIMESTERS.items()], schema=["trimester", "_from", "_to"], orient="row")
    return titles.drop_nulls("trimester").join(spans, on="trimester")
