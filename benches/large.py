"""Measure time and peak memory of `cleanclaim check` on many claims, from the 837 file to the written findings.

    python benches/large.py 1000000 --store reference/ --start 2024-08-05
    python benches/large.py 1000000 5000000 --memory 2GB --format jsonl

The command runs in a process of its own, so start-up and loading of the tables are included. The peak memory is the system's figure for that process.
`--keep FOLDER` keeps the generated files for the next run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import generate

KIBIBYTES_A_MEGABYTE = 1e6 / 1024


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--keep", type=Path, help="keep the generated files in this folder")
    options = parser.parse_args()
    made_of = (
        generate.codes_of(options.store, options.start) if options.store else generate.EVERYDAY
    )
    print("| claims | file MB | memory allowed | format | s | claims/s | peak MB | output MB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            path = (options.keep or Path(folder)) / f"{size}{'-full' if options.store else ''}.837"
            if not path.exists():
                generate.write(path, size, made_of=made_of)
            output = Path(folder) / f"findings.{options.format}"
            command = [
                *(sys.executable, "-m", "cleanclaim", "check", str(path)),
                *("--memory", options.memory, "--format", options.format, "--output", str(output)),
                *(("--store", str(options.store)) if options.store else ()),
            ]
            seconds, peak = run(command)
            print(
                f"| {size:,} | {path.stat().st_size / 1e6:,.0f} | {options.memory} | {options.format} | {seconds:.1f} | {size / seconds:,.0f} | {peak:,.0f} | "
                f"{output.stat().st_size / 1e6:,.0f} |",
                flush=True,
            )


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of a command that finds something."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as started:
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 1:
        raise SystemExit(f"{' '.join(command)}: exit status {started.returncode}")
    return time.perf_counter() - begin, used.ru_maxrss / KIBIBYTES_A_MEGABYTE


if __name__ == "__main__":
    main()
