"""INS156: a hospice line that can't be as it is."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL

_READ = date(2026, 11, 28)
_IS_HOSPICE: Final = IS_INSTITUTIONAL & pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^8[12][1-47]")
_REVENUE: Final = pl.col("revenue_center_code")
_CODE: Final = pl.col("procedure_code")
_LEVELS: Final = _REVENUE.is_in(["0651", "0652", "0655", "0656"])
_PLACES: Final = ("Q5001", "Q5002", "Q5003", "Q5004", "Q5005", "Q5006", "Q5007", "Q5008", "Q5009", "Q5010")
_NO_PLACE: Final = _LEVELS & (pl.col("from_date") >= date(2007, 1, 1)) & ~_CODE.is_in(_PLACES).fill_null(value=False)
_AT_HOME: Final = _REVENUE.is_in(["0655", "0656"]) & _CODE.is_in(["Q5001", "Q5002"])
_TOO_LONG: Final = (_REVENUE == "0655") & (pl.col("units") > 5)
_TOO_SHORT: Final = (_REVENUE == "0652") & pl.col("units").is_between(1, 31)


def _what() -> pl.Expr:
    return (
        pl.when(_NO_PLACE.fill_null(value=False)).then(pl.lit("needs the code of the place of care (Q5001 to Q5010)"))
        .when(_TOO_SHORT.fill_null(value=False)).then(pl.lit("is a day of continuous home care of less than 8 hours (32 units)"))
        .when(_TOO_LONG.fill_null(value=False)).then(pl.lit("is respite care for more than 5 days in a row"))
        .otherwise(pl.lit("is inpatient or respite care, but its place is a home"))
        .alias("what")
    )  # fmt: skip


def _bill(revenue: str, code: str | None, units: int = 1) -> dict[str, object]:
    line = {"revenue_center_code": revenue, "procedure_code": code, "units": units}
    return institutional(bill_type_code="812", billing_taxonomy_code="251G00000X", lines=[line])


@row_edit(
    table="lines",
    code="INS156",
    name="hospice-line-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M20",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 11, sections 30.1 and 30.3 (levels of care, place of service codes); 42 CFR 418.302", "CMS", _READ
    ),
    column="lines.procedure_code",
    evidence=("revenue_center_code", _what(), pl.when(~_NO_PLACE.fill_null(value=False)).then(pl.lit("warn")).alias("disposition")),
    message="Revenue code {revenue_center_code} {what}.",
    suggestion="Check the level of care, its place and its units.",
    fix="proposed",
    examples=(
        fails("routine care without its place", _bill("0651", None, 30), line_number=1, says="Q5001"),
        fails("routine care with a visit's code", _bill("0651", "G0299", 30), line_number=1),
        passes("routine care at home", _bill("0651", "Q5001", 30)),
        fails("five hours of continuous care", _bill("0652", "Q5001", 20), line_number=1, says="8 hours", disposition=Disposition.WARN),
        passes("eight hours", _bill("0652", "Q5001", 32)),
        fails("inpatient care at home", _bill("0656", "Q5001", 3), line_number=1, says="home", disposition=Disposition.WARN),
        fails("respite in assisted living", _bill("0655", "Q5002", 3), line_number=1, disposition=Disposition.WARN),
        passes("inpatient care in a hospital", _bill("0656", "Q5005", 3)),
        passes("respite in a nursing facility", _bill("0655", "Q5004", 5)),
        fails("a week of respite", _bill("0655", "Q5004", 7), line_number=1, says="5 days", disposition=Disposition.WARN),
        passes("a nurse's visit", _bill("0551", "G0299", 4)),
        passes("another bill", institutional()),
    ),
)
def hospice_line_wrong() -> pl.Expr:
    """A hospice's level of care without its place, inpatient or respite care at home, respite care for more than five days, or continuous home care of less than eight hours.

    General inpatient and respite care are given in a facility. A day with less than eight hours of continuous care is routine home care.

    What to do: correct the line.
    """
    return (_IS_HOSPICE & (_NO_PLACE | _AT_HOME | _TOO_SHORT | _TOO_LONG)).fill_null(value=False)
