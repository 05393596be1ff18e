"""INS167: an admission or a service outside the statement's dates."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13"}
_LAB = {"revenue_center_code": "0301", "procedure_code": "80053"}


@query_edit(
    code="INS167",
    name="outside-the-statement",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA31",
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor", "edit 23 (service date outside the statement's dates)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 25, section 75.1, FL 6, and section 75.2, FL 12", "CMS", _READ),
    ),
    column="claims.from_date",
    message="{what}, outside the statement's dates ({first} to {last}).",
    suggestion="Correct the statement's dates or the day that is wrong.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("admitted after the statement", institutional(**_STAY, admission_date="2026-05-20"), says="2026-05-20"),
        fails(
            "a whole stay, admitted before the statement", institutional(**_STAY, admission_date="2026-05-08"), says="2026-05-08", disposition=Disposition.WARN
        ),
        passes("admitted on the first day", institutional(**_STAY, admission_date="2026-05-10")),
        passes("services before the admission", institutional(**_STAY, admission_date="2026-05-12")),
        passes("a bill that continues a stay", institutional(**{**_STAY, "bill_type_code": "113"}, admission_date="2026-04-01")),
        fails(
            "a line after the statement",
            institutional(from_date="2026-05-10", to_date="2026-05-12", lines=[{**_LAB, "from_date": "2026-05-14", "to_date": "2026-05-14"}]),
            line_number=1,
            says="2026-05-14",
        ),
        fails(
            "a line before it",
            institutional(from_date="2026-05-10", to_date="2026-05-12", lines=[{**_LAB, "from_date": "2026-05-09", "to_date": "2026-05-09"}]),
            line_number=1,
        ),
        passes("lines on its days", institutional(from_date="2026-05-10", to_date="2026-05-12", lines=[_LAB])),
    ),
)
def outside_the_statement(claims: Claims, reference: Reference) -> Rows:
    """An admission after the statement's last day, a whole stay (frequency 1) that began before its first day, or a line on a day outside.

    What to do: correct the dates.
    """
    del reference
    dates = [pl.col("from_date").alias("first"), pl.col("to_date").alias("last")]
    bills = claims.claims.filter(IS_INSTITUTIONAL, pl.col("from_date") <= pl.col("to_date"))
    admitted = pl.concat_str(pl.lit("The patient was admitted on "), pl.col("admission_date").cast(pl.String)).alias("what")
    none = pl.lit(None, claims.lines.schema["line_number"]).alias("line_number")
    late = bills.filter(pl.col("is_inpatient"), pl.col("admission_date") > pl.col("to_date"))
    early = bills.filter(_BILL.str.contains(r"^111$"), pl.col("admission_date") < pl.col("from_date"))
    hard, mild = (pl.lit(level, pl.String).alias("disposition") for level in (None, "warn"))
    outside = (pl.col("from_date") < pl.col("first")) | (pl.coalesce("to_date", "from_date") > pl.col("last"))
    lines = claims.lines.filter(IS_INSTITUTIONAL, pl.col("from_date").is_not_null()).join(bills.select("claim_key", *dates), on="claim_key").filter(outside)
    served = pl.concat_str(pl.lit("The service is dated "), pl.coalesce("to_date", "from_date").cast(pl.String)).alias("what")
    before = pl.concat_str(pl.lit("The service is dated "), pl.col("from_date").cast(pl.String)).alias("what")
    return pl.concat(
        [
            late.select("claim_key", none, admitted, *dates, hard),
            early.select("claim_key", none, admitted, *dates, mild),
            lines.select(
                "claim_key", "line_number", pl.when(pl.col("from_date") < pl.col("first")).then(before).otherwise(served).alias("what"), "first", "last", hard
            ),
        ]
    )
