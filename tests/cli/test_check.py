"""The command line, as a user meets it."""

from __future__ import annotations

import fcntl
import gzip
import html
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from typer.main import get_command

from cleanclaim.cli import main
from cleanclaim.cli.main import app
from cleanclaim.edits.samples import interchange
from command import run
from places import ROOT

CLINIC = ROOT / "examples" / "clinic-day.837"


def checked(*arguments: object, stdin: bytes = b"") -> tuple[int, dict[str, object]]:
    done = run("check", *arguments, "--format", "json", stdin=stdin)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def clean_file(tmp_path: Path) -> Path:
    path = tmp_path / "clean.837"
    path.write_text(interchange())
    return path


def found(content: dict[str, object]) -> dict[str, set[str]]:
    by_claim: dict[str, set[str]] = {}
    for finding in content["findings"]:  # type: ignore[attr-defined]
        if finding["disposition"] != "info":
            by_claim.setdefault(finding["claim_id"], set()).add(finding["code"])
    return by_claim


def test_clean_file_is_clean(clean_file: Path) -> None:
    status, content = checked(clean_file)
    assert status == 0
    assert content["findings"] == []
    assert content["summary"]["claims_with_findings"] == 0  # type: ignore[index]


def test_worked_examples_of_the_clinic_day() -> None:
    status, content = checked(CLINIC)
    assert status == 1
    assert found(content) == {
        "CD-001": {"DX102"},
        "CD-005": {"LNK104"},
        "CD-006": {"DX103"},
        "CD-007": {"DX104"},
        "CD-008": {"DX102"},
        "CD-009": {"DX107"},
        "CD-010": {"MOD104"},
        "CD-012": {"DX102"},
        "CD-016": {"CLM116", "CLM117"},
        "CD-017": {"LNK106"},
        "CD-021": {"DX108"},
        "CD-023": {"LNK102"},
        "CD-024": {"MOD103"},
        "CD-025": {"CLM107"},
        "CD-026": {"DX119"},
        "CD-027": {"CLM102"},
        "CD-028": {"CLM111"},
    }
    not_checked = {row["code"] for row in content["not_checked"]}  # type: ignore[attr-defined]
    assert {"LNK103", "NCCI101", "MOD104"} <= not_checked


def test_json_has_every_key_of_the_contract() -> None:
    _, content = checked(CLINIC, "--select", "DX102")
    keys = {
        "claim_id",
        "line_number",
        "diagnosis_number",
        "code",
        "name",
        "disposition",
        "carc",
        "rarc",
        "message",
        "suggestion",
        "fix",
        "field",
        "evidence",
    }
    first = content["findings"][0]  # type: ignore[index]
    assert keys | {"source", "release", "position"} <= set(first)
    assert first["field"]["element"] == "HI01-2"
    assert first["evidence"]["use_instead"] == ["M54.50", "M54.51", "M54.59"]
    assert first["line_number"] is None
    data = CLINIC.read_bytes()
    assert data[first["position"] : first["position"] + 4] == b"M545"


