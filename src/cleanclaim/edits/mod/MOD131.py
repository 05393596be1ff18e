"""MOD131: a referred laboratory test billed by a practice."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier


@row_edit(
    table="lines",
    code="MOD131",
    name="referred-test-billed-by-practice",
    disposition=Disposition.DENY_LINE,
    carc="B7",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 16, section 40.1 (only a laboratory bills a test that it referred to another one, modifier 90)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} has modifier 90 (an outside laboratory did it), which Medicare pays only to laboratories.",
    suggestion="Don't bill the test: the laboratory that did it bills Medicare.",
    fix="proposed",
    examples=(
        fails(
            "a practice",
            medicare(clia_number="99D9999999", referring_npi="1234567893", diagnoses=["E11.9"], lines=["83036-90"]),
            line_number=1,
            says="laborator",
        ),
        passes(
            "a laboratory",
            medicare(billing_taxonomy_code="291U00000X", clia_number="99D9999999", referring_npi="1234567893", diagnoses=["E11.9"], lines=["83036-90"]),
        ),
        passes(
            "a practice that isn't described",
            medicare(billing_taxonomy_code=None, clia_number="99D9999999", referring_npi="1234567893", diagnoses=["E11.9"], lines=["83036-90"]),
        ),
        passes("another payer", professional(lines=["83036-90"])),
    ),
)
def referred_test_billed_by_practice() -> pl.Expr:
    """A test done by an outside laboratory and billed to Medicare by a practice.

    Judged by the billing taxonomy: laboratories have one that begins with 29.

    What to do: leave the line out.
    """
    return IS_MEDICARE & IS_PROFESSIONAL & has_modifier("90") & ~pl.col("billing_taxonomy_code").str.starts_with("29").fill_null(value=True)
