"""Fuzz the readers guided by coverage, using atheris (pip install atheris; it isn't a dependency).

    python tools/fuzz_coverage.py --minutes 60 --found found/ [--kept kept/] [--reader x12]

Each reader gets an equal share of the minutes: x12, csv, parquet, and sources (files whose format
is detected from their content, including zip and gzip). Only `cleanclaim.read` is instrumented.
Fuzzing starts with cases from `tools/fuzz.py` and the regression corpus; inputs that reach new code
are kept in --kept. An exception other than `InputError`, a panic, a hang or too much memory is a
failure: its input is written to --found, one for each location, and the run continues. The exit
status is 1 if there were any.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

READERS: Final = ("x12", "csv", "parquet", "sources")
CORPUS: Final = Path(__file__).resolve().parent.parent / "tests" / "fuzz" / "corpus"
_SEEDS: Final = 300
_SECONDS: Final = 30
_MEGABYTES: Final = 2_500
_MOST_BYTES: Final = 20_000
_COVERED: Final = re.compile(r"cov: (\d+) ft: (\d+)")
_RUNS: Final = re.compile(r"^stat::number_of_executed_units: +(\d+)", re.MULTILINE)


def reader(name: str) -> Callable[[bytes], object]:
    """The function that reads bytes; it is imported under instrumentation."""
    from cleanclaim.read import read, table, table_files  # noqa: PLC0415
    from cleanclaim.read.x837 import read_x12  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm"))
    path = folder / "claims.dat"

    def of_file(data: bytes) -> object:
        path.write_bytes(data)
        return list(read([path], []))

    readers: dict[str, Callable[[bytes], object]] = {
        "x12": lambda data: list(read_x12(data, file="f")),
        "csv": lambda data: table.read_flat(table_files.read_csv(data, file="f"), file="f"),
        "parquet": lambda data: table.read_flat(table_files.read_parquet(data, file="f"), file="f"),
        "sources": of_file,
    }
    return readers[name]


def work(name: str, kept: Path, found: Path, seconds: int) -> None:
    """Fuzz one reader in this process; never returns."""
    import atheris  # noqa: PLC0415 - only here

    with atheris.instrument_imports(include=["cleanclaim.read"], enable_loader_override=False):
        read = reader(name)
    from cleanclaim.errors import InputError  # noqa: PLC0415
    from fuzzing.command import ending  # noqa: PLC0415

    def one(data: bytes) -> None:
        try:
            read(data)
        except InputError:
            return
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - any error is a result; a panic isn't an Exception
            keep(found, name, data, ending(error))

    options = [f"-max_total_time={seconds}", f"-timeout={_SECONDS}", f"-rss_limit_mb={_MEGABYTES}", f"-max_len={_MOST_BYTES}"]  # fmt: skip
    options += [
        f"-artifact_prefix={found}/{name}-",
        f"-report_slow_units={_SECONDS}",
        "-print_final_stats=1",
        "-reload=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(kept)], one)
    atheris.Fuzz()


def keep(found: Path, name: str, data: bytes, what: str) -> None:
    """Write a failing input and its error, if it is the first to fail at that location."""
    place = re.sub(r"\d+", "#", what.split(": ", 1)[0])
    path = found / f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    if not path.exists():
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(what + "\n")


def begin(name: str, kept: Path) -> None:
    """Fill a reader's folder with the initial inputs: generated cases and the corpus."""
    from fuzzing.cases import case_of  # noqa: PLC0415

    kept.mkdir(parents=True, exist_ok=True)
    kinds = {name} if name != "sources" else {"packed", "several"}
    for case in (case_of(seed) for seed in range(_SEEDS)):
        if case.kind in kinds:
            for data in case.files.values():
                _put(kept, data)
    for path in CORPUS.rglob("*"):
        if path.is_file() and (name == "sources" or path.suffix.lstrip(".") in {name, "837"}):
            _put(kept, path.read_bytes())


def _put(folder: Path, data: bytes) -> None:
    if len(data) <= _MOST_BYTES:
        (folder / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)


def runs(name: str, kept: Path, found: Path, seconds: float) -> Iterator[str]:
    """Output of a reader's processes, one after another until its time is up.

    A process ends when an input hangs or takes too much memory.
    """
    until = time.monotonic() + seconds
    while (left := int(until - time.monotonic())) > 1:
        command = [sys.executable, __file__, "--work", name, "--seconds", str(left)]
        command += ["--kept", str(kept), "--found", str(found)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # fmt: skip
        yield done.stderr
        if not _COVERED.search(done.stderr):
            raise RuntimeError(f"{name}: it does not start: {done.stderr[-2000:]}")


def progress(name: str, said: str, seconds: float) -> str:
    """How far a reader got, in words."""
    covered = [(int(cov), int(ft)) for cov, ft in _COVERED.findall(said)]
    inputs = sum(map(int, _RUNS.findall(said)))
    first, last = covered[0], covered[-1]
    return (
        f"{name}: {inputs:,} inputs in {seconds:,.0f} s; coverage {first[0]:,} at the start, {last[0]:,} at last; "
        f"features {first[1]:,} at first, {last[1]:,} at last"
    )


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--found", type=Path, default=Path("found"))
    parser.add_argument("--kept", type=Path, help="where inputs are kept between runs")
    parser.add_argument("--reader", choices=READERS, help="only this one")
    parser.add_argument("--work", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asked.found.mkdir(parents=True, exist_ok=True)
    if asked.work:
        work(asked.work, asked.kept, asked.found, asked.seconds)
    before = set(asked.found.iterdir())
    readers = [asked.reader] if asked.reader else READERS
    with tempfile.TemporaryDirectory() as folder:
        for name in readers:
            kept = (asked.kept or Path(folder)) / name
            begin(name, kept)
            seconds = asked.minutes * 60 / len(readers)
            print(progress(name, "\n".join(runs(name, kept, asked.found, seconds)), seconds))
    new = sorted(set(asked.found.iterdir()) - before)
    for path in new:
        print(f"{path}: {path.read_text().strip() if path.suffix == '.txt' else 'the input'}")
    return 1 if new else 0


if __name__ == "__main__":
    raise SystemExit(main())
