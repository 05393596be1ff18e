"""An edit of one line of one claim, as a user writes it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.edits.edit import Disposition, Edit, Source, row_edit

BACK_PAIN = {
    "claim_id": "A1",
    "diagnoses": ["M54.5"],
    "lines": [{"procedure_code": "97110", "from_date": "2026-05-12"}],
}
SOURCE = Source("A rule of this test", "", "the test", date(2026, 11, 23))


def barred(**said: Any) -> Edit:
    @row_edit(
        table="lines",
        code="ORG101",
        name="of-the-test",
        disposition=Disposition.DENY_LINE,
        source=SOURCE,
        message="{procedure_code} is barred.",
        examples=(),
        evidence=("procedure_code",),
        column="lines.procedure_code",
        **said,
    )
    def bars() -> pl.Expr:
        """A barred code."""
        return pl.col("procedure_code") == "97110"

    return bars
