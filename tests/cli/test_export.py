"""Templates on the command line."""

from __future__ import annotations

from pathlib import Path

from command import run


def test_template_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("template", folder).returncode == 0
    assert {path.name for path in folder.iterdir()} == {
        "claims.csv",
        "lines.csv",
        "diagnoses.csv",
        "about",
    }
    assert run("template", folder).returncode == 2
