"""INS139: an inpatient-only procedure on an outpatient bill."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import NEEDS, WHEN, edit_source, inpatient_only, shown
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_TABLES = {"opps": [{"code": "33533", "status": "C"}, {"code": "G0463", "status": "V"}, {"code": "31575", "status": "T"}]}
_SURGERY = {"revenue_center_code": "0360", "procedure_code": "33533"}


@query_edit(
    code="INS139",
    name="inpatient-only-on-outpatient-bill",
    disposition=Disposition.DENY_LINE,
    carc="96",
    rarc="N130",
    needs=NEEDS,
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(18),
    column="lines.procedure_code",
    message="Medicare pays {procedure_code} for inpatients only (status {status}).",
    suggestion="Bill the stay if the patient was admitted. Use modifier CA if the patient died or was transferred before admission.",
    fix="proposed",
    when=WHEN,
    examples=(
        fails("heart surgery of an outpatient", institutional(lines=[_SURGERY]), line_number=1, says="inpatients only", tables=_TABLES),
        fails(
            "with another procedure of the day",
            institutional(lines=[_SURGERY, {"revenue_center_code": "0360", "procedure_code": "31575"}]),
            line_number=1,
            disposition=Disposition.WARN,
            tables=_TABLES,
        ),
        passes("of one who died", institutional(discharge_disposition_code="20", lines=[{**_SURGERY, "modifier_1": "CA"}]), tables=_TABLES),
        passes("in a stay", institutional(bill_type_code="111", admission_date="2026-05-10", lines=[_SURGERY]), tables=_TABLES),
        passes("sent for a denial", institutional(lines=[{**_SURGERY, "modifier_1": "GY"}]), tables=_TABLES),
        passes("in Maryland", institutional(billing_state="MD", lines=[_SURGERY]), tables=_TABLES),
        passes("to another payer", institutional(payer_class="commercial", claim_filing_code="CI", lines=[_SURGERY]), tables=_TABLES),
        passes("a visit to the clinic", institutional(), tables=_TABLES),
        unchecked("without addendum B", institutional(lines=[_SURGERY])),
    ),
)
def inpatient_only_on_outpatient_bill(claims: Claims, reference: Reference) -> Rows:
    """A procedure on a hospital's outpatient bill that Medicare pays for inpatients only: status indicator C in addendum B of the quarter.

    Some of these are part of another procedure; with one of status T or J1 on the same day, only they are left out, so that is a warning.

    What to do: check whether there was an inpatient order.
    """
    return shown(inpatient_only(claims, reference), pl.col("disposition"), pl.lit(18).alias("ioce_edit"))
