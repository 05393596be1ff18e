"""What a look back costs: adding a day's claims to histories of several sizes, and checking the day against them.

    python benches/history.py 10000 200000 1000000 --store reference/ --start 2024-08-05

The peer is the same check without a history, in the same process. Times are the least of three.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import generate
from cleanclaim import History, Reference, check

DAY = 500


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 200_000])
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    asked = parser.parse_args()
    made_of = generate.codes_of(asked.store, asked.start) if asked.store else generate.EVERYDAY
    reference = Reference.load(store=asked.store)
    print(f"| claims in the history | MB | adding {DAY} s | checking {DAY} s | without history s |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        day = Path(folder) / "day.837"
        later = replace(made_of, start=asked.start + timedelta(days=28))
        generate.write(day, DAY, made_of=later)
        for size in asked.sizes:
            past = Path(folder) / "past.837"
            generate.write(past, size, made_of=made_of)
            kept = Path(folder) / f"history-{size}"
            History(kept).add([past])
            megabytes = sum(path.stat().st_size for path in kept.rglob("*.parquet")) / 1e6
            adding = least(lambda kept=kept, day=day: add_and_remove(kept, day))
            alone = least(lambda day=day: check(day, reference=reference))
            looking = least(
                lambda kept=kept, day=day: check(day, history=kept, reference=reference)
            )
            print(
                f"| {size:,} | {megabytes:,.0f} | {adding:.2f} | {looking:.2f} | {alone:.2f} |",
                flush=True,
            )
            shutil.rmtree(kept)


def add_and_remove(kept: Path, day: Path) -> float:
    """Seconds that adding takes; what was added is taken out again."""
    begin = time.perf_counter()
    done = History(kept).add([day])
    seconds = time.perf_counter() - begin
    History(kept).remove([added.number for added in done.added])
    return seconds


def least(work: Callable[[], object]) -> float:
    """The least of three times, in seconds; what the work itself measured, where it did."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        measured = work()
        took = time.perf_counter() - begin
        times.append(measured if isinstance(measured, float) else took)
    return min(times)


if __name__ == "__main__":
    main()
