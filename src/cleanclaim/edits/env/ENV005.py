"""ENV005: a file of claims without claims."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.env.wording import MESSAGE
from cleanclaim.edits.samples import interchange


@row_edit(
    table="syntax_faults",
    code="ENV005",
    name="no-claims",
    disposition=Disposition.REJECT,
    source=Source("837 implementation guides", "loop 2300", "ASC X12N", date(2026, 11, 23)),
    evidence=("segment_number", "element", "found", "expected", "explanation"),
    message=MESSAGE,
    examples=(
        passes("a claim without a rendering provider", x12=interchange(("NM1*82", ""), ("SE*", "SE*24*0001"))),
        fails("a transaction without a claim", x12=interchange(*((s, "") for s in ("CLM", "HI", "NM1*82", "LX", "SV1", "DTP")), ("SE*", "SE*19*0001"))),
    ),
)
def no_claims() -> pl.Expr:
    """A transaction or file that should carry claims carries none.

    Nothing was sent, and nobody would notice.

    What to do: see whether the right file was given.
    """
    return pl.col("fault") == "ENV005"
