"""INS163: a principal diagnosis of a stay that the guidelines put behind another one."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_IS_STAY: Final = pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^(11|41)[1-47]").fill_null(value=False)
_FIRST: Final = pl.col("diagnosis_number") == 1
_CODE: Final = pl.col("diagnosis_code")
_SEPSIS: Final = r"^(A40|A41|A021|A227|A267|A327|A427|A5486|B377)"
_LOCAL: Final = r"^(J1[2-8]|J69|J85|J86|N10|N12|N136|N151|N30|N390|L0[23]|K57[0248]|K6[15]|K75|K810|K830|M00|M86|I33|G0[0-6]|A04|A09|A39|A49)"
"""Infections of one place."""
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13", "admission_date": "2026-05-10"}


def _coded(*codes: str) -> list[dict[str, str]]:
    """Diagnoses written as code and mark."""
    return [{"diagnosis_code": text.split("/")[0], "present_on_admission_code": text.split("/")[1]} for text in codes]


@query_edit(
    code="INS163",
    name="principal-diagnosis-behind-another",
    disposition=Disposition.WARN,
    carc="16",
    rarc="MA63",
    scope="claim",
    source=(
        Source(GUIDELINES, "section II.A (symptoms and signs aren't a principal diagnosis when a related diagnosis is established)", "CMS and NCHS", _READ),
        Source(GUIDELINES, "section I.C.1.d.4 (sepsis and a localized infection, both present on admission: sepsis first)", "CMS and NCHS", _READ),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is the principal diagnosis, but {other_code:icd} (diagnosis {other_number}) {why}.",
    suggestion="List {other_code:icd} first if it explains the admission.",
    fix="proposed",
    when={"diagnoses": _IS_STAY & _FIRST},
    examples=(
        fails("abdominal pain and the appendicitis", institutional(**_STAY, diagnoses=_coded("R10.31/Y", "K35.80/Y")), diagnosis_number=1, says="K35.80"),
        passes("the appendicitis", institutional(**_STAY, diagnoses=_coded("K35.80/Y"))),
        passes("pain that nothing explains", institutional(**_STAY, diagnoses=_coded("R10.31/Y", "I10/Y"))),
        fails("pneumonia, and the sepsis that the patient came with", institutional(**_STAY, diagnoses=_coded("J18.9/Y", "A41.9/Y")), diagnosis_number=1),
        passes("sepsis that developed later", institutional(**_STAY, diagnoses=_coded("J18.9/Y", "A41.9/N"))),
        passes("sepsis first", institutional(**_STAY, diagnoses=_coded("A41.9/Y", "J18.9/Y"))),
        passes("an outpatient", institutional(diagnoses=["R10.31", "K35.80"])),
        passes("a professional claim", professional(diagnoses=["R10.31", "K35.80"])),
    ),
)
def principal_diagnosis_behind_another(claims: Claims, reference: Reference) -> Rows:
    """A stay whose principal diagnosis is a symptom of another diagnosis, or a localized infection next to sepsis, where both were present on admission.

    The principal diagnosis is the condition established after study to be chiefly responsible for the admission. Which one that is, the record decides, so this
    is a warning.

    What to do: check the order.
    """
    columns = ["claim_key", "diagnosis_number", "diagnosis_code", "present_on_admission_code", "on_date"]
    stays = claims.diagnoses.filter(_IS_STAY, IS_BILLING_DIAGNOSIS, IS_ICD10)
    present = stays.filter(pl.col("present_on_admission_code").fill_null("Y") != "N")
    symptoms = paired(met(stays.filter(_FIRST), reference.table("integral_symptoms")), present, "diseases")
    infections = stays.filter(_FIRST, _CODE.str.contains(_LOCAL)).select(columns)
    marked = present.filter(~_FIRST, _CODE.str.contains(_SEPSIS), pl.col("present_on_admission_code") == "Y")
    septic = infections.join(marked.select("claim_key", _CODE.alias("other_code"), pl.col("diagnosis_number").alias("other_number")), on="claim_key")
    shown = ("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number")
    found = pl.concat(
        [
            symptoms.select(*shown, pl.lit("explains it as a rule (section II.A)").alias("why")),
            septic.select(*shown, pl.lit("was present on admission, too, and comes first (section I.C.1.d.4)").alias("why")),
        ]
    )
    return found.sort("claim_key", "other_number").unique("claim_key", keep="first", maintain_order=True)
