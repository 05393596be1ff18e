"""Check the same claims on one machine and on a local Spark cluster: compare the findings and the times.

    python benches/spark.py 200000 --store reference/ --start 2024-08-05
    python benches/spark.py 200000 1000000 --executors 2 --memory 1024

The cluster is real (`local-cluster`): each executor is a process with one core. Both read the same Parquet data set. Findings and what was not checked are
compared byte for byte after sorting; if they differ, the exit status is 1. The cluster is timed twice: with its executors just started, and again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import generate
from cleanclaim import Reference, check
from cleanclaim.model import TABLES
from cleanclaim.write.dataset import write_dataset

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[200_000])
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--executors", type=int, default=2)
    parser.add_argument("--memory", type=int, default=1024, help="MB for an executor's JVM")
    options = parser.parse_args()
    made_of = (
        generate.codes_of(options.store, options.start) if options.store else generate.EVERYDAY
    )
    reference = Reference.load(store=options.store)
    with tempfile.TemporaryDirectory() as folder:
        session = started(Path(folder) / "home", options.executors, options.memory)
        print("| claims | here s | claims/s | cluster, first s | again s | claims/s | same |")
        print("|---|---|---|---|---|---|---|")
        same = [compared(session, Path(folder), size, made_of, reference) for size in options.sizes]
        session.stop()
    sys.exit(not all(same))


def started(home: Path, executors: int, memory: int) -> SparkSession:
    """A session on a local cluster whose executors use a given folder."""
    import pyspark  # noqa: PLC0415 - an extra

    home.mkdir()
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    os.environ |= {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession  # noqa: PLC0415

    return (
        SparkSession.builder.master(f"local-cluster[{executors},1,{memory}]")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "OFF")
        .config("spark.executor.memory", f"{memory}m")
        .getOrCreate()
    )


def compared(
    session: SparkSession, folder: Path, size: int, made_of: generate.Codes, reference: Reference
) -> bool:
    """Print one row of the table; True if the findings are the same."""
    claims, data = folder / f"{size}.837", folder / f"{size}"
    generate.write(claims, size, made_of=made_of)
    write_dataset([claims], data)
    claims.unlink()
    begin = time.perf_counter()
    here = check(data, reference=reference)
    alone = time.perf_counter() - begin
    first, again = (on_cluster(session, data, reference, folder / f"out-{n}") for n in (1, 2))
    findings = here.findings.with_columns(pl.col("disposition").cast(pl.String))
    same = ordered(findings).equals(ordered(first[1])) and ordered(here.not_checked).equals(
        ordered(first[2])
    )
    print(
        f"| {size:,} | {alone:.1f} | {size / alone:,.0f} | {first[0]:.1f} | {again[0]:.1f} | {size / again[0]:,.0f} | {'yes' if same else 'NO'} |",
        flush=True,
    )
    return same


def on_cluster(
    session: SparkSession, data: Path, reference: Reference, out: Path
) -> tuple[float, pl.DataFrame, pl.DataFrame]:
    """The seconds until the findings are written, the findings, and what was not checked."""
    from cleanclaim import spark  # noqa: PLC0415

    tables: dict[str, Any] = {
        name: session.read.parquet(str(data / name)) for name in TABLES if (data / name).is_dir()
    }
    begin = time.perf_counter()
    checked = spark.check(**tables, reference=reference, keep=False)
    checked.findings.write.mode("overwrite").parquet(str(out / "findings"))
    seconds = time.perf_counter() - begin
    checked.not_checked.write.mode("overwrite").parquet(str(out / "not_checked"))
    return (
        seconds,
        pl.read_parquet(out / "findings" / "*.parquet"),
        pl.read_parquet(out / "not_checked" / "*.parquet"),
    )


def ordered(frame: pl.DataFrame) -> pl.DataFrame:
    """A table sorted by all its columns."""
    return frame.sort([name for name in frame.columns if frame[name].dtype != pl.Struct])


if __name__ == "__main__":
    main()
