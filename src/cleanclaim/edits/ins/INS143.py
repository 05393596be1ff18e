"""INS143: a visit on the day of a procedure, without modifier 25, on a hospital's outpatient bill."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import DAY, IS_13X, LINE, NEEDS, WHEN, edit_source, having, shown, status_lines
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference

_TABLES = {
    "opps": [
        {"code": "G0463", "status": "J2"},
        {"code": "17110", "status": "T"},
        {"code": "93017", "status": "S"},
        {"code": "74160", "status": "Q3"},
        {"code": "74425", "status": "Q2"},
        {"code": "93005", "status": "Q1"},
        {"code": "27447", "status": "J1"},
        {"code": "83036", "status": "A"},
        {"code": "92014", "status": "V"},
        {"code": "99291", "status": "J2"},
        {"code": "G0379", "status": "J2"},
        {"code": "G0378", "status": "N"},
    ]
}
_CRITICAL_CARE = "99291"
"""Paid as a procedure and not as a visit."""
_OBSERVED = 8


def _line(code: str, **more: str) -> dict[str, str]:
    return {"revenue_center_code": "0361", "procedure_code": code, **more}


@query_edit(
    code="INS143",
    name="hospital-visit-beside-procedure-without-25",
    disposition=Disposition.RETURN,
    carc="4",
    rarc="N822",
    needs=NEEDS,
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(21),
    column="lines.modifier_1",
    message="Visit {procedure_code} is on the day of {other_code} (status {other_status}) without modifier 25.",
    suggestion="Modifier 25 means the visit was significant and separate. Add it only if the record shows that; otherwise leave the visit out.",
    fix="proposed",
    when=WHEN,
    examples=(
        fails("a visit and a minor procedure", institutional(lines=["G0463", _line("17110")]), line_number=1, says="17110", tables=_TABLES),
        fails("a visit and a test of status S", institutional(lines=["G0463", _line("93017")]), line_number=1, tables=_TABLES),
        fails("a visit of status V", institutional(lines=["92014", _line("17110")]), line_number=1, tables=_TABLES),
        passes("critical care", institutional(lines=["99291", _line("17110")]), tables=_TABLES),
        fails("a visit and critical care", institutional(lines=["G0463", "99291"]), line_number=1, tables=_TABLES),
        passes("direct referral to observation", institutional(lines=["G0379", _line("17110")]), tables=_TABLES),
        passes(
            "observation takes in the visit",
            institutional(lines=["G0463", {"revenue_center_code": "0762", "procedure_code": "G0378", "units": 10}, _line("93017")]),
            tables=_TABLES,
        ),
        fails("a scan of status Q3", institutional(lines=["G0463", _line("74160")]), line_number=1, tables=_TABLES),
        passes("a film of status Q2 may be comprehensive", institutional(lines=["G0463", _line("74425")]), tables=_TABLES),
        passes("a test of status Q1", institutional(lines=["G0463", _line("93005")]), tables=_TABLES),
        passes("with modifier 25", institutional(lines=["G0463-25", _line("17110")]), tables=_TABLES),
        passes("a laboratory test", institutional(lines=["G0463", _line("83036")]), tables=_TABLES),
        passes("a comprehensive procedure takes in all", institutional(lines=["G0463", _line("17110"), _line("27447", modifier_1="LT")]), tables=_TABLES),
        passes("on different days", institutional(to_date="2026-05-13", lines=["G0463", _line("17110", from_date="2026-05-13")]), tables=_TABLES),
        unchecked("without addendum B", institutional(lines=["G0463", _line("17110")])),
    ),
)
def hospital_visit_beside_procedure_without_25(claims: Claims, reference: Reference) -> Rows:
    """A visit on the day of a procedure of status S or T on a hospital's outpatient bill, without modifier 25.

    Visits have status V, or J2 if they are paid together with observation; without that they are paid like V. A comprehensive procedure (J1) of the claim takes
    in the visit and the procedure, and so do eight hours of observation, except with a procedure of status T. Next to a visit, codes of status Q3 are
    paid apart. Those of Q1 never are, and with one of Q2 on the claim nothing is
    reported: it may be comprehensive.

    What to do: read the record. 25 is never added without it.
    """
    lines = status_lines(claims, reference).filter(IS_13X)
    surgical = having(lines, "T")["claim_key"].implode()
    observed = lines.filter(pl.col("procedure_code") == "G0378", pl.col("units") >= _OBSERVED, ~pl.col("claim_key").is_in(surgical))
    comprehensive = pl.concat([having(lines, "J1", "Q2").select("claim_key"), observed.select("claim_key")]).unique()
    code = pl.col("procedure_code")
    is_critical = code == _CRITICAL_CARE
    paid_apart = pl.col("status").is_in(["S", "T", "Q3"])
    procedures = (
        lines.filter("is_billed", paid_apart | (is_critical & (pl.col("status") == "J2")), code != "G0390")
        .sort(LINE)
        .unique(DAY, keep="first", maintain_order=True)
    )
    others = procedures.select(*DAY, pl.col("procedure_code").alias("other_code"), pl.col("status").alias("other_status"))
    visits = having(lines, "V", "J2").filter(~is_critical, code != "G0379", ~has_modifier("25")).join(comprehensive, on="claim_key", how="anti")
    return shown(visits.join(others, on=DAY), "other_code", "other_status", pl.lit(21).alias("ioce_edit"))
