"""INS107: an inpatient procedure that does not fit the patient's sex."""

from __future__ import annotations

from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.ins.procedures import MANUAL, ON_STAYS, READ, Mce, with_attribute
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_PROSTATE = [{"kind": "procedure", "code_qualifier": "BBR", "code": "0VT00ZZ"}]
_OVARY = [{"kind": "procedure", "code_qualifier": "BBR", "code": "04LE0CT"}]
_BOTH = [{"kind": "procedure", "code_qualifier": "BBR", "code": "0DTJ4ZZ"}]
_STAY: dict[str, Any] = {"bill_type_code": "111", "admission_date": "2024-09-27", "from_date": "2024-09-30", "claim_codes": _PROSTATE}


@query_edit(
    code="INS107",
    name="inpatient-procedure-sex-conflict",
    disposition=Disposition.WARN,
    carc="7",
    scope="claim",
    needs=("icd10pcs_attributes",),
    source=Source(MANUAL, "edit 5, sex conflict (in force through 2024-09-30)", "CMS", READ),
    column="claim_codes.code",
    message="Procedure {procedure_code} is for one sex only, and the patient's sex on the claim is {patient_sex}.",
    suggestion="Check the sex and the code. If both are right, add condition code 45.",
    when=ON_STAYS,
    examples=(
        fails("a prostate taken from a woman", institutional(**_STAY)),
        passes("from a man", institutional(**_STAY, patient_sex="M")),
        passes("the edit ended", institutional(bill_type_code="111", admission_date="2024-09-27", from_date="2024-10-01", claim_codes=_PROSTATE)),
        fails("an ovary's artery in a man", institutional(**{**_STAY, "claim_codes": _OVARY}, patient_sex="M")),
        passes("in a woman", institutional(**{**_STAY, "claim_codes": _OVARY})),
        passes("a procedure for both sexes", institutional(**{**_STAY, "claim_codes": _BOTH}, patient_sex="M")),
        passes("a procedure for both sexes, in a woman", institutional(**{**_STAY, "claim_codes": _BOTH})),
        fails("another condition code", institutional(**{**_STAY, "claim_codes": [*_PROSTATE, {"kind": "condition", "code": "44"}]})),
        fails("a value code of that number", institutional(**{**_STAY, "claim_codes": [*_PROSTATE, {"kind": "value", "code": "45"}]})),
        passes("sex unknown", institutional(**_STAY, patient_sex="U")),
        passes("the hospital says that both are right", institutional(**{**_STAY, "claim_codes": [*_PROSTATE, {"kind": "condition", "code": "45"}]})),
    ),
)
def inpatient_procedure_sex_conflict(claims: Claims, reference: Reference) -> Rows:
    """An inpatient procedure that the Medicare Code Editor lists for the other sex.

    Medicare ended this edit (5) for discharges after 2024-09-30. Transgender patients make it fire on claims that are right; it is a warning only, and
    condition code 45 turns it off.

    What to do: check sex and code.
    """
    right = claims.claim_codes.filter(pl.col("kind") == "condition", pl.col("code") == "45").select("claim_key")
    sex = pl.col("patient_sex")
    return (
        with_attribute(claims, reference, "male", "female")
        .filter((pl.col("male") & (sex == "F")) | (pl.col("female") & (sex == "M")))
        .join(right, on="claim_key", how="anti", maintain_order="left")
        .select("claim_key", "procedure_code", "patient_sex", "on_date", "position", Mce.SEX_CONFLICT.evidence)
    )
