"""INS134: a clinic's or health center's service with a revenue code that it doesn't use."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL

_RURAL = pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^71[0-79]") & (pl.col("from_date") >= date(2016, 4, 1))
_NOT_RURAL = r"^0(0[2-9]|1|2[0-4]|29|45|54|56|60|65|6[7-9]|7[0-2]|8[0-8]|93|9[6-9])|^[1-3]"
"""Rooms, equipment, emergency, ambulance, home health, hospice, trauma, dialysis, professional fees …"""

_IS_RURAL = (IS_INSTITUTIONAL & _RURAL & pl.col("revenue_center_code").str.contains(_NOT_RURAL)).fill_null(value=False)
_IS_CENTER = (
    IS_INSTITUTIONAL
    & (
        pl.col("procedure_code").is_in(["G0466", "G0467", "G0468"]) & ~pl.col("revenue_center_code").str.contains(r"^(052[0-9]|0519)$")
        | pl.col("procedure_code").is_in(["G0469", "G0470"]) & ~pl.col("revenue_center_code").str.contains(r"^(0900|0519)$")
    )
).fill_null(value=False)


def _who() -> pl.Expr:
    return (
        pl.when(_IS_RURAL).then(pl.lit("a rural health clinic"))
        .otherwise(pl.concat_str(pl.lit("a health center's "), "procedure_code"))
        .alias("who")
    )  # fmt: skip


@row_edit(
    table="lines",
    code="INS134",
    name="health-center-revenue-code-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    payers=("medicare",),
    others="off",
    source=(
        Source(
            "Integrated Outpatient Code Editor", "edit 90; Medicare Claims Processing Manual, chapter 9, section 60 (health centers)", "CMS", date(2026, 11, 28)
        ),
        Source("MLN Matters SE1611", "revenue codes of rural health clinics, from 2016-04-01 (named from knowledge)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.revenue_center_code",
    evidence=("revenue_center_code", _who(), pl.when(_IS_RURAL).then(pl.lit(Disposition.WARN.value)).alias("disposition")),
    message="Revenue code {revenue_center_code} is on a line of {who} that can't have it.",
    suggestion="Use 052x or 0519 for a medical visit, 0900 or 0519 for a mental health visit, and a department's own code for other services.",
    fix="proposed",
    examples=(
        fails(
            "a medical visit",
            institutional(bill_type_code="771", lines=[{"revenue_center_code": "0510", "procedure_code": "G0467"}]),
            line_number=1,
            says="052x",
        ),
        passes("with its revenue code", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0521", "procedure_code": "G0467"}])),
        fails("a mental health visit", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0521", "procedure_code": "G0470"}]), line_number=1),
        fails(
            "a rural clinic's emergency room",
            institutional(bill_type_code="711", lines=[{"revenue_center_code": "0450", "procedure_code": "99283"}]),
            line_number=1,
            says="rural",
            disposition=Disposition.WARN,
        ),
        fails(
            "a rural clinic's room",
            institutional(bill_type_code="711", lines=[{"revenue_center_code": "0120", "procedure_code": None}]),
            line_number=1,
            disposition=Disposition.WARN,
        ),
        passes("a rural clinic's laboratory", institutional(bill_type_code="711", lines=[{"revenue_center_code": "0300", "procedure_code": "81002"}])),
        passes("a rural clinic's visit", institutional(bill_type_code="711", lines=[{"revenue_center_code": "0521", "procedure_code": "99213"}])),
        passes(
            "a rural clinic before the rule",
            institutional(bill_type_code="711", from_date="2016-03-31", lines=[{"revenue_center_code": "0450", "procedure_code": "99283"}]),
        ),
        fails(
            "on the rule's first day",
            institutional(bill_type_code="711", from_date="2016-04-01", lines=[{"revenue_center_code": "0450", "procedure_code": "99283"}]),
            line_number=1,
            disposition=Disposition.WARN,
        ),
        passes("a hospital's emergency room", institutional(lines=[{"revenue_center_code": "0450", "procedure_code": "99283"}])),
        *(
            fails(f"{code} in a clinic", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0510", "procedure_code": code}]), line_number=1)
            for code in ("G0466", "G0468", "G0469", "G0470")
        ),
        passes("a mental health visit with its own", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0900", "procedure_code": "G0470"}])),
        *(
            passes(f"{code} by a clinic's code", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0519", "procedure_code": code}]))
            for code in ("G0467", "G0470")
        ),
        passes("a hospital", institutional()),
        passes("a professional claim", professional()),
    ),
)
def health_center_revenue_code_wrong() -> pl.Expr:
    """A payment code of a federally qualified health center with a revenue code that doesn't go with it, or a revenue code that rural health clinics don't have.

    What to do: correct the revenue code.
    """
    return _IS_CENTER | _IS_RURAL
