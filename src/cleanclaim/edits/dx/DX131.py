"""DX131: a disease of a pregnant patient coded without its pregnancy code."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, begins_like, coded, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference

_PREGNANT = r"^(O09|O1|O2|O3|O4|O6|O7|O8|O9[0-1]|O9[89]|Z3A([0-3]|4))"
"""Codes of a going pregnancy, a delivery or the weeks after it."""


@query_edit(
    code="DX131",
    name="pregnancy-condition-coded-apart",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES,
        "sections I.C.1.a.2.g, I.C.15.a.1, I.C.15.d, I.C.15.f, I.C.15.g, I.C.15.j to I.C.15.l and I.C.15.s (diseases in pregnancy)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="The patient is pregnant, but {diagnosis_code:icd} ({reason}) has no pregnancy code with it (section {section}).",
    suggestion="Code {instead} before {diagnosis_code:icd}, unless the record says that the pregnancy has nothing to do with it.",
    fix="proposed",
    when={"diagnoses": begins_like("pregnancy_conditions")},
    beside={"diagnoses": IS_CODED & pl.col("diagnosis_code").str.contains(_PREGNANT)},
    examples=(
        fails("diabetes in pregnancy", professional(diagnoses=["O09.512", "E11.9", "Z3A.20"]), diagnosis_number=2, says="O24"),
        passes("in its pregnancy code", professional(diagnoses=["O24.112", "E11.9", "Z3A.20"])),
        fails("hypertension with the weeks of pregnancy", professional(diagnoses=["O26.02", "I10", "Z3A.20"]), diagnosis_number=2, says="O10"),
        passes("hypertension in its pregnancy code", professional(diagnoses=["O10.012", "Z3A.20"])),
        fails("HIV", professional(diagnoses=["O26.02", "Z21"]), diagnosis_number=2, says="O98.7"),
        fails("tobacco", professional(diagnoses=["O09.512", "F17.210"]), diagnosis_number=2, says="O99.33"),
        fails("an infection of the urinary tract", professional(diagnoses=["O09.512", "N39.0", "Z3A.20"]), diagnosis_number=2, says="O23"),
        passes("in its pregnancy code", professional(diagnoses=["O23.42", "N39.0", "Z3A.20"])),
        fails("anemia", professional(diagnoses=["O09.522", "D50.9", "Z3A.24"]), diagnosis_number=2, says="O99.0"),
        passes("not pregnant", professional(diagnoses=["E11.9", "I10"])),
        passes("an abortion that ended", professional(diagnoses=["O03.9", "E11.9"])),
        passes("a normal pregnancy", professional(diagnoses=["Z34.02", "F17.210"])),
        passes("the admitting diagnosis", institutional(diagnoses=["O24.112", {"diagnosis_code": "I10", "diagnosis_type": "admitting"}])),
    ),
)
def pregnancy_condition_coded_apart(claims: Claims, reference: Reference) -> Rows:
    """A disease that complicates a pregnancy, coded as if the patient weren't pregnant.

    Diabetes, hypertension, HIV, COVID-19, sepsis and the use of substances in pregnancy have codes of chapter 15, which come first. The code of the disease may
    follow and say more. The provider may state that the pregnancy is incidental, so this is a warning.

    What to do: add the pregnancy code, and check which line points at it.
    """
    diagnoses = coded(claims)
    pregnant = diagnoses.filter(pl.col("diagnosis_code").str.contains(_PREGNANT)).select("claim_key").unique()
    conditions = met(diagnoses.join(pregnant, on="claim_key", how="semi"), reference.table("pregnancy_conditions"))
    said = paired(conditions, diagnoses, "unless").select("claim_key", "diagnosis_number").unique()
    return conditions.join(said, on=["claim_key", "diagnosis_number"], how="anti").select(
        "claim_key", "diagnosis_number", "diagnosis_code", "instead", "reason", "section"
    )
