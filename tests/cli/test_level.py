"""`cleanclaim level`, `cleanclaim support` and `check --notes`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleanclaim.cli.main import run
from places import CLINIC_DAY

NOTE = "HPI: Established patient.\nASSESSMENT AND PLAN:\n1. Hypertension, at goal. Continue lisinopril."
DAY = ["--on", "2026-05-12"]


def _run(words: list[str]) -> int:
    with pytest.raises(SystemExit) as stop:
        run(words)
    return int(stop.value.code or 0)


@pytest.fixture
def note(tmp_path: Path) -> str:
    """A note in a file."""
    file = tmp_path / "visit.txt"
    file.write_text(NOTE, encoding="utf-8")
    return str(file)


def test_level_as_text(note: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The text shows the code, the verdict, the elements and their words."""
    assert _run(["level", note, "--billed", "99214", *DAY]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("99213  ")
    assert "Billed 99214: over" in shown
    assert "counts: lisinopril, prescription drug management" in shown
    assert "Bill it only if the visit included it." in shown


def test_level_as_json(note: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has the fields of the contract, and its words are in the note."""
    assert _run(["level", note, "--billed", "99213", "--format", "json", *DAY]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"code", "basis", "mdm", "time", "add_ons", "modifiers", "billed", "missing_for_next"} <= set(found)  # fmt: skip
    assert (found["code"], found["basis"]) == ("99213", "mdm")
    assert found["billed"]["verdict"] == "supported"
    assert set(found["time"]) == {"minutes", "evidence", "excluded"}
    for name in ("problems", "data", "risk"):
        element = found["mdm"][name]
        assert {"level", "items", "evidence"} <= set(element)
        assert all(NOTE[one["start"] : one["end"]] == one["text"] for one in element["evidence"])


def test_support_as_json(note: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each code has its verdict, the reason, the words and the better code."""
    assert _run(["support", note, "--codes", "I10, J45.909", "--codes", "99214", "--format", "json", *DAY]) == 0  # fmt: skip
    found = json.loads(capsys.readouterr().out)["codes"]
    assert [(one["code"], one["verdict"], one["better"]) for one in found] == [
        ("I10", "supported", None),
        ("J45.909", "unsupported", None),
        ("99214", "unsupported", "99213"),
    ]
    assert {"evidence", "why"} <= set(found[0])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["level", "--place", "moon"], "place: expected"),
        (["level", "--billed", "9"], "billed: expected a visit code"),
        (["level", "--format", "html"], "--format: expected text or json"),
        (["support", "--codes", "Zoe Secret"], "expected codes such as"),
    ],
)
def test_wrong_options(
    note: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong option is one clear error, without what might be a name."""
    assert _run([words[0], note, *words[1:], *DAY]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Secret" not in shown


def test_a_note_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, the others go on, and nothing of it is shown."""
    (tmp_path / "a.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"secret \xff")
    assert _run(["level", str(tmp_path), *DAY]) == 2
    shown = capsys.readouterr()
    assert "a.txt\n99213" in shown.out
    assert "b.txt: byte 7 isn't UTF-8" in shown.err
    assert "secret" not in shown.err


def test_check_with_notes(capsys: pytest.CaptureFixture[str]) -> None:
    """The example's notes and claims differ in both directions."""
    notes = CLINIC_DAY.parent / "notes"
    assert _run(["check", str(CLINIC_DAY), "--notes", str(notes), "--select", "DOC,EM105"]) == 1
    shown = capsys.readouterr().out
    view = shown.partition("Claims against their notes")[2]
    assert view.index("over:") < view.index("CD-009  EM105") < view.index("under:")
    assert "“Asthma with acute exacerbation”" in view


def test_check_with_notes_in_a_report_of_its_own(tmp_path: Path) -> None:
    """No work is left behind that a later run with other notes could resume."""
    notes = CLINIC_DAY.parent / "notes"
    out = tmp_path / "report.json"
    words = ["check", str(CLINIC_DAY), "--notes", str(notes), "--select", "DOC,EM105", "--format", "json"]  # fmt: skip
    assert _run([*words, "--output", str(out)]) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]
    assert out.stat().st_mode & 0o077 == 0
    assert {one["direction"] for one in json.loads(out.read_text(encoding="utf-8"))["coding"]} == {"over", "under", "other"}  # fmt: skip


def test_check_without_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the folder."""
    assert _run(["check", str(CLINIC_DAY), "--notes", str(tmp_path / "nowhere")]) == 2
    assert "nowhere: no such file or folder" in capsys.readouterr().err
