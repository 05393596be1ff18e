"""INS101: a type of bill missing or unknown."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference


@query_edit(
    code="INS101",
    name="bill-type-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="MA30",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 25, section 75.1, FL 4", "CMS", date(2026, 11, 23)),
    column="claims.bill_type_code",
    message="The type of bill[ {shown}] {what}.",
    suggestion="Use two digits for the facility and kind of care, then the frequency.",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("no such facility", institutional(bill_type_code="991"), says="991"),
        fails("no such frequency", institutional(bill_type_code="13V"), says="frequency"),
        fails("missing", institutional(bill_type_code=None), says="missing"),
        passes("a stay", institutional(bill_type_code="111", admission_date="2026-05-12")),
        fails("missing on the hospital's claim; a doctor's claim has none", professional(), institutional(bill_type_code=None)),
        passes("a replacement", institutional(bill_type_code="137", claim_frequency_code="7", original_reference_number="EXAMPLE")),
    ),
)
def bill_type_wrong(claims: Claims, reference: Reference) -> Rows:
    """A type of bill that is missing, or whose facility or frequency is no code.

    The payer applies its rules by the type of bill.

    What to do: take the code of the facility and the care.
    """
    facilities = reference.table("facility_types")["code"].implode()
    frequencies = reference.table("claim_frequency")["code"].implode()
    bill = pl.col("bill_type_code")
    return (
        claims.claims.lazy()
        .filter(IS_INSTITUTIONAL)
        .with_columns(
            pl.when(bill.is_null())
            .then(pl.lit("is missing"))
            .when(bill.str.len_chars() != 3)
            .then(pl.lit("isn't two digits and a frequency"))
            .when(~bill.str.slice(0, 2).is_in(facilities))
            .then(pl.lit("doesn't name a known kind of facility"))
            .when(~bill.str.slice(2).is_in(frequencies))
            .then(pl.lit("has an unknown frequency"))
            .alias("what")
        )
        .filter(pl.col("what").is_not_null())
        .select("claim_key", bill.alias("shown"), "what")
    )
