"""INS141: a code that outpatient prospective payment doesn't pay."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import ON_OPPS, OUTPATIENT, WHEN, edit_source, having, shown, status_lines
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_WHAT = {
    "E1": "isn't covered or recognized on Medicare's outpatient bills",
    "E2": "has no price in Medicare's outpatient payment",
    "B": "isn't recognized on a hospital's outpatient bill: another code may be",
    "M": "can't be billed to this Medicare contractor",
    "Y": "is billed to the DME contractor only",
}
_EDITS = {"E1": "9, 28 or 50", "E2": "13", "B": "62", "M": "72", "Y": "61"}
_TABLES = {
    "opps": [
        {"code": "99213", "status": "B"},
        {"code": "G0463", "status": "V"},
        {"code": "A4253", "status": "Y"},
        {"code": "99397", "status": "E1"},
        {"code": "0001F", "status": "M"},
        {"code": "M1003", "status": "M"},
        {"code": "J0475", "status": "E2"},
        {"code": "27447", "status": "J1"},
    ]
}
_STRIPS = {"revenue_center_code": "0270", "procedure_code": "A4253"}


@query_edit(
    code="INS141",
    name="not-paid-by-opps",
    disposition=Disposition.DENY_LINE,
    carc="96",
    rarc="N130",
    needs={"opps": OUTPATIENT},
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(9, 13, 28, 50, 61, 62, 72),
    column="lines.procedure_code",
    message="{procedure_code} {what} (status {status}).",
    suggestion="Check the code. If the service isn't covered, move its charge to non-covered and add GY, or leave it out.",
    fix="proposed",
    when=WHEN,
    examples=(
        fails(
            "a visit by the doctors' codes", institutional(lines=["99213"]), line_number=1, says="another code", disposition=Disposition.RETURN, tables=_TABLES
        ),
        fails("test strips", institutional(lines=[_STRIPS]), line_number=1, says="DME", disposition=Disposition.RETURN, tables=_TABLES),
        passes(
            "with a comprehensive procedure",
            institutional(lines=[{"revenue_center_code": "0360", "procedure_code": "27447", "modifier_1": "LT"}, _STRIPS]),
            tables=_TABLES,
        ),
        fails("a check-up", institutional(lines=["99397"]), line_number=1, says="covered", tables=_TABLES),
        passes("a check-up for a denial", institutional(lines=["99397-GY"]), tables=_TABLES),
        passes("a check-up whose charge is non-covered", institutional(lines=[{"procedure_code": "99397", "non_covered_amount": "125.00"}]), tables=_TABLES),
        fails("a quality code of Medicare", institutional(lines=["M1003"]), line_number=1, disposition=Disposition.RETURN, tables=_TABLES),
        passes("a Category II code is for information only", institutional(lines=["0001F"]), tables=_TABLES),
        fails("a drug without a price", institutional(lines=["J0475"]), line_number=1, says="price", tables=_TABLES),
        passes("a visit to the clinic", institutional(), tables=_TABLES),
        passes("in a critical access hospital", institutional(bill_type_code="851", lines=["99213"]), tables=_TABLES),
        fails("test strips there", institutional(bill_type_code="851", lines=[_STRIPS]), line_number=1, disposition=Disposition.RETURN, tables=_TABLES),
        passes(
            "a doctor's line there", institutional(bill_type_code="851", lines=[{"revenue_center_code": "0960", "procedure_code": "M1003"}]), tables=_TABLES
        ),
        unchecked("without addendum B", institutional(lines=["99213"])),
    ),
)
def not_paid_by_opps(claims: Claims, reference: Reference) -> Rows:
    """A code on a hospital's outpatient bill whose status indicator in addendum B says that Medicare doesn't pay it there: B, E1, E2, M or Y.

    E1 stands for several edits of the outpatient editor (9 not covered, 28 not recognized, 50 excluded by law); only the editor's own lists tell which.
    Critical access hospitals (85x) are paid otherwise, so only E1, M (but for doctors' revenue codes) and Y count there. Equipment and supplies (Y) are packaged with a
    comprehensive procedure (J1, perhaps Q2) or eight hours of observation.

    What to do: see which code Medicare pays.
    """
    lines = status_lines(claims, reference)
    observed = (pl.col("procedure_code") == "G0378") & (pl.col("units") >= 8)
    comprehensive = lines.filter(ON_OPPS, pl.col("status").is_in(["J1", "Q2"]) | observed)["claim_key"].implode()
    packaged = (pl.col("status") == "Y") & pl.col("claim_key").is_in(comprehensive)
    returned = pl.when(pl.col("status").is_in(["B", "M", "Y"])).then(pl.lit(Disposition.RETURN.value)).alias("disposition")
    is_professional = pl.col("revenue_center_code").str.contains(r"^09[678]").fill_null(value=False)
    elsewhere = ~ON_OPPS & (pl.col("status").is_in(["B", "E2"]) | ((pl.col("status") == "M") & is_professional))
    is_report = pl.col("procedure_code").str.contains(r"^[0-9]{4}F$")
    found = having(lines, *_WHAT).filter(~packaged, ~elsewhere, ~is_report)
    what, number = (pl.col("status").replace_strict(names, return_dtype=pl.String).alias(name) for name, names in (("what", _WHAT), ("ioce_edit", _EDITS)))
    return shown(found, what, number, returned)
