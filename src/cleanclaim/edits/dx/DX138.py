"""DX138: the encounter of an external cause is another than the injury's."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_ICD10
from cleanclaim.reference import Reference

_CAUSE = r"^[V-Y].{5}[ADS]$"
_INJURY = r"^[ST].{5}[A-Z]$"
_KINDS = ["principal", "other", "external_cause"]
_NAMED = {"A": "an initial", "D": "a subsequent", "S": "a sequela"}


@query_edit(
    code="DX138",
    name="external-cause-of-another-encounter",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(GUIDELINES, "sections I.C.20.a.2 (the seventh character matches the injury's) and I.C.20.i (sequelae)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is for {encounter} encounter, but no injury of the claim is.",
    suggestion="Give the external cause the seventh character of its injury.",
    fix="proposed",
    when={"diagnoses": IS_ICD10 & pl.col("diagnosis_code").str.contains(_CAUSE)},
    examples=(
        fails("a fall at first, an injury in aftercare", professional(diagnoses=["S83.511D", "W19.XXXA"]), diagnosis_number=2, says="initial"),
        passes("both in aftercare", professional(diagnoses=["S83.511D", "W19.XXXD"])),
        passes("an open fracture, treated first", professional(diagnoses=["S52.501B", "W19.XXXA"])),
        passes("a fracture that heals late", professional(diagnoses=["S52.501G", "W19.XXXD"])),
        fails("a sequela's fall, a fresh injury", professional(diagnoses=["S83.511A", "W19.XXXS"]), diagnosis_number=2, says="sequela"),
        passes("one of two injuries", professional(diagnoses=["S83.511D", "S93.401A", "W19.XXXA"])),
        passes("no injury", professional(diagnoses=["M25.561", "W19.XXXA"])),
        passes("a place has no encounter", professional(diagnoses=["S83.511D", "Y92.322"])),
        fails(
            "among the external causes",
            institutional(diagnoses=["S83.511D", {"diagnosis_code": "W19.XXXA", "diagnosis_type": "external_cause"}]),
            diagnosis_number=2,
        ),
    ),
)
def external_cause_of_another_encounter(claims: Claims, reference: Reference) -> Rows:
    """An external cause whose seventh character isn't that of any injury on the claim.

    The external cause says A, D or S as the injury does: active treatment, aftercare, or a late effect.

    What to do: correct the character that the record doesn't support.
    """
    del reference
    code = pl.col("diagnosis_code")
    every = claims.diagnoses.filter(IS_ICD10 & pl.col("diagnosis_type").is_in(_KINDS) & pl.col("in_force"))
    last = code.str.slice(6)
    phase = pl.when(last.is_in(["A", "B", "C"])).then(pl.lit("A")).when(last == "S").then(pl.lit("S")).otherwise(pl.lit("D")).alias("_phase")
    causes = every.filter(code.str.contains(_CAUSE)).select("claim_key", "diagnosis_number", "diagnosis_code", phase)
    injuries = every.filter(code.str.contains(_INJURY)).select("claim_key", phase).unique()
    judged = causes.join(injuries, on="claim_key", how="semi").join(injuries, on=["claim_key", "_phase"], how="anti")
    return judged.select("claim_key", "diagnosis_number", "diagnosis_code", pl.col("_phase").replace_strict(_NAMED).alias("encounter"))
