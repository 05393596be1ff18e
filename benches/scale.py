"""Measure time and peak memory of reading and checking 837P files of several sizes.

    python benches/scale.py                       # 1, 1,000, 20,000 and 200,000 claims
    python benches/scale.py 20000 --repeat 5
    python benches/scale.py 200000 --store reference/ --start 2024-08-05

Every measurement has a process of its own, which processes one small file before the clock starts. The first, the best and the median of the repeats are
printed; the first includes what is loaded once, such as a table of millions of rows. `read` checks the envelope only, as for a history or if no syntax
edit is selected. `check` goes from the file to the findings, reading included. The peak memory is that of the whole process after the first run. With a
store, only checking is measured, on claims with codes from its tables.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import generate

if TYPE_CHECKING:
    from cleanclaim.reference import Reference

SIZES = (1, 1_000, 20_000, 200_000)
MEBIBYTE = 1 << 10
"""In kibibytes, the unit of the system's memory figures."""


def read(path: Path) -> int:
    """Read a file into tables and check its envelope; the number of claims."""
    from cleanclaim.read import read as read_files  # noqa: PLC0415 - measured by itself

    return sum(batch.claims.height for batch in read_files([path], [], form=False))


def read_and_check_form(path: Path) -> int:
    """Read a file into tables and check the syntax of every segment and element; the number of claims."""
    from cleanclaim.read import read as read_files  # noqa: PLC0415 - measured by itself

    return sum(batch.claims.height for batch in read_files([path], []))


def check(path: Path) -> int:
    """Check a file; the number of claims."""
    import cleanclaim  # noqa: PLC0415 - measured by itself

    return int(cleanclaim.check(path).summary["claims"])


def check_with_tables(path: Path) -> int:
    """Check a file with the tables of the store in `CLEANCLAIM_BENCH_STORE`; the number of claims."""
    import cleanclaim  # noqa: PLC0415 - measured by itself

    return int(cleanclaim.check(path, reference=_stored()).summary["claims"])


@cache
def _stored() -> Reference:
    from cleanclaim.reference import Reference  # noqa: PLC0415 - measured by itself

    return Reference.load(store=Path(os.environ["CLEANCLAIM_BENCH_STORE"]))


JOBS: dict[str, Callable[[Path], int]] = {
    "read": read,
    "read, form checked": read_and_check_form,
    "check": check,
}
WITH_TABLES: dict[str, Callable[[Path], int]] = {"check, full tables": check_with_tables}


def measure(job: str, path: Path, small: Path, repeat: int) -> dict[str, float]:
    """Run a job in this process: seconds of the repeats, and the peak memory in MiB after the first one."""
    work = {**JOBS, **WITH_TABLES}[job]
    work(small)
    seconds = []
    for n in range(repeat):
        start = time.perf_counter()
        claims = work(path)
        seconds.append(time.perf_counter() - start)
        if n == 0:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    return {
        "claims": claims,
        "first": seconds[0],
        "best": min(seconds),
        "median": statistics.median(seconds),
        "peak": peak,
    }


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        job, path, small = options.job
        print(json.dumps(measure(job, Path(path), Path(small), options.repeat)))
        return
    made_of = generate.EVERYDAY
    if options.store:
        os.environ["CLEANCLAIM_BENCH_STORE"] = str(options.store)
        made_of = generate.codes_of(options.store, options.start)
    print("| job | claims | file MB | first s | best s | median s | claims/s (median) | peak MiB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.837"
        generate.write(small, 10)
        for job in WITH_TABLES if options.store else JOBS:
            for size in options.sizes:
                path = Path(folder) / f"{size}.837"
                generate.write(path, size, made_of=made_of)
                command = [sys.executable, __file__, "--repeat", str(options.repeat)]
                done = subprocess.run(
                    [*command, "--job", job, str(path), str(small)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                print(_row(job, path, json.loads(done.stdout)), flush=True)


def _row(job: str, path: Path, measured: dict[str, float]) -> str:
    rate = measured["claims"] / measured["median"]
    size = path.stat().st_size / 1e6
    return (
        f"| {job} | {measured['claims']:,} | {size:.2f} | {measured['first']:.4f} | {measured['best']:.4f} | {measured['median']:.4f} | {rate:,.0f} | "
        f"{measured['peak']:.0f} |"
    )


if __name__ == "__main__":
    main()
