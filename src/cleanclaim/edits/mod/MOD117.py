"""MOD117: a problem visit on the day of a preventive visit, without modifier 25."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_PREVENTIVE = r"^(993[89][0-9]|G0402|G043[89])$"
_PROBLEM = r"^(9920[2-5]|9921[1-5])$"
_CANDIDATE = IS_PROFESSIONAL & pl.col("procedure_code").str.contains(_PROBLEM) & ~has_modifier("25") & pl.col("stands")
_IS_PREVENTIVE = IS_PROFESSIONAL & pl.col("procedure_code").str.contains(_PREVENTIVE) & pl.col("stands")
_DAY = ["patient_key", "provider_npi", "from_date"]


@query_edit(
    code="MOD117",
    name="visit-with-preventive-visit-without-25",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    scope="patient",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, section 30.6.1.1, and chapter 18, section 140 (visit with a wellness visit: modifier 25)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="Visit {procedure_code} is on the same day and by the same provider as the preventive visit {other_code}, without modifier 25.",
    suggestion="Add modifier 25 to {procedure_code} only if the record shows a problem that needed significant work beyond the preventive visit; otherwise don't bill it.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    beside={"lines": _IS_PREVENTIVE},
    examples=(
        fails("a wellness visit and a problem visit", medicare(lines=["G0439", "99213"]), line_number=2, says="G0439"),
        fails("a check-up and a problem visit", professional(diagnoses=["Z00.00", "I10"], lines=["99396", "99213"]), line_number=2),
        passes("with 25", medicare(lines=["G0439", "99213-25"])),
        passes("another provider", medicare(lines=["G0439", {"procedure_code": "99213", "rendering_npi": "1234567893"}])),
        passes("another day", medicare(lines=["G0439", {"procedure_code": "99213", "from_date": "2026-05-13"}])),
        passes("a hospital's lines", institutional(lines=["G0439", "99213"])),
        passes("a problem visit alone", professional(lines=["99213"])),
        fails("on two claims of the day", medicare(lines=["G0439"]), medicare(claim_id="EXAMPLE-2", lines=["99213"]), line_number=1, says="25"),
    ),
)
def visit_with_preventive_visit_without_25(claims: Claims, reference: Reference) -> Rows:
    """An office visit for a problem on the day of a preventive visit by the same provider, without modifier 25.

    The preventive visit includes what is found and settled on the way. Payers pay a second visit only if its modifier says that it was significant and separate.

    What to do: look at the record; add the modifier, or leave the visit out.
    """
    del reference
    current = claims.lines.filter(_CANDIDATE & ~pl.col("is_history").fill_null(value=False))
    preventive = claims.lines.filter(_IS_PREVENTIVE)
    others = preventive.drop_nulls(_DAY).select(*_DAY, pl.col("procedure_code").alias("other_code")).unique(_DAY, keep="first", maintain_order=True)
    return current.join(others, on=_DAY).select("claim_key", "line_number", "procedure_code", "other_code")
