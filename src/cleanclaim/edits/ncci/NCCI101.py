"""NCCI101: a procedure that is part of another, whatever the modifier."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ncci.bundles import IS_CURRENT, IS_ONE_CLAIM, NO_ROWS, SHOWN, unjudged
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.reference import Reference


@query_edit(
    code="NCCI101",
    name="bundled-without-exception",
    disposition=Disposition.DENY_LINE,
    carc="236",
    rarc="N20",
    needs=("ncci_ptp_practitioner", "ncci_ptp_hospital"),
    payers=("medicare", "medicaid"),
    source=Source("Medicare NCCI Policy Manual", "chapter I, sections A and E (modifier indicator 0)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{column_2} is part of {column_1} (line {other_line_number}) on the same day; no modifier allows billing both (indicator 0, since {valid_from})[: {rationale}].",
    suggestion="Remove {column_2} from the claim, or bill only what was done.",
    fix="proposed",
    unchecked=unjudged,
    examples=(
        fails("a diagnostic colonoscopy beside one with a biopsy", medicare(diagnoses=["K63.5"], lines=["45380", "45378-59"]), line_number=2, says="45380"),
        fails(
            "the dearer one is denied all the same",
            medicare(diagnoses=["K63.5"], lines=[{"procedure_code": "45378", "charge_amount": "900"}, {"procedure_code": "45380", "charge_amount": "100"}]),
            line_number=1,
        ),
        fails("for another payer it is a warning", professional(diagnoses=["K63.5"], lines=["45380", "45378"]), line_number=2, disposition=Disposition.WARN),
        passes("on another day", medicare(diagnoses=["K63.5"], lines=["45380", {"procedure_code": "45378", "from_date": "2026-05-11"}])),
        passes("by another provider", medicare(diagnoses=["K63.5"], lines=["45380", {"procedure_code": "45378", "rendering_npi": "1234567893"}])),
        passes("a pair that a modifier sets apart is another fault", medicare(lines=["17110", "12001"])),
        passes("on two claims is another fault", medicare(claim_id="A", lines=["45380"]), medicare(claim_id="B", lines=["45378"])),
        unchecked(
            "a Medicaid claim without Medicaid's own pairs",
            professional(payer_class="medicaid", claim_filing_code="MC", diagnoses=["K63.5"], lines=["45380", "45378"]),
        ),
        fails(
            "with them",
            professional(payer_class="medicaid", claim_filing_code="MC", diagnoses=["K63.5"], lines=["45380", "45378"]),
            line_number=2,
            tables={"medicaid_ptp_practitioner": [{"code": "45380", "column_2": "45378", "indicator": 0, "rationale": "an example"}]},
        ),
        unchecked("codes outside the tables loaded", medicare(lines=["45380", "31575"])),
    ),
)
def bundled_without_exception(claims: Claims, reference: Reference) -> Rows:
    """Two procedures of one day of which the one is always part of the other.

    Medicare's NCCI edits name pairs of codes: the column-one code is paid, the column-two code is denied, whichever costs more. With indicator 0
    there is no exception. Both
    lines may stand in either order, and the tables differ for practitioners and for hospital outpatients.

    What to do: take the column-two code off.
    """
    del reference
    if claims.pairs.is_empty():
        return NO_ROWS
    indicator = pl.col("indicator") == 0
    return claims.pairs.filter(indicator, IS_ONE_CLAIM, IS_CURRENT).select(SHOWN)
