"""INS169: a diagnosis of a delivery on a stay without the delivery's outcome."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS
from cleanclaim.reference import Reference

_IS_STAY: Final = pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^11[1-47]").fill_null(value=False)
_CODE: Final = pl.col("diagnosis_code")
_DELIVERED: Final = r"^O(60[12]|69|70|80|82)"
"""Preterm delivery, cord complications, lacerations, and deliveries normal and by cesarean section."""
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13", "admission_date": "2026-05-10"}


@query_edit(
    code="INS169",
    name="delivery-diagnosis-without-outcome",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section I.C.15.b.5 (outcome of delivery on every record of a mother who gave birth)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} says that the patient gave birth, and no diagnosis says the outcome.",
    suggestion="Add the outcome of the delivery (Z37.-) as a secondary diagnosis.",
    fix="proposed",
    when={"diagnoses": _IS_STAY & _CODE.str.contains(_DELIVERED)},
    examples=(
        fails("a laceration during the delivery", institutional(**_STAY, diagnoses=["O70.1"]), diagnosis_number=1, says="O70.1"),
        passes("with its outcome", institutional(**_STAY, diagnoses=["O70.1", "Z37.0"])),
        passes("false labor", institutional(**_STAY, diagnoses=["O47.03"])),
        passes("an outpatient", institutional(diagnoses=["O70.1"])),
        passes("an obstetrician's claim", professional(diagnoses=["O70.1"])),
    ),
)
def delivery_diagnosis_without_outcome(claims: Claims, reference: Reference) -> Rows:
    """A stay with a diagnosis that only a delivery in it explains, and without a code from Z37.

    A warning: a laceration may be the reason for a later stay. INS109 judges deliveries among the procedures.

    What to do: add the outcome.
    """
    del reference
    coded = claims.diagnoses.filter(_IS_STAY, IS_BILLING_DIAGNOSIS)
    outcomes = coded.filter(_CODE.str.starts_with("Z37")).select("claim_key").unique()
    said = coded.filter(_CODE.str.contains(_DELIVERED)).join(outcomes, on="claim_key", how="anti")
    first = said.sort("claim_key", "diagnosis_number").unique("claim_key", keep="first", maintain_order=True)
    return first.select("claim_key", "diagnosis_number", "diagnosis_code")
