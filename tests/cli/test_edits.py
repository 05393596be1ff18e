"""Edits on the command line: listed, explained, tested and begun."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cleanclaim.cli.main import run
from cleanclaim.edits.skeleton import Denial, skeleton_of
from command import run as command_line
from places import ROOT


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Status, output and errors of `cleanclaim edits`."""
    with pytest.raises(SystemExit) as stop:
        run(["edits", *map(str, words)])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


@pytest.mark.parametrize("kind", ["row", "query"])
def test_a_new_edit_holds(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "own"
    status, out, _ = asked(capsys, "new", "ORG101", "--kind", kind, "--folder", folder)
    assert status == 0
    assert str(folder / "ORG101.py") in out
    status, out, _ = asked(capsys, "test", folder)
    assert (status, out) == (0, "ORG101   house-rule-org101: ok, 2 examples\n")


def test_an_example_that_does_not_hold_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "new", "ORG101", "--folder", tmp_path)
    path = tmp_path / "ORG101.py"
    path.write_text(path.read_text().replace('pl.col("units") > 10', 'pl.col("units") > 11'))
    status, out, _ = asked(capsys, "test", path)
    assert status == 1
    assert "ORG101   house-rule-org101: failed" in out
    assert "11 units: the edit didn't fire" in out


def test_a_wrong_edit_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(capsys, "new", "ORG101", "--folder", tmp_path)
    path = tmp_path / "ORG101.py"
    path.write_text(path.read_text().replace('pl.col("units") > 10', 'pl.col("unit") > 10'))
    status, out, _ = asked(capsys, "test", path)
    assert status == 1
    assert "there is no column 'unit'; did you mean 'units'?" in out


def test_an_edit_that_cannot_be_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ORG101.py").write_text("def broken(:\n")
    status, out, err = asked(capsys, "test", tmp_path, "DX106")
    assert status == 2
    assert "DX106    " in out
    assert "SyntaxError" in err


def test_own_edits_by_code_and_family(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = asked(capsys, "test", "DX106", "QTY")
    assert status == 0
    codes = [line.split()[0] for line in out.splitlines()]
    assert codes == ["DX106", *(f"QTY10{n}" for n in range(1, 8))]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("new", "org1"), "can't be a code"),
        (("new", "ORG101", "--kind", "table"), "expected row or query"),
        (("test", "NOPE"), "no edit, family or name"),
    ],
)
def test_what_can_not_be_asked(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = asked(capsys, *words)
    assert status == 2
    assert says in err


def test_a_file_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ORG101.py"
    path.write_text("mine")
    status, _, err = asked(capsys, "new", "ORG101", "--folder", tmp_path)
    assert status == 2
    assert "already exists" in err
    assert path.read_text() == "mine"


def test_explain_an_edit_and_a_code() -> None:
    assert b"not in force" in command_line("explain", "DX102").stdout
    assert (
        b"Tables needed: table of unit limits (MUE)\n" in command_line("explain", "QTY101").stdout
    )
    assert b"Tables needed: procedure sex\n" in command_line("explain", "PX106").stdout
    assert b"ENDED 2021-09-30: use M54.50 or M54.51 or M54.59" in command_line("explain", "M54.5").stdout  # fmt: skip
    assert b"finds such claims before you send them: DX101" in command_line("explain", "CARC", "146").stdout  # fmt: skip
    assert b"How they meet on a claim:" in command_line("explain", "icd", "cpt").stdout
    assert b"S52.501A" in command_line("explain", "s52.501").stdout
    assert b"ICD-9-CM" in command_line("explain", "401.9").stdout


def test_edits_as_json() -> None:
    edits = json.loads(command_line("edits", "--format", "json").stdout)["edits"]
    assert {"DX101", "CLM107", "ENV001"} <= {edit["code"] for edit in edits}


MONTH = ("--from-denial", ROOT / "examples/month/answer.835", "--claims", ROOT / "examples/month/sent.837")  # fmt: skip


def test_an_edit_is_started_from_a_denial_that_none_explains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = asked(capsys, "new", "ORG105", *MONTH)
    assert status == 0
    assert "MO-100110 line 1: 20610-RT, CO-197, MEADOW HEALTH PLAN\n" in out
    assert "Choose one with --claim and --line" in out
    status, _, _ = asked(capsys, "new", "ORG105", *MONTH, "--claim", "MO-100110", "--folder", tmp_path)  # fmt: skip
    assert status == 0
    text = (tmp_path / "ORG105.py").read_text()
    assert 'carc="197"' in text
    assert '(pl.col("procedure_code") == "20610") & (pl.col("modifier_1") == "RT")' in text
    assert "MO-100110" not in text
    status, out, _ = asked(capsys, "test", tmp_path)
    assert (status, out) == (0, "ORG105   denied-before-org105: ok, 3 examples\n")
    done = command_line("check", MONTH[3], "--edits", tmp_path, "--select", "ORG105", "--format", "csv")  # fmt: skip
    assert b"MO-100110,1,,ORG105" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (MONTH[:2], "name the claims that were sent"),
        ((*MONTH, "--claim", "NONE"), "has no such denied line"),
        ((*MONTH[:1], "none.835", *MONTH[2:]), "there is no such file"),
    ],
)
def test_a_denial_that_is_not_there(words: tuple[object, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    status, _, err = asked(capsys, "new", "ORG105", "--folder", tmp_path, *words)
    assert status == 2
    assert told in err


def test_any_denial_becomes_an_edit_that_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    day = date(2026, 6, 1)
    denials = [
        Denial("institutional", None, (), "0450", None, 'THE "BIG" PLAN', "CO", "96", ("N130",), None),
        Denial("professional", "83036", ("59", "QW"), None, "60054", None, "", "", (), day),
        Denial("dental", "D1110", (), None, None, None, "PR", "999", ("N999",), day),
    ]  # fmt: skip
    for number, denial in enumerate(denials, start=101):
        (tmp_path / f"ORG{number}.py").write_text(skeleton_of(f"ORG{number}", denial, day))
    status, out, _ = asked(capsys, "test", tmp_path)
    assert (status, out.count(": ok, ")) == (0, 3), out
