"""Lines of hospitals' outpatient bills to Medicare with their status indicators: what the edits by addendum B share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.derived.availability import COVERED
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Rows, RowTable, Source, Test
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE, has_modifier, in_force
from cleanclaim.reference import Reference

READ: Final = date(2026, 11, 28)
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
ON_OPPS: Final = IS_INSTITUTIONAL & IS_MEDICARE & _BILL.str.contains(r"^1[234][1-79A-Z]$").fill_null(value=False)
"""Lines and claims of bills that outpatient prospective payment pays: 12x, 13x and 14x, asking for payment, not void."""
OUTPATIENT: Final = IS_INSTITUTIONAL & IS_MEDICARE & _BILL.str.contains(r"^(1[234]|85)[1-79A-Z]$").fill_null(value=False)
"""As `ON_OPPS`, with the bills of critical access hospitals (85x), which the outpatient editor judges too."""
IS_13X: Final = _BILL.str.starts_with("13").fill_null(value=False)
NEEDS: Final[Mapping[str, pl.Expr | None]] = {"opps": ON_OPPS}
WHEN: Final[Mapping[RowTable, Test]] = {"claims": OUTPATIENT}
DAY: Final = ["claim_key", "from_date"]
LINE: Final = ["claim_key", "line_number"]
_OUTSIDE: Final = ("MD", "VI", "GU", "AS", "MP")
"""Hospitals in Maryland and in the territories aren't under it (Medicare Claims Processing Manual, chapter 4, section 10.1)."""
_NOT_ASKING: Final = ("20", "21", "89")
"""Condition codes of claims that ask for a review or a denial, or are of an opioid treatment program."""
_NAME: Final = "lines by status indicator"


def edit_source(*numbers: int) -> tuple[Source, Source]:
    """The sources of an edit of the outpatient editor that goes by status indicators."""
    words = f"edit {numbers[0]}" if len(numbers) == 1 else f"edits {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
    return (
        Source("Integrated Outpatient Code Editor, specifications", words, "CMS", READ),
        Source("Hospital Outpatient Prospective Payment System", "addendum B (status indicators of the quarter) and addendum D1", "CMS", READ),
    )


def status_lines(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines of bills 12x, 13x, 14x and 85x: claim_key, line_number, from_date, procedure_code, revenue_center_code, units, charge_amount, modifiers and bill_type_code.

    Also `status`, the status indicator of the code on its day, null if there is none or no table covers it; `release`; and `is_billed`, false if the line asks
    for no payment (modifiers GY, GX and GZ, or all of its charge is non-covered).
    """
    kept = claims.kept.get(_NAME)
    if not isinstance(kept, pl.DataFrame):
        kept = claims.kept[_NAME] = _status_lines(claims, reference)
    return kept


def having(lines: pl.DataFrame, *statuses: str) -> pl.DataFrame:
    """The lines with one of these status indicators that ask for payment."""
    return lines.filter(pl.col("status").is_in(statuses), "is_billed")


def _status_lines(claims: Claims, reference: Reference) -> pl.DataFrame:
    outside = claims.claims.filter(pl.col("billing_state").is_in(_OUTSIDE))["claim_key"].implode()
    asks = (pl.col("kind") == "condition") & pl.col("code").is_in(_NOT_ASKING)
    apart = claims.claim_codes.filter(asks)["claim_key"].implode()
    is_known = pl.Series("_known", claims.coverage("opps") == COVERED)
    lines = claims.lines.with_columns(is_known).filter(
        OUTPATIENT, "_known", "stands", ~pl.col("is_history").fill_null(value=False), ~pl.col("claim_key").is_in(outside), ~pl.col("claim_key").is_in(apart)
    )
    free = has_modifier("GY", "GX", "GZ") | ((pl.col("non_covered_amount") > 0) & (pl.col("non_covered_amount") >= pl.col("charge_amount")))
    rows = lines.with_columns((~free.fill_null(value=False)).alias("is_billed"))
    if "opps" not in reference.names():
        return rows.with_columns(pl.lit(None, pl.String).alias("status"), pl.lit(None, pl.String).alias("release"))
    table = reference.narrow("opps", rows["procedure_code"])
    found = rows.select(*LINE, "procedure_code", "from_date").join(table, left_on="procedure_code", right_on="code").filter(in_force("from_date"))
    return rows.join(found.select(*LINE, "status", "release").unique(LINE), on=LINE, how="left", maintain_order="left")


def inpatient_only(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines with an inpatient-only procedure (status C) that modifier CA doesn't explain.

    `disposition` is a warning if a procedure of status T or J1 is on the same day: then an inpatient-only procedure that is part of another one is left out and
    the rest is paid, and addendum B doesn't say which ones are.
    """
    lines = status_lines(claims, reference).filter(IS_13X)
    emergencies = lines.filter(has_modifier("CA")).select("claim_key").unique()
    found = having(lines, "C").join(emergencies, on="claim_key", how="anti")
    beside = having(lines, "T", "J1").select(DAY).unique().with_columns(pl.lit("warn").alias("disposition"))
    return found.join(beside, on=DAY, how="left", maintain_order="left", nulls_equal=True)


def shown(rows: pl.DataFrame, *more: str | pl.Expr) -> Rows:
    """What a finding on a line shows."""
    return rows.select(*LINE, "procedure_code", "status", "release", *more)
