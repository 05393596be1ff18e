"""INS117: an outpatient line without the procedure code that its revenue code needs."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, is_missing
from cleanclaim.reference import Reference

_HAS_NONE = IS_INSTITUTIONAL & is_missing("procedure_code") & (pl.col("charge_amount") > 0)
_IS_OUTPATIENT = pl.col("bill_type_code").str.slice(0, 2).is_in(["13", "14"])
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
        Source("Integrated Outpatient Code Editor", "edit 48 (revenue center requires HCPCS)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="Revenue code {revenue_center_code} needs a procedure code on an outpatient claim.",
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
        passes("with one", institutional(lines=[{"revenue_center_code": "0450", "procedure_code": "99283"}])),
        passes("supplies need none", institutional(lines=[{}, {"revenue_center_code": "0270", "procedure_code": None}])),
        passes("drugs in general need none", institutional(lines=[{}, {"revenue_center_code": "0250", "procedure_code": None}])),
        passes("recovery needs none", institutional(lines=[{}, {"revenue_center_code": "0710", "procedure_code": None}])),
        passes("a stay needs none", institutional(bill_type_code="111", admission_date="2026-05-10", lines=[_EMERGENCY])),
        passes("nothing is charged", institutional(lines=[{}, {**_EMERGENCY, "charge_amount": "0"}])),
    ),
)
def revenue_code_needs_procedure(claims: Claims, reference: Reference) -> Rows:
    """A charge on an outpatient hospital claim (13x, 14x) that has only a revenue code, where Medicare wants a procedure code.

    Laboratory, imaging, therapy, emergency and clinic visits, drugs that need detailed coding and similar services are paid by their procedure code. Supplies,
    general drugs, anesthesia and recovery may be billed without one. Revenue codes that differ by hospital or payer aren't judged.

    What to do: add the code from the charge master.
    """
    needing = reference.table("revenue_ranges").filter(pl.col("procedure") == "yes").select("code", "last").iter_rows()
    needs = pl.any_horizontal(pl.col("revenue_center_code").is_between(pl.lit(first), pl.lit(last)) for first, last in needing)
    return claims.lines.filter(_HAS_NONE, _IS_OUTPATIENT, needs).select("claim_key", "line_number", "revenue_center_code", "bill_type_code")
