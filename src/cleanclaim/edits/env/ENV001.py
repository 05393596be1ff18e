"""ENV001: an envelope that is missing, out of place or miscounted."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.env.wording import MESSAGE
from cleanclaim.edits.samples import interchange


@row_edit(
    table="syntax_faults",
    code="ENV001",
    name="envelope-broken",
    disposition=Disposition.REJECT,
    source=Source("005010X231A1 (999) and TA1", "group and transaction envelopes", "ASC X12N", date(2026, 11, 23)),
    evidence=("segment_number", "element", "found", "expected", "explanation"),
    message=MESSAGE,
    examples=(
        fails("a count that is wrong", x12=interchange(("SE*", "SE*99*0001")), says="SE01"),
        fails("an end that is missing", x12=interchange(("IEA", "")), says="IEA"),
        passes(
            "a control number that agrees at both ends", x12=interchange(("GS", "GS*HC*EXAMPLE*EXAMPLEPAYER*20260515*1200*7*X*005010X222A1"), ("GE", "GE*1*7"))
        ),
        fails("a control number that is another", x12=interchange(("GE", "GE*1*2"))),
    ),
)
def envelope_broken() -> pl.Expr:
    """The interchange, group or transaction envelope is missing, out of place, or its counts or control numbers disagree.

    A trading partner refuses such a file whole, or the transaction in it, before any claim is looked at.

    What to do: have the software write the file again; do not mend counts by hand unless you know what was cut.
    """
    return pl.col("fault") == "ENV001"
