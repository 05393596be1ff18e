"""CLM106: a service date missing or impossible."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.text.wording import worded


@row_edit(
    table="lines",
    code="CLM106",
    name="service-date-impossible",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M52",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24A", "CMS", date(2026, 11, 23)),
    column="lines.from_date",
    evidence=(
        "from_date",
        "to_date",
        "as_of",
        pl.when(pl.col("from_date").is_null())
        .then(pl.lit("is missing"))
        .when(pl.col("from_date") > pl.col("to_date"))
        .then(worded("runs from {} to {}, which is earlier", "from_date", "to_date"))
        .when(pl.col("to_date") > pl.col("as_of"))
        .then(worded("{} is in the future (the claim was sent on {})", "to_date", "as_of"))
        .otherwise(worded("{} to {} is more than a year", "from_date", "to_date"))
        .alias("what"),
    ),
    message="The line's service date {what}.",
    suggestion="Enter the date from the record.",
    examples=(
        fails("missing", professional(from_date=None), line_number=1, says="missing"),
        fails("from after to", professional(lines=[{"from_date": "2026-05-12", "to_date": "2026-05-11"}]), line_number=1, says="which is earlier"),
        fails("tomorrow", professional(from_date="2026-05-16", submitted_date="2026-05-15", as_of="2026-05-15"), line_number=1, says="future"),
        passes("today", professional(from_date="2026-05-15", submitted_date="2026-05-15", as_of="2026-05-15")),
        fails(
            "a day longer than a leap year", professional(lines=[{"from_date": "2025-05-10", "to_date": "2026-05-12"}]), line_number=1, says="more than a year"
        ),
        passes("a leap year", professional(lines=[{"from_date": "2025-05-11", "to_date": "2026-05-12"}])),
        passes(
            "dental lines may leave their dates out",
            professional(claim_type="dental", from_date=None, lines=[{"procedure_code": "D0120", "diagnosis_pointers": ()}]),
        ),
        passes("a month of supplies", professional(lines=[{"from_date": "2026-04-12", "to_date": "2026-05-12"}])),
    ),
)
def service_date_impossible() -> pl.Expr:
    """A service date that is missing, in the future, runs backwards, or spans more than a year.

    Every code and price is looked up by it. Judged is the day the claim was sent, so that an old file gives the same findings whenever it is
    checked. A
    date that is missing on hospital lines is taken from the statement.

    What to do: take the date from the record.
    """
    start, end = pl.col("from_date"), pl.col("to_date")
    missing = start.is_null() & (pl.col("claim_type") != "dental")
    return missing | ((start > end) | (end > pl.col("as_of")) | ((end - start).dt.total_days() > 366)).fill_null(value=False)
