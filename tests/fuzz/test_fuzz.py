"""The fuzzer itself: the same seed is the same case, and what goes wrong is told, whatever way it goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import planted
from cleanclaim.read import FileRead, read
from fuzzing import cases, oracle, sound, watch
from fuzzing.command import Done
from fuzzing.shrink import shrunk
from places import ROOT

TOOL = ROOT / "tools" / "fuzz.py"


def test_same_seed_is_same_case() -> None:
    first = [cases.case_of(seed) for seed in range(150)]
    assert first == [cases.case_of(seed) for seed in range(150)]
    assert len({json.dumps(sorted(map(str, case.files.values()))) for case in first}) == 150
    assert Counter(case.kind for case in first).keys() == {
        "x12", "csv", "parquet", "set", "packed", "several", "folder", "split",
    }  # fmt: skip


def test_kind_of_a_seed_is_that_of_its_case() -> None:
    assert [cases.kind_of(seed) for seed in range(50)] == [
        cases.case_of(seed).kind for seed in range(50)
    ]


def test_saved_case_is_found_again(tmp_path: Path) -> None:
    for seed in range(60):
        case = cases.case_of(seed)
        case.save(tmp_path / str(seed))
        assert cases.load(tmp_path / str(seed)) == case


def test_unbroken_claims_are_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in range(10):
        claims = sound.claims(sound.dice_of(seed))
        Path("sound.837").write_bytes(sound.written(sound.interchange(claims)))
        files: list[FileRead] = []
        batches = list(read(["sound.837"], files))
        assert files == [FileRead("sound.837", "x12", len(claims))]
        assert not [f for batch in batches for f in batch.syntax_faults["fault"] if f == "ENV001"]
        assert sum(batch.lines.height for batch in batches) >= len(claims)


def test_watch_goes_on_after_what_hangs_hogs_ends_or_fails() -> None:
    limits = watch.Limits(seconds=4.0, megabytes=500)
    told: list[int] = []
    tally = watch.watched(
        planted.Planted, (), range(12), limits, jobs=2, tell=lambda _tally, seed: told.append(seed)
    )
    assert tally.tried == 12
    failed = {failure.seed: failure.what for failure in tally.failures}
    assert failed.keys() == {planted.HANG, planted.HOG, planted.END, planted.WRONG}
    assert failed[planted.HANG].startswith("a hang")
    assert failed[planted.HOG].startswith("memory")
    assert failed[planted.END] == "the process ended: signal 6"
    assert failed[planted.WRONG] == "planted"
    assert told[-1] == 12


def test_watch_says_that_a_worker_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="does not start"):
        watch.watched(planted.never, (), range(3), watch.Limits())


def test_planted_bug_is_told_with_its_place(tmp_path: Path) -> None:
    """A fault of the reader's own and one on the way to the report, each in a process of its own."""
    script = tmp_path / "buggy.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(TOOL.parent)!r})\n"
        "import polars as pl\n"
        "from cleanclaim import pipeline\n"
        "from fuzzing.cases import Case\n"
        "from fuzzing.targets import Tried\n"
        "from cleanclaim.edits.samples import interchange\n"
        "case = Case('x12', {'a.837': interchange().encode()}, ('a.837',))\n"
        "tried = Tried('check')\n"
        "assert tried(case, again=True) is None\n"
        "prepare = pipeline.prepare\n"
        "def buggy(*_):\n"
        "    raise KEY('planted')\n"
        "pipeline.prepare = buggy\n"
        "KEY = KeyError\n"
        "print(tried(case))\n"
        "KEY = pl.exceptions.PanicException\n"
        "print(tried(case))\n"
        "pipeline.prepare = prepare\n"
        "other = interchange(('HI*', 'HI*ABK:E11')).encode()\n"
        "alone = Case('split', case.files, case.inputs, parts={'0.837': other})\n"
        "print(tried(alone))\n"
        "tried.close()\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert first.startswith("KeyError in pipeline.py:")
    assert second.startswith("PanicException in pipeline.py:")
    assert third.startswith("claims in one file have different findings than in several: ")


def test_failing_case_is_made_smaller() -> None:
    lines = [b"line %d\n" % n for n in range(40)]
    case = cases.Case(
        "several", {"a.csv": b"".join(lines), "b.csv": b"other"}, ("a.csv", "b.csv"),
        options=("--as-of", "2026-06-01"), form="html", to_file=True,
    )  # fmt: skip

    def fails(tried: object) -> str | None:
        data = tried.files.get("a.csv", b"")  # type: ignore[attr-defined]
        return f"{len(data)} bytes are wrong" if b"line 17\n" in data else None

    small = shrunk(case, fails)
    assert small == cases.Case("several", {"a.csv": b"line 17\n"}, ("a.csv",))


@pytest.mark.parametrize(
    ("report", "wrong"),
    [
        ({"status": 3}, "exit status 3"),
        ({"status": 2}, "exit status 2 without a message"),
        ({"status": 1, "said": "thread 'x' panicked at src/lib.rs"}, "a panic was printed"),
        ({"status": 1, "said": "\x1b[31m"}, "control characters on the error stream"),
        ({"status": 1, "said": "zzPlantedName"}, "patient data is shown on the error stream"),
        ({"status": 1, "out": b"born 03/19/1923"}, "patient data is shown on the report"),
        ({"status": 1, "fault": "KeyError in a.py"}, "KeyError in a.py"),
    ],
)
def test_what_no_run_may_do(report: dict[str, Any], wrong: str) -> None:
    said = oracle._run_wrong(Done(**{"status": 0, "out": b"", "said": "", "fault": None, **report}))
    assert said is not None
    assert said.startswith(wrong)


@pytest.mark.parametrize("mode", ["read", "check"])
def test_command_tells_what_came_of_it(mode: str) -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--mode", mode, "--count", "3", "--seed", "1"],
        capture_output=True, text=True, check=False, env={**os.environ, "CLEANCLAIM_HOME": "/nowhere"},
    )  # fmt: skip
    assert done.stdout.startswith(f"{mode}: 3 cases (seeds 1 to 3)"), done.stderr
    assert "kinds: " in done.stdout
    assert "slowest" in done.stdout
    assert done.returncode in {0, 1}
