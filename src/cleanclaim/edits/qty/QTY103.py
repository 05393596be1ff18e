"""QTY103: more units on a day than are likely."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.qty.limits import HAS_LIMIT, MUE_MANUAL, OF_THE_DAY, over_the_day
from cleanclaim.edits.samples import medicare


@row_edit(
    table="line_fees",
    code="QTY103",
    name="units-over-likely-day-limit",
    disposition=Disposition.SUSPEND,
    carc="151",
    rarc="N362",
    needs={"mue": HAS_LIMIT},
    payers=("medicare", "medicaid"),
    source=Source(MUE_MANUAL, "chapter I, section V (MAI 3, date of service, clinical)", "CMS", date(2026, 11, 23)),
    column="lines.units",
    evidence=OF_THE_DAY,
    message="{day_units} units of {procedure_code} on one day by one provider; the maximum is {most_units}, and all units are denied.",
    suggestion="Check the units. If the record shows that they were needed, they can be paid on appeal or after review.",
    fix="proposed",
    examples=(
        fails("nine units of a drug of which eight are the most", medicare(diagnoses=["M54.50"], lines=["J1885 x9"]), line_number=1, says="the maximum is 8"),
        fails("over two lines", medicare(diagnoses=["M54.50"], lines=["97110 x4", "97110-59 x3"]), line_number=2, also_on=(1,), says="7 units"),
        passes("exactly the most", medicare(diagnoses=["M54.50"], lines=["J1885 x8"])),
        unchecked("a code outside the tables loaded", medicare(lines=["31575 x9"])),
    ),
)
def units_over_likely_day_limit() -> pl.Expr:
    """The units of a code on a day, over all lines and claims of patient and provider, exceed what is clinically likely (adjudication indicator 3).

    All units of the day are denied at first; the record may show that they were needed.

    What to do: check the units, and keep the record at hand.
    """
    return over_the_day(3)
