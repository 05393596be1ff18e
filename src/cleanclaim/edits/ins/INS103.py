"""INS103: a discharge status missing, unknown or contradictory."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_STILL_THERE = "says that the patient is still in the facility, but this is the final bill"


@query_edit(
    code="INS103",
    name="discharge-status-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA43",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 25, section 75.2, FL 17", "CMS", date(2026, 11, 23)),
    column="claims.discharge_disposition_code",
    message="The discharge status[ {shown}] {what}.",
    suggestion="Use the code for where the patient went.",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("missing on a stay", institutional(bill_type_code="111", admission_date="2026-05-10", discharge_disposition_code=None), says="missing"),
        fails("no such status", institutional(discharge_disposition_code="99"), says="not a code"),
        fails("before it began", institutional(discharge_disposition_code="81", from_date="2013-09-30"), says="2013-10-01"),
        fails(
            "still there, on a final bill",
            institutional(bill_type_code="111", admission_date="2026-05-10", discharge_disposition_code="30"),
            says="still",
            disposition=Disposition.WARN,
        ),
        passes(
            "still there, on an interim bill",
            institutional(bill_type_code="112", claim_frequency_code="2", admission_date="2026-05-10", discharge_disposition_code="30"),
        ),
        fails(
            "still there, on the last of several bills",
            institutional(bill_type_code="114", admission_date="2026-05-01", discharge_disposition_code="30"),
            disposition=Disposition.WARN,
        ),
        passes("still there, on an outpatient bill", institutional(discharge_disposition_code="30")),
        passes("home after a stay", institutional(bill_type_code="111", admission_date="2026-05-12")),
        passes("a status on its last day", institutional(lines=["G0463"], discharge_disposition_code="08", from_date="2005-09-30")),
        passes("a status on its first day", institutional(discharge_disposition_code="69", from_date="2013-10-01")),
        passes("missing on an outpatient claim", institutional(discharge_disposition_code=None)),
    ),
)
def discharge_status_wrong(claims: Claims, reference: Reference) -> Rows:
    """A discharge status that is missing on a stay, is no code, was not in force, or contradicts a final bill.

    It decides what a stay is paid: a transfer is paid less than a discharge home.

    What to do: take it from the discharge note.
    """
    known = reference.table("discharge_status").lazy().select(pl.col("code").alias("discharge_disposition_code"), "valid_from", "valid_to")
    status = pl.col("discharge_disposition_code")
    is_final = pl.col("bill_type_code").str.slice(2).is_in(["1", "4"])
    return (
        claims.claims.lazy()
        .filter(IS_INSTITUTIONAL)
        .select("claim_key", "to_date", "is_inpatient", "bill_type_code", "discharge_disposition_code")
        .join(known, on="discharge_disposition_code", how="left")
        .with_columns(
            pl.when(status.is_null() & pl.col("is_inpatient"))
            .then(pl.lit("is missing"))
            .when(status.is_not_null() & pl.col("valid_from").is_null())
            .then(pl.lit("is not a code"))
            .when(pl.col("to_date") < pl.col("valid_from"))
            .then(worded("began on {}", "valid_from"))
            .when(pl.col("to_date") > pl.col("valid_to"))
            .then(worded("ended on {}", "valid_to"))
            .when((status == "30") & pl.col("is_inpatient") & is_final)
            .then(pl.lit(_STILL_THERE))
            .alias("what")
        )
        .filter(pl.col("what").is_not_null())
        .select("claim_key", status.alias("shown"), "what", pl.when(pl.col("what") == _STILL_THERE).then(pl.lit("warn")).alias("disposition"))
    )
