"""INS109: a delivery on an inpatient claim without its outcome."""

from __future__ import annotations

from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, NO_ATTRIBUTES, ON_STAYS, READ, SUPPLY, Mce, claims_with, no_attributes, with_attribute
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_IS_STAY = pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^11[1-47]").fill_null(value=False)
_DELIVERED = r"^O(60[12]|69|70|80|82)"
"""Diagnoses of a delivery in this stay."""
_LEVEL = pl.lit(None, pl.String).alias("disposition")

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
    message="{delivery} says that the patient gave birth, and no secondary diagnosis says the outcome.",
    suggestion="Add the outcome of the delivery (Z37.-) as a secondary diagnosis.",
    when=ON_STAYS,
    unchecked=no_attributes,
    unchecked_reason=NO_ATTRIBUTES,
    supply=SUPPLY,
    examples=(
        fails("a cesarean section without an outcome", institutional(**_STAY, diagnoses=["O82"])),
        passes("with a live birth", institutional(**_STAY, diagnoses=["O82", "Z37.0"])),
        fails("the outcome as the principal diagnosis", institutional(**_STAY, diagnoses=["Z37.0"])),
        passes("before the edit", institutional(**{**_STAY, "from_date": "2018-09-30", "admission_date": "2018-09-28"}, diagnoses=["O34.211"])),
        fails(
            "a laceration during the delivery", institutional(**{**_STAY, "claim_codes": []}, diagnoses=["O70.1"]), says="O70.1", disposition=Disposition.WARN
        ),
        passes("with its outcome", institutional(**{**_STAY, "claim_codes": []}, diagnoses=["O70.1", "Z37.0"])),
        passes("a stay without a delivery", institutional(**{**_STAY, "claim_codes": []}, diagnoses=["O14.03"])),
        unchecked("a year without a table", institutional(**{**_STAY, "from_date": "2031-05-12", "admission_date": "2031-05-10"}, diagnoses=["O34.211"])),
    ),
)
def delivery_without_outcome(claims: Claims, reference: Reference) -> Rows:
    """A delivery among the procedures or diagnoses of a stay, without a secondary diagnosis for its outcome.

    The Medicare Code Editor calls such a stay a questionable obstetric admission (edit 8, part B). The guidelines want a code from Z37 on every mother's
    record of a delivery. A diagnosis alone is a warning.

    What to do: add the outcome.
    """
    deliveries = with_attribute(claims, reference, "vaginal_delivery", "cesarean_section")
    has_outcome = pl.col("claim_key").is_in(claims_with(claims, reference, "delivery_outcome", secondary=True))
    operated = deliveries.filter(~has_outcome).select(
        "claim_key", worded("Procedure {}", "procedure_code").alias("delivery"), "on_date", "position", Mce.QUESTIONABLE_ADMISSION.evidence, _LEVEL
    )
    code = pl.col("diagnosis_code")
    coded = claims.diagnoses.filter(_IS_STAY, IS_BILLING_DIAGNOSIS)
    outcomes = coded.filter(code.str.starts_with("Z37")).select("claim_key").unique()
    said = coded.filter(code.str.contains(_DELIVERED)).join(outcomes, on="claim_key", how="anti").join(operated, on="claim_key", how="anti")
    first = said.sort("claim_key", "diagnosis_number").unique("claim_key", keep="first", maintain_order=True)
    dotted = pl.concat_str(
        pl.lit("Diagnosis "), code.str.slice(0, 3), pl.when(code.str.len_chars() > 3).then(pl.concat_str(pl.lit("."), code.str.slice(3))).otherwise(pl.lit(""))
    )
    return pl.concat(
        [
            operated,
            first.select(
                "claim_key", dotted.alias("delivery"), "on_date", "position", pl.lit(None, pl.Int32).alias("mce_edit"), pl.lit("warn").alias("disposition")
            ),
        ],
        how="vertical_relaxed",
    )
