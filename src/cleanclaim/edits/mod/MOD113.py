"""MOD113: notice modifiers that contradict each other."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import SEVERAL_MODIFIERS
from cleanclaim.reference import Reference


@query_edit(
    code="MOD113",
    name="notice-modifiers-contradict",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N519",
    scope="claim",
    source=Source("CMS Change Request 6563", "and Medicare Claims Processing Manual, chapter 30 (beneficiary notices)", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="Modifiers {modifier} and {other} contradict each other: {reason}.",
    suggestion="Keep the one that says what notice was given.",
    payers=("medicare",),
    when={"lines": SEVERAL_MODIFIERS},
    examples=(
        fails(
            "notice given and not given",
            professional(payer_class="medicare", member_id="1EG4TE5MK73", lines=[{"modifier_1": "GA", "modifier_2": "GZ"}]),
            line_number=1,
            says="no ABN",
        ),
        passes(
            "a voluntary notice of an excluded service",
            professional(payer_class="medicare", member_id="1EG4TE5MK73", lines=[{"modifier_1": "GX", "modifier_2": "GY"}]),
        ),
        passes("one of them", professional(payer_class="medicare", member_id="1EG4TE5MK73", lines=[{"modifier_1": "GA"}])),
    ),
)
def notice_modifiers_contradict(claims: Claims, reference: Reference) -> Rows:
    """Modifiers for Medicare's notices of non-coverage that exclude each other.

    They decide who pays. GX may go with GY; the others stand alone.

    What to do: keep the one that tells what happened.
    """
    pairs = reference.table("notice_conflicts").lazy().select(pl.col("code").alias("modifier"), "other", "reason")
    one = claims.line_modifiers.lazy().select("claim_key", "line_number", "modifier")
    two = one.rename({"modifier": "other"})
    return one.join(two, on=["claim_key", "line_number"]).join(pairs, on=["modifier", "other"]).unique()
