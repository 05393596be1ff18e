"""Time a look back: adding a day's claims to histories of several sizes, and checking the day with them.

    python benches/history.py 10000 200000 1000000 --store reference/ --start 2024-08-05

Compared with the same check without a history, in the same process. Each time is the shortest of three.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import generate
from cleanclaim import History, Reference, check

DAY = 500


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 200_000])
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    options = parser.parse_args()
    made_of = (
        generate.codes_of(options.store, options.start) if options.store else generate.EVERYDAY
    )
    reference = Reference.load(store=options.store)
    print(f"| claims in the history | MB | adding {DAY} s | checking {DAY} s | without history s |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        day = Path(folder) / "day.837"
        later = replace(made_of, start=options.start + timedelta(days=28))
        generate.write(day, DAY, made_of=later)
        for size in options.sizes:
            past = Path(folder) / "past.837"
            generate.write(past, size, made_of=made_of)
            history = Path(folder) / f"history-{size}"
            History(history).add([past])
            megabytes = sum(path.stat().st_size for path in history.rglob("*.parquet")) / 1e6
            adding = shortest(partial(add_and_remove, history, day))
            alone = shortest(partial(check, day, reference=reference))
            looking = shortest(partial(check, day, history=history, reference=reference))
            print(
                f"| {size:,} | {megabytes:,.0f} | {adding:.2f} | {looking:.2f} | {alone:.2f} |",
                flush=True,
            )
            shutil.rmtree(history)


def add_and_remove(history: Path, day: Path) -> float:
    """Seconds to add a file, which is then removed."""
    begin = time.perf_counter()
    done = History(history).add([day])
    seconds = time.perf_counter() - begin
    History(history).remove([added.number for added in done.added])
    return seconds


def shortest(work: Callable[[], object]) -> float:
    """The shortest of three runs in seconds, by the work's own measure if it returns one."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        measured = work()
        took = time.perf_counter() - begin
        times.append(measured if isinstance(measured, float) else took)
    return min(times)


if __name__ == "__main__":
    main()
