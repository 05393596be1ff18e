"""INS155: a payment group (HIPPS code) that is missing or none of its system."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, is_missing

_READ = date(2026, 11, 28)
_REVENUE: Final = pl.col("revenue_center_code")
_NURSING: Final = r"^[A-P][A-L][A-Y][A-F][016]$"
"""Therapy, speech, nursing and other components, and the assessment (PDPM, from 2019-10-01)."""
_HOME: Final = r"^[1-4][A-L][A-C][1-3]1$"
"""Timing and source, clinical group, function, comorbidity (PDGM, from 2020-01-01)."""
_REHABILITATION: Final = r"^[A-D][0-9]{4}$"
"""Comorbidity tier and case-mix group."""
_CODE: Final = pl.col("procedure_code")
_IS_GROUP: Final = IS_INSTITUTIONAL & _REVENUE.is_in(["0022", "0023", "0024"])
_IS_NONE: Final = _IS_GROUP & is_missing("procedure_code")
_WRONG_NURSING: Final = (_REVENUE == "0022") & (pl.col("from_date") >= date(2019, 10, 1)) & ~_CODE.str.contains(_NURSING)
_WRONG_HOME: Final = (_REVENUE == "0023") & (pl.col("from_date") >= date(2020, 1, 1)) & ~_CODE.str.contains(_HOME)
_WRONG_REHABILITATION: Final = (_REVENUE == "0024") & ~_CODE.str.contains(_REHABILITATION)


def _what() -> pl.Expr:
    return (
        pl.when(_IS_NONE).then(pl.lit("needs a payment group (HIPPS code), which is missing"))
        .when(_REVENUE == "0022").then(pl.concat_str(pl.lit("has "), _CODE, pl.lit(", which is no group of the patient-driven payment model")))
        .when(_REVENUE == "0023").then(pl.concat_str(pl.lit("has "), _CODE, pl.lit(", which is no group of home health payment since 2020")))
        .otherwise(pl.concat_str(pl.lit("has "), _CODE, pl.lit(", which is no case-mix group of a rehabilitation facility")))
        .alias("what")
    )  # fmt: skip


def _line(revenue: str, code: str | None) -> dict[str, str | None]:
    return {"revenue_center_code": revenue, "procedure_code": code, "procedure_qualifier": "HP" if code else None}


@row_edit(
    table="lines",
    code="INS155",
    name="payment-group-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M20",
    payers=("medicare",),
    source=(
        Source(
            "Medicare Claims Processing Manual", "chapter 6, section 30.1; chapter 10, section 10.1.8; chapter 3, section 140.3 (HIPPS codes)", "CMS", _READ
        ),
        Source("Health Insurance Prospective Payment System (HIPPS) codes", "how a code of each system is formed", "CMS", _READ),
    ),
    column="lines.procedure_code",
    evidence=("revenue_center_code", _what()),
    message="Revenue code {revenue_center_code} {what}.",
    suggestion="Use the code that the grouper gave for the assessment.",
    fix="proposed",
    examples=(
        fails("none", institutional(bill_type_code="211", lines=[_line("0022", None)]), line_number=1, says="missing"),
        fails("a group of before 2019-10", institutional(bill_type_code="211", lines=[_line("0022", "RUB10")]), line_number=1, says="patient-driven"),
        passes("a group of the day", institutional(bill_type_code="211", lines=[_line("0022", "NHNE1")])),
        passes("the default", institutional(bill_type_code="211", lines=[_line("0022", "ZZZZZ")])),
        passes("an older group on its day", institutional(bill_type_code="211", from_date="2019-09-30", lines=[_line("0022", "RUB10")])),
        fails(
            "a nursing facility's group in home health", institutional(bill_type_code="329", lines=[_line("0023", "NHNE1")]), line_number=1, says="home health"
        ),
        fails("a home health group of before 2020", institutional(bill_type_code="329", lines=[_line("0023", "1AFKS")]), line_number=1),
        passes("home health", institutional(bill_type_code="329", lines=[_line("0023", "2DB21")])),
        fails("no case-mix group", institutional(bill_type_code="111", lines=[_line("0024", "E0604")]), line_number=1, says="rehabilitation"),
        passes("a case-mix group", institutional(bill_type_code="111", lines=[_line("0024", "A0604")])),
        passes("no payment group", institutional()),
        passes("a professional claim", professional()),
    ),
)
def payment_group_wrong() -> pl.Expr:
    """A line of revenue code 0022, 0023 or 0024 without its payment group, or with one that the payment system of the day doesn't have.

    The form is judged: nursing facilities since 2019-10-01, home health since 2020-01-01, rehabilitation facilities. Whether the group is right, only the
    assessment can say.

    What to do: take the code from the grouper.
    """
    has_form = _CODE.str.contains(r"^[A-Z0-9]{5}$")  # the default group (five times Z) has no digit, so it isn't shown
    return _IS_NONE | (_IS_GROUP & has_form & (_WRONG_NURSING | _WRONG_HOME | _WRONG_REHABILITATION)).fill_null(value=False)
