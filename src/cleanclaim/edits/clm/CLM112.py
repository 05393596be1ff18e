"""CLM112: an accident without date or state."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional


@row_edit(
    table="claims",
    code="CLM112",
    name="accident-incomplete",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N305",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, items 10 and 14; 837P CLM11 and DTP*439", "CMS", date(2026, 11, 23)),
    column="claims.accident_date",
    evidence=(
        pl.when(pl.col("accident_date").is_null())
        .then(pl.lit("its date is missing"))
        .when(pl.col("accident_date") > pl.col("to_date"))
        .then(pl.lit("its date is after the last service"))
        .otherwise(pl.lit("the state of the auto accident is missing"))
        .alias("what"),
    ),
    message="The claim reports an accident, but {what}.",
    suggestion="Add the date of the accident and, for an auto accident, the state.",
    examples=(
        fails("no date", professional(is_other_accident=True), says="date"),
        fails("an auto accident without a state", professional(is_auto_accident=True, accident_date="2026-05-01"), says="state"),
        passes("both", professional(is_auto_accident=True, accident_date="2026-05-01", accident_state="NC")),
        fails("an auto accident with its state and no date", professional(is_auto_accident=True, accident_state="NC"), says="date"),
        passes("a table without columns for accidents", professional(is_auto_accident=None, is_other_accident=None)),
        passes("hospitals tell it by occurrence codes", institutional(is_auto_accident=True)),
        fails("after the service", professional(is_auto_accident=True, accident_date="2026-06-01", accident_state="NC"), says="after"),
        passes("an accident abroad", professional(is_auto_accident=True, accident_date="2026-05-01", accident_country="CA")),
    ),
)
def accident_incomplete() -> pl.Expr:
    """An accident named as the cause without its date or with one after the service, or an auto accident without its state.

    The payer must find out whether another insurer pays first, and sends the claim back for it. Employment alone is not an accident with a date.

    What to do: ask the patient, and complete the claim.
    """
    is_auto = pl.col("is_auto_accident").fill_null(value=False)
    accident = is_auto | pl.col("is_other_accident").fill_null(value=False)
    no_state = is_auto & pl.col("accident_state").is_null() & pl.col("accident_country").is_null() & (pl.col("claim_type") != "institutional")
    no_date = accident & pl.col("accident_date").is_null() & (pl.col("claim_type") != "institutional")
    too_late = (accident & (pl.col("accident_date") > pl.col("to_date"))).fill_null(value=False)
    return no_date | no_state | too_late
