"""DX114: a diagnosis that does not fit the patient's sex."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional


@row_edit(
    table="diagnoses",
    code="DX114",
    name="diagnosis-sex-conflict",
    disposition=Disposition.WARN,
    carc="10",
    needs=("icd10cm_attributes",),
    source=Source("Definitions of Medicare Code Edits", "edit 5, sex conflict (in force through 2024-09-30)", "CMS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "patient_sex", "on_date", pl.lit(5).alias("mce_edit")),
    message="{diagnosis_code:icd} is for one sex only, and the patient's sex on the claim is {patient_sex}.",
    suggestion="Check the sex and the code. If both are right, add condition code 45 or modifier KX if the payer asks for it.",
    examples=(
        fails("a prostate in a woman", professional(diagnoses=["N40.0"], from_date="2024-09-30"), diagnosis_number=1),
        passes("the edit ended", professional(diagnoses=["N40.0"], from_date="2024-10-01")),
        passes("in a man", professional(diagnoses=["N40.0"], from_date="2024-09-30", patient_sex="M")),
        fails(
            "an ovary in a man, while the edit was in force", professional(diagnoses=["N83.201"], patient_sex="M", from_date="2023-05-12"), diagnosis_number=1
        ),
        passes("an ovary in a woman", professional(diagnoses=["N83.201"], patient_sex="F", from_date="2023-05-12")),
        passes("sex unknown", professional(diagnoses=["N40.0"], from_date="2024-09-30", patient_sex="U")),
    ),
)
def diagnosis_sex_conflict() -> pl.Expr:
    """A diagnosis that the Medicare Code Editor lists for the other sex.

    Medicare ended this edit for discharges after 2024-09-30, and so does cleanclaim, which knows of no other payer's list. Transgender patients make it
    fire on claims that are right; it is a warning only.

    What to do: check sex and code.
    """
    return (pl.col("male") & (pl.col("patient_sex") == "F")) | (pl.col("female") & (pl.col("patient_sex") == "M"))
