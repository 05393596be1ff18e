"""DX122: two diagnoses coded apart that ICD-10-CM links."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, begins_like, coded, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference


@query_edit(
    code="DX122",
    name="linked-conditions-coded-apart",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES,
        "sections I.A.15 (with), I.B.9 (combination codes), I.C.4.a (diabetes), I.C.9.a (hypertension), I.C.9.b, I.C.13.d.2",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} and {other_code:icd} (diagnosis {other_number}) are coded apart, but ICD-10-CM presumes a link (section {section}).",
    suggestion="Code {instead}, unless the record says that the two are unrelated.",
    fix="proposed",
    when={"diagnoses": begins_like("combined_diagnoses")},
    beside={"diagnoses": begins_like("combined_diagnoses", "other")},
    examples=(
        fails("hypertension and chronic kidney disease", professional(diagnoses=["I10", "N18.31"]), diagnosis_number=1, says="I12"),
        fails("kidney disease first", professional(diagnoses=["N18.31", "I10"]), diagnosis_number=2, says="I12"),
        passes("in one code", professional(diagnoses=["I12.9", "N18.31"])),
        fails("hypertension and heart failure", professional(diagnoses=["I10", "I50.9"]), diagnosis_number=1, says="I11.0"),
        fails("hypertensive heart disease and kidney disease", professional(diagnoses=["I11.0", "I50.9", "N18.4"]), diagnosis_number=1, says="I13"),
        passes("heart and kidneys in one code", professional(diagnoses=["I13.0", "I50.9", "N18.4"])),
        fails("diabetes without complications, and kidney disease", professional(diagnoses=["E11.9", "N18.31"]), diagnosis_number=1, says="E11.22"),
        fails("diabetes with high sugar, and nerve damage", professional(diagnoses=["E11.65", "G62.9"]), diagnosis_number=1, says="E11.42"),
        passes("linked already", professional(diagnoses=["E11.22", "N18.31", "E11.65"])),
        fails("angina apart from the coronary disease", professional(diagnoses=["I25.10", "I20.9"]), diagnosis_number=1, says="I25.11"),
        fails("diverticulosis and bleeding", professional(diagnoses=["K57.30", "K92.2"]), diagnosis_number=1, says="K57.31"),
        passes("hypertension and diabetes", professional(diagnoses=["I10", "E11.9"])),
        passes("heart disease that isn't presumed to come of hypertension", professional(diagnoses=["I10", "I25.10"])),
        passes("the admitting diagnosis", institutional(diagnoses=["I12.9", "N18.4", {"diagnosis_code": "I10", "diagnosis_type": "admitting"}])),
        passes("before ICD-10", professional(diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9}, {"diagnosis_code": "585.3", "icd_version": 9}])),
    ),
)
def linked_conditions_coded_apart(claims: Claims, reference: Reference) -> Rows:
    """Two conditions that ICD-10-CM presumes to be linked, or has one code for, coded as if they were unrelated.

    "With" in the Index means that a link is presumed, even if the record doesn't state it: hypertension with heart failure or chronic kidney disease, diabetes
    with its complications. Other pairs have one combination code. If the record says that the two are unrelated, coding them apart is right, so this is a
    warning.

    What to do: use the linked code, or make sure that the record says otherwise.
    """
    diagnoses = coded(claims)
    linked = paired(met(diagnoses, reference.table("combined_diagnoses")), diagnoses, "other")
    said = paired(linked.select("claim_key", "diagnosis_number", "unless", "other"), diagnoses, "unless").select(
        "claim_key", "diagnosis_number", "unless", "other"
    )
    return (
        linked.join(said.unique(), on=["claim_key", "diagnosis_number", "unless", "other"], how="anti")
        .sort("claim_key", "diagnosis_number", "other_number")
        .unique(["claim_key", "diagnosis_number", "instead"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number", "instead", "section")
    )
