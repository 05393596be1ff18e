"""The command line as a whole: one command is described without the others, and says the same."""

from __future__ import annotations

import pytest

from cleanclaim.cli import main
from cleanclaim.cli.main import app, run

COMMANDS = [info.name or "" for info in app.registered_commands]
COMMANDS += [info.name or "" for info in app.registered_groups]


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as stop:
        run(words)
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_alone_explains_itself_as_among_all(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = said([command, "--help"], capsys)
    wrong = said([command, "--no-such-option"], capsys)
    monkeypatch.setattr(main, "_needed", lambda _: app)
    assert (alone[0], bool(alone[1])) == (0, True)
    assert alone == said([command, "--help"], capsys)
    assert wrong == said([command, "--no-such-option"], capsys)


def test_a_misspelled_command_is_told_from_all(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = said(["chekc"], capsys)
    assert status == 2
    assert "check" in error
