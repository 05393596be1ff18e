"""Compare this version with another one: the same work, in turn, on the same machine.

    git worktree add ../base 48c8f00
    python benches/versions.py ../base --store reference/ --base-store base-reference/ --start 2024-08-05

Each measure is one process of the one version, then one of the other, several times; the medians and their ratio are printed.
Both run from their source folders with this interpreter. Stores are made by each version itself (`cleanclaim reference
import FOLDER --store STORE`), since their layout may differ. Without stores, both use the tables of a fresh install.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import generate

_HERE: Final = Path(__file__).resolve().parents[1]
_WARM: Final = """
import json, sys, time
import cleanclaim
path, times = sys.argv[1], int(sys.argv[2])
for _ in range(3):
    cleanclaim.check(path)
seconds = []
for _ in range(times):
    began = time.perf_counter()
    cleanclaim.check(path)
    seconds.append(time.perf_counter() - began)
print(json.dumps(sorted(seconds)[times // 2]))
"""


@dataclass(frozen=True)
class Version:
    """A version of cleanclaim.

    Attributes:
        name: how it is called in the table.
        folder: its checkout.
        store: its reference store, if it has one.
        home: where it keeps its caches.
    """

    name: str
    folder: Path
    store: Path | None
    home: Path

    @property
    def stored(self) -> list[str]:
        """The option that names its store."""
        return ["--store", str(self.store.resolve())] if self.store else []

    def run(self, words: Sequence[str]) -> tuple[float, float, float, str]:
        """Seconds of the wall and of the processor, peak memory in MB, and what Python with some words printed.

        Raises:
            RuntimeError: the version couldn't do it.
        """
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "src"),
            "CLEANCLAIM_HOME": str(self.home),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        command = [sys.executable, *words]
        began = time.perf_counter()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                command, stdout=said, stderr=subprocess.DEVNULL, env=environment, cwd=self.folder
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - began
            said.seek(0)
            out = said.read()
        if process.returncode not in {0, 1}:
            raise RuntimeError(f"{self.name}: {' '.join(words[:4])} ended with status {process.returncode}")  # fmt: skip
        return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out


Measure = Callable[[Version], dict[str, float]]


def cold(version: Version, *words: str) -> dict[str, float]:
    """A command in a process of its own."""
    wall, cpu, memory, _ = version.run(["-m", "cleanclaim", *words, *version.stored])
    return {"wall s": wall, "CPU s": cpu, "MB": memory}


def warm(version: Version, path: Path) -> dict[str, float]:
    """A check in a process that has made some before."""
    return {"warm s": float(json.loads(version.run(["-c", _WARM, str(path), "15"])[3]))}


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("base", type=Path, help="a checkout of the other version")
    parser.add_argument("--store", type=Path, help="a store of this version")
    parser.add_argument("--base-store", type=Path, help="a store of the other version")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    parser.add_argument("--sizes", type=int, nargs="*", default=[20_000])
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = Version("other", given.base.resolve(), given.base_store, folder / "other-home")
        this = Version("this", _HERE, given.store, folder / "this-home")
        made_of = generate.codes_of(given.store, given.start) if given.store else generate.EVERYDAY
        files = {}
        for size in (1, 100, *given.sizes):
            files[size] = folder / f"{size}.837"
            generate.write(files[size], size, made_of=made_of)
        print("| work | measure | other | this | ratio |\n|---|---|---|---|---|")
        for title, measure in _work(files, folder, given.sizes).items():
            _compare(title, measure, (base, this), given.repeat)


def _work(files: dict[int, Path], folder: Path, sizes: Sequence[int]) -> dict[str, Measure]:
    """What is measured, by what it is called."""
    out = str(folder / "found.parquet")

    def check(size: int) -> Measure:
        words = ("check", str(files[size]), "--format", "parquet", "--output", out)
        return lambda version: cold(version, *words)

    checks = {
        f"check {size:,} claim{'s' if size > 1 else ''}, cold": check(size) for size in (1, *sizes)
    }
    return {
        **checks,
        "one claim in Python": lambda v: warm(v, files[1]),
        "100 claims in Python": lambda v: warm(v, files[100]),
        "lookup 99213, cold": lambda v: cold(v, "lookup", "99213"),
        "search, cold": lambda v: cold(v, "search", "broken", "wrist"),
    }


def _compare(title: str, measure: Measure, versions: tuple[Version, Version], repeat: int) -> None:
    for version in versions:  # caches are made, and files read once
        measure(version)
    found: dict[str, list[dict[str, float]]] = {version.name: [] for version in versions}
    for _ in range(repeat):
        for version in versions:
            found[version.name].append(measure(version))
    for name in found["this"][0]:
        other, this = (statistics.median(one[name] for one in found[v.name]) for v in versions)
        print(f"| {title} | {name} | {other:,.3f} | {this:,.3f} | {this / other:.2f} |", flush=True)


if __name__ == "__main__":
    main()
