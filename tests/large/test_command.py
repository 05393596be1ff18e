"""The command line on more claims than fit into memory, stopped and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.samples import interchange
from command import Done, run

CLAIMS = 2_500
FILES = 5


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five files of five hundred claims; every patient has claims in several files."""
    folder = tmp_path_factory.mktemp("inbox")
    for n in range(FILES):
        claims = range(n, CLAIMS, FILES)
        (folder / f"day-{n}.837").write_text("".join(map(claim, claims)))
    return folder


def claim(n: int) -> str:
    """An interchange with one claim."""
    return interchange(
        ("CLM*EXAMPLE-1", f"CLM*C{n}"),
        ("HI*ABK", "HI*ABK:M545" if n % 10 == 0 else "HI*ABK:E1165"),
        ("NM1*IL", f"NM1*IL*1*EXAMPLE*PAT****MI*W{n // 3:09}"),
    )


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "cleanclaim", "check", *map(str, arguments)]


def check(*arguments: str | Path) -> Done:
    return run("check", *arguments)


def findings(path: Path) -> Counter[str]:
    """The lines of a JSON Lines report, in no order."""
    return Counter(path.read_text().splitlines())


@pytest.fixture(scope="module")
def whole(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run in memory."""
    output = tmp_path_factory.mktemp("whole") / "whole.jsonl"
    done = check(inbox, "--format", "jsonl", "--output", output)
    assert done.returncode == 1, done.stderr
    return output


def test_the_result_does_not_depend_on_the_memory(inbox: Path, whole: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    done = check(inbox, "--memory", "100MB", "--format", "jsonl", "--output", output)
    assert done.returncode == 1, done.stderr
    assert findings(output) == findings(whole)
    summary = json.loads(output.read_text().splitlines()[-1])
    assert summary["claims"] == CLAIMS
    assert summary["findings_by_edit"]["DX102"]["count"] == CLAIMS // 10
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize("kind", ["piece", "part"])
def test_a_killed_run_goes_on(inbox: Path, whole: Path, tmp_path: Path, kind: str) -> None:
    output = tmp_path / "out.jsonl"
    partial = tmp_path / "out.jsonl.partial"
    arguments = (inbox, "--memory", "100MB", "--format", "jsonl", "--output", output)
    with subprocess.Popen(command(*arguments), stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 120
        while len(list(partial.glob(f"{kind}-*"))) < 2:
            assert running.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.kill(running.pid, signal.SIGKILL)
    assert not output.exists()
    assert partial.is_dir()
    done = check(*arguments)
    assert done.returncode == 1
    assert f"cleanclaim: resuming {partial}" in done.stderr.decode()
    assert findings(output) == findings(whole)
    assert not partial.exists()


def test_formats_of_a_large_run(inbox: Path, whole: Path, tmp_path: Path) -> None:
    told = [json.loads(line) for line in whole.read_text().splitlines()]
    count = sum(item["type"] == "finding" for item in told)
    for name in ("parquet", "csv", "json", "text"):
        output = tmp_path / f"out.{name}"
        done = check(inbox, "--memory", "100MB", "--format", name, "--output", output)
        assert done.returncode == 1, done.stderr
        assert f"{count:,} findings on {CLAIMS:,} claims" in done.stderr.decode()
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert frame.height == count
    assert pl.read_csv(tmp_path / "out.csv").height == count
    assert len(json.loads((tmp_path / "out.json").read_text())["findings"]) == count
    assert f"{CLAIMS:,} claims with" in (tmp_path / "out.text").read_text()


def test_standard_output_needs_no_folder_that_stays(inbox: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        command(inbox, "--memory", "100MB", "--format", "jsonl"),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["claims"] == CLAIMS
    assert list(tmp_path.iterdir()) == []


def test_wrong_sizes_and_places_are_told_before_the_work(inbox: Path, tmp_path: Path) -> None:
    done = check(inbox, "--memory", "lots")
    assert done.returncode == 2
    assert "memory: 'lots'; expected a size such as 2GB or 800MB" in done.stderr.decode()
    done = check(inbox, "--output", tmp_path / "nowhere" / "out.txt")
    assert done.returncode == 2
    assert f"the folder {tmp_path / 'nowhere'} doesn't exist" in done.stderr.decode()
