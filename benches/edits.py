"""Every edit alone, and all together, on several numbers of claims, beside a fixed query in the same run.

    python benches/edits.py                        # 1, 100, 10,000 and 1,000,000 claims
    python benches/edits.py 10000 --store reference/ --start 2024-08-05
    python benches/edits.py --guard                # exits with 1 where an edit takes too many times the fixed query

Milliseconds, and in brackets how many times the fixed query. One claim is the mean of forty different ones; a million are held in memory together. What several
edits share is counted for the first that needs it; derived tables have rows of their own.
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
"""How many times the fixed query an edit, a derived table and all together may take on 10,000 claims: about three times what the slowest took when this was
written."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--guard", action="store_true", help="hold the edits to their limits")
    asked = parser.parse_args()
    reference = Reference.load(store=asked.store)
    made_of = generate.codes_of(asked.store, asked.start) if asked.store else generate.EVERYDAY
    edits = registry.choose(registry.own_edits(), (), ())
    if asked.guard:
        sys.exit(guard(batch_of(GUARDED, made_of), reference, edits))
    told = {}
    for size in asked.sizes:
        claims = batch_of(max(size, DIFFERENT), made_of)
        told[size] = (
            timings(claims, reference, edits, repeat=3 if size < SIZES[-1] else 1)
            if size >= DIFFERENT
            else one_by_one(claims, reference, edits)
        )
    print_table(told)


def batch_of(claims: int, made_of: generate.Codes) -> Batch:
    """Generated claims, read and prepared."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.837"
        generate.write(path, claims, made_of=made_of)
        return prepare(concat(list(read([path], []))), Settings())


def one_by_one(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> pl.DataFrame:
    """The mean over claims, each by itself."""
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


def print_table(told: dict[int, pl.DataFrame]) -> None:
    """A row an edit or table, the slowest of the last size first."""
    print("| what | " + " | ".join(f"{size:,}" for size in told) + " |")
    print("|---" * (len(told) + 1) + "|")
    last = list(told.values())[-1]
    order = {"all": 0, "query": 1, "table": 2, "edit": 2}
    rows = last.with_columns(pl.col("kind").replace_strict(order).alias("_order"))
    for row in rows.sort("_order", "seconds", descending=[False, True]).iter_rows(named=True):
        cells = []
        for frame in told.values():
            own = frame.filter(pl.col("what") == row["what"], pl.col("kind") == row["kind"])
            cells.append(f"{own['seconds'].item() * 1e3:,.2f} ({own['ratio'].item():,.1f})")
        name = f"table {row['what']}" if row["kind"] == "table" else row["what"]
        print(f"| {name} | " + " | ".join(cells) + " |")


def guard(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> int:
    """1 where something takes more times the fixed query than it may, which is told; measured again before it is believed."""
    slow = over(timings(batch, reference, edits))
    if slow.height:
        slow = over(timings(batch, reference, edits, repeat=9))
    for row in slow.iter_rows(named=True):
        print(f"{row['kind']} {row['what']}: {row['ratio']:.1f} times the fixed query; at most {LIMITS[row['kind']]:.0f}")  # fmt: skip
    print(f"{slow.height} over their limit, on {batch.claims.height:,} claims")
    return 1 if slow.height else 0


def over(told: pl.DataFrame) -> pl.DataFrame:
    """What takes too long."""
    limits = pl.col("kind").replace_strict(LIMITS, default=float("inf"))
    return told.filter(pl.col("ratio") > limits)


if __name__ == "__main__":
    main()
