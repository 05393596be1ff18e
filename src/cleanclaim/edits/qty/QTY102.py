"""QTY102: more units on a day than there can be."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.qty.limits import HAS_LIMIT, MUE_MANUAL, OF_THE_DAY, over_the_day
from cleanclaim.edits.samples import medicare, professional


@row_edit(
    table="line_fees",
    code="QTY102",
    name="units-over-absolute-day-limit",
    disposition=Disposition.DENY_LINE,
    carc="151",
    rarc="N362",
    needs={"mue": HAS_LIMIT},
    payers=("medicare", "medicaid"),
    source=Source(MUE_MANUAL, "chapter I, section V (MAI 2, date of service, absolute)", "CMS", date(2026, 11, 23)),
    column="lines.units",
    evidence=OF_THE_DAY,
    message="{day_units} units of {procedure_code} on one day by one provider; the maximum is {most_units}, and all units are denied.",
    suggestion="Check the units. This limit follows from law, the code's definition or anatomy; no modifier or record overrides it.",
    fix="proposed",
    examples=(
        fails("a test that is done once a day, twice", medicare(diagnoses=["E11.9"], lines=["83036 x2"]), line_number=1, says="the maximum is 1"),
        fails(
            "over two claims",
            medicare(claim_id="A", is_history=True, diagnoses=["E11.9"], lines=["83036"]),
            medicare(claim_id="B", diagnoses=["E11.9"], lines=["83036-91"]),
            line_number=1,
            says="2 units",
        ),
        fails("for another payer it is a warning", professional(diagnoses=["E11.9"], lines=["83036 x2"]), line_number=1, disposition=Disposition.WARN),
        passes("exactly the most", medicare(diagnoses=["E11.9"], lines=["83036 x1"])),
        passes("on two days", medicare(diagnoses=["E11.9"], lines=["83036", {"procedure_code": "83036", "from_date": "2026-05-11"}])),
        passes(
            "the earlier claim is replaced",
            medicare(claim_id="A", is_history=True, diagnoses=["E11.9"], lines=["83036"]),
            medicare(claim_id="A", claim_frequency_code="7", original_reference_number="EXAMPLE", diagnoses=["E11.9"], lines=["83036"]),
        ),
        unchecked("a code outside the tables loaded", medicare(lines=["31575 x9"])),
    ),
)
def units_over_absolute_day_limit() -> pl.Expr:
    """The units of a code on a day, over all lines and claims of patient and provider, exceed an absolute limit (adjudication indicator 2).

    The limit rests on law, on the code's definition or on anatomy; CMS says of no appeal that it could set it aside. All units of the day are
    denied, not only those above.

    What to do: check the units.
    """
    return over_the_day(2)
