"""Break 837 files at random and read them: no traceback, no claims that vanish without a word.

    python tools/fuzz.py FOLDER --count 100000

Each input is one of the folder's files, broken one to four times (cut, bytes changed, segments dropped or repeated, separators changed, junk put in), from
a seed of its own, so that any one can be made again. Every input is read; every hundredth also goes through the command line, in some format. Exit 1 if
anything failed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cleanclaim import cli
from cleanclaim.errors import UnknownFormat
from cleanclaim.model import Batch
from cleanclaim.read.x12 import read_x12

LONGEST_SECONDS: Final = 20.0
THROUGH_THE_COMMAND: Final = 100
FORMATS: Final = ("text", "json", "jsonl", "sarif", "csv", "html")
JUNK: Final = (
    b"~", b"*", b":", b"\r\n", b"~~~", b"*" * 11, b"ISA*", b"CLM*", b" " * 30, b"HL*1**20*1~", b"SE*1*1~", b"\xff" * 5, b"9" * 50, b"\x00",
)  # fmt: skip
Break = Callable[[random.Random, bytes], bytes]


def _span(dice: random.Random, data: bytes) -> tuple[int, int]:
    start = dice.randrange(len(data))
    return start, min(len(data), start + dice.randint(1, 300))


def cut(dice: random.Random, data: bytes) -> bytes:
    """The file ends early."""
    return data[: dice.randrange(len(data))]


def change(dice: random.Random, data: bytes) -> bytes:
    """A byte is another."""
    at = dice.randrange(len(data))
    return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]


def drop(dice: random.Random, data: bytes) -> bytes:
    """Some bytes are missing."""
    start, end = _span(dice, data)
    return data[:start] + data[end:]


def repeat(dice: random.Random, data: bytes) -> bytes:
    """Some bytes stand twice."""
    start, end = _span(dice, data)
    return data[:end] + data[start:]


def move_segment(dice: random.Random, data: bytes) -> bytes:
    """A segment is missing, or stands a second time elsewhere."""
    segments = data.split(b"~")
    one = dice.randrange(len(segments))
    if dice.random() < 0.5:
        del segments[one]
    else:
        segments.insert(dice.randrange(len(segments)), segments[one])
    return b"~".join(segments)


def swap_separator(dice: random.Random, data: bytes) -> bytes:
    """A separator is another character throughout."""
    return data.replace(bytes([dice.choice(b"*:~^")]), bytes([dice.randrange(256)]))


def put_before(dice: random.Random, data: bytes) -> bytes:
    """Bytes stand before the file."""
    return dice.randbytes(dice.randint(1, 200)) + data


def twice(dice: random.Random, data: bytes) -> bytes:  # noqa: ARG001 - the signature of every breakage
    """The file stands twice in one."""
    return data + data


def put_in(dice: random.Random, data: bytes) -> bytes:
    """Junk stands somewhere in it."""
    at = dice.randrange(len(data))
    return data[:at] + dice.choice(JUNK) + data[at:]


BREAKS: Final[tuple[Break, ...]] = (
    cut,
    change,
    drop,
    repeat,
    move_segment,
    swap_separator,
    put_before,
    twice,
    put_in,
)


def broken(seed: int, files: list[bytes]) -> bytes:
    """The input of one seed."""
    dice = random.Random(seed)  # noqa: S311 - it keeps no secret
    data = dice.choice(files)
    for _ in range(dice.randint(1, 4)):
        if data:
            data = dice.choice(BREAKS)(dice, data)
    return data


def wrong_with(data: bytes, seed: int) -> str | None:
    """What is wrong with how an input was read; None for nothing."""
    try:
        batches = list(
            read_x12(data, file="broken.837", chunk_size=(1 << 10) if seed % 2 else (1 << 20))
        )
    except UnknownFormat:
        return None
    return _inconsistent(batches)


def _inconsistent(batches: list[Batch]) -> str | None:
    keys = [key for batch in batches for key in batch.claims["claim_key"]]
    if not keys and not any(batch.syntax_faults.height for batch in batches):
        return "no claims, and no fault that says why"
    if keys != sorted(set(keys)):
        return "claim keys repeat or are out of order"
    if any(
        set(batch.lines["claim_key"].unique()) - set(batch.claims["claim_key"]) for batch in batches
    ):
        return "lines of no claim"
    return None


def through_the_command(data: bytes, seed: int, folder: Path) -> str | None:
    """What is wrong with how the command line took an input; None for nothing."""
    path = folder / "broken.837"
    path.write_bytes(data)
    form = FORMATS[seed // THROUGH_THE_COMMAND % len(FORMATS)]
    sys.argv = ["cleanclaim", "check", str(path), "--format", form]
    code: object = None
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code
    if code not in {0, 1, 2}:
        return f"exit code {code}"
    if "Traceback" in out.getvalue() + err.getvalue():
        return "a traceback was printed"
    return None if out.getvalue() + err.getvalue() else "nothing was said"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a folder of 837 files to break")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    files = [path.read_bytes() for path in sorted(asked.folder.rglob("*")) if path.is_file()]
    files = [data for data in files if b"ISA" in data and b"CLM" in data]
    if not files:
        print(f"{asked.folder}: no 837 file", file=sys.stderr)
        return 2
    told: Counter[str] = Counter()
    slowest, start = 0.0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seed, asked.seed + asked.count):
            before = time.perf_counter()
            data = broken(seed, files)
            try:
                wrong = wrong_with(data, seed)
                if seed % THROUGH_THE_COMMAND == 0:
                    wrong = wrong or through_the_command(data, seed, Path(folder))
            except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
                wrong = traceback.format_exc(limit=-3)
            slowest = max(slowest, time.perf_counter() - before)
            if wrong:
                told[wrong.splitlines()[-1]] += 1
                print(f"seed {seed}: {wrong}")
    taken = time.perf_counter() - start
    print(
        f"{asked.count:,} inputs from {len(files)} files in {taken:,.0f} s, the slowest {slowest:.2f} s; {sum(told.values())} failed"
    )
    for words, times in told.most_common():
        print(f"  {times} times: {words}")
    return 1 if told or slowest > LONGEST_SECONDS else 0


if __name__ == "__main__":
    raise SystemExit(main())
