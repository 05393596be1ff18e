"""INS148: a service of an outpatient department without what must be billed with it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.ins.opps import OUTPATIENT
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_ACQUIRED_SINCE = date(2017, 1, 1)
_CODE = pl.col("procedure_code")
_REVENUE = pl.col("revenue_center_code")
_ASKED = OUTPATIENT & _CODE.is_in(["38240", "G0390", "V2785"]).fill_null(value=False)
_DAY = ["claim_key", "from_date"]


def _line(code: str, revenue: str) -> dict[str, str]:
    return {"revenue_center_code": revenue, "procedure_code": code}


@query_edit(
    code="INS148",
    name="companion-line-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor, specifications", "edits 76, 93 and 100", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 4, sections 160.1 (G0390), 200.1 (V2785) and 231.11 (stem cell transplants)", "CMS", _READ),
    ),
    column="lines.procedure_code",
    message="{procedure_code} is billed without {what}.",
    suggestion="Add {what}, or leave {procedure_code} out.",
    fix="proposed",
    when={"lines": _ASKED},
    examples=(
        fails("cells from a donor, and no acquisition", institutional(lines=[_line("38240", "0362")]), line_number=1, says="0815"),
        passes("with the acquisition", institutional(lines=[_line("38240", "0362"), {"revenue_center_code": "0815", "procedure_code": None}])),
        passes("before 2017", institutional(from_date="2016-05-12", to_date="2016-05-12", lines=[_line("38240", "0362")])),
        fails(
            "trauma activation as an emergency visit",
            institutional(lines=[_line("G0390", "0450"), _line("99291", "0450")]),
            line_number=1,
            says="068x",
            disposition=Disposition.DENY_LINE,
        ),
        passes("with its revenue code", institutional(lines=[_line("G0390", "0682"), _line("99291", "0450")])),
        fails("a cornea, and no transplant", institutional(lines=[_line("V2785", "0278")]), line_number=1, disposition=Disposition.WARN),
        passes("with the transplant", institutional(lines=[_line("V2785", "0278"), _line("65730", "0360")])),
        passes("in a stay", institutional(bill_type_code="111", admission_date="2026-05-10", lines=[_line("38240", "0362")])),
        passes("a visit to the clinic", institutional()),
    ),
)
def companion_line_missing(claims: Claims, reference: Reference) -> Rows:
    """A transplant of a donor's stem cells without the revenue code of their acquisition (0815), trauma activation without revenue code 068x, or a cornea without transplant.

    The outpatient editor's list of corneal transplants wasn't seen; procedures of the cornea (65710 to 65770, 65780 to 65782) count, and a cornea without any is a warning.

    What to do: add the missing line.
    """
    del reference
    lines = claims.lines.filter(OUTPATIENT)
    acquired = lines.filter(_REVENUE == "0815").select("claim_key").unique()
    trauma = lines.filter(_REVENUE.str.starts_with("068")).select(_DAY).unique()
    corneas = lines.filter(_CODE.str.contains(r"^657([1-6][0-9]|70|8[0-2])$")).select(_DAY).unique()
    cells = lines.filter(_CODE == "38240", pl.col("from_date") >= _ACQUIRED_SINCE).join(acquired, on="claim_key", how="anti")
    asked = [
        (cells, "revenue code 0815, the acquisition of the cells", 100, None),
        (lines.filter(_CODE == "G0390").join(trauma, on=_DAY, how="anti"), "revenue code 068x, the trauma response", 76, Disposition.DENY_LINE.value),
        (lines.filter(_CODE == "V2785").join(corneas, on=_DAY, how="anti"), "a corneal transplant of the same day", 93, Disposition.WARN.value),
    ]
    return pl.concat(
        [
            rows.select(
                *("claim_key", "line_number", "procedure_code", pl.lit(what).alias("what"), pl.lit(number).alias("ioce_edit")),
                pl.lit(disposition, pl.String).alias("disposition"),
            )
            for rows, what, number, disposition in asked
        ]
    )
