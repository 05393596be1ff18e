"""DX133: a diagnosis that is coded only together with another one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, begins_like, coded, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference


@query_edit(
    code="DX133",
    name="companion-diagnosis-missing",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES,
        "sections I.B.14, I.C.1.d.1.b, I.C.2.c.2, I.C.2.r, I.C.5.a, I.C.10.a, I.C.9.a.10, I.C.9.e.4, I.C.21.c.8, I.C.21.c.11 and IV.M (codes that need another code)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is coded together with {reason}, which is missing (section {section}).",
    suggestion="Add the code of it if the record supports it.",
    fix="proposed",
    when={"diagnoses": begins_like("companion_diagnoses")},
    examples=(
        fails("a second infarction without the first", institutional(diagnoses=["I22.0"]), diagnosis_number=1, says="I.C.9.e.4"),
        passes("with the first", institutional(diagnoses=["I21.4", "I22.0"])),
        fails("an evaluation before surgery alone", professional(diagnoses=["Z01.810"]), diagnosis_number=1, says="surgery"),
        passes("with the reason for the surgery", professional(diagnoses=["Z01.810", "H25.11"])),
        fails("weeks without a pregnancy", professional(diagnoses=["N39.0", "Z3A.20"]), diagnosis_number=2, says="pregnancy"),
        passes("weeks of a normal pregnancy", professional(diagnoses=["Z34.02", "Z3A.20"])),
        fails("a hypertensive crisis alone", professional(diagnoses=["I16.0"]), diagnosis_number=1, says="hypertension"),
        passes("with the hypertension", professional(diagnoses=["I16.0", "I10"])),
        fails("a high body mass index alone", professional(diagnoses=["I10", "Z68.41"]), diagnosis_number=2, disposition=Disposition.INFO),
        fails("a stroke's scale without the stroke", professional(diagnoses=["I10", "R29.710"]), diagnosis_number=2, says="stroke"),
        passes("with the stroke", professional(diagnoses=["I63.9", "R29.710"])),
        fails("a neoplasm's pain without the neoplasm", professional(diagnoses=["M17.11", "G89.3"]), diagnosis_number=2, says="neoplasm"),
        fails("severe sepsis with no organ failing", institutional(diagnoses=["A41.9", "R65.20"]), diagnosis_number=2, disposition=Disposition.INFO),
        passes("with the kidneys failing", institutional(diagnoses=["A41.9", "R65.20", "N17.9"])),
        passes("with obesity", professional(diagnoses=["E66.01", "Z68.41"])),
    ),
)
def companion_diagnosis_missing(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis that the guidelines report only together with another one, alone.

    What to do: add the other code if the record supports it; or correct this one.
    """
    diagnoses = coded(claims)
    asked = met(diagnoses, reference.table("companion_diagnoses"))
    there = paired(asked, diagnoses, "others").filter(pl.col("other_number") != pl.col("diagnosis_number"))
    return asked.join(there.select("claim_key", "diagnosis_number").unique(), on=["claim_key", "diagnosis_number"], how="anti").select(
        "claim_key", "diagnosis_number", "diagnosis_code", "reason", "section", "disposition"
    )
