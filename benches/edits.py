"""Time every edit by itself, and all together, compared with a fixed query in the same run.

    python benches/edits.py                        # 1, 100, 10,000 and 1,000,000 claims
    python benches/edits.py 10000 --store reference/ --start 2024-08-05
    python benches/edits.py --guard                # exits with 1 if an edit takes too many times as long as the fixed query

The figures are milliseconds, with the multiple of the fixed query in parentheses. The time for one claim is the mean of forty different claims; a million
claims are in memory at once. Work that several edits share counts for the first that needs it; derived tables have rows of their own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

import generate
from cleanclaim.edits import registry
from cleanclaim.edits.edit import Edit
from cleanclaim.engine.profile import timings
from cleanclaim.model import Batch, concat
from cleanclaim.read import read
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

SIZES: Final = (1, 100, 10_000, 1_000_000)
DIFFERENT: Final = 40
GUARDED: Final = 10_000
LIMITS: Final = {"edit": 20.0, "table": 18.0, "all": 250.0}
"""The most times the fixed query that an edit, a derived table and all edits together can take on 10,000 claims: about three times what the slowest takes."""


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--guard", action="store_true", help="fail if an edit is over its limit")
    options = parser.parse_args()
    reference = Reference.load(store=options.store)
    made_of = (
        generate.codes_of(options.store, options.start) if options.store else generate.EVERYDAY
    )
    edits = registry.choose(registry.own_edits(), (), ())
    if options.guard:
        sys.exit(guard(batch_of(GUARDED, made_of), reference, edits))
    measured = {}
    for size in options.sizes:
        claims = batch_of(max(size, DIFFERENT), made_of)
        measured[size] = (
            timings(claims, reference, edits, repeat=3 if size < SIZES[-1] else 1)
            if size >= DIFFERENT
            else one_by_one(claims, reference, edits)
        )
    print_table(measured)


def batch_of(claims: int, made_of: generate.Codes) -> Batch:
    """Generated claims, read and prepared."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.837"
        generate.write(path, claims, made_of=made_of)
        return prepare(concat(list(read([path], []))), Settings())


def one_by_one(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> pl.DataFrame:
    """The mean time of claims checked one by one."""
    frames = {name: frame for name, frame in batch.frames().items() if name != "syntax_faults"}
    each = []
    for key in batch.claims["claim_key"].head(DIFFERENT):
        own = {name: frame.filter(pl.col("claim_key") == key) for name, frame in frames.items()}
        each.append(timings(Batch.of(own), reference, edits))
    return (
        pl.concat(each)
        .group_by("what", "kind", maintain_order=True)
        .agg(pl.col("seconds", "ratio").mean(), pl.col("rows").sum())
    )


def print_table(measured: dict[int, pl.DataFrame]) -> None:
    """Print one row per edit or table, the slowest on the largest number of claims first."""
    print("| what | " + " | ".join(f"{size:,}" for size in measured) + " |")
    print("|---" * (len(measured) + 1) + "|")
    last = list(measured.values())[-1]
    order = {"all": 0, "query": 1, "table": 2, "edit": 2}
    rows = last.with_columns(pl.col("kind").replace_strict(order).alias("_order"))
    for row in rows.sort("_order", "seconds", descending=[False, True]).iter_rows(named=True):
        cells = []
        for frame in measured.values():
            own = frame.filter(pl.col("what") == row["what"], pl.col("kind") == row["kind"])
            cells.append(f"{own['seconds'].item() * 1e3:,.2f} ({own['ratio'].item():,.1f})")
        name = f"table {row['what']}" if row["kind"] == "table" else row["what"]
        print(f"| {name} | " + " | ".join(cells) + " |")


def guard(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> int:
    """Print what is over its limit, after a second measurement; 1 if anything is."""
    slow = over(timings(batch, reference, edits))
    if slow.height:
        slow = over(timings(batch, reference, edits, repeat=9))
    for row in slow.iter_rows(named=True):
        print(f"{row['kind']} {row['what']}: {row['ratio']:.1f} times the fixed query; the limit is {LIMITS[row['kind']]:.0f}")  # fmt: skip
    print(f"{slow.height} over the limit on {batch.claims.height:,} claims")
    return 1 if slow.height else 0


def over(measured: pl.DataFrame) -> pl.DataFrame:
    """The rows that are over their limit."""
    limits = pl.col("kind").replace_strict(LIMITS, default=float("inf"))
    return measured.filter(pl.col("ratio") > limits)


if __name__ == "__main__":
    main()
