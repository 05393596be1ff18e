"""Code runs only when it is asked for: what a configuration file that cleanclaim comes across may do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import config
from cleanclaim.cli.main import run
from places import EXAMPLES

CLINIC = EXAMPLES / "clinic-day.837"


@dataclass
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Place:
    """A folder with claims and own edits, and a user with a configuration folder."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.folder = root / "inbox"
        self.user_file = root / "home" / "config.toml"
        self.user_file.parent.mkdir()
        monkeypatch.setattr(config, "user_config_path", lambda *_, **__: self.user_file.parent)
        self.sign = root / "the-code-ran"
        edits = self.folder / "own-edits"
        edits.mkdir(parents=True)
        source = (EXAMPLES / "own-edits" / "ORG101.py").read_text(encoding="utf-8")
        (edits / "ORG101.py").write_text(f"{source}\nopen({str(self.sign)!r}, 'w').close()\n")
        (self.folder / "cleanclaim.toml").write_text('edits = ["own-edits"]\n')

    @property
    def ran(self) -> bool:
        return self.sign.exists()

    def trusts(self, *folders: Path) -> None:
        self.user_file.write_text(f"trusted = {json.dumps([str(folder) for folder in folders])}\n")

    def check(self, *arguments: object, cwd: Path | None = None) -> Done:
        self._monkeypatch.chdir(cwd or self.folder)
        given = [*map(str, arguments), *(() if "--select" in arguments else ("--select", "DX102"))]
        with pytest.raises(SystemExit) as stop:
            run(["check", str(CLINIC), *given])
        said = self._capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return Done(stop.value.code, said.out, said.err)


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Place:
    return Place(tmp_path, monkeypatch, capsys)


def test_a_file_that_lies_there_runs_no_code(place: Place) -> None:
    done = place.check("--format", "json")
    assert not place.ran
    assert done.returncode == 2
    content = json.loads(done.stdout)
    assert content["findings"]
    [said] = [note for note in content["summary"]["notes"] if "--edits" in note]
    for word in ("cleanclaim.toml", "--edits", "--config", "trusted", str(place.user_file)):
        assert word in said
    assert done.stderr == f"cleanclaim: {said}\n"


def test_nor_does_one_in_a_folder_above(place: Place) -> None:
    below = place.folder / "2026" / "november"
    below.mkdir(parents=True)
    assert place.check(cwd=below).returncode == 2
    assert not place.ran


@pytest.mark.parametrize("name", ["text", "jsonl", "sarif", "html"])
def test_every_report_says_what_did_not_run(place: Place, name: str) -> None:
    done = place.check("--format", name)
    assert done.returncode == 2
    words = " ".join(done.stdout.split())
    assert "the edits it names weren" in words


def test_so_does_the_summary_of_parquet(place: Place, tmp_path: Path) -> None:
    report = tmp_path / "report.parquet"
    assert place.check("--format", "parquet", "--output", report).returncode == 2
    summary = json.loads(pl.read_parquet_metadata(report)["cleanclaim.summary"])
    assert any("the edits it names weren't run" in note for note in summary["notes"])


def test_a_baseline_is_written_without_them_and_that_is_told(place: Place, tmp_path: Path) -> None:
    done = place.check("--write-baseline", tmp_path / "known.json")
    assert done.returncode == 2
    assert "the edits it names weren't run" in done.stderr


@pytest.mark.parametrize("way", ["edits", "config", "trusted", "trusted above"])
def test_the_ways_to_allow_them(place: Place, way: str) -> None:
    given: tuple[object, ...] = ()
    if way == "edits":
        given = ("--edits", "own-edits")
    elif way == "config":
        given = ("--config", "cleanclaim.toml")
    elif way == "trusted":
        place.trusts(place.folder)
    else:
        place.trusts(place.folder.parent)
    done = place.check(*given, "--select", "ORG101")
    assert place.ran
    assert done.returncode == 0, done.stderr
    assert "cleanclaim: " not in done.stderr


def test_a_folder_beside_a_trusted_one_is_not_trusted(place: Place) -> None:
    place.trusts(place.folder / "own-edits", place.folder.with_name("inbo"))
    assert place.check().returncode == 2
    assert not place.ran


def test_a_link_does_not_make_a_file_trusted(place: Place, tmp_path: Path) -> None:
    trusted = tmp_path / "mine"
    trusted.mkdir()
    (trusted / "cleanclaim.toml").symlink_to(place.folder / "cleanclaim.toml")
    (trusted / "own-edits").symlink_to(place.folder / "own-edits")
    place.trusts(trusted)
    assert place.check(cwd=trusted).returncode == 2
    assert not place.ran


def test_a_trusted_file_cannot_lend_its_trust_to_a_folder_elsewhere(
    place: Place, tmp_path: Path
) -> None:
    trusted = tmp_path / "mine"
    trusted.mkdir()
    place.trusts(trusted)
    for name in ("../inbox/own-edits", str(place.folder / "own-edits")):
        (trusted / "cleanclaim.toml").write_text(f'edits = ["{name}"]\n')
        assert place.check(cwd=trusted).returncode == 2
        assert not place.ran


def test_a_project_cannot_trust_itself(place: Place) -> None:
    text = f'trusted = ["{place.folder}"]\nedits = ["own-edits"]\n'
    (place.folder / "cleanclaim.toml").write_text(text)
    done = place.check()
    assert done.returncode == 2
    assert not place.ran
    assert "'trusted' belongs in your own" in done.stderr


def test_the_users_own_file_may_name_edits(place: Place) -> None:
    (place.folder / "cleanclaim.toml").unlink()
    place.user_file.write_text(f'edits = "{place.folder / "own-edits"}"\n')
    assert place.check("--select", "ORG101").returncode == 0
    assert place.ran


def test_a_pyproject_runs_no_code_either(place: Place) -> None:
    (place.folder / "cleanclaim.toml").unlink()
    (place.folder / "pyproject.toml").write_text('[tool.cleanclaim]\nedits = ["own-edits"]\n')
    assert place.check().returncode == 2
    assert not place.ran


def test_a_fifo_in_the_file_s_place_does_not_stop_the_program(place: Place) -> None:
    (place.folder / "cleanclaim.toml").unlink()
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(place.folder / "cleanclaim.toml")
    done = subprocess.run(
        [sys.executable, "-m", "cleanclaim", "check", str(CLINIC)],
        cwd=place.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "cleanclaim.toml: it isn't a regular file" in done.stderr
