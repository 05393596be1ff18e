"""ENV004: levels that do not hold together."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.env.wording import MESSAGE
from cleanclaim.edits.samples import interchange


@row_edit(
    table="syntax_faults",
    code="ENV004",
    name="levels-wrong",
    disposition=Disposition.REJECT,
    source=Source("837 implementation guides", "HL segments and loops 2000A to 2010BB", "ASC X12N", date(2026, 11, 23)),
    evidence=("segment_number", "element", "found", "expected", "explanation"),
    message=MESSAGE,
    examples=(
        fails("a level that names no parent", x12=interchange(("HL*2", "HL*2*7*22*0")), says="HL02"),
        passes("a payer named by its plan's number", x12=interchange(("NM1*PR", "NM1*PR*2*EXAMPLE PAYER*****XV*99999"))),
        fails("no payer", x12=interchange(("NM1*PR", ""), ("SE*", "SE*24*0001")), says="payer"),
    ),
)
def levels_wrong() -> pl.Expr:
    """The numbering of levels or what they say of their parents and children is wrong, or a claim stands below no billing provider, subscriber or payer.

    Without them the payer cannot tell who bills for whom.

    What to do: have the software write the levels anew.
    """
    return pl.col("fault") == "ENV004"
