"""MOD134: a therapist's line under another discipline's plan of care."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier

_PLANS = {"GP": "^2251", "GO": "^225X", "GN": "^235Z"}
"""The plan of each kind of therapist."""


def _is_of_another(plan: str, taxonomy: str) -> pl.Expr:
    others = [other for other in _PLANS if other != plan]
    return pl.col("rendering_taxonomy_code").str.contains(taxonomy) & has_modifier(*others) & ~has_modifier(plan)


@row_edit(
    table="lines",
    code="MOD134",
    name="therapist-of-another-plan",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N519",
    payers=("medicare",),
    others="off",
    source=Source("Medicare Claims Processing Manual", "chapter 5, sections 10.6 and 20.1 (GN, GO, GP by discipline)", "CMS", date(2026, 11, 28)),
    column="lines.modifier_1",
    evidence=("procedure_code", "rendering_taxonomy_code"),
    message="{procedure_code} names a plan of care of another discipline than the therapist's ({rendering_taxonomy_code}).",
    suggestion="Use GP for physical, GO for occupational therapists and GN for speech-language pathologists.",
    fix="proposed",
    examples=(
        fails("an occupational therapist under a physical plan", medicare(rendering_taxonomy_code="225X00000X", lines=["97110-GP"]), line_number=1, says="GO"),
        passes("under an occupational plan", medicare(rendering_taxonomy_code="225X00000X", lines=["97110-GO"])),
        passes("a physician", medicare(lines=["97110-GP"])),
        passes("no plan is another fault", medicare(rendering_taxonomy_code="225100000X", lines=["97110"])),
        passes("another payer", professional(rendering_taxonomy_code="225X00000X", lines=["97110-GP"])),
    ),
)
def therapist_of_another_plan() -> pl.Expr:
    """A line of a therapist in private practice whose modifier names a plan of care of another kind of therapist.

    What to do: correct the modifier, or the therapist.
    """
    return IS_MEDICARE & IS_PROFESSIONAL & pl.any_horizontal(_is_of_another(plan, taxonomy) for plan, taxonomy in _PLANS.items())
