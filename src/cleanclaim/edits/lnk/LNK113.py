"""LNK113: a service of a clinical trial without the trial's diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier, modifiers_among
from cleanclaim.reference import Reference

_TRIAL = ("Q0", "Q1")
_CANDIDATE = IS_MEDICARE & has_modifier(*_TRIAL)


@query_edit(
    code="LNK113",
    name="trial-service-without-trial-diagnosis",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M76",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 32, section 69.6 (clinical trials: modifiers Q0 and Q1 with Z00.6)", "CMS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{procedure_code} has modifier {modifier}, for a clinical trial, but the claim has no diagnosis Z00.6.",
    suggestion="Add Z00.6 and the number of the trial; or take off the modifier if there was no trial.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("a service of a trial", medicare(lines=["99213-Q1"]), line_number=1, says=("Q1", "Z00.6")),
        passes("with its diagnosis", medicare(diagnoses=["C50.911", "Z00.6"], lines=["99213-Q1"])),
        fails("the investigated service, in a hospital", institutional(lines=["G0463-Q0"]), line_number=1, says="Q0"),
        passes("no trial", medicare()),
        passes("another payer", professional(lines=["99213-Q1"])),
    ),
)
def trial_service_without_trial_diagnosis(claims: Claims, reference: Reference) -> Rows:
    """A line marked as a service of a clinical trial (Q0 or Q1) on a claim without Z00.6.

    What to do: add the diagnosis, or take off the modifier.
    """
    del reference
    in_trial = claims.diagnoses.filter(pl.col("diagnosis_code") == "Z006").select("claim_key").unique()
    asked = claims.lines.filter(_CANDIDATE).join(in_trial, on="claim_key", how="anti")
    return asked.select("claim_key", "line_number", "procedure_code", modifiers_among(*_TRIAL).list.first().alias("modifier"))
