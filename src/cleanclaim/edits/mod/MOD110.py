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
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24D", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="Modifier {modifier} affects payment but comes after {before}, which is informational only.",
    suggestion="Put modifier {modifier} first.",
    fix="safe",
    when={"lines": SEVERAL_MODIFIERS},
    examples=(
        fails("the professional component behind a side", professional(lines=["71046-RT-26"]), line_number=1, says="26"),
        passes("first", professional(lines=["71046-26-RT"])),
        passes("59 may stand before or behind a side", professional(lines=["20610-RT-59"])),
        fails("the professional component behind a notice given", professional(lines=["71046-GA-26"]), line_number=1, says="GA"),
        fails("the professional component behind a voluntary notice", professional(lines=["71046-GX-26"]), line_number=1, says="GX"),
        fails("the professional component behind an exclusion", professional(lines=["71046-GY-26"]), line_number=1, says="GY"),
        fails("the professional component behind no notice", professional(lines=["71046-GZ-26"]), line_number=1, says="GZ"),
        fails("the professional component behind a substitute doctor", professional(lines=["71046-Q5-26"]), line_number=1, says="Q5"),
        fails("the professional component behind a doctor paid by time", professional(lines=["71046-Q6-26"]), line_number=1, says="Q6"),
        fails("the professional component behind a resident", professional(lines=["71046-GC-26"]), line_number=1, says="GC"),
        fails("the professional component behind the conditions of a policy", professional(lines=["71046-KX-26"]), line_number=1, says="KX"),
        fails("the professional component behind a doctor whom a hospice does not employ", professional(lines=["71046-GV-26"]), line_number=1, says="GV"),
        fails("care before the operation behind a side", professional(lines=["27447-RT-56"]), line_number=1, says="56"),
        fails("an assistant behind a side", professional(lines=["27447-RT-AS"]), line_number=1, says="AS"),
        passes("the professional component twice is another fault", professional(lines=["71046-26-26"])),
        passes("the professional component behind a repetition", professional(lines=["71046-76-26"])),
        fails("the professional component behind care that the hospice does not give", professional(lines=["71046-GW-26"]), line_number=1, says="GW"),
        passes("the therapy plan comes where it comes", professional(lines=["97110-GP-CQ"])),
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
    marks = claims.line_modifiers.lazy().select("claim_key", "line_number", "modifier_number", "modifier")
    pricing = marks.filter(pl.col("modifier").is_in(_PRICING))
    informing = marks.filter(pl.col("modifier").is_in(_INFORMING)).select(
        "claim_key", "line_number", pl.col("modifier").alias("before"), pl.col("modifier_number").alias("_at")
    )
    return (
        pricing.join(informing, on=["claim_key", "line_number"])
        .filter(pl.col("_at") < pl.col("modifier_number"))
        .group_by("claim_key", "line_number", maintain_order=True)
        .agg(pl.col("modifier").first(), pl.col("before").first())
    )
