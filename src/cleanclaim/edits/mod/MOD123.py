"""MOD123: chiropractic treatment without the sign that it is active treatment."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.lnk.policies import NOTICE_MODIFIERS
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier

_CLAIM = {"billing_state": "OH", "diagnoses": ["M99.03", "M54.50"], "initial_treatment_date": "2026-05-01"}


@row_edit(
    table="lines",
    code="MOD123",
    name="chiropractic-without-at",
    disposition=Disposition.DENY_LINE,
    carc="50",
    rarc="N386",
    payers=("medicare",),
    others="off",
    source=Source("Medicare Claims Processing Manual", "chapter 12, section 220 (chiropractic services: modifier AT)", "CMS", date(2026, 11, 28)),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} has no modifier AT, so Medicare takes it for maintenance and doesn't pay.",
    suggestion="Add AT if the record shows active treatment; otherwise give an ABN and add GA.",
    fix="proposed",
    examples=(
        fails("no modifier", medicare(**_CLAIM, lines=[{"procedure_code": "98941", "diagnosis_pointers": (1, 2)}]), line_number=1, says="AT"),
        passes("active treatment", medicare(**_CLAIM, lines=[{"procedure_code": "98941", "modifier_1": "AT", "diagnosis_pointers": (1, 2)}])),
        passes("maintenance, with a notice", medicare(**_CLAIM, lines=[{"procedure_code": "98941", "modifier_1": "GA", "diagnosis_pointers": (1, 2)}])),
        passes("not covered by law", medicare(**_CLAIM, lines=[{"procedure_code": "98943", "modifier_1": "GY"}])),
        passes("another payer", professional(lines=["98941"])),
    ),
)
def chiropractic_without_at() -> pl.Expr:
    """Spinal manipulation by a chiropractor, sent to Medicare without modifier AT.

    Medicare covers it only as active treatment of a subluxation, which AT says.

    What to do: look at the record, and add AT or GA.
    """
    spinal = pl.col("procedure_code").is_in(["98940", "98941", "98942"]).fill_null(value=False)
    return IS_MEDICARE & IS_PROFESSIONAL & spinal & ~has_modifier("AT", *NOTICE_MODIFIERS)
