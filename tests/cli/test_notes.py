"""`cleanclaim suggest`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cleanclaim.cli.main import run

NOTE = "Assessment:\n1. Gout\nDenies fever.\n"
DAY = ["--on", "2026-05-12"]


def _run(words: list[str]) -> int:
    with pytest.raises(SystemExit) as stop:
        run(["suggest", *words, *DAY])
    return int(stop.value.code or 0)


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text shows the code, the reason and the words."""
    file = tmp_path / "visit.txt"
    file.write_text(NOTE, encoding="utf-8")
    assert _run([str(file)]) == 0
    shown = capsys.readouterr().out
    assert "M10.9" in shown
    assert "15-19: Gout" in shown
    assert shown.index("Not coded:") < shown.index("R50.9")


def test_json_of_one_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON of one note has the fields of the contract."""
    file = tmp_path / "visit.txt"
    file.write_text(NOTE, encoding="utf-8")
    assert _run([str(file), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["suggestions"]
    assert set(found["suggestions"][0]) == {
        "code", "system", "title", "disposition", "confidence", "why", "rule", "evidence", "alternatives", "query",
    }  # fmt: skip


def test_a_batch_names_each_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object per note, with its ID or file; a line that can't be read is named, and the rest goes on."""
    lines = [json.dumps({"id": "V1", "note": NOTE}), "{bad secret", json.dumps({"note": NOTE}), json.dumps({"id": 4})]  # fmt: skip
    (tmp_path / "visits.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "zoe.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "zz.txt").write_bytes(b"secret \xff")
    assert _run([str(tmp_path), "--format", "jsonl"]) == 2
    shown = capsys.readouterr()
    found = [json.loads(line) for line in shown.out.splitlines()]
    assert [one.get("id") or one["file"] for one in found] == ["V1", "visits.jsonl:3", "zoe.txt"]
    assert "visits.jsonl:2: not valid JSON" in shown.err
    assert "visits.jsonl:4: expected an object" in shown.err
    assert "zz.txt: byte 7 isn't UTF-8" in shown.err
    assert "secret" not in shown.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.txt"], "missing.txt: no such file or folder"),
        (["missing.txt", "--format", "xml"], "expected text, json, jsonl or html"),
        (["missing.txt", "--setting", "clinic"], "expected outpatient or inpatient"),
    ],
)
def test_errors(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong options and missing files are one sentence."""
    assert _run(words) == 2
    assert says in capsys.readouterr().err


def test_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One page shows every note of a batch."""
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(NOTE, encoding="utf-8")
    assert _run([str(tmp_path), "--format", "html"]) == 0
    shown = capsys.readouterr().out
    assert shown.count('<div class="sheet note">') == 2
    assert shown.endswith("</html>\n")


def test_a_model_that_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the model's answer, the offline answer is given, and what wasn't checked."""
    file = tmp_path / "visit.txt"
    file.write_text(NOTE, encoding="utf-8")
    words = [str(file), "--llm", "http://127.0.0.1:9/v1", "--model", "tiny"]
    assert _run([*words, "--format", "json"]) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert list(found) == ["suggestions", "llm", "not_checked"]
    assert found["suggestions"][0]["code"] == "M10.9"
    assert found["llm"]["model"] == "tiny"
    assert "no connection" in found["not_checked"][0]
    assert "notes are sent to the model tiny at http://127.0.0.1:9" in shown.err
    assert "Gout" not in shown.err
    assert _run(words) == 0
    assert capsys.readouterr().out.startswith("Not checked: what the language model would add")


def test_a_model_needs_its_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options of the model without --llm, and a host outside, are refused."""
    file = tmp_path / "visit.txt"
    file.write_text(NOTE, encoding="utf-8")
    assert _run([str(file), "--model", "tiny"]) == 2
    assert "llm is missing" in capsys.readouterr().err
    assert _run([str(file), "--llm", "http://8.8.8.8/v1", "--model", "tiny"]) == 2
    assert "--allow-remote-host 8.8.8.8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"secret \xff", "byte 7 isn't UTF-8 text"),
        ("secret".encode("utf-16-le"), "it isn't text, or isn't UTF-8"),
        (b"\nISA*00*secret", "it is an X12 file"),
    ],
)
def test_what_is_no_note(
    data: bytes,
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is read into content that can't be a note, from a file or from standard input."""
    file = tmp_path / "visit.txt"
    file.write_bytes(data)
    for given, name in ((str(file), "visit.txt"), ("-", "standard input")):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert _run([given]) == 2
        shown = capsys.readouterr()
        assert f"cleanclaim: {name}: {why}" in shown.err
        assert "secret" not in shown.err + shown.out
