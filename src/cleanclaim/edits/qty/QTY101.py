"""QTY101: more units on one line than are ever allowed on one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.qty.limits import HAS_LIMIT, MUE_MANUAL
from cleanclaim.edits.samples import medicare
from cleanclaim.model.expressions import daily_units


@row_edit(
    table="line_fees",
    code="QTY101",
    name="units-over-line-limit",
    disposition=Disposition.DENY_LINE,
    carc="151",
    rarc="N362",
    needs={"mue": HAS_LIMIT},
    payers=("medicare", "medicaid"),
    source=Source(MUE_MANUAL, "chapter I, section V (MAI 1, claim line)", "CMS", date(2026, 11, 23)),
    column="lines.units",
    evidence=(
        "procedure_code",
        "units",
        pl.col("unit_limit").alias("most_units"),
        pl.col("unit_adjudication").alias("adjudication"),
        pl.col("unit_release").alias("release"),
    ),
    message="{units} units of {procedure_code} on one line; at most {most_units} can be billed on one line (MUE, line edit).",
    suggestion="Check the units against the size of one unit of the code. If more was really given, bill the rest on another line with the modifier that says why.",
    fix="proposed",
    examples=(
        fails("a mile more than a line may have", medicare(lines=["A0425 x251"]), line_number=1, says="at most 250"),
        passes("exactly the most", medicare(lines=["A0425 x250"])),
        passes("more on two lines of which each is within the limit", medicare(lines=["A0425 x250", "A0425-76 x250"])),
        passes(
            "a span of days is judged by its average day",
            medicare(to_date="2026-05-13", lines=[{"procedure_code": "A0425", "units": 500, "to_date": "2026-05-13"}]),
        ),
        passes("a limit of the day is not one of the line", medicare(lines=["J1885 x9"])),
        passes(
            "a limit of none is another fault",
            medicare(lines=["A0425 x1"]),
            tables={"mue_practitioner": [{"code": "A0425", "max_units": 0, "adjudication": 1}]},
        ),
        fails(
            "two where one may stand on a line",
            medicare(lines=["A0425 x2"]),
            line_number=1,
            tables={"mue_practitioner": [{"code": "A0425", "max_units": 1, "adjudication": 1}]},
        ),
        unchecked("a code outside the tables loaded", medicare(lines=["31575 x9"])),
    ),
)
def units_over_line_limit() -> pl.Expr:
    """A line bills more units than the medically unlikely edits allow on one line (adjudication indicator 1).

    The whole line is denied. Each line is judged by itself, so that units split over lines by modifiers that say why may pass. A span of days is
    judged by its
    average day.

    What to do: check the units.
    """
    return (pl.col("unit_adjudication") == 1) & (pl.col("unit_limit") > 0) & (daily_units() > pl.col("unit_limit"))
