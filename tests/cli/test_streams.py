"""The command line with standard streams that are closed, full, or read by nobody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cleanclaim.edits.samples import interchange

COMMAND = [sys.executable, "-m", "cleanclaim"]


def shell(
    line: str, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `"$@"` is the command with its arguments."""
    return subprocess.run(
        ["bash", "-c", line, "bash", *COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Claims with more findings than the buffer of a pipe holds."""
    path = tmp_path_factory.mktemp("claims") / "claims.837"
    one = [("HI*ABK", "HI*ABK:M545")]
    path.write_text("".join(interchange(("CLM*EXAMPLE-1", f"CLM*C{n}"), *one) for n in range(200)))
    return path


@pytest.mark.parametrize("line", ["edits", "--version"])
@pytest.mark.parametrize(
    ("where", "why"),
    [(">/dev/full", "No space left on device"), (">&-", "it is closed")],
    ids=["full", "closed"],
)
def test_what_cannot_be_printed_is_one_line_and_status_2(line: str, where: str, why: str) -> None:
    done = shell(f'"$@" {where}', *line.split(), PYTHONDEVMODE="1")
    assert done.stderr == f"cleanclaim: standard output: {why}\n"
    assert done.returncode == 2


@pytest.mark.parametrize("name", ["text", "parquet"])
def test_a_report_that_cannot_be_printed_is_one_line_and_status_2(claims: Path, name: str) -> None:
    done = shell('"$@" >/dev/full', "check", claims, "--format", name)
    assert done.stderr == "cleanclaim: standard output: No space left on device\n"
    assert done.returncode == 2


def test_a_reader_that_has_seen_enough_ends_it_quietly(claims: Path) -> None:
    for arguments in (["edits"], ["check", claims, "--format", "json"]):
        done = shell('set -o pipefail; "$@" | head -n 1 >/dev/null', *arguments, PYTHONDEVMODE="1")
        assert done.stderr == ""
        assert done.returncode in {141, 0 if arguments == ["edits"] else 1}


@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_a_pipe_that_nobody_reads_ends_it_quietly(claims: Path, name: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "check", str(claims), "--format", name],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_no_run_fails_for_want_of_an_error_stream(claims: Path, tmp_path: Path) -> None:
    for where in ("2>/dev/full", ">&- 2>&- <&-"):
        output = tmp_path / "report.jsonl"
        done = shell(f'"$@" {where}', "check", claims, "--format", "jsonl", "--output", output)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
        assert output.read_text().endswith("}\n")
        assert "findings on" not in output.read_text(), "no message went into the report"
        output.unlink()
    assert list(tmp_path.iterdir()) == []


def test_a_report_is_its_owners_and_replaces_the_one_before_it(
    claims: Path, tmp_path: Path
) -> None:
    files = {
        "report.csv": ("check", claims, "--format", "csv", "--output"),
        "known.json": ("check", claims, "--write-baseline"),
        "prices.csv": ("price", claims, "--format", "csv", "--output"),
    }
    for name, arguments in files.items():
        path = tmp_path / name
        path.write_text("before")
        path.chmod(0o644)
        done = shell('"$@"', *arguments, path)
        assert done.returncode in {0, 1}, done.stderr
        assert path.read_text() != "before"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    others = {"report.claims.csv", "report.not-checked.csv"}
    assert {path.name for path in tmp_path.iterdir()} == set(files) | others
    for name in others:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_places_where_no_report_can_be_written_are_told_before_the_work(
    claims: Path, tmp_path: Path
) -> None:
    done = shell('"$@"', "check", claims, "--output", tmp_path)
    assert (done.returncode, done.stderr) == (2, f"cleanclaim: {tmp_path} is a folder: name a file\n")  # fmt: skip
    done = shell('"$@"', "check", claims, "--output", "/proc/report.txt")
    assert done.returncode == 2
    assert done.stderr.startswith("cleanclaim: /proc/")
    assert len(done.stderr.splitlines()) == 1


def test_devices_pipes_and_open_streams_take_a_report(claims: Path, tmp_path: Path) -> None:
    asked = ("check", claims, "--format", "jsonl", "--output")
    done = shell('"$@"', *asked, "/dev/full")
    assert (done.returncode, done.stderr) == (2, "cleanclaim: /dev/full: No space left on device\n")
    assert shell('"$@"', *asked, "/dev/null").returncode == 1
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    done = shell('"$@"', *asked, "/dev/stdout")
    assert done.stdout.splitlines()[-1].startswith('{"type": "summary"')
    os.mkfifo(tmp_path / "fifo")
    done = shell(f'(head -c 9 {tmp_path}/fifo >/dev/null) & "$@"', *asked, tmp_path / "fifo")
    assert (done.returncode, done.stderr) == (2, f"cleanclaim: {tmp_path}/fifo: Broken pipe\n")
    assert [path.name for path in tmp_path.iterdir()] == ["fifo"]
