"""Odd files in every place where a command takes one: one clear line and status 2, never an internal error."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import run
from places import EXAMPLES

CLAIMS = EXAMPLES / "clinic-day.837"
PAYMENTS = EXAMPLES / "clinic-day.835"
PRACTICE = EXAMPLES / "practice"
ODD = "<odd>"
"""Stands for the odd file."""
COMMANDS = {
    "check": ("check", ODD, "--select", "CLM101"),
    "check --columns": ("check", EXAMPLES / "tables" / "visits.csv", "--columns", ODD, "--select", "CLM101"),
    "check --edits": ("check", CLAIMS, "--edits", ODD, "--select", "CLM101"),
    "check --config": ("check", CLAIMS, "--config", ODD, "--select", "CLM101"),
    "check --lock": ("check", CLAIMS, "--lock", ODD),
    "check --payers": ("check", CLAIMS, "--payers", ODD),
    "check --baseline": ("check", CLAIMS, "--baseline", ODD, "--select", "CLM101"),
    "check --history": ("check", CLAIMS, "--history", ODD, "--select", "CLM101"),
    "fix": ("fix", ODD),
    "fix --decisions": ("fix", CLAIMS, "--decisions", ODD, "--output", "fixed.837"),
    "correct": ("correct", "CD-001", "--claims", ODD, "--frequency", "7", "--reference-number", "1", "--output", "new.837"),
    "correct --changes": ("correct", "CD-001", "--claims", CLAIMS, "--frequency", "7", "--reference-number", "1", "--changes", ODD, "--output", "new.837"),
    "audit plan": ("audit", "plan", ODD),
    "audit sheet": ("audit", "sheet", ODD, PRACTICE / "claims.csv", "--output", "sheet.csv"),
    "audit score": ("audit", "score", PRACTICE / "plan.json", ODD),
    "audit score --second": ("audit", "score", PRACTICE / "plan.json", PRACTICE / "filled.csv", "--second", ODD),
    "audit score --fees": ("audit", "score", PRACTICE / "plan.json", PRACTICE / "filled.csv", "--fees", ODD),
    "analyze": ("analyze", ODD, "--output", "analysis", "--no-checks"),
    "learn list --cases": ("learn", "list", "--cases", ODD),
    "learn report": ("learn", "report", ODD),
    "payers check": ("payers", "check", ODD),
    "remit show": ("remit", "show", ODD),
    "remit match": ("remit", "match", ODD),
    "remit match --contracts": ("remit", "match", PAYMENTS, "--claims", CLAIMS, "--contracts", ODD),
    "remit match --matches": ("remit", "match", PAYMENTS, "--claims", CLAIMS, "--matches", ODD),
    "remit match --report": ("remit", "match", PAYMENTS, "--claims", CLAIMS, "--report", ODD),
    "remit add": ("remit", "add", "kept", ODD),
    "history add": ("history", "add", "kept-claims", ODD),
    "history list": ("history", "list", ODD),
    "price": ("price", ODD),
    "ack": ("ack", ODD),
    "export claims": ("export", "claims", ODD, "--output", "set"),
    "template --from": ("template", "--from", ODD),
    "lookup --lock": ("lookup", "I10", "--lock", ODD),
    "edits test": ("edits", "test", ODD),
}  # fmt: skip
RIGHT = {
    ("check --columns", "empty"),
    ("check --config", "empty"),
    ("template --from", "wide.csv"),
    ("template --from", "not-utf-8.csv"),
    ("check --columns", "loop"),  # what doesn't exist is made
    ("check --columns", "dangling"),
}
"""What is odd, but what the command can use."""


def made(folder: Path) -> dict[str, Path]:
    """The odd files, by what is odd about them."""
    found = {name: folder / name for name in ("empty", "folder", "loop", "dangling", "zeros")}
    found["empty"].touch()
    found["folder"].mkdir()
    found["loop"].symlink_to("loop")
    found["dangling"].symlink_to("nowhere")
    found["zeros"].write_bytes(bytes(3_000))
    contents = {
        "deep.json": b"[" * 100_000,
        "deep.toml": b"a = " + b"[" * 5_000,
        "digits.json": b"9" * 5_000,
        "digits.toml": b"a = " + b"9" * 5_000,
        "wide.csv": b"claim_id,to\n" + b"9" * 200_000 + b"\n",
        "damaged.gz": b"\x1f\x8b" + bytes(20),
        "not-utf-8.csv": b"claim_id,to\nA,\xff\n",
    }
    for name, data in contents.items():
        found[name] = folder / name
        found[name].write_bytes(data)
    found["long name"] = folder / ("x" * 300)
    found["below a file"] = found["empty"] / "file"
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command(command: str, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    for name, path in made(tmp_path / "odd").items():
        done = run(*(path if word == ODD else word for word in COMMANDS[command]), cwd=tmp_path)
        shown, said = done.stdout.decode(), done.stderr.decode()
        assert "internal error" not in shown + said, (name, said)
        assert "Traceback" not in said
        assert len(said.splitlines()) <= 3, (name, said)
        if (command, name) not in RIGHT:
            assert done.returncode == 2, (name, said)
            assert said or any(
                line.startswith(("Not read ", "Failed ")) for line in shown.splitlines()
            ), (name, shown)


def test_an_empty_argument_is_not_the_current_folder(tmp_path: Path) -> None:
    for words in (("check", ""), ("fix", ""), ("search", ""), ("check", CLAIMS, "--output", "")):
        done = run(*words)
        assert done.returncode == 2
        assert done.stderr == b"cleanclaim: an argument is empty; is a variable in your script unset?\n"  # fmt: skip


def test_no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "0")
    done = run("check", CLAIMS)
    assert done.returncode == 2
    assert (
        done.stderr == b"cleanclaim: POLARS_MAX_THREADS: expected a number of at least 1, found 0\n"
    )
