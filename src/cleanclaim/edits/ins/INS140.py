"""INS140: a service of the day of an inpatient-only procedure."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import DAY, IS_13X, LINE, NEEDS, WHEN, edit_source, inpatient_only, status_lines
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_TABLES = {"opps": [{"code": "33533", "status": "C"}, {"code": "G0463", "status": "V"}, {"code": "31575", "status": "T"}]}
_SURGERY = {"revenue_center_code": "0360", "procedure_code": "33533"}
_MORE = {"revenue_center_code": "0360", "procedure_code": "31575"}


@query_edit(
    code="INS140",
    name="service-on-day-of-inpatient-only",
    disposition=Disposition.DENY_LINE,
    carc="96",
    rarc="N130",
    needs=NEEDS,
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(49),
    column="lines.procedure_code",
    message="Medicare denies this line, since {inpatient_code} of the same day is paid for inpatients only.",
    suggestion="Correct {inpatient_code} first; this line follows it.",
    fix="proposed",
    when=WHEN,
    examples=(
        fails("a visit on the day of heart surgery", institutional(lines=[_SURGERY, "G0463"]), line_number=2, says="33533", tables=_TABLES),
        fails("a minor procedure on that day", institutional(lines=[_SURGERY, _MORE]), line_number=2, disposition=Disposition.WARN, tables=_TABLES),
        passes(
            "a visit on another day",
            institutional(to_date="2026-05-13", lines=[_SURGERY, {"procedure_code": "G0463", "from_date": "2026-05-13"}]),
            tables=_TABLES,
        ),
        passes("heart surgery alone", institutional(lines=[_SURGERY]), tables=_TABLES),
        passes("one who died", institutional(discharge_disposition_code="20", lines=[{**_SURGERY, "modifier_1": "CA"}, "G0463"]), tables=_TABLES),
        unchecked("without addendum B", institutional(lines=[_SURGERY, "G0463"]), tables={}),
    ),
)
def service_on_day_of_inpatient_only(claims: Claims, reference: Reference) -> Rows:
    """Another line of the day on which an outpatient bill has an inpatient-only procedure: Medicare denies the whole day.

    What to do: correct the procedure, which INS139 names.
    """
    causes = inpatient_only(claims, reference).sort(LINE)
    first = causes.unique(DAY, keep="first", maintain_order=True).select(*DAY, pl.col("procedure_code").alias("inpatient_code"), "disposition", "release")
    others = status_lines(claims, reference).filter(IS_13X).drop("release").join(causes.select(LINE), on=LINE, how="anti")
    rows = others.join(first, on=DAY, maintain_order="left")
    return rows.select(*LINE, "procedure_code", "inpatient_code", "disposition", "release", pl.lit(49).alias("ioce_edit"))
