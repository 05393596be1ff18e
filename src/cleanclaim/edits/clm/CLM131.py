"""CLM131: Medicare second, and no reason why."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, is_missing


@row_edit(
    table="claims",
    code="CLM131",
    name="secondary-medicare-without-reason",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA83",
    payers=("medicare",),
    others="off",
    source=Source(
        "837 professional implementation guide; Medicare Secondary Payer Manual",
        "loop 2000B, SBR05 (required if Medicare is not primary); chapter 3",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="claims.insurance_type_code",
    evidence=("payer_sequence_code",),
    message="Medicare isn't the first payer ({payer_sequence_code}), but the claim doesn't say why.",
    suggestion="Add the insurance type (SBR05), such as 12 for working aged.",
    fix="proposed",
    examples=(
        fails(
            "second",
            medicare(
                payer_sequence_code="S",
                other_payer_count=1,
                other_payers=[{"payer_sequence_code": "P", "payer_id": "99999", "paid_amount": "80.00", "adjudication_date": "2026-05-14"}],
            ),
            says="working",
        ),
        passes(
            "second, with the reason",
            medicare(
                payer_sequence_code="S",
                insurance_type_code="12",
                other_payer_count=1,
                other_payers=[{"payer_sequence_code": "P", "payer_id": "99999", "paid_amount": "80.00", "adjudication_date": "2026-05-14"}],
            ),
        ),
        passes("first", medicare()),
        passes("another payer", professional(payer_sequence_code="S")),
        passes("a hospital says it with value codes", institutional(payer_sequence_code="S")),
    ),
)
def secondary_medicare_without_reason() -> pl.Expr:
    """A professional claim to Medicare as second or third payer without the reason.

    What to do: add the insurance type code.
    """
    return (
        (pl.col("payer_class") == "medicare").fill_null(value=False)
        & IS_PROFESSIONAL
        & pl.col("payer_sequence_code").is_in(["S", "T"]).fill_null(value=False)
        & is_missing("insurance_type_code")
    )
