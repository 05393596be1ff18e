"""The tables' releases on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from command import run
from places import ROOT

CLINIC = ROOT / "examples" / "clinic-day.837"


def test_reference_list_tells_dates() -> None:
    done = run("reference", "list", "--format", "json")
    rows = {row["table"]: row for row in json.loads(done.stdout)["releases"]}
    assert rows["icd10cm"]["covers_from"] == "2015-10-01"
    assert rows["icd10cm"]["covers_to"] == "2027-03-31"


def test_lock_repeats_a_run(tmp_path: Path) -> None:
    lock = tmp_path / "cleanclaim.lock"
    assert run("reference", "lock", lock).returncode == 0
    assert run("check", CLINIC, "--lock", lock, "--select", "DX102").returncode == 1
