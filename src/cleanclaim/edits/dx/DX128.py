"""DX128: a symptom that belongs to a disease on the claim."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, begins_like, coded, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference


@query_edit(
    code="DX128",
    name="symptom-of-a-coded-disease",
    disposition=Disposition.INFO,
    scope="claim",
    source=Source(GUIDELINES, "section I.B.5 (conditions that are an integral part of a disease process)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is a symptom of {other_code:icd} (diagnosis {other_number}) and isn't coded in addition.",
    suggestion="Remove {diagnosis_code:icd}, and point its lines at {other_code:icd}, unless it has another cause.",
    fix="proposed",
    when={"diagnoses": begins_like("integral_symptoms")},
    beside={"diagnoses": begins_like("integral_symptoms", "diseases")},
    examples=(
        fails("a cough with pneumonia", professional(diagnoses=["J18.9", "R05.9"]), diagnosis_number=2, says="J18.9"),
        passes("a cough alone", professional(diagnoses=["R05.9"])),
        passes("pneumonia and a headache", professional(diagnoses=["J18.9", "R51.9"])),
        fails("the symptom first", professional(diagnoses=["R51.9", "G43.909"]), diagnosis_number=1, says="G43.909"),
        passes("what the patient came with", institutional(diagnoses=["J18.9", {"diagnosis_code": "R05.9", "diagnosis_type": "admitting"}])),
    ),
)
def symptom_of_a_coded_disease(claims: Claims, reference: Reference) -> Rows:
    """A symptom that goes with a disease on the claim as a rule.

    Such symptoms aren't coded in addition to the disease. The list has common pairs; a symptom with another cause, or one that isn't routine for the disease, is
    coded, so this is for information.

    What to do: remove the symptom if the disease explains it.
    """
    diagnoses = coded(claims)
    found = paired(met(diagnoses, reference.table("integral_symptoms")), diagnoses, "diseases")
    first = found.sort("claim_key", "diagnosis_number", "other_number").unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
    return first.select("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number")
