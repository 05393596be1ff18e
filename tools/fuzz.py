"""Break random claims, read or check them, and verify what must always hold.

    python tools/fuzz.py --mode read --count 1000000 --jobs 2
    python tools/fuzz.py --mode check --count 100000 --jobs 2 FOLDER
    python tools/fuzz.py --mode check --seed 4711 --count 1 --save found/

Each seed is one case (`fuzzing.cases`): an 837 file, a CSV or Parquet table, a set of tables, a zip
or gzip, several files, or a folder of them. The content is invented, or one of FOLDER's 837 files.
It is then broken in its bytes, segments, loops, envelopes, separators, columns, cells, types or
packing. Some cases have a history. The same seed (with the same FOLDER) gives the same case, so any
range of seeds can be repeated or resumed.

Reading must raise no unexpected error and account for every claim. Checking runs the command line
in one of its formats. It must exit with status 0, 1 or 2, without a panic, and name every file.
Reports must be readable, positions must be within their files, and no patient may be shown. Running
again must give the same bytes, and splitting claims into several files must give the same findings
(`fuzzing.oracle`). Workers are watched (`fuzzing.watch`): an input that takes more than --seconds
or --memory is a failure, and the others continue. --save keeps some failing cases of each kind,
reduced in size; add cases that have failed to tests/fuzz/corpus. The exit status is 1 if anything
failed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fuzzing.cases import case_of, kind_of
from fuzzing.shrink import kind_of_failure, shrunk
from fuzzing.targets import Fuzzed, Mode, Tried
from fuzzing.watch import ENDED, Failure, Limits, Tally, watched

_TELL: Final = 10.0
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - each run makes its own folder in it
_FEW: Final = 3


def others_in(folder: Path | None) -> list[str]:
    """The 837 files in a folder and its subfolders, sorted by name."""
    if folder is None:
        return []
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [str(path) for path in files if b"ISA" in (data := path.read_bytes()) and b"CLM" in data]


def by_kind(failures: Sequence[Failure]) -> dict[str, list[int]]:
    """Seeds of failures by kind of failure; numbers and quoted text are ignored."""
    kinds: dict[str, list[int]] = {}
    for failure in sorted(failures, key=lambda one: one.seed):
        kinds.setdefault(kind_of_failure(failure.what), []).append(failure.seed)
    return dict(sorted(kinds.items(), key=lambda item: -len(item[1])))


def summary(tally: Tally, seeds: range, seconds: float, mode: str) -> str:
    """The result of a run, in words."""
    kinds = Counter(map(kind_of, seeds))
    said = ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common())
    of = f"(seeds {seeds.start} to {seeds.stop - 1}) in {seconds:,.0f} s, {tally.tried / max(seconds, 0.001):,.1f} a second"
    slowest, largest = tally.slowest, tally.largest
    lines = [
        f"{mode}: {tally.tried:,} cases {of}; {len(tally.failures):,} failed",
        f"  kinds: {said}",
        f"  slowest {slowest[0]:.2f} s (seed {slowest[1]}); largest {largest[0]:,} MB (seed {largest[1]}); {tally.renewed} workers restarted for their size",
    ]
    for what, failed in by_kind(tally.failures).items():
        first = ", ".join(map(str, failed[:_FEW]))
        lines.append(f"  {len(failed)} times: {what}\n      seeds {first}{', …' if len(failed) > _FEW else ''}")  # fmt: skip
    return "\n".join(lines)


class Progress:
    """An occasional progress line on the error stream, with the seed to resume from."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._began = self._reported = time.monotonic()
        self.next = 0
        self.tally = Tally()

    def __call__(self, tally: Tally, next_seed: int) -> None:
        """Report the tally so far."""
        self.tally, self.next = tally, next_seed
        now = time.monotonic()
        if now - self._reported < _TELL:
            return
        self._reported = now
        rate = tally.tried / (now - self._began)
        left = (self._count - tally.tried) / max(rate, 0.001) / 60
        print(
            f"{tally.tried:,} of {self._count:,}, {rate:,.1f} a second, {left:,.0f} min left; {len(tally.failures):,} failed; done below seed {next_seed}",
            file=sys.stderr,
        )


def save(folder: Path, failures: Sequence[Failure], others: Sequence[str], mode: Mode) -> None:
    """Save some cases of each kind of failure, reduced in size."""
    data = [Path(name).read_bytes() for name in others]
    tried = Tried(mode)
    for what, seeds in by_kind(failures).items():
        for seed in seeds[:_FEW]:
            case = case_of(seed, data)
            small = case if what.startswith(ENDED) else shrunk(case, tried)
            small.save(folder / f"seed-{seed}")
            print(f"{folder / f'seed-{seed}'}: {what}", file=sys.stderr)
    tried.close()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="a folder of 837 files to break too")
    parser.add_argument("--mode", choices=("read", "check"), default="read")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seconds", type=float, default=30.0, help="the time limit for one input")
    parser.add_argument(
        "--memory", type=int, default=2_500, help="the memory limit for one input, in MB"
    )
    parser.add_argument("--save", type=Path, help="write failing cases below this folder")
    asked = parser.parse_args()
    others = others_in(asked.folder)
    if asked.folder is not None and not others:
        print(f"{asked.folder}: no 837 file", file=sys.stderr)
        return 2
    seeds = range(asked.seed, asked.seed + asked.count)
    limits = Limits(asked.seconds, asked.memory)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # report the progress on this signal too, as for Ctrl-C
    progress, began = Progress(asked.count), time.monotonic()
    folder = tempfile.TemporaryDirectory(prefix="fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None)
    os.environ["TMPDIR"] = folder.name  # the workers' output too, since they are killed
    try:
        watched(Fuzzed, (asked.mode, others), seeds, limits, jobs=asked.jobs, tell=progress)
    except KeyboardInterrupt:
        print(f"stopped; resume with --seed {progress.next} --count {seeds.stop - progress.next}")
    folder.cleanup()
    del os.environ["TMPDIR"]
    tally = progress.tally
    print(summary(tally, range(seeds.start, progress.next), time.monotonic() - began, asked.mode))
    if asked.save and tally.failures:
        save(asked.save, tally.failures, others, asked.mode)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
