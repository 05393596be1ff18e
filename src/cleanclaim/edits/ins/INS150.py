"""INS150: partial hospitalization or intensive outpatient care without a mental diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_ICD10, IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_PROGRAM = {"41": "Partial hospitalization (condition code 41)", "92": "Intensive outpatient care (condition code 92)"}
_INTENSIVE_SINCE = date(2024, 1, 1)
_BY_DISEASE = r"^F0[1-9]"
"""Mental disorders due to a disease, which is coded before them."""


def _bill(condition: str, *diagnoses: str) -> dict[str, object]:
    return institutional(diagnoses=list(diagnoses), claim_codes=[{"kind": "condition", "code": condition}])


@query_edit(
    code="INS150",
    name="mental-health-program-without-mental-diagnosis",
    disposition=Disposition.WARN,
    carc="11",
    rarc="M76",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor, specifications", "edit 29", "CMS", date(2026, 11, 28)),
        Source(
            "Medicare Claims Processing Manual",
            "chapter 4, sections 260.1 and 261.1 (partial hospitalization, intensive outpatient)",
            "CMS",
            date(2026, 11, 28),
        ),
    ),
    column="diagnoses.diagnosis_code",
    message="{program} is billed, but the principal diagnosis {diagnosis_code:icd} is no mental or substance use disorder.",
    suggestion="List the disorder that is treated as the principal diagnosis.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("hypertension first", _bill("41", "I10"), diagnosis_number=1, says="41"),
        fails("in intensive outpatient care", _bill("92", "I10", "E11.9"), diagnosis_number=1, says="92"),
        passes("major depression", _bill("41", "F33.2")),
        passes("dementia after its cause", _bill("41", "G30.9", "F02.80")),
        fails("depression after hypertension", _bill("41", "I10", "F33.2"), diagnosis_number=1),
        passes("another condition code", _bill("G0", "I10")),
    ),
)
def mental_health_program_without_mental_diagnosis(claims: Claims, reference: Reference) -> Rows:
    """Partial hospitalization or intensive outpatient care whose principal diagnosis isn't a mental or substance use disorder (ICD-10-CM F01 to F99).

    The outpatient editor has its own list, which may hold a few other codes, so this is a warning. A disease may come before the mental disorder that it causes
    (F01 to F09). Intensive outpatient care began on 2024-01-01.

    What to do: check the order of the diagnoses.
    """
    del reference
    programs = claims.claim_codes.filter((pl.col("kind") == "condition") & pl.col("code").is_in(list(_PROGRAM)))
    program = pl.col("code").replace_strict(_PROGRAM, return_dtype=pl.String).alias("program")
    own = programs.select("claim_key", program).unique("claim_key", keep="first", maintain_order=True)
    listed = claims.diagnoses.filter(IS_INSTITUTIONAL, IS_ICD10, ~pl.col("is_inpatient"), pl.col("diagnosis_type").is_in(["principal", "other"]))
    code, number = pl.col("diagnosis_code"), pl.col("diagnosis_number")
    mental = listed.filter(((number == 1) & code.str.starts_with("F")) | ((number == 2) & code.str.contains(_BY_DISEASE))).select("claim_key").unique()
    is_early = pl.col("program").str.contains("92") & (pl.col("on_date") < _INTENSIVE_SINCE)
    first = listed.filter(number == 1).join(own, on="claim_key").join(mental, on="claim_key", how="anti").filter(~is_early)
    return first.select("claim_key", "diagnosis_number", "diagnosis_code", "program", pl.lit(29).alias("ioce_edit"))