def test_no_patient_data_in_any_report() -> None:
    private = [b"ADAMS", b"19800214", b"1980-02-14", b"W100000001", b"EXAMPLE ROAD", b"1EG4"]
    for name in ("text", "json", "jsonl", "sarif", "csv", "html"):
        done = run("check", CLINIC, "--format", name)
        assert done.returncode == 1, done.stderr
        assert not [word for word in private if word in done.stdout + done.stderr], name


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip", "folder", "stdin"])
def test_every_packing_of_input(packing: str, clean_file: Path, tmp_path: Path) -> None:
    given: object = clean_file
    stdin = b""
    if packing == "gzip":
        given = tmp_path / "clean.gz"
        given.write_bytes(gzip.compress(clean_file.read_bytes()))
    elif packing == "zip":
        given = tmp_path / "clean.zip"
        with zipfile.ZipFile(given, "w") as archive:
            archive.write(clean_file, "clean.837")
    elif packing == "folder":
        given = clean_file.parent
    elif packing == "stdin":
        given, stdin = "-", clean_file.read_bytes()
    status, content = checked(given, stdin=stdin)
    assert status == 0
    assert content["summary"]["claims"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.837", b"", "empty"),
        ("blank.837", b"  \n\n", "empty"),
        ("garbage.bin", bytes(range(256)) * 50, "expected an X12 interchange"),
        ("letter.txt", b"Dear Sir\nhow are you\n", "expected an X12 interchange"),
        ("damaged.gz", b"\x1f\x8b\x08\x00garbage", "damaged"),
        ("damaged.zip", b"PK\x03\x04garbage", "damaged"),
        ("damaged.parquet", b"PAR1garbage", "not a valid Parquet file"),
        (
            "columns.csv",
            b"claim_idd,cpt,modifier_1,dos\n1,99213,25,2026-05-12\n",
            "the column 'claim_id' is missing; is it 'claim_idd'?",
        ),
        ("values.csv", b"claim_id,cpt,units,dos\n1,99213,many,2026-13-45\n", "row 2"),
    ],
)
def test_unreadable_input_says_why(
    name: str, content: bytes, says: str, tmp_path: Path, clean_file: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = run("check", path, clean_file, "--format", "json")
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert json.loads(done.stdout)["summary"]["claims"] == 1, "the other file is still checked"


@pytest.mark.parametrize("name", ["text", "json", "jsonl", "sarif", "csv", "parquet", "html"])
def test_a_file_without_claims_is_never_clean(name: str, tmp_path: Path, clean_file: Path) -> None:
    remittance = tmp_path / "paid.835"
    remittance.write_text(interchange().replace("ST*837", "ST*835").replace("CLM*", "CLP*"))
    done = run("check", remittance, clean_file, "--select", "DX", "--format", name)
    assert done.returncode == 2
    told, other = (done.stdout, done.stderr) if name == "text" else (done.stderr, done.stdout)
    assert b"paid.835: the file has no claims" in b" ".join(told.split())
    if name == "text":
        assert b"paid.835" not in other, "it is told once"
    if name == "json":
        content = json.loads(done.stdout)
        assert content["summary"]["claims"] == content["summary"]["files_not_read"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "nowhere.837", "--format", "json"], "there is no such file"),
        (["check", CLINIC, "--select", "DX12"], "did you mean"),
        (["check", CLINIC, "--format", "jsn"], "did you mean 'json'"),
        (["check", CLINIC, "--as-of", "tomorrow"], "expected a date"),
        (["check", CLINIC, "--payer-class", "medicar"], "did you mean 'medicare'"),
        (["check", CLINIC, "--baseline", "nowhere.json"], "nowhere.json"),
        (["check", CLINIC, "--edits", "nowhere"], "is no folder"),
        (["check", CLINIC, "--lock", "nowhere.lock"], "lock file"),
        (["explain", "DX999"], "isn't an edit"),
        (["chek"], "Did you mean 'check'"),
    ],
)
def test_wrong_use_says_what_is_right(arguments: list[object], says: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_baseline_hides_what_is_known_and_tells_what_is_gone(
    tmp_path: Path, clean_file: Path
) -> None:
    known = tmp_path / "known.json"
    assert run("check", CLINIC, "--write-baseline", known).returncode == 0
    assert b"CD-0" not in known.read_bytes()
    assert run("check", CLINIC, "--baseline", known).returncode == 0
    status, content = checked(clean_file, "--baseline", known)
    assert status == 0
    assert any("No longer found" in note for note in content["summary"]["notes"])  # type: ignore[index]


def test_own_edits_run_and_a_broken_one_does_not_stop_them(tmp_path: Path) -> None:
    (tmp_path / "ORG102.py").write_text("def broken(:\n")
    (tmp_path / "ORG101.py").write_bytes(
        (ROOT / "examples" / "own-edits" / "ORG101.py").read_bytes().replace(b"ORG101", b"ORG103")
    )
    done = run("check", CLINIC, "--edits", tmp_path, "--select", "ORG103,DX102")
    assert b"ORG102.py" in done.stdout
    assert b"SyntaxError" in done.stdout
    assert done.returncode == 2
    content = json.loads(
        run("check", CLINIC, "--edits", tmp_path, "--select", "ORG103,DX102", "-f", "json").stdout
    )
    assert "DX102" in {finding["code"] for finding in content["findings"]}
    assert [failure["claims"] for failure in content["failures"]] == [None]


FAILING = """
import polars as pl
from datetime import date
from cleanclaim.edits.edit import Disposition, Source, query_edit


@query_edit(
    code="ORG104", name="fails", disposition=Disposition.WARN, message="x", examples=(),
    source=Source("A rule of this test", "", "the test", date(2026, 11, 23)),
)
def fails(claims, reference):
    \"\"\"It fails, and tells the claims that it looked at.\"\"\"
    if claims.claims.is_empty():
        return claims.claims.select("claim_key")
    raise pl.exceptions.PanicException(str(claims.claims["claim_id"].to_list()))
"""


def test_an_edit_that_panics_is_named_in_every_format_and_the_rest_is_checked(
    tmp_path: Path,
) -> None:
    (tmp_path / "ORG104.py").write_text(FAILING)
    asked = ("check", CLINIC, "--edits", tmp_path, "--select", "ORG104,DX102", "--format")
    says = b"edit ORG104 failed and didn't check 28 claims: an internal error (PanicException)"
    for form in ("text", "json", "jsonl", "sarif", "html", "csv"):
        done = run(*asked, form)
        assert done.returncode == 2, form
        assert (b"cleanclaim: " + says in done.stderr) == (form != "text")
        assert b"DX102" in done.stdout
        assert b"Traceback" not in done.stderr
        assert b"CD-001" not in done.stderr
        if form in {"sarif", "html"}:
            assert says in html.unescape(done.stdout.decode()).encode()
        elif form == "text":
            assert says in b" ".join(done.stdout.split())
    told = run("check", CLINIC, "--edits", tmp_path, "--select", "ORG104", "--debug")
    assert b"Traceback" in told.stderr


def test_what_libraries_write_to_the_error_stream_is_shown_with_debug_alone(tmp_path: Path) -> None:
    asked = ("check", CLINIC, "--edits", tmp_path, "--select", "ORG105")
    (tmp_path / "ORG105.py").write_text(
        FAILING.replace("ORG104", "ORG105").replace(
            "    raise", '    import os; os.write(2, b"panicked at: CD-001\\n")\n    raise'
        )
    )
    assert b"panicked" not in run(*asked).stderr
    assert b"panicked at: CD-001" in run(*asked, "--debug").stderr


def test_history_is_looked_back_at_and_not_reported_on(tmp_path: Path) -> None:
    past = tmp_path / "past.837"
    past.write_text(interchange(("CLM", "CLM*EARLIER*125***11:B:1*Y*A*Y*Y")))
    now = tmp_path / "now.837"
    now.write_text(interchange())
    status, content = checked(now, "--history", past)
    assert status == 1
    assert found(content) == {"EXAMPLE-1": {"HX103"}}
    assert content["summary"]["claims"] == 1  # type: ignore[index]


def test_configuration_layers_and_unknown_keys(tmp_path: Path) -> None:
    (tmp_path / "cleanclaim.toml").write_text('select = ["DX102"]\nmin-disposition = "warn"\n')
    done = run("check", CLINIC, "--format", "json", cwd=tmp_path)
    assert {f["code"] for f in json.loads(done.stdout)["findings"]} == {"DX102"}
    (tmp_path / "cleanclaim.toml").write_text('selct = ["DX102"]\n')
    done = run("check", CLINIC, cwd=tmp_path)
    assert done.returncode == 2
    assert b"did you mean 'select'" in done.stderr


def test_min_disposition_leaves_milder_out() -> None:
    _, content = checked(CLINIC, "--min-disposition", "reject")
    assert {f["disposition"] for f in content["findings"]} == {"reject"}  # type: ignore[attr-defined]


def test_old_file_gives_the_same_findings_whenever_it_is_checked(clean_file: Path) -> None:
    clean_file.write_text(interchange(("DTP", "DTP*472*D8*20260516")))
    assert found(checked(clean_file)[1]) == {"EXAMPLE-1": {"CLM106"}}
    assert found(checked(clean_file, "--as-of", "2026-05-16")[1]) == {}


def test_every_command_has_a_short_summary_and_examples() -> None:
    groups = [get_command(app)]
    while groups:
        command = groups.pop()
        groups += getattr(command, "commands", {}).values()
        assert "  cleanclaim " in (command.epilog or ""), command.name
        assert "..." not in command.get_short_help_str(60), command.name


def test_help_names_the_program() -> None:
    assert run("--help").stdout.startswith(b"Usage: cleanclaim ")
    assert b"See: cleanclaim check --help" in run("check").stderr


@pytest.mark.parametrize("columns", [60, 140])
def test_text_wraps_to_the_terminal(columns: int) -> None:
    """A terminal's width is asked of the system; here it is a pseudo-terminal's."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "cleanclaim", "check", str(CLINIC), "--select", "DX102,DX103"]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as done:  # fmt: skip
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux reports the end of a pseudo-terminal as an error
            while part := os.read(ours, 1 << 16):
                shown += part
    os.close(ours)
    assert done.returncode == 1
    lines = re.sub(rb"\x1b\[[0-9;]*m", b"", shown).decode().splitlines()
    paragraphs = [line for line in lines if line.startswith("      ")]
    longest = max(map(len, paragraphs))
    assert columns - 20 < longest <= columns


@pytest.mark.parametrize(("columns", "longest"), [(60, 60), (100, 100), (300, 120)])
def test_help_wraps_to_the_terminal(
    columns: int,
    longest: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit):
        main.run(["check", "--help"])
    lines = capsys.readouterr().out.splitlines()
    found = max(len(line) for line in lines if "cleanclaim check" not in line)
    assert longest - 15 < found <= longest
