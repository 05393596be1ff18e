"""Known findings: which ones a baseline hides, and what it says of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim.edits.samples import professional
from cleanclaim.errors import ConfigError
from cleanclaim.report import baseline
from cleanclaim.report.result import Report

TWO_FAULTS = {"diagnoses": ["M54.5", "I10", "I10"]}


def checked(**said: Any) -> Report:
    return cleanclaim.check(professional(**said), select=["DX102", "DX106"])


def test_what_is_known_is_hidden_and_what_is_new_is_not(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    assert baseline.write(checked(diagnoses=["M54.5"]), path) == 1
    left = baseline.apply(checked(**TWO_FAULTS), path)
    assert left.findings["code"].to_list() == ["DX106"]
    assert left.notes == (f"Left out: 1 known finding (baseline {path}).",)


def test_a_claim_whose_findings_are_all_known_is_clean(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    report = checked(**TWO_FAULTS)
    assert not report.is_clean
    assert baseline.write(report, path) == 2
    assert baseline.apply(report, path).is_clean


def test_what_is_no_longer_found_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    baseline.write(checked(**TWO_FAULTS), path)
    (_, note) = baseline.apply(checked(diagnoses=["M54.50"]), path).notes
    assert note.endswith("2 entries (DX102 1, DX106 1).")


@pytest.mark.parametrize("other", [{"claim_id": "ANOTHER"}, {"from_date": "2026-05-13"}])
def test_another_claim_or_day_is_not_known(tmp_path: Path, other: dict[str, Any]) -> None:
    path = tmp_path / "known.json"
    baseline.write(checked(diagnoses=["M54.5"]), path)
    assert baseline.apply(checked(diagnoses=["M54.5"], **other), path).findings.height == 1


def test_it_names_no_patient_and_no_claim(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    report = checked(**TWO_FAULTS, claim_id="QUIXWOOD-1", member_id="W28471936")
    baseline.write(report, path)
    assert "QUIXWOOD" not in path.read_text()
    assert "W28471936" not in path.read_text()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "isn't a baseline"),
        ("[]", "isn't a baseline"),
        ("{}", "isn't a baseline"),
        ('{"version": 1}', "isn't a baseline"),
        ('{"version": 1, "findings": [{"line_number": "many"}]}', "isn't a baseline"),
        (json.dumps({"version": 2, "findings": []}), "version 2 can't be read"),
    ],
)
def test_another_file_is_refused_by_name(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=says) as told:
        baseline.apply(checked(), path)
    assert str(path) in str(told.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json: No such file"):
        baseline.apply(checked(), tmp_path / "none.json")
