"""INS165: a revenue code that doesn't go with the procedure, or with the type of bill."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_MANUAL = "Medicare Claims Processing Manual"
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_REVENUE: Final = pl.col("revenue_center_code")
_CODE: Final = pl.col("procedure_code")
_OUTPATIENT: Final = IS_INSTITUTIONAL & _BILL.str.contains(r"^(13|14|23|34|7[1-7]|83|85)").fill_null(value=False)
_OF_HOSPITAL: Final = IS_INSTITUTIONAL & IS_MEDICARE & _BILL.str.contains(r"^(12|13|22|23|85)").fill_null(value=False)
_IS_STAY: Final = IS_INSTITUTIONAL & IS_MEDICARE & _BILL.str.contains(r"^11[1-47]").fill_null(value=False)
_ON_OPPS: Final = IS_INSTITUTIONAL & IS_MEDICARE & _BILL.str.contains(r"^1[34][1-47]").fill_null(value=False)
_FIXED: Final = (
    (r"^(77067|77063|G0202)$", r"^(0403|097[0-9]|096[0-9])$", "a screening mammogram, which has 0403"),
    (r"^(G0008|G0009|G0010)$", r"^0771$", "the giving of a vaccine, which has 0771"),
    (r"^(9063[0]|906[5-9][0-9]|907[0-5][0-9]|Q203[3-9])$", r"^0636$", "a vaccine, which has 0636"),
    (r"^Q3014$", r"^0780$", "the telehealth site, which has 0780"),
    (r"^A04(2[5-9]|3[0-6])$", r"^054[0-9]$", "an ambulance service, which has 054x"),
)
"""Procedures of which Medicare names the revenue code."""


def _bill(revenue: str, code: str | None, **more: Any) -> dict[str, object]:
    return institutional(lines=[{"revenue_center_code": revenue, "procedure_code": code}], **more)


@query_edit(
    code="INS165",
    name="revenue-code-against-procedure",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M50",
    scope="claim",
    source=(
        Source(_MANUAL, "chapter 25, section 75.4, FL 42 (what each group of revenue codes is for)", "CMS", _READ),
        Source(_MANUAL, "chapter 18, sections 10.2.1 and 20.4 (vaccines: 0636 and 0771; screening mammograms: 0403); chapter 15, section 30.2", "CMS", _READ),
    ),
    column="lines.revenue_center_code",
    message="Revenue code {revenue_center_code} doesn't go with {what}.",
    suggestion="Correct the revenue code, or the procedure code, in the charge master.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("a CT scan in the laboratory", _bill("0300", "70450"), line_number=1, says="CT"),
        passes("a CT scan", _bill("0351", "70450")),
        fails("a blood test in radiology", _bill("0320", "80053"), line_number=1),
        passes("a blood test in the emergency room", _bill("0450", "80053")),
        fails("an emergency visit in the clinic", _bill("0510", "99284"), line_number=1),
        fails("therapy in the laboratory", _bill("0301", "97110"), line_number=1),
        fails("a speech therapist's evaluation as physical therapy", _bill("0420", "92523"), line_number=1),
        fails("surgery in the laboratory", _bill("0310", "66984"), line_number=1),
        passes("a blood draw in the laboratory", _bill("0300", "36415")),
        fails("a screening mammogram in the clinic", _bill("0510", "77067"), line_number=1, says="0403"),
        passes("a screening mammogram", _bill("0403", "77067")),
        fails("a vaccine as a visit", _bill("0510", "90662"), line_number=1),
        fails("a room on an outpatient bill", _bill("0120", None), line_number=1, says="13x"),
        passes("a room in a stay", _bill("0120", None, bill_type_code="111", admission_date="2026-05-10")),
        fails("an ambulance on a stay's bill", _bill("0540", "A0429", bill_type_code="111", admission_date="2026-05-10"), line_number=1, says="11x"),
        fails("a doctor's fee on a hospital's bill", _bill("0981", "99284"), line_number=1, says="13x"),
        passes("a doctor's fee on a critical access hospital's bill", _bill("0981", "99284", bill_type_code="851")),
        passes("a clinic's visit", institutional()),
    ),
)
def revenue_code_against_procedure(claims: Claims, reference: Reference) -> Rows:
    """A revenue code of another kind of service than the procedure code, or one that the type of bill can't have.

    A room is for stays, an ambulance isn't on a stay's bill, and a doctor's fee isn't on a hospital's.
    Hospitals choose revenue codes by where their costs are, so only pairs that no department explains are judged, on outpatient bills. For vaccines, screening
    mammograms and ambulances Medicare names the code.

    What to do: correct the charge master.
    """
    lines = claims.lines.filter(_OUTPATIENT | _OF_HOSPITAL, _REVENUE.is_not_null())
    rules = reference.table("revenue_conflicts").select("code", "last", "conflicts", "what").iter_rows()
    parts = [
        lines.filter(_OUTPATIENT, _CODE.is_between(pl.lit(first), pl.lit(last)), _REVENUE.str.contains(f"^{conflicts}$")).pipe(_shown, what)
        for first, last, conflicts, what in rules
    ]
    parts += [lines.filter(_OF_HOSPITAL, _CODE.str.contains(code), ~_REVENUE.str.contains(own)).pipe(_shown, what) for code, own, what in _FIXED]
    stays = claims.lines.filter(_IS_STAY & _REVENUE.str.contains("^054[0-9]$") | _ON_OPPS & _REVENUE.str.contains("^09(6[0-9]|7[1-79]|8[1-8])$"))
    rooms = lines.filter(_OUTPATIENT, _REVENUE.str.contains(r"^0(1[0-79]|2[01])[0-9]$"))
    misplaced = pl.concat([rooms.select(claims.lines.columns), stays])
    parts.append(
        misplaced.select(
            "claim_key", "line_number", "revenue_center_code", pl.concat_str(pl.lit("type of bill "), _BILL.str.slice(0, 2), pl.lit("x")).alias("what")
        )
    )
    return pl.concat(parts).unique(["claim_key", "line_number"], keep="first", maintain_order=True)


def _shown(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    return rows.select("claim_key", "line_number", "revenue_center_code", pl.concat_str(_CODE, pl.lit(f", {what}")).alias("what"))
