"""Time and peak memory of `cleanclaim check` on many claims, from the 837 file to the written findings, as a user runs it.

    python benches/large.py 1000000 --store reference/ --start 2024-08-05
    python benches/large.py 1000000 5000000 --memory 2GB --format jsonl

The command runs in a process of its own, start-up and loading of the tables included; its peak memory is what the system counts for it. `--keep FOLDER`
keeps the generated files for the next time.
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
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--keep", type=Path, help="a folder for the generated files")
    asked = parser.parse_args()
    made_of = generate.codes_of(asked.store, asked.start) if asked.store else generate.EVERYDAY
    print("| claims | file MB | memory allowed | format | s | claims/s | peak MB | output MB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            path = (asked.keep or Path(folder)) / f"{size}{'-full' if asked.store else ''}.837"
            if not path.exists():
                generate.write(path, size, made_of=made_of)
            output = Path(folder) / f"findings.{asked.format}"
            command = [
                *(sys.executable, "-m", "cleanclaim", "check", str(path)),
                *("--memory", asked.memory, "--format", asked.format, "--output", str(output)),
                *(("--store", str(asked.store)) if asked.store else ()),
            ]
            seconds, peak = run(command)
            print(
                f"| {size:,} | {path.stat().st_size / 1e6:,.0f} | {asked.memory} | {asked.format} | {seconds:.1f} | {size / seconds:,.0f} | {peak:,.0f} | "
                f"{output.stat().st_size / 1e6:,.0f} |",
                flush=True,
            )


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of a command that ends with findings."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as started:
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 1:
        raise SystemExit(f"{' '.join(command)}: ended with {started.returncode}")
    return time.perf_counter() - begin, used.ru_maxrss / KIBIBYTES_A_MEGABYTE


if __name__ == "__main__":
    main()
