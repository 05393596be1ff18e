"""MOD110: a pricing modifier behind an informing one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import ANATOMIC_MODIFIERS, SEVERAL_MODIFIERS
from cleanclaim.reference import Reference

_PRICING = ("26", "TC", "50", "52", "53", "54", "55", "56", "62", "66", "80", "81", "82", "AS")
_INFORMING = (*ANATOMIC_MODIFIERS, "GA", "GX", "GY", "GZ", "KX", "Q5", "Q6", "GC", "GW", "GV")


@query_edit(
    code="MOD110",
    name="pricing-modifier-late",
    disposition=Disposition.WARN,
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 26, section 10.4, item 24D",
        "CMS",
        date(2026, 11, 23),
    ),
    column="lines.modifier_1",
    message="{modifier}, which changes the price, stands behind {before}, which only informs.",
    suggestion="Put {modifier} first.",
    fix="safe",
    when={"lines": SEVERAL_MODIFIERS},
    examples=(
        fails(
            "the professional component behind a side",
            professional(
                lines=[{"procedure_code": "71046", "modifier_1": "RT", "modifier_2": "26"}]
            ),
            line_number=1,
            says="26",
        ),
        passes(
            "first",
            professional(
                lines=[{"procedure_code": "71046", "modifier_1": "26", "modifier_2": "RT"}]
            ),
        ),
        passes(
            "59 may stand before or behind a side",
            professional(
                lines=[{"procedure_code": "20610", "modifier_1": "RT", "modifier_2": "59"}]
            ),
        ),
        passes(
            "the therapy plan comes where it comes",
            professional(
                lines=[{"procedure_code": "97110", "modifier_1": "GP", "modifier_2": "CQ"}]
            ),
        ),
    ),
)
def pricing_modifier_late(claims: Claims, reference: Reference) -> Rows:
    """A modifier that changes the price behind one that only informs.

    Many payers price by the first modifier and overlook the second. Judged are only those that nearly every payer prices by, behind sides, digits
    and the
    like; the order of others is a matter of the payer's own rules.

    What to do: change the order.
    """
    del reference
    marks = claims.line_modifiers.lazy().select(
        "claim_key", "line_number", "modifier_number", "modifier"
    )
    pricing = marks.filter(pl.col("modifier").is_in(_PRICING))
    informing = marks.filter(pl.col("modifier").is_in(_INFORMING)).select(
        "claim_key",
        "line_number",
        pl.col("modifier").alias("before"),
        pl.col("modifier_number").alias("_at"),
    )
    return (
        pricing.join(informing, on=["claim_key", "line_number"])
        .filter(pl.col("_at") < pl.col("modifier_number"))
        .group_by("claim_key", "line_number", maintain_order=True)
        .agg(pl.col("modifier").first(), pl.col("before").first())
    )
