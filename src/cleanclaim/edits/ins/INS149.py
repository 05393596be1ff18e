"""INS149: a health center's visit without its payment code, or a payment code without a visit."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, has_modifier
from cleanclaim.reference import Reference

_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_CENTER = IS_INSTITUTIONAL & _BILL.str.contains(r"^77[1-79A-Z]$").fill_null(value=False)
_SINCE = date(2016, 1, 1)
"""All centers are paid by visits since then at the latest (42 CFR 405.2462)."""
_PAYMENT = r"^G04(6[6-9]|70)$"
_VISIT = r"^(992(0[2-5]|1[2-5])|9079[12]|9083[24579]|G0402|G0438|G0439)$"
"""Office visits, mental health visits, and Medicare's preventive visits."""
_NEVER_A_VISIT = r"^(8[0-9]{4}|9(0[4-7][0-9][0-9]|0[2-3][0-9][0-9])|36415|36416|G00(08|09|10)|J[0-9]{4}|Q[0-9]{4})$"
"""Laboratory tests, vaccines and their administration, drugs, and blood drawing: no visit that a payment code is for."""
_APART = ("G2025", "Q3014")
"""Telehealth, which is paid without a payment code."""
_DAY = ["claim_key", "from_date"]
_LINE = {"revenue_center_code": "0521", "procedure_code": "99213"}
_PAID = {"revenue_center_code": "0521", "procedure_code": "G0467"}


def _bill(*lines: dict[str, str], **more: str) -> dict[str, object]:
    return institutional(**{"bill_type_code": "771", "billing_taxonomy_code": "261QF0400X", **more}, lines=list(lines))


@query_edit(
    code="INS149",
    name="health-center-visit-incomplete",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M20",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor, specifications", "edits 88 and 89", "CMS", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 9, section 60.2 (payment codes of federally qualified health centers)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="{procedure_code} is on a health center's claim {what} of the same day.",
    suggestion="Bill the payment code (G0466 to G0470) and the visit that it is for, each on a line.",
    fix="proposed",
    when={"claims": _CENTER},
    examples=(
        fails("a visit without payment code", _bill(_LINE), line_number=1, says="payment code"),
        fails("a mental health visit without it", _bill({"revenue_center_code": "0900", "procedure_code": "90834"}), line_number=1),
        fails("a wellness visit without it", _bill({**_LINE, "procedure_code": "G0439"}), line_number=1),
        passes("with it", _bill(_PAID, _LINE)),
        fails("two payment codes for one visit", _bill(_PAID, {**_PAID, "procedure_code": "G0466"}, _LINE), line_number=2, says="another"),
        passes(
            "a medical and a mental visit",
            _bill(_PAID, _LINE, {"revenue_center_code": "0900", "procedure_code": "G0470"}, {"revenue_center_code": "0900", "procedure_code": "90834"}),
        ),
        fails("a payment code without visit", _bill(_PAID), line_number=1, says="visit"),
        fails("a payment code with a laboratory test only", _bill(_PAID, {"revenue_center_code": "0300", "procedure_code": "81002"}), line_number=1),
        fails("a payment code with a vaccine only", _bill(_PAID, {"revenue_center_code": "0636", "procedure_code": "90662"}), line_number=1),
        passes("a payment code with a vaccine and the visit", _bill(_PAID, _LINE, {"revenue_center_code": "0636", "procedure_code": "90662"})),
        passes("a payment code with a procedure", _bill(_PAID, {"revenue_center_code": "0521", "procedure_code": "11730", "modifier_1": "TA"})),
        passes("a telehealth visit", _bill(_LINE, {"revenue_center_code": "0521", "procedure_code": "G2025"})),
        passes("before the payment codes", _bill(_LINE, from_date="2014-05-12", to_date="2014-05-12")),
        fails("on the first day that all are paid so", _bill(_LINE, from_date="2016-01-01", to_date="2016-01-01"), line_number=1),
        passes("the day before", _bill(_LINE, from_date="2015-12-31", to_date="2015-12-31")),
        passes("a bill for nothing", _bill(_LINE, bill_type_code="770")),
        passes("a rural health clinic", _bill(_LINE, bill_type_code="711")),
        passes("a vaccination alone", _bill({"revenue_center_code": "0636", "procedure_code": "90662"})),
    ),
)
def health_center_visit_incomplete(claims: Claims, reference: Reference) -> Rows:
    """An office, mental health or preventive visit on a federally qualified health center's claim without the center's payment code, or a payment code with no other service of the day.

    Medicare pays these centers by the payment codes G0466 to G0470, and each needs a line with the visit.

    What to do: add the missing line.
    """
    del reference
    lines = claims.lines.filter(_CENTER, pl.col("from_date") >= _SINCE)
    code = pl.col("procedure_code")
    is_payment = code.str.contains(_PAYMENT)
    paid = lines.filter(is_payment | code.is_in(_APART)).select(_DAY).unique()
    others = lines.filter(~is_payment, ~code.str.contains(_NEVER_A_VISIT)).select(_DAY).unique()
    asked = [
        (lines.filter(code.str.contains(_VISIT)).join(paid, on=_DAY, how="anti"), "without the payment code", 88),
        (lines.filter(is_payment).join(others, on=_DAY, how="anti"), "without the visit", 89),
    ]
    kind = pl.when(code.is_in(["G0466", "G0467", "G0468"])).then(1).when(code.is_in(["G0469", "G0470"])).then(2)
    payments = lines.filter(is_payment, ~has_modifier("59", "25")).with_columns(kind.alias("_kind")).sort("claim_key", "line_number")
    again = payments.filter(pl.int_range(pl.len()).over("claim_key", "from_date", "_kind") > 0)
    asked.append((again, "with another payment code", 89))
    return pl.concat(
        [rows.select("claim_key", "line_number", "procedure_code", pl.lit(what).alias("what"), pl.lit(n).alias("ioce_edit")) for rows, what, n in asked]
    )
