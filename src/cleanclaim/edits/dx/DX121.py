"""DX121: a diagnosis code sent with its decimal point."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import interchange, professional


@row_edit(
    table="diagnoses",
    code="DX121",
    name="diagnosis-sent-with-point",
    disposition=Disposition.REJECT,
    source=Source("837 implementation guides", "005010X222A1 and 005010X223A2, loop 2300, segment HI: notes", "ASC X12N", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code",),
    message="{diagnosis_code:icd} is sent with its decimal point; an 837 leaves it out.",
    suggestion="Send {diagnosis_code}.",
    fix="safe",
    examples=(
        fails("a point in the second diagnosis", x12=interchange(("HI*ABK", "HI*ABK:I10*ABF:E11.9")), diagnosis_number=2, says="Send E119."),
        passes("the same code without its point", x12=interchange(("HI*ABK", "HI*ABK:I10*ABF:E119"))),
        passes("a table, where codes are written with their points", professional(diagnoses=["I10", "E11.9"])),
    ),
)
def diagnosis_sent_with_point() -> pl.Expr:
    """A diagnosis code in the HI segment of an 837 has its decimal point.

    The 837 leaves the point out: its place is known. Front ends take the code with a point for an unknown one and reject the claim.

    What to do: have the software remove the points when it writes the file. The code itself stays the same.
    """
    return pl.col("code_qualifier").is_not_null() & pl.col("code_as_sent").str.contains(".", literal=True)
