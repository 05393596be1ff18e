"""INS170: a line's side that the principal diagnosis of the bill contradicts."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10, IS_INSTITUTIONAL, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.reference.sides import side_of

_KNEE: Final[dict[str, Any]] = {"revenue_center_code": "0360", "procedure_code": "27447"}


@query_edit(
    code="INS170",
    name="side-against-principal-diagnosis",
    disposition=Disposition.WARN,
    carc="11",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 28)),
    column="lines.modifier_1",
    message="{procedure_code} was done on the {side}, but the principal diagnosis {diagnosis_code:icd} is for the other side, and no diagnosis is for this one.",
    suggestion="Check the record and correct the modifier or the diagnosis.",
    fix="proposed",
    when={"lines": IS_INSTITUTIONAL & has_modifier("LT", "RT")},
    examples=(
        fails(
            "the right knee, the left one's arthrosis", institutional(diagnoses=["M17.12"], lines=[{**_KNEE, "modifier_1": "RT"}]), line_number=1, says="right"
        ),
        passes("the left knee", institutional(diagnoses=["M17.12"], lines=[{**_KNEE, "modifier_1": "LT"}])),
        passes("the arthrosis of both", institutional(diagnoses=["M17.0"], lines=[{**_KNEE, "modifier_1": "RT"}])),
        passes("something else on the other side", institutional(diagnoses=["M17.12", "M25.561"], lines=[{**_KNEE, "modifier_1": "RT"}])),
        passes("no side", institutional(diagnoses=["M17.9", "Z96.652"], lines=[{**_KNEE, "modifier_1": "RT"}])),
        passes("a professional claim", professional(diagnoses=["M17.12"], lines=["27447-RT"])),
    ),
)
def side_against_principal_diagnosis(claims: Claims, reference: Reference) -> Rows:
    """A line of an institutional claim with RT or LT whose principal diagnosis is for the other side, where no diagnosis is for this side or both.

    Such lines don't point at diagnoses; LNK106 judges those that do.

    What to do: look in the record which side it was.
    """
    one = has_modifier("LT") ^ has_modifier("RT")
    side = pl.when(has_modifier("LT")).then(pl.lit("left")).otherwise(pl.lit("right")).alias("side")
    lines = claims.lines.filter(IS_INSTITUTIONAL, one, ~has_modifier("50")).select("claim_key", "line_number", "procedure_code", side)
    coded = claims.diagnoses.filter(IS_INSTITUTIONAL, IS_BILLING_DIAGNOSIS, IS_ICD10).select("claim_key", "diagnosis_number", "diagnosis_code")
    asked = coded.join(lines.select("claim_key").unique(), on="claim_key", how="semi")
    named = side_of(asked["diagnosis_code"].unique(), reference).select(pl.col("code").alias("diagnosis_code"), pl.col("side").alias("_named"))
    sided = asked.join(named, on="diagnosis_code").drop_nulls("_named")
    first = sided.filter(pl.col("diagnosis_number") == 1, pl.col("_named").is_in(["left", "right"]))
    same = lines.join(sided, on="claim_key").filter((pl.col("_named") == pl.col("side")) | ~pl.col("_named").is_in(["left", "right"]))
    wrong = lines.join(first.select("claim_key", "diagnosis_code", "_named"), on="claim_key").filter(pl.col("_named") != pl.col("side"))
    return wrong.join(same.select("claim_key", "line_number").unique(), on=["claim_key", "line_number"], how="anti").drop("_named")
