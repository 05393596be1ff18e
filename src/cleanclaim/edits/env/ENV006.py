"""ENV006: form that a payer may refuse."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.env.wording import MESSAGE
from cleanclaim.edits.samples import interchange


@row_edit(
    table="syntax_faults",
    code="ENV006",
    name="form-doubtful",
    disposition=Disposition.WARN,
    source=Source("005010 implementation guides", "appendix B (basic and extended character set)", "ASC X12N", date(2026, 11, 23)),
    evidence=("segment_number", "element", "found", "expected", "explanation"),
    message=MESSAGE,
    examples=(
        fails("text before the interchange", x12="SENT BY MAIL " + interchange(), says="ISA"),
        passes("segments on one line", x12=interchange(terminator="~")),
        fails("an old version", x12=interchange(("GS", "GS*HC*EXAMPLE*EXAMPLEPAYER*20260515*1200*1*X*004010X098A1")), says="4010"),
    ),
)
def form_doubtful() -> pl.Expr:
    """Characters outside the extended set, separators that say nothing, text before the interchange, or an obsolete version.

    Some payers take such a file and some do not.

    What to do: have the software write plain files.
    """
    return pl.col("fault") == "ENV006"
