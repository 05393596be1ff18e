"""INS136: modifier CA on several procedures, or for a patient who went home."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, has_modifier
from cleanclaim.reference import Reference

_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_CANDIDATE = IS_INSTITUTIONAL & _BILL.str.starts_with("13") & has_modifier("CA")
_ENDED = ("02", "05", "20", "43", "62", "63", "65", "66")
"""Discharge status of patients who died or were transferred to another hospital."""
_LINE = {"revenue_center_code": "0360", "procedure_code": "35021", "modifier_1": "CA"}


@query_edit(
    code="INS136",
    name="emergency-inpatient-procedure-doubtful",
    disposition=Disposition.RETURN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor", "edits 60 and 70", "CMS", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 4, section 180.7 (inpatient-only procedures, modifier CA)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.modifier_1",
    message="{procedure_code} has modifier CA, but {what}.",
    suggestion="Use CA for one inpatient-only procedure of a patient who died or was transferred before admission.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("a patient who went home", institutional(lines=[_LINE]), line_number=1, says="discharge status"),
        passes("one who died", institutional(discharge_disposition_code="20", lines=[_LINE])),
        fails(
            "two procedures", institutional(discharge_disposition_code="20", lines=[_LINE, {**_LINE, "procedure_code": "35081"}]), line_number=2, says="another"
        ),
        passes("no such modifier", institutional()),
        passes("a professional claim", professional()),
    ),
)
def emergency_inpatient_procedure_doubtful(claims: Claims, reference: Reference) -> Rows:
    """Modifier CA on more than one procedure, or on the claim of a patient who neither died nor was transferred.

    CA pays an inpatient-only procedure on an outpatient who died or was transferred before admission.

    What to do: check the modifier and the discharge status.
    """
    del reference
    lines = claims.lines.filter(_CANDIDATE).sort("claim_key", "line_number")
    ended = claims.claims.filter(pl.col("discharge_disposition_code").is_in(_ENDED)).select("claim_key")
    second = lines.with_columns(pl.int_range(pl.len()).over("claim_key").alias("_number")).filter((pl.col("_number") > 0) | (pl.col("units") > 1))
    shown = ("claim_key", "line_number", "procedure_code")
    parts = [
        lines.join(ended, on="claim_key", how="anti").select(*shown, pl.lit("the discharge status is of a patient who left").alias("what")),
        second.select(*shown, pl.lit("it is on another procedure of the claim, too").alias("what")),
    ]
    return pl.concat(parts).unique(["claim_key", "line_number"], keep="first", maintain_order=True)
