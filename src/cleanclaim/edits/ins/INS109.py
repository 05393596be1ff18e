"""INS109: a delivery on an inpatient claim without its outcome."""

from __future__ import annotations

from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, NO_ATTRIBUTES, ON_STAYS, READ, SUPPLY, Mce, claims_with, no_attributes, with_attribute
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_CESAREAN = [{"kind": "procedure", "code_qualifier": "BBR", "code": "10D00Z1"}]
_STAY: dict[str, Any] = {"bill_type_code": "111", "admission_date": "2026-05-10", "patient_birth_date": "1996-02-14", "claim_codes": _CESAREAN}


@query_edit(
    code="INS109",
    name="delivery-without-outcome",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M76",
    scope="claim",
    needs=("icd10pcs_attributes", "icd10cm_attributes"),
    source=(
        Source(MANUAL, "edit 8, part B, questionable obstetric admission (since 2018-10-01)", "CMS", READ),
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.C.15.b.5 (outcome of delivery)", "CMS and NCHS", READ),
    ),
    column="claim_codes.code",
    message="Procedure {procedure_code} is a delivery, and no secondary diagnosis says its outcome.",
    suggestion="Add the outcome of the delivery (Z37.-) as a secondary diagnosis.",
    when=ON_STAYS,
    unchecked=no_attributes,
    unchecked_reason=NO_ATTRIBUTES,
    supply=SUPPLY,
    examples=(
        fails("a cesarean section without an outcome", institutional(**_STAY, diagnoses=["O82"])),
        passes("with a live birth", institutional(**_STAY, diagnoses=["O82", "Z37.0"])),
        fails("the outcome as the principal diagnosis", institutional(**_STAY, diagnoses=["Z37.0"])),
        passes("before the edit", institutional(**{**_STAY, "from_date": "2018-09-30", "admission_date": "2018-09-28"}, diagnoses=["O82"])),
        passes("a stay without a delivery", institutional(**{**_STAY, "claim_codes": []}, diagnoses=["O14.03"])),
        unchecked("a year without a table", institutional(**{**_STAY, "from_date": "2031-05-12", "admission_date": "2031-05-10"}, diagnoses=["O82"])),
    ),
)
def delivery_without_outcome(claims: Claims, reference: Reference) -> Rows:
    """A cesarean section or vaginal delivery among the procedures of a stay, without a secondary diagnosis for its outcome.

    The Medicare Code Editor calls such a stay a questionable obstetric admission (edit 8, part B). The guidelines want a code from Z37 on every mother's
    record of a delivery.

    What to do: add the outcome.
    """
    deliveries = with_attribute(claims, reference, "vaginal_delivery", "cesarean_section")
    has_outcome = pl.col("claim_key").is_in(claims_with(claims, reference, "delivery_outcome", secondary=True))
    return deliveries.filter(~has_outcome).select("claim_key", "procedure_code", "on_date", "position", Mce.QUESTIONABLE_ADMISSION.evidence)
