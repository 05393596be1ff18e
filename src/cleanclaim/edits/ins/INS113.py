"""INS113: ventilation of more than 96 hours in a shorter stay."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, NO_ATTRIBUTES, ON_STAYS, READ, SUPPLY, Mce, no_attributes, with_attribute
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_VENTILATION = [{"kind": "procedure", "code_qualifier": "BBR", "code": "5A1955Z"}]
_LEAST_DAYS = 4
"""More than 96 hours can't fit between two dates that are fewer days apart."""


@query_edit(
    code="INS113",
    name="ventilation-longer-than-stay",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA66",
    scope="claim",
    needs=("icd10pcs_attributes",),
    source=Source(MANUAL, "edit 19, procedure inconsistent with length of stay", "CMS", READ),
    column="claim_codes.code",
    message="Procedure {procedure_code} is ventilation for more than 96 hours; the stay has {stay_days} days.",
    suggestion="Check the dates and the hours of ventilation; use the code for the hours in the record.",
    when=ON_STAYS,
    unchecked=no_attributes,
    unchecked_reason=NO_ATTRIBUTES,
    supply=SUPPLY,
    examples=(
        fails("three days", institutional(bill_type_code="111", admission_date="2026-05-09", claim_codes=_VENTILATION), says="3 days"),
        fails(
            "four days", institutional(bill_type_code="111", admission_date="2026-05-08", claim_codes=_VENTILATION), says="4 days", disposition=Disposition.WARN
        ),
        passes("five days", institutional(bill_type_code="111", admission_date="2026-05-07", claim_codes=_VENTILATION)),
        passes(
            "ventilation for a day",
            institutional(bill_type_code="111", admission_date="2026-05-11", claim_codes=[{"kind": "procedure", "code_qualifier": "BBR", "code": "5A1945Z"}]),
        ),
        fails("admitted and discharged on one day", institutional(bill_type_code="111", admission_date="2026-05-12", claim_codes=_VENTILATION), says="0 days"),
        passes("admitted after the discharge is another fault", institutional(bill_type_code="111", admission_date="2026-05-13", claim_codes=_VENTILATION)),
        passes("no date of admission", institutional(bill_type_code="111", claim_codes=_VENTILATION)),
        unchecked("a year without a table", institutional(bill_type_code="111", admission_date="2031-05-10", from_date="2031-05-12", claim_codes=_VENTILATION)),
    ),
)
def ventilation_longer_than_stay(claims: Claims, reference: Reference) -> Rows:
    """Ventilation for more than 96 hours in a stay that is too short for it.

    The Medicare Code Editor (edit 19) wants more than four days between admission and discharge. Four days can just be enough by the clock, so a stay of
    exactly four days is a warning.

    What to do: check the dates and the record.
    """
    days = (pl.col("on_date") - pl.col("admission_date")).dt.total_days()
    return (
        with_attribute(claims, reference, "long_ventilation")
        .with_columns(days.alias("stay_days"))
        .filter(pl.col("stay_days").is_between(0, _LEAST_DAYS))
        .select(
            *("claim_key", "procedure_code", "admission_date", "on_date", "stay_days", "position"),
            Mce.LENGTH_OF_STAY.evidence,
            pl.when(pl.col("stay_days") == _LEAST_DAYS).then(pl.lit("warn")).alias("disposition"),
        )
    )
