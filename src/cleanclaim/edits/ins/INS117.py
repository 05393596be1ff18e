"""INS117: an outpatient line without the procedure code that its revenue code needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, is_missing
from cleanclaim.reference import Reference

_HAS_NONE = IS_INSTITUTIONAL & is_missing("procedure_code") & (pl.col("charge_amount") > 0)
_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_IS_OUTPATIENT = _BILL.str.slice(0, 2).is_in(["13", "14"])
_REVENUE = pl.col("revenue_center_code")
_VISITS = r"^0(42|43|44|55|56|57)[0-9]$"
_OTHERS = (
    (r"^71[1-47]", r"^0(52[0-9]|900)$", date(2016, 4, 1)),
    (r"^85[1-47]", r"^09[678][0-9]$", date(2001, 7, 1)),
    (r"^(32[79]|34[1-47]|8[12][1-47])", _VISITS, date(2010, 1, 1)),
    (r"^(22|23|74|75|85)[1-47]", r"^04[234][0-9]$", date(1998, 4, 1)),
    (r"^72[1-47]", r"^063[4-6]$", date(2007, 1, 1)),
    (r"^(13|85)[1-47]", r"^0762$", date(2006, 1, 1)),
)
"""Other bills whose lines of these revenue codes need a procedure code: rural health clinics, doctors' fees of critical access hospitals, home health and
hospice visits, outpatient therapy, drugs given at dialysis, and hours of observation."""


def _bill(bill: str, revenue: str) -> dict[str, Any]:
    return institutional(bill_type_code=bill, lines=[{"revenue_center_code": revenue, "procedure_code": None}])


_EMERGENCY = {"revenue_center_code": "0450", "procedure_code": None}


@query_edit(
    code="INS117",
    name="revenue-code-needs-procedure",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M20",
    scope="claim",
    payers=("medicare",),
    source=(
        Source("Medicare Claims Processing Manual", "chapter 4, section 20.1 (HCPCS codes on outpatient hospital claims)", "CMS", date(2026, 11, 28)),
        Source(
            "Medicare Claims Processing Manual",
            "chapter 9, section 50; chapter 4, section 250.2; chapter 10, section 40.2; chapter 11, section 30.3; chapter 5, section 20; chapter 8, section 50.3",
            "CMS",
            date(2026, 11, 28),
        ),
        Source("Integrated Outpatient Code Editor", "edit 48 (revenue center requires HCPCS)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="Revenue code {revenue_center_code} needs a procedure code on a claim of type of bill {bill_type_code}.",
    suggestion="Add the HCPCS or CPT code of the service.",
    when={"lines": _HAS_NONE},
    examples=(
        fails("an emergency department without a code", institutional(lines=[_EMERGENCY]), line_number=1),
        fails("a blood test without a code", institutional(lines=[{}, {"revenue_center_code": "0301", "procedure_code": None}]), line_number=2),
        fails(
            "an outside specimen without a code",
            institutional(bill_type_code="141", lines=[{"revenue_center_code": "0301", "procedure_code": None}]),
            line_number=1,
        ),
        fails("a charge of one dollar", institutional(lines=[{**_EMERGENCY, "charge_amount": "1.00"}]), line_number=1),
        fails("a rural clinic's visit", _bill("711", "0521"), line_number=1),
        passes("a rural clinic's visit before the rule", institutional(**{**_bill("711", "0521"), "from_date": "2016-03-31", "to_date": "2016-03-31"})),
        fails("a doctor's fee of a critical access hospital", _bill("851", "0981"), line_number=1),
        fails("a home health visit", _bill("329", "0551"), line_number=1),
        fails("therapy in a rehabilitation clinic", _bill("741", "0420"), line_number=1),
        fails("a drug at dialysis", _bill("721", "0636"), line_number=1),
        fails("hours of observation", _bill("131", "0762"), line_number=1),
        passes("dialysis supplies", _bill("721", "0270")),
        passes("with one", institutional(lines=[{"revenue_center_code": "0450", "procedure_code": "99283"}])),
        passes("supplies need none", institutional(lines=[{}, {"revenue_center_code": "0270", "procedure_code": None}])),
        passes("drugs in general need none", institutional(lines=[{}, {"revenue_center_code": "0250", "procedure_code": None}])),
        passes("recovery needs none", institutional(lines=[{}, {"revenue_center_code": "0710", "procedure_code": None}])),
        passes("a stay needs none", institutional(bill_type_code="111", admission_date="2026-05-10", lines=[_EMERGENCY])),
        passes("nothing is charged", institutional(lines=[{}, {**_EMERGENCY, "charge_amount": "0"}])),
    ),
)
def revenue_code_needs_procedure(claims: Claims, reference: Reference) -> Rows:
    """A charge on an outpatient claim that has only a revenue code, where Medicare wants a procedure code.

    Laboratory, imaging, therapy, emergency and clinic visits, drugs that need detailed coding and similar services are paid by their procedure code. Supplies,
    general drugs, anesthesia and recovery may be billed without one. Visits of clinics, home health and hospice, therapy and dialysis drugs need one, too. Revenue codes that differ by hospital or payer aren't judged.

    What to do: add the code from the charge master.
    """
    needing = reference.table("revenue_ranges").filter(pl.col("procedure") == "yes").select("code", "last").iter_rows()
    needs = pl.any_horizontal(pl.col("revenue_center_code").is_between(pl.lit(first), pl.lit(last)) for first, last in needing)
    hospital = _IS_OUTPATIENT & needs
    others = pl.any_horizontal(_BILL.str.contains(bill) & _REVENUE.str.contains(revenue) & (pl.col("from_date") >= since) for bill, revenue, since in _OTHERS)
    return claims.lines.filter(_HAS_NONE, (hospital | others).fill_null(value=False)).select(
        "claim_key", "line_number", "revenue_center_code", "bill_type_code"
    )
