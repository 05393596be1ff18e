"""Histories on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanclaim import History
from cleanclaim.cli.main import app
from cleanclaim.storage.history_key import Keys


class TestCommands:
    def run(self, *arguments: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["history", *map(str, arguments)])
        return done.exit_code, done.stdout, done.stderr

    def test_add_list_remove(self, kept: History, past: list[Path]) -> None:
        status, out, err = self.run("add", kept.folder, *past[:2])
        assert (status, err) == (0, "")
        assert out.count(": 1 claim, 2026-05-12 to 2026-05-12, ") == 2
        status, out, _ = self.run("add", kept.folder, past[0])
        assert (status, out[:28]) == (0, "already added as file 1 on 2")
        status, out, _ = self.run("list", kept.folder)
        assert (status, out.splitlines()[-1]) == (
            0,
            "2 files, 2 claims, 2026-05-12 to 2026-05-12",
        )
        assert self.run("remove", kept.folder, 1)[0] == 0
        _, out, _ = self.run("list", kept.folder, "--format", "json")
        assert [entry["number"] for entry in json.loads(out)["files"]] == [2]

    def test_the_key(
        self, kept: History, past: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home"))
        status, out, _ = self.run("key")
        assert (status, out[:10]) == (0, "No key yet")
        assert self.run("key", "--export", tmp_path / "key.json")[0] != 0
        kept.add(past[:1])
        status, out, _ = self.run("key")
        own = Keys().own()
        assert (status, out.split()[0]) == (0, own.fingerprint)
        assert self.run("key", kept.folder, "--export", tmp_path / "key.json")[1] == out
        assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
        assert self.run("key", "--export", tmp_path / "key.json")[0] != 0
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "other"))
        assert self.run("key", kept.folder)[0] != 0
        status, out, _ = self.run("key", "--import", tmp_path / "key.json")
        assert (status, out.split()[0]) == (0, own.fingerprint)
        assert "from another installation" in self.run("key", kept.folder)[1]
        kept.add(past[1:2])
        assert len(kept.files()) == 2
        assert own.secret.hex() not in out

    def test_what_is_not_added_is_told(self, kept: History, tmp_path: Path) -> None:
        status, _, err = self.run("add", kept.folder, tmp_path / "none.837")
        assert status == 2
        assert err == f"cleanclaim: not added: {tmp_path / 'none.837'}: No such file or directory\n"
