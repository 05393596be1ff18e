"""NCCI102: a procedure that is part of another unless a modifier says otherwise."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.pairs import is_set_apart
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ncci.bundles import IS_CURRENT, IS_ONE_CLAIM, NO_ROWS, SHOWN, is_visit, unjudged
from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference


@query_edit(
    code="NCCI102",
    name="bundled-without-modifier",
    disposition=Disposition.DENY_LINE,
    carc="236",
    rarc="N20",
    needs=("ncci_ptp_practitioner", "ncci_ptp_hospital", "visit_codes"),
    payers=("medicare", "medicaid"),
    source=Source("Medicare NCCI Policy Manual", "chapter I, section E (modifier indicator 1, NCCI-associated modifiers)", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{column_2} is part of {column_1} (line {other_line_number}) on the same day, and no modifier shows that they were separate (indicator 1, since {valid_from})[: {rationale}].",
    suggestion="Remove {column_2}. Add a modifier (LT, RT, a finger's or toe's, XE, XS, XP, XU or 59) only if the record shows another site, session or injury.",
    fix="proposed",
    unchecked=unjudged,
    examples=(
        fails("a wound closed where a wart was destroyed", medicare(diagnoses=["B07.9"], lines=["17110", "12001"]), line_number=2, says="17110"),
        fails("51 and 76 set nothing apart", medicare(diagnoses=["B07.9"], lines=["17110", "12001-51-76"]), line_number=2),
        passes("said to be another site", medicare(diagnoses=["B07.9"], lines=["17110", "12001-XS"])),
        passes("said so on the other line", medicare(diagnoses=["B07.9"], lines=["17110-59", "12001"])),
        passes("one procedure", medicare(lines=["17110"])),
        passes("a pair that no modifier sets apart is another fault", medicare(lines=["45380", "45378"])),
        passes("on two claims is another fault", medicare(claim_id="A", lines=["17110"]), medicare(claim_id="B", lines=["12001"])),
        passes(
            "a visit that is part of a test is another fault",
            medicare(lines=["99213", "93000"]),
            tables={"ncci_ptp_practitioner": [{"code": "93000", "column_2": "99213", "indicator": 1}]},
        ),
        unchecked("codes outside the tables loaded", medicare(lines=["17110", "31575"])),
    ),
)
def bundled_without_modifier(claims: Claims, reference: Reference) -> Rows:
    """Two procedures of one day of which the one is part of the other, and nothing on either line says that they were separate.

    With indicator 1 an NCCI-associated modifier on either line lets both be paid: an anatomic one, 59 or XE, XS, XP, XU, 91, or one of the global
    surgery modifiers; 22, 50, 51, 76
    and 77 do not. A visit beside a procedure is not judged here but by MOD104.

    What to do: take the column-two code off, or, where the record shows it, say that they were separate. No modifier is ever added without the
    record.
    """
    if claims.pairs.is_empty():
        return NO_ROWS
    return claims.pairs.filter(
        pl.col("indicator") == 1, IS_ONE_CLAIM, IS_CURRENT, ~is_set_apart("modifiers"), ~is_set_apart("other_modifiers"), ~is_visit(reference)
    ).select(SHOWN)
