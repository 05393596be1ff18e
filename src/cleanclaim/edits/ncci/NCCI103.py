"""NCCI103: a modifier that sets two procedures apart, and says nothing to that end."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.pairs import ASSOCIATED, is_set_apart
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ncci.bundles import IS_CURRENT, NO_ROWS, unjudged
from cleanclaim.edits.samples import medicare
from cleanclaim.model.expressions import ANATOMIC_MODIFIERS
from cleanclaim.reference import Reference

_OTHER = [modifier for modifier in ASSOCIATED if modifier not in ANATOMIC_MODIFIERS]


@query_edit(
    code="NCCI103",
    name="modifier-shows-no-separateness",
    disposition=Disposition.WARN,
    carc="236",
    needs=("ncci_ptp_practitioner", "ncci_ptp_hospital"),
    payers=("medicare", "medicaid"),
    source=Source("Medicare NCCI Policy Manual", "chapter I, section E (anatomic modifiers, same site)", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{column_2} is part of {column_1} (line {other_line_number}), and both have modifier {side}: that is the same site, so the modifier doesn't make them separate.",
    suggestion="Check the record. At the same site only one is paid; for another session or site, use a modifier that says so.",
    fix="proposed",
    unchecked=unjudged,
    examples=(
        fails("both on the right", medicare(diagnoses=["M25.561"], lines=["20610-RT", "20550-RT"]), line_number=2, says="RT"),
        passes(
            "one on the left, one on the right",
            medicare(diagnoses=["M25.561", "M25.562"], lines=["20610-RT", {"procedure_code": "20550", "modifier_1": "LT", "diagnosis_pointers": (2,)}]),
        ),
        passes("the same side, and said to be another site", medicare(diagnoses=["M25.561"], lines=["20610-RT", "20550-RT-XS"])),
        passes("no modifier helps: another fault", medicare(lines=["45380-RT", "45378-RT"])),
        passes("a tendon on both sides, a joint on the right", medicare(diagnoses=["M17.11"], lines=["20610-RT", "20550-RT-LT"])),
        unchecked("codes outside the tables loaded", medicare(lines=["17110", "31575"])),
    ),
)
def modifier_shows_no_separateness(claims: Claims, reference: Reference) -> Rows:
    """Two bundled procedures whose only sign of separateness is the same side, digit or lid on both.

    The payer's program lets the pair pass; a reviewer will ask for the money back, since the same site is what the bundling is about.

    What to do: look in the record.
    """
    del reference
    if claims.pairs.is_empty():
        return NO_ROWS
    same = pl.col("modifiers").list.set_intersection("other_modifiers")
    side = same.list.set_intersection(pl.lit(list(ANATOMIC_MODIFIERS)))
    apart = pl.concat_list("modifiers", "other_modifiers").list.unique()
    sides = apart.list.set_intersection(pl.lit(list(ANATOMIC_MODIFIERS)))
    return (
        claims.pairs.filter(pl.col("indicator") == 1, IS_CURRENT, is_set_apart("modifiers"), is_set_apart("other_modifiers"))
        .filter(side.list.len() > 0, sides.list.len() == side.list.len(), apart.list.set_intersection(pl.lit(_OTHER)).list.len() == 0)
        .with_columns(side.alias("side"))
        .select("claim_key", "line_number", "column_1", "column_2", "other_line_number", "side", "indicator", "release")
    )
