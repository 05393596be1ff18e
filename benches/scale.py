"""Time and peak memory of reading and of checking 837P files of several sizes.

    python benches/scale.py                       # 1, 1,000, 20,000 and 200,000 claims
    python benches/scale.py 20000 --repeat 5
    python benches/scale.py 200000 --store reference/ --start 2024-08-05

Every measurement runs in a process of its own, which imports, loads the reference and works one small file before the clock starts; the first, the best and the
median of the repeats are printed. The first also pays for what is loaded once, such as a table of millions of rows. Reading ends with the tables
of the model; `read` looks at the envelope only, as for claims of a history or where no edit of form is selected. Checking goes from the file to the
findings, reading included. Peak memory is the whole process's at the end of the first run.
With a store only checking is measured, on claims with codes drawn from its tables.
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
"""In the kibibytes that the system counts a process's memory in."""


def read(path: Path) -> int:
    """Read a file into tables, the envelope checked; how many claims it has."""
    from cleanclaim.read import read as read_files  # noqa: PLC0415 - measured by itself

    return sum(batch.claims.height for batch in read_files([path], [], form=False))


def read_and_check_form(path: Path) -> int:
    """Read a file into tables, the form of every segment and element checked; how many claims it has."""
    from cleanclaim.read import read as read_files  # noqa: PLC0415 - measured by itself

    return sum(batch.claims.height for batch in read_files([path], []))


def check(path: Path) -> int:
    """Check a file; how many claims it has."""
    import cleanclaim  # noqa: PLC0415 - measured by itself

    return int(cleanclaim.check(path).summary["claims"])


def check_with_tables(path: Path) -> int:
    """Check a file against the tables of the store that `CLEANCLAIM_BENCH_STORE` names; how many claims it has."""
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
    """In this process: seconds of each repeat, and the peak memory in MiB of the first one."""
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
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        job, path, small = asked.job
        print(json.dumps(measure(job, Path(path), Path(small), asked.repeat)))
        return
    made_of = generate.EVERYDAY
    if asked.store:
        os.environ["CLEANCLAIM_BENCH_STORE"] = str(asked.store)
        made_of = generate.codes_of(asked.store, asked.start)
    print("| job | claims | file MB | first s | best s | median s | claims/s (median) | peak MiB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.837"
        generate.write(small, 10)
        for job in WITH_TABLES if asked.store else JOBS:
            for size in asked.sizes:
                path = Path(folder) / f"{size}.837"
                generate.write(path, size, made_of=made_of)
                command = [sys.executable, __file__, "--repeat", str(asked.repeat)]
                done = subprocess.run(
                    [*command, "--job", job, str(path), str(small)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                print(_row(job, path, json.loads(done.stdout)), flush=True)


def _row(job: str, path: Path, told: dict[str, float]) -> str:
    rate = told["claims"] / told["median"]
    size = path.stat().st_size / 1e6
    return (
        f"| {job} | {told['claims']:,} | {size:.2f} | {told['first']:.4f} | {told['best']:.4f} | {told['median']:.4f} | {rate:,.0f} | "
        f"{told['peak']:.0f} |"
    )


if __name__ == "__main__":
    main()
