"""INS154: a line that the type of bill can't do without."""

from __future__ import annotations

from dataclasses import dataclass
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
_CRITICAL_ACCESS: Final = "282NC0060X"
_REHABILITATION: Final = ("283X00000X", "273Y00000X")


@dataclass(frozen=True)
class _Line:
    """Such bills have such a line."""

    bills: pl.Expr
    line: pl.Expr
    what: str
    since: date = date(2002, 10, 1)
    mild: bool = False


def _revenue(*codes: str) -> pl.Expr:
    return pl.col("revenue_center_code").is_in(codes)


_PLACE: Final = pl.col("procedure_code").is_in(["Q5001", "Q5002", "Q5009"])
_LINES: Final = (
    _Line(_BILL.str.contains(r"^21[1-47]"), _revenue("0022"), "the payment group (revenue code 0022)"),
    _Line(
        _BILL.str.contains(r"^18[1-47]") & pl.col("billing_taxonomy_code").ne_missing(_CRITICAL_ACCESS),
        _revenue("0022"),
        "the payment group (revenue code 0022)",
        mild=True,
    ),
    _Line(_BILL.str.contains(r"^32[79]"), _revenue("0023"), "the payment group (revenue code 0023)"),
    _Line(_BILL.str.contains(r"^32[79]"), _PLACE, "where the services were given (Q5001, Q5002 or Q5009)", date(2013, 7, 1), mild=True),
    _Line(
        _BILL.str.contains(r"^11[1-47]") & pl.col("billing_taxonomy_code").is_in(_REHABILITATION),
        _revenue("0024"),
        "the payment group (revenue code 0024)",
        mild=True,
    ),
    _Line(_BILL.str.contains(r"^8[12][1-47]"), pl.col("revenue_center_code").str.contains(r"^065[1-9]$"), "a level of care (revenue code 065x)", mild=True),
)
_NURSING: dict[str, Any] = {"bill_type_code": "211", "admission_date": "2026-05-10"}
_GROUP = {"revenue_center_code": "0022", "procedure_code": "KAQD1", "procedure_qualifier": "HP"}
_ROOM = {"revenue_center_code": "0120", "procedure_code": None}
_VISIT = {"revenue_center_code": "0421", "procedure_code": "G0151"}
_HOME: dict[str, Any] = {"bill_type_code": "329", "billing_taxonomy_code": "251E00000X"}
_HOME_GROUP = {"revenue_center_code": "0023", "procedure_code": "1EA11", "procedure_qualifier": "HP"}
_HOME_PLACE = {"revenue_center_code": "0421", "procedure_code": "Q5001"}


@query_edit(
    code="INS154",
    name="needed-line-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source(_MANUAL, "chapter 6, section 30 (skilled nursing facilities and swing beds: 0022)", "CMS", _READ),
        Source(_MANUAL, "chapter 10, section 40.2 (home health: 0023, and Q5001, Q5002 or Q5009 from 2013-07-01)", "CMS", _READ),
        Source(_MANUAL, "chapter 3, section 140.3 (rehabilitation facilities: 0024); chapter 11, section 30.3 (hospice: levels of care)", "CMS", _READ),
    ),
    column="lines.revenue_center_code",
    message="Type of bill {bill_type_code} has no line that says {what}.",
    suggestion="Add the line.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("a nursing facility's stay", institutional(**_NURSING, lines=[_ROOM]), says="0022"),
        passes("with the group", institutional(**_NURSING, lines=[_GROUP, _ROOM])),
        passes("a bill for information", institutional(**{**_NURSING, "bill_type_code": "210"}, lines=[_ROOM])),
        fails("a swing bed", institutional(**{**_NURSING, "bill_type_code": "181"}, lines=[_ROOM]), disposition=Disposition.WARN),
        passes("of a critical access hospital", institutional(**{**_NURSING, "bill_type_code": "181"}, billing_taxonomy_code="282NC0060X", lines=[_ROOM])),
        fails("home health without its group", institutional(**_HOME, lines=[_VISIT, _HOME_PLACE]), says="0023"),
        fails("home health somewhere", institutional(**_HOME, lines=[_HOME_GROUP, _VISIT]), says="Q5001", disposition=Disposition.WARN),
        passes("home health at home", institutional(**_HOME, lines=[_HOME_GROUP, _VISIT, _HOME_PLACE])),
        passes("therapy outside a plan of care", institutional(**{**_HOME, "bill_type_code": "341"}, lines=[_VISIT])),
        fails(
            "rehabilitation",
            institutional(bill_type_code="111", admission_date="2026-05-10", billing_taxonomy_code="283X00000X", lines=[_ROOM]),
            says="0024",
            disposition=Disposition.WARN,
        ),
        fails(
            "a hospice's visits alone",
            institutional(bill_type_code="812", billing_taxonomy_code="251G00000X", lines=[{"revenue_center_code": "0551", "procedure_code": "G0299"}]),
            says="065x",
            disposition=Disposition.WARN,
        ),
        passes("a hospital's stay", institutional(bill_type_code="111", admission_date="2026-05-10", lines=[_ROOM])),
        passes("another payer", institutional(**_NURSING, lines=[_ROOM], payer_class="commercial", claim_filing_code="CI")),
    ),
)
def needed_line_missing(claims: Claims, reference: Reference) -> Rows:
    """A bill without the line by which Medicare pays it: the payment group of a nursing facility, of home health or of rehabilitation, a hospice's level of care.

    Where the bill may be of a kind that a claim doesn't show, it is a warning.

    What to do: add the line.
    """
    del reference
    parts = []
    for need in _LINES:
        asked = claims.claims.filter(IS_INSTITUTIONAL, IS_MEDICARE, need.bills, pl.col("to_date") >= need.since)
        there = claims.lines.filter(need.line).select("claim_key").unique()
        mild = pl.lit("warn" if need.mild else None, pl.String).alias("disposition")
        parts.append(asked.join(there, on="claim_key", how="anti").select("claim_key", "bill_type_code", pl.lit(need.what).alias("what"), mild))
    return pl.concat(parts)
