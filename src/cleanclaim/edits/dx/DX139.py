"""DX139: HIV disease that became an infection without symptoms, or a doubtful test."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_LATER = ["Z21", "R75"]


@query_edit(
    code="DX139",
    name="hiv-disease-coded-back",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="patient",
    source=Source(GUIDELINES, "section I.C.1.a.2.f (a patient once coded B20 isn't coded R75 or Z21 later)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} on {on_date:date}, but the claim of {earlier_date:date} has B20 for this patient.",
    suggestion="Code B20: once a patient has had HIV disease, the code stays.",
    fix="proposed",
    when={"diagnoses": IS_CODED & pl.col("diagnosis_code").is_in(_LATER)},
    examples=(
        fails(
            "an infection after the disease",
            professional(claim_id="A", from_date="2026-03-10", diagnoses=["B20"]),
            professional(claim_id="B", diagnoses=["Z21"]),
            diagnosis_number=1,
            says="B20",
        ),
        passes(
            "the disease after the infection",
            professional(claim_id="A", from_date="2026-03-10", diagnoses=["Z21"]),
            professional(claim_id="B", diagnoses=["B20"]),
        ),
        passes(
            "another patient",
            professional(claim_id="A", from_date="2026-03-10", member_id="W999999999", diagnoses=["B20"]),
            professional(claim_id="B", diagnoses=["Z21"]),
        ),
        passes("the infection alone", professional(diagnoses=["Z21"])),
    ),
)
def hiv_disease_coded_back(claims: Claims, reference: Reference) -> Rows:
    """An HIV infection without symptoms (Z21) or a doubtful test (R75) after a claim with HIV disease (B20).

    Judged by the claims that are loaded. HIV disease has no going back: its code stays even if the patient is well.

    What to do: code B20, or correct the earlier claim.
    """
    del reference
    code = pl.col("diagnosis_code")
    coded = claims.diagnoses.filter(IS_CODED & pl.col("patient_key").is_not_null())
    disease = coded.filter((code == "B20") & pl.col("stands")).group_by("patient_key").agg(pl.col("on_date").min().alias("earlier_date"))
    current = coded.filter(code.is_in(_LATER) & ~pl.col("is_history").fill_null(value=False))
    later = current.join(disease, on="patient_key").filter(pl.col("earlier_date") < pl.col("on_date"))
    return later.select("claim_key", "diagnosis_number", "diagnosis_code", "on_date", "earlier_date")
