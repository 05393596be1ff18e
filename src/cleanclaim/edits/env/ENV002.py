"""ENV002: a segment or element unknown, misplaced, repeated or missing."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.env.wording import MESSAGE
from cleanclaim.edits.samples import interchange


@row_edit(
    table="syntax_faults",
    code="ENV002",
    name="segment-wrong",
    disposition=Disposition.REJECT,
    source=Source("837 implementation guides", "segment usage", "ASC X12N", date(2026, 11, 23)),
    evidence=("segment_number", "element", "found", "expected", "explanation"),
    message=MESSAGE,
    examples=(
        fails("a segment that no 837 has", x12=interchange(("REF*EI", "QQQ*EI*999999999")), says="with this name"),
        passes("a segment left out that need not be there", x12=interchange(("PRV", ""), ("SE*", "SE*24*0001"))),
        fails("no tax number of the billing provider", x12=interchange(("REF*EI", ""), ("SE*", "SE*24*0001")), says="tax number"),
        fails("no address of the billing provider", x12=interchange(("N3*1", ""), ("SE*", "SE*24*0001")), says="N3"),
        fails("no receiver", x12=interchange(("NM1*40", ""), ("SE*", "SE*24*0001")), says="receiver"),
        fails("a line without its number", x12=interchange(("LX", ""), ("SE*", "SE*24*0001")), says="LX"),
        fails("a line without a service", x12=interchange(("SV1", ""), ("SE*", "SE*24*0001")), line_number=1),
    ),
)
def segment_wrong() -> pl.Expr:
    """A segment that the guide does not know or that stands in the wrong place, or a segment or element that it requires and that is missing.

    The front end rejects the claim or the whole transaction (SNIP type 2).

    What to do: mend the segment named at the place named.
    """
    return pl.col("fault") == "ENV002"
