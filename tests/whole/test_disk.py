"""A disk without room, a folder that cannot be written, a home that is none: a clear error, and nothing half-done is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import command
from cleanclaim.edits.samples import interchange
from cleanclaim.reference import Reference, tabular

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
from cleanclaim.cli.main import main
main()
"""


def run(*arguments: str | Path, most: int | None = None, **environment: str) -> tuple[int, str]:
    """The status and the error stream of a command, whose files may have so many bytes."""
    program = ["-m", "cleanclaim"] if most is None else ["-c", LIMITED, str(most)]
    if most is not None:  # Python would cut off its compiled modules too, and take them for whole
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def claims(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few more claims than are held in memory; what is prepared once is prepared before a disk is full."""
    reference.table("icd10cm_tabular")
    path = tmp_path_factory.mktemp("claims") / "claims.837"
    path.write_text("".join(interchange(("CLM*EXAMPLE-1", f"CLM*C{n}")) for n in range(2_100)))
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip("a small disk cannot be mounted: that needs the rights of root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("memory", ["2GB", "100MB"], ids=["in memory", "on disk"])
@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_a_file_that_may_not_grow_is_told_and_no_report_appears(
    claims: Path, tmp_path: Path, memory: str, name: str
) -> None:
    output = tmp_path / f"report.{name}"
    output.write_text("before")
    asked = ("check", claims, "--memory", memory, "--format", name, "--output", output)
    status, told = run(*asked, most=3_000)
    assert status == 2
    (line,) = [line for line in told.splitlines() if "claims" not in line]
    assert line.startswith(f"cleanclaim: {tmp_path}/report.{name}")
    assert line.endswith((": File too large", ": it can't be written; is the disk full?"))
    assert output.read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} <= {output.name, f"{output.name}.partial"}


def test_a_full_disk_is_told_and_the_next_run_goes_on(claims: Path, small_disk: Path) -> None:
    output = small_disk / "report.jsonl"
    asked = ("check", claims, "--memory", "100MB", "--format", "jsonl", "--output", output)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 200_000)
    status, told = run(*asked)
    assert status == 2
    assert told.splitlines()[-1].endswith(": No space left on device")
    assert "Traceback" not in told
    assert not output.exists()
    assert not list(small_disk.glob(".*"))
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    status, told = run(*asked)
    assert status in {0, 1}
    assert f"resuming {output}.partial" in told
    assert [path.name for path in small_disk.iterdir()] == [output.name]


@pytest.fixture
def compiled(reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, compiling the tabular list takes no time."""
    tables = {name: reference.table(name).drop("release") for name in tabular.TABLES}
    monkeypatch.setattr(tabular, "compile_tabular", lambda *_: tables)


def explained(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command that needs prepared tables says on the error stream, with a home that can't keep them."""
    monkeypatch.setenv("CLEANCLAIM_HOME", str(home))
    done = command.run("explain", "M54.50", "--on", "2026-05-12")
    assert done.returncode == 0
    assert b"Low back pain" in done.stdout
    return done.stderr.decode()


@pytest.mark.usefixtures("compiled")
def test_a_home_on_a_full_disk_is_gone_without(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_disk / "filler").write_bytes(b"x" * 300_000)
    (line,) = explained(small_disk, monkeypatch).splitlines()
    assert line.startswith(f"cleanclaim: prepared tables can't be cached in {small_disk}/cache/")
    assert "(No space left on device)" in line
    assert [path.name for path in (small_disk / "cache").iterdir()] == [".lock"]


@pytest.mark.usefixtures("compiled")
def test_a_home_that_is_a_file_is_gone_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    told = explained(tmp_path / "file", monkeypatch)
    assert told.startswith("cleanclaim: prepared tables can't be cached in ")
    assert len(told.splitlines()) == 1
    assert (tmp_path / "file").read_text() == "no folder"


def test_an_import_without_room_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "icd10cm_order_2027.txt").write_text(
        "".join(f"{n:05} A{n:06} 1 {'words':<60} words\n" for n in range(1, 5_000))
    )
    status, told = run("reference", "import", folder, "--store", tmp_path / "store", most=2_000)
    assert status == 2
    (line,) = told.splitlines()
    assert line.startswith(f"cleanclaim: {tmp_path}/store")
    assert line.endswith((": File too large", ": it can't be written; is the disk full?"))
    left = {path.name for path in (tmp_path / "store").rglob("*") if path.is_file()}
    assert left <= {".lock"}
    assert run("reference", "import", folder, "--store", tmp_path / "store")[0] == 0
