"""MOD135: a discarded drug, and none that was given."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_DISCARDED = IS_MEDICARE & IS_PROFESSIONAL & has_modifier("JW")


@query_edit(
    code="MOD135",
    name="discarded-without-given",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    scope="patient",
    source=Source("Medicare Claims Processing Manual", "chapter 17, section 40 (discarded drugs: a line of their own)", "CMS", date(2026, 11, 28)),
    column="lines.modifier_1",
    message="{procedure_code} was discarded (JW), but no line of that day says what was given.",
    suggestion="Bill what was given on a line without JW.",
    fix="proposed",
    when={"lines": _DISCARDED},
    examples=(
        fails("what was discarded only", medicare(lines=["J9035-JW x10"]), line_number=1),
        passes("what was given, too", medicare(lines=["J9035 x70", "J9035-JW x10"])),
        passes("on another claim", medicare(claim_id="A", lines=["J9035 x70"]), medicare(claim_id="B", lines=["J9035-JW x10"])),
        passes("another payer", professional(lines=["J9035-JW x10"])),
    ),
)
def discarded_without_given(claims: Claims, reference: Reference) -> Rows:
    """A line with modifier JW, and no line of the same drug, patient and day without it.

    What to do: add the line, or take JW off.
    """
    del reference
    lines = claims.lines.lazy()
    by = ["patient_key", "procedure_code", "from_date"]
    given = lines.filter("stands", ~has_modifier("JW")).select(by).unique()
    current = lines.filter(_DISCARDED, "stands", ~pl.col("is_history").fill_null(value=False))
    return current.join(given, on=by, how="anti").select("claim_key", "line_number", "procedure_code")
