"""The documentation is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import Done, run
from places import ROOT

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "tutorial").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
COMMANDS = [
    (page, line)
    for page in PAGES
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("cleanclaim ") and "|" not in line
]


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/generate_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_documentation_has_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize(
    ("page", "line"), COMMANDS, ids=[f"{p.stem}-{n}" for n, (p, _) in enumerate(COMMANDS)]
)
def test_documented_command_runs(page: Path, line: str, tmp_path: Path) -> None:
    for name in ("fixed.837", "known.json"):
        line = line.replace(f"/tmp/{name}", str(tmp_path / name))  # noqa: S108
    (tmp_path / "fixed.837").write_bytes(
        (ROOT / "examples" / "clinic-day.837").read_bytes().replace(b"ABK:M545~", b"ABK:M5451~")
    )
    if "--baseline" in line:
        documented(line.replace("--baseline", "--write-baseline"))
    arguments = line.replace("template my-claims", f"template {tmp_path / 'mine'}")
    for name in ("my-store", "my.lock", "my-history"):
        arguments = arguments.replace(name, str(tmp_path / name))
    if "--lock" in arguments:
        documented(
            f"cleanclaim reference lock {tmp_path / 'my.lock'} --store {tmp_path / 'my-store'}"
        )
    if "my-history" in line and "history add" not in line:
        kept = tmp_path / "my-history"
        documented(
            f"cleanclaim history add {kept} examples/clinic-day.837 examples/tables/visits.csv"
        )
    done = documented(arguments)
    assert done.returncode in {0, 1}, f"{page.name}: {line}: {done.stderr.decode()}"


def documented(line: str) -> Done:
    return run(*line.split()[1:])


def test_tutorial_ends_with_a_fixed_claim(tmp_path: Path) -> None:
    fixed = tmp_path / "fixed.837"
    fixed.write_bytes(
        (ROOT / "examples" / "clinic-day.837").read_bytes().replace(b"ABK:M545~", b"ABK:M5451~", 1)
    )
    assert b"CD-001" not in documented(f"cleanclaim check {fixed} --select DX102").stdout
