"""INS166: a birth code on a stay that isn't the birth's."""

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
_LATEST: Final = 3
"""Days after the birth on which a child born outside the hospital may still be admitted for it."""


def _stay(born: str, *codes: str) -> dict[str, Any]:
    return institutional(
        bill_type_code="111", from_date="2026-05-10", to_date="2026-05-13", admission_date="2026-05-10", patient_birth_date=born, diagnoses=list(codes)
    )


@query_edit(
    code="INS166",
    name="birth-code-after-birth",
    disposition=Disposition.WARN,
    scope="claim",
    carc="16",
    rarc="M76",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "sections I.C.16.a.2 and I.C.21.c.12 (Z38 once, at the birth)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} says that the stay is the birth's, but the patient was born earlier.",
    suggestion="Remove {diagnosis_code:icd} and list the reason for the stay first.",
    fix="proposed",
    when={"diagnoses": pl.col("diagnosis_code").str.starts_with("Z38")},
    examples=(
        fails("a child of two months", _stay("2026-03-10", "P59.9", "Z38.00"), diagnosis_number=2, says="Z38.00"),
        passes("on the day of birth", _stay("2026-05-10", "Z38.00")),
        passes("born outside, three days before", _stay("2026-05-07", "Z38.1")),
        passes("a child with jaundice", _stay("2026-03-10", "P59.9")),
        passes("a pediatrician's claim", professional(patient_birth_date="2026-03-10", diagnoses=["Z38.00"])),
    ),
)
def birth_code_after_birth(claims: Claims, reference: Reference) -> Rows:
    """A code of the birth record (Z38.-) on a stay that began more than three days after the birth.

    It is given once, on the record of the birth; a hospital to which the child is transferred doesn't give it.

    What to do: remove it.
    """
    del reference
    later = (pl.col("admission_date") - pl.col("patient_birth_date")).dt.total_days() > _LATEST
    stays = claims.claims.filter(_IS_STAY, later).select("claim_key")
    births = claims.diagnoses.filter(IS_BILLING_DIAGNOSIS, pl.col("diagnosis_code").str.starts_with("Z38"))
    return births.join(stays, on="claim_key", how="semi").select("claim_key", "diagnosis_number", "diagnosis_code")
