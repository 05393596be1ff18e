"""Where the time of a check goes: every derived table and every edit by itself, beside a fixed query in the same run.

Times differ from machine to machine and from day to day; how many times the fixed query an edit takes hardly does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from cleanclaim.derived.tables import Derived
from cleanclaim.edits.edit import Edit
from cleanclaim.engine.check import check, evaluate
from cleanclaim.model import Batch
from cleanclaim.reference import Reference

TABLES: Final = (
    "claims", "diagnoses", "lines", "line_codes", "line_days", "multi_code_lines", "pairs", "uncompared_lines", "uncovered_pair_lines", "line_fees",
    "line_modifiers", "pointers", "line_diagnoses",
)  # fmt: skip
"""What is derived once a batch, in the order in which one needs another."""
TIMINGS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "what": pl.String,
    "kind": pl.String,
    "seconds": pl.Float64,
    "ratio": pl.Float64,
    "rows": pl.Int64,
}
"""Columns: a name, its kind (all, query, table or edit), seconds, how many times the fixed query, and rows at fault or not judged."""


def timings(
    batch: Batch, reference: Reference, edits: Sequence[Edit], repeat: int = 3
) -> pl.DataFrame:
    """Time all edits together, the fixed query, every derived table, and every edit alone.

    Args:
        batch: claims that were read and prepared.
        reference: the dated tables.
        edits: the edits to time.
        repeat: the best of so many times is told.

    Returns:
        Columns `TIMINGS`, in that order. What several edits share is counted for the first that needs it.
    """
    check(batch, reference, edits)  # what is loaded once is loaded
    rounds = [dict(_round(batch, reference, edits)) for _ in range(repeat)]
    best = {name: min(one[name][0] for one in rounds) for name in rounds[0]}
    unit = best["query", "fixed query"]
    rows = [
        (what, kind, seconds, seconds / unit, rounds[0][kind, what][1])
        for (kind, what), seconds in best.items()
    ]
    return pl.DataFrame(rows, schema=TIMINGS, orient="row")


_Timed = tuple[tuple[str, str], tuple[float, int | None]]


def _round(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> list[_Timed]:
    timed: list[_Timed] = []

    def take(kind: str, what: str, work: Callable[[], int | None]) -> None:
        begin = time.perf_counter()
        rows = work()
        timed.append(((kind, what), (time.perf_counter() - begin, rows)))

    take("all", "all edits", lambda: check(batch, reference, edits).findings.height)
    take("query", "fixed query", lambda: _fixed_query(batch))
    derived = Derived(batch, reference)
    for name in TABLES:
        take("table", name, lambda name=name: _derive(derived, name))  # type: ignore[misc]
    for edit in edits:
        take("edit", edit.code, lambda edit=edit: evaluate(derived, [edit]))  # type: ignore[misc]
    return timed


def _derive(derived: Derived, name: str) -> None:
    getattr(derived, name)


def _fixed_query(batch: Batch) -> int:
    """Lines met with their claim, counted by patient, code and day: about what a plain edit does."""
    above = batch.claims.lazy().select("claim_key", "patient_key")
    return (
        batch.lines.lazy()
        .select("claim_key", "procedure_code", "from_date", "units")
        .join(above, on="claim_key", how="left")
        .group_by("patient_key", "procedure_code", "from_date")
        .agg(pl.len(), pl.col("units").sum())
        .filter(pl.col("len") > 1)
        .collect()
        .height
    )


def text(told: pl.DataFrame, claims: int) -> str:
    """The timings as a table, edits and derived tables mixed, the slowest first."""
    every = told.filter(pl.col("kind").is_in(["table", "edit"])).sort("seconds", descending=True)
    whole = told.filter(pl.col("kind") == "all").row(0, named=True)
    unit = told.filter(pl.col("kind") == "query").row(0, named=True)
    head = f"All edits on {claims:,} claims: {whole['seconds'] * 1e3:,.1f} ms, with what they found written out."
    beside = f"Each by itself, beside a fixed query of {unit['seconds'] * 1e3:,.2f} ms:"
    lines = [head, beside, f"{'':<28} {'ms':>10} {'us a claim':>11} {'x query':>8} {'rows':>9}"]
    for row in every.iter_rows(named=True):
        name = row["what"] if row["kind"] == "edit" else f"table {row['what']}"
        count = "" if row["rows"] is None else f"{row['rows']:,}"
        lines.append(
            f"{name:<28} {row['seconds'] * 1e3:>10,.2f} {row['seconds'] * 1e6 / claims:>11,.2f} {row['ratio']:>8,.2f} {count:>9}"
        )
    return "\n".join(lines) + "\n"
