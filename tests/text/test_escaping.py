"""What a file says cannot do anything to a terminal, and reports for programs keep it exact."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.cli.terminal import fail
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import interchange
from cleanclaim.job import Job
from cleanclaim.pipeline import run_whole
from cleanclaim.reference import Reference
from cleanclaim.report.csv import harmless
from cleanclaim.report.formats import FORMATS
from cleanclaim.report.result import Report
from cleanclaim.text.escaping import encodable, json_safe, visible

HOSTILE = "A\x1b[2J\x07\x9b\u202e\u2066\u200b1"
ESCAPED = "A\\x1b[2J\\x07\\x9b\\u202e\\u2066\\u200b1"
UNSEEN = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b")


@pytest.fixture(scope="module")
def hostile(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A claim at fault whose number and file are full of unseen characters, beside a file whose name is not UTF-8."""
    folder = tmp_path_factory.mktemp("hostile")
    table = folder / "\x1b]0;x\x07\u202e<b>\n.csv"
    table.write_text(f"claim_id,cpt,dos,dx1\n{HOSTILE},99213,2026-05-12,M54.5\n", encoding="utf-8")
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.837"))
    odd.write_text(interchange(("HI*ABK", "HI*ABK:M545")))
    (folder / "not\x1b[1mread.bin").write_bytes(bytes(range(256)))
    return run_whole(Job((folder,), reference, own_edits()))


def test_unseen_characters_are_made_visible() -> None:
    assert visible(HOSTILE) == ESCAPED
    assert visible("line\nfeed\ttab") == "line\\x0afeed\\x09tab"
    assert visible("plain é → \u00a0") == "plain é → \u00a0"
    assert visible("caf\udce9") == "caf\\xe9"


def test_names_of_files_can_be_written() -> None:
    assert encodable("caf\udce9é.837") == "caf\\xe9é.837"
    assert encodable("half \ud83d") == "half \\ud83d"


def test_json_text_stays_the_same_json() -> None:
    content = {"id": HOSTILE + "\x7f\U000e0041é"}
    text = json_safe(json.dumps(content, ensure_ascii=False))
    assert json.loads(text) == content
    assert not [one for one in (*UNSEEN, "\x7f") if one in text]
    assert "é" in text


@pytest.mark.parametrize("name", ["text", "html"])
@pytest.mark.parametrize("color", [True, False])
def test_people_see_escapes(name: str, color: bool, hostile: Report) -> None:
    shown = FORMATS[name].render(hostile, color=color).decode()
    assert ESCAPED in shown
    assert "caf\\xe9.837" in shown
    allowed = {"\x1b"} if color and name == "text" else set()  # colour itself
    assert not [one for one in UNSEEN if one in shown and one not in allowed]
    assert "\x1b]0;" not in shown
    assert "\x1b[2J" not in shown
    assert ("<b>\\x0a" in shown) is (name == "text")


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif"])
def test_programs_get_exact_texts(name: str, hostile: Report) -> None:
    text = FORMATS[name].render(hostile).decode()
    assert not [one for one in UNSEEN if one in text]
    whole = (
        [json.loads(line) for line in text.splitlines()] if name == "jsonl" else json.loads(text)
    )
    assert json.dumps(HOSTILE)[1:-1] in json.dumps(whole)


def test_tables_get_exact_texts(hostile: Report) -> None:
    frame = pl.read_parquet(FORMATS["parquet"].render(hostile))
    assert HOSTILE in frame["claim_id"]
    assert HOSTILE in FORMATS["csv"].render(hostile).decode()


def test_plain_numbers_are_no_formulas() -> None:
    texts = ["-5", "+1.50", "-5+2", "-", "=1", "\uff1d1", "@x", "\n=1", "5", None]
    shown = pl.DataFrame({"text": texts, "number": range(len(texts))}).with_columns(harmless())
    assert shown["text"].to_list() == ["-5", "+1.50", "'-5+2", "'-", "'=1", "'\uff1d1", "'@x", "'\n=1", "5", None]  # fmt: skip


def test_errors_are_one_line_without_controls(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        fail("a\x1b[2J\r\x85b\nsecond")
    assert capsys.readouterr().err == "cleanclaim: a\\x1b[2J\\x0d\\x85b\ncleanclaim: second\n"
