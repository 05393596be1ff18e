"""DX136: a place, activity or status of an accident that says nothing new."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_ICD10
from cleanclaim.reference import Reference

_ONCE = r"^(Y92|Y93|Y99)"
_UNKNOWN = r"^(Y929|Y939|Y999)$"
_LATER = r"^[ST].{5}[DEFGHJKMNPQRS]$"
_DRUG = r"^T(3[6-9]|4[0-9]|50|8[0-8])"
_KINDS = ["principal", "other", "external_cause"]
_NAMED = {"Y92": "place", "Y93": "activity", "Y99": "status"}


@query_edit(
    code="DX136",
    name="external-cause-detail-doubtful",
    disposition=Disposition.INFO,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES, "sections I.C.20.b (place), I.C.20.c (activity), I.C.20.d (unspecified place) and I.C.20.k (status)", "CMS and NCHS", date(2026, 11, 28)
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} names the {kind} of an accident, {what}.",
    suggestion="Leave {diagnosis_code:icd} out.",
    fix="proposed",
    when={"diagnoses": IS_ICD10 & pl.col("diagnosis_code").str.contains(_ONCE)},
    examples=(
        fails("two activities", professional(diagnoses=["S83.511A", "Y93.61", "Y93.64"]), diagnosis_number=3, says="another"),
        passes("a place, an activity and a status", professional(diagnoses=["S83.511A", "Y92.322", "Y93.61", "Y99.8"])),
        fails("in aftercare", professional(diagnoses=["S83.511D", "Y92.322"]), diagnosis_number=2, says="initial encounter"),
        fails("an unspecified place", professional(diagnoses=["S83.511A", "Y92.9"]), diagnosis_number=2, says="unspecified"),
        fails("an activity with an adverse effect", professional(diagnoses=["L27.0", "T36.0X5A", "Y93.61"]), diagnosis_number=3, says="adverse"),
        passes("an old injury and a new one", professional(diagnoses=["S83.511D", "S93.401A", "Y92.322"])),
        fails(
            "among the external causes",
            institutional(diagnoses=["S83.511D", {"diagnosis_code": "Y92.322", "diagnosis_type": "external_cause"}]),
            diagnosis_number=2,
        ),
    ),
)
def external_cause_detail_doubtful(claims: Claims, reference: Reference) -> Rows:
    """A second place, activity or status of an accident, one after the initial encounter, or an unspecified one.

    Place, activity and status are coded once, at the first encounter for the injury, and not at all if the record doesn't say them.

    What to do: leave the code out.
    """
    del reference
    code = pl.col("diagnosis_code")
    every = claims.diagnoses.filter(IS_ICD10 & pl.col("diagnosis_type").is_in(_KINDS) & pl.col("in_force"))
    details = every.filter(code.str.contains(_ONCE)).select("claim_key", "diagnosis_number", "diagnosis_code", code.str.head(3).alias("_kind"))
    injuries = every.filter(code.str.contains(r"^[ST]"))
    only_later = injuries.group_by("claim_key").agg(code.str.contains(_LATER).all().alias("_later")).filter("_later").select("claim_key")
    only_drugs = injuries.group_by("claim_key").agg(code.str.contains(_DRUG).all().alias("_drug")).filter("_drug").select("claim_key")
    again = details.sort("claim_key", "diagnosis_number").filter(pl.int_range(pl.len()).over("claim_key", "_kind") > 0)
    parts = [
        _told(details.filter(code.str.contains(_UNKNOWN)), "but an unspecified one isn't coded"),
        _told(details.join(only_later, on="claim_key", how="semi"), "which belongs to the initial encounter only"),
        _told(again, "after another one"),
        _told(details.filter(pl.col("_kind") == "Y93").join(only_drugs, on="claim_key", how="semi"), "which isn't coded with poisonings and adverse effects"),
    ]
    return pl.concat(parts).unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)


def _told(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    return rows.select("claim_key", "diagnosis_number", "diagnosis_code", pl.col("_kind").replace_strict(_NAMED).alias("kind"), pl.lit(what).alias("what"))
