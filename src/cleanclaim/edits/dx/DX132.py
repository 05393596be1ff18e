"""DX132: two diagnoses that the guidelines don't let stand together."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, begins_like, coded, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference


@query_edit(
    code="DX132",
    name="diagnoses-not-coded-together",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES,
        "sections I.C.1.e.1, I.C.14.a, I.C.15.a.1, I.C.15.i, I.C.16.g, I.C.18.e, I.C.19.f and I.C.21.c.3 (codes that exclude each other)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} and {other_code:icd} (diagnosis {other_number}) aren't coded together: {reason} (section {section}).",
    suggestion="Keep the code that the record supports.",
    fix="proposed",
    when={"diagnoses": begins_like("not_together")},
    beside={"diagnoses": begins_like("not_together", "other")},
    examples=(
        fails("resistant sepsis and its organism", institutional(diagnoses=["A41.02", "B95.62"]), diagnosis_number=1, says="I.C.1.e"),
        passes("another disease and the organism", professional(diagnoses=["L03.115", "B95.62"])),
        fails("two stages of kidney disease", professional(diagnoses=["N18.4", "N18.6"]), diagnosis_number=2, says="end-stage"),
        fails("stage 3 and stage 4", professional(diagnoses=["N18.31", "N18.4"]), diagnosis_number=1, says="one stage"),
        fails("weeks of a pregnancy that ended early", professional(patient_sex="F", diagnoses=["O03.9", "Z3A.09"]), diagnosis_number=2, says="weeks"),
        passes("one stage", professional(diagnoses=["N18.6", "Z99.2"])),
        fails("a transplanted kidney that is rejected, and the status", professional(diagnoses=["T86.11", "Z94.0"]), diagnosis_number=2),
        passes("two organs", professional(diagnoses=["T86.11", "Z94.4"])),
        fails("a newborn with a code of the mother", institutional(diagnoses=["Z38.00", "O80"]), diagnosis_number=1, says="mother"),
        fails("suspected abuse and the one who did it", professional(diagnoses=["T76.12XA", "Y07.11"]), diagnosis_number=1),
        fails("gestational diabetes and one from before", professional(patient_sex="F", diagnoses=["O24.410", "O24.112"]), diagnosis_number=1),
        passes("confirmed abuse and the one who did it", professional(diagnoses=["T74.12XA", "Y07.11"])),
    ),
)
def diagnoses_not_coded_together(claims: Claims, reference: Reference) -> Rows:
    """Two diagnoses of a claim of which the guidelines say that only one is coded.

    Excludes1 notes are the business of DX107; these are rules that only the guidelines state: one stage of chronic kidney disease, no organism code with a disease
    that names it, no code of the mother on the newborn's claim, no perpetrator with abuse that is only suspected.

    What to do: look at the record, and leave one out.
    """
    diagnoses = coded(claims)
    return (
        paired(met(diagnoses, reference.table("not_together")), diagnoses, "other")
        .sort("claim_key", "diagnosis_number", "other_number")
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number", "reason", "section")
    )
