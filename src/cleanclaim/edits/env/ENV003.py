"""ENV003: an element too long, of the wrong type, or not in its code list."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.env.wording import MESSAGE
from cleanclaim.edits.samples import interchange


@row_edit(
    table="syntax_faults",
    code="ENV003",
    name="element-wrong",
    disposition=Disposition.REJECT,
    source=Source("837 implementation guides", "element attributes and code values", "ASC X12N", date(2026, 11, 23)),
    evidence=("segment_number", "element", "found", "expected", "explanation"),
    message=MESSAGE,
    examples=(
        fails("a charge that is no number", x12=interchange(("CLM", "CLM*EXAMPLE-1*ABC***11:B:1*Y*A*Y*Y")), says="CLM02"),
        passes("a charge with its cents", x12=interchange(("CLM", "CLM*EXAMPLE-1*125.00***11:B:1*Y*A*Y*Y"))),
        fails("a qualifier outside its list", x12=interchange(("SV1", "SV1*XX:99213*125*UN*1***1")), line_number=1),
    ),
)
def element_wrong() -> pl.Expr:
    """An element is too long or too short, is no number or date where it must be, or has a value outside its code list.

    The front end rejects the claim (SNIP types 1 and 2).

    What to do: mend the element named.
    """
    return pl.col("fault") == "ENV003"
