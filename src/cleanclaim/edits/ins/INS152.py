"""INS152: an interim bill that doesn't follow the one before."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_IS_INTERIM = IS_INSTITUTIONAL & pl.col("is_inpatient") & pl.col("stands") & _BILL.str.contains(r"^..[234]$").fill_null(value=False)
_STAY = ["patient_key", "billing_npi", "admission_date"]


def _bill(number: str, frequency: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return institutional(
        **{
            "claim_id": number, "bill_type_code": f"11{frequency}", "claim_frequency_code": frequency, "admission_date": "2026-04-01", "from_date": first,
            "to_date": last, "discharge_disposition_code": "01" if frequency == "4" else "30", "submitted_date": "2026-07-10", "as_of": "2026-07-10", **more,
        }
    )  # fmt: skip


def _in_turn(claims: Claims) -> pl.DataFrame:
    """The interim bills, each with the last day of the bill of its stay before it (`_before`)."""
    bills = claims.claims.filter(_IS_INTERIM, pl.col("from_date").is_not_null(), pl.col("admission_date").is_not_null())
    return bills.sort(*_STAY, "from_date", "claim_key").with_columns(pl.col("to_date").shift(1).over(_STAY).alias("_before"))


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    del reference
    continues = ~_BILL.str.ends_with("2") & pl.col("_before").is_null() & ~pl.col("is_history").fill_null(value=False)
    asked = _in_turn(claims).filter(continues).select("claim_key", "from_date", "admission_date")
    purpose = "to tell whether the bill follows the one before"
    return beyond_history(claims, asked, first=pl.col("admission_date"), period="the days since the admission", purpose=purpose)


@query_edit(
    code="INS152",
    name="interim-bill-out-of-sequence",
    disposition=Disposition.WARN,
    carc="16",
    rarc="MA30",
    scope="patient",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 25, section 75.1, FL 4 (frequency codes 2 to 4) and FL 6; chapter 1, section 50.2.1 (interim bills of a stay)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="claims.from_date",
    message="Type of bill {bill_type_code} {what}.",
    suggestion="Check the frequency of the bill and the statement's dates: interim bills of a stay follow each other without gap or overlap.",
    fix="proposed",
    when={"claims": _IS_INTERIM},
    unchecked=_unchecked,
    supply="--history with the earlier bills of the stay",
    examples=(
        fails("a first bill that begins after the admission", _bill("A", "2", "2026-04-05", "2026-04-30"), says="admission"),
        passes("a first bill", _bill("A", "2", "2026-04-01", "2026-04-30")),
        fails("a continuing bill that begins with the admission", _bill("B", "3", "2026-04-01", "2026-05-31"), says="admission"),
        passes("a continuing bill after the first", _bill("A", "2", "2026-04-01", "2026-04-30"), _bill("B", "3", "2026-05-01", "2026-05-31")),
        fails("a gap", _bill("A", "2", "2026-04-01", "2026-04-30", is_history=True), _bill("B", "3", "2026-05-05", "2026-05-31"), says="2026-04-30"),
        fails("an overlap", _bill("A", "2", "2026-04-01", "2026-04-30"), _bill("B", "4", "2026-04-30", "2026-05-31"), says="2026-04-30"),
        fails("a second first bill", _bill("A", "2", "2026-04-01", "2026-04-20", is_history=True), _bill("B", "2", "2026-04-01", "2026-04-30"), says="already"),
        passes(
            "a first bill of the next stay",
            _bill("A", "2", "2026-04-01", "2026-04-20", is_history=True),
            _bill("B", "2", "2026-05-04", "2026-05-31", admission_date="2026-05-04"),
        ),
        passes("whose bill before isn't among the claims of its days", _bill("B", "3", "2026-05-01", "2026-05-31")),
        unchecked("the earlier bills aren't loaded", _bill("B", "3", "2026-05-01", "2026-05-31"), history=("2026-05-01", "2026-07-10")),
        passes("of another hospital", _bill("A", "2", "2026-04-01", "2026-04-28", billing_npi="1245319599"), _bill("B", "3", "2026-05-01", "2026-05-31")),
        passes("a whole stay", institutional(bill_type_code="111", admission_date="2026-05-10", from_date="2026-05-10")),
    ),
)
def interim_bill_out_of_sequence(claims: Claims, reference: Reference) -> Rows:
    """A first interim bill that begins after the admission or comes a second time, or a continuing or last one that begins with it or doesn't follow the bill before.

    What to do: check the dates against the bills that were sent.
    """
    del reference
    is_first = _BILL.str.ends_with("2")
    from_admission = pl.col("from_date") == pl.col("admission_date")
    follows = pl.col("from_date") == pl.col("_before") + pl.duration(days=1)
    has_patient = pl.col("patient_key").is_not_null()
    what = (
        pl.when(is_first & (pl.col("from_date") > pl.col("admission_date")))
        .then(pl.lit("is the first of a stay, but begins after the admission"))
        .when(is_first & has_patient & pl.col("_before").is_not_null())
        .then(worded("is the first of a stay, but a bill of the stay to {} was sent already", "_before"))
        .when(~is_first & from_admission)
        .then(pl.lit("continues a stay, but begins with the admission"))
        .when(~is_first & has_patient & ~follows)
        .then(worded("doesn't begin on the day after {}, the end of the bill before", "_before"))
        .alias("what")
    )
    found = _in_turn(claims).with_columns(what).filter(pl.col("what").is_not_null(), ~pl.col("is_history").fill_null(value=False))
    return found.select("claim_key", "bill_type_code", "what")
