"""Settings: four layers, each over the one before, and every wrong key or value named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cleanclaim import config
from cleanclaim.errors import ConfigError


@pytest.fixture(autouse=True)
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setattr(config, "user_config_path", lambda *_, **__: folder)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "below"
    folder.mkdir(parents=True)
    return folder


def fault_of(folder: Path) -> str:
    with pytest.raises(ConfigError) as told:
        config.load({}, folder=folder)
    return str(told.value)


def test_defaults_where_nobody_says_anything(project: Path) -> None:
    assert config.load({}, folder=project) == config.Config()


def test_later_layers_win(project: Path, user_folder: Path) -> None:
    (user_folder / "config.toml").write_text('format = "json"\nignore = ["DX118"]\nselect = "DX"\n')
    (project.parent / "cleanclaim.toml").write_text('format = "csv"\nas_of = 2026-05-12\n')
    loaded = config.load({"format": "html", "payer_class": None}, folder=project)
    assert loaded.format == "html"
    assert loaded.ignore == ("DX118",)
    assert loaded.select == ("DX",)
    assert loaded.as_of == date(2026, 5, 12)


def test_the_projects_table_in_pyproject(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.cleanclaim]\nmin-disposition = "warn"\n')
    assert config.load({}, folder=project).min_disposition == "warn"


def test_a_named_file_stands_for_the_projects(project: Path, tmp_path: Path) -> None:
    (project / "cleanclaim.toml").write_text('format = "csv"\n')
    other = tmp_path / "other.toml"
    other.write_text('as_of = "2026-05-12"\n')
    loaded = config.load({}, file=other, folder=project)
    assert (loaded.format, loaded.as_of) == ("text", date(2026, 5, 12))


def test_payers_that_adopted_a_programmes_rules(project: Path) -> None:
    (project / "cleanclaim.toml").write_text('[adopts]\n60054 = "medicare"\nother = "medicaid"\n')
    assert config.load({}, folder=project).adopts == {"60054": "medicare", "other": "medicaid"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("formt = 'json'", "unknown setting 'formt'; did you mean 'format'?"),
        ("format = 'jsn'", "found 'jsn'; did you mean 'json'?"),
        ("payer_class = 'medicar'", "did you mean 'medicare'?"),
        ("as_of = '12 May'", "expected a date (YYYY-MM-DD), found '12 May'"),
        ("policy_state = 'Ohio'", "expected a state such as OH, found 'Ohio'"),
        ("select = 7", "expected text or a list of texts"),
        ("adopts = 'medicare'", "expected a table"),
        ('[adopts]\n60054 = "medcare"', "expected medicare or medicaid, found 60054 = 'medcare'"),
        ("format = ", "cleanclaim.toml: "),
    ],
)
def test_what_does_not_fit_is_named(text: str, says: str, project: Path) -> None:
    (project / "cleanclaim.toml").write_text(text)
    told = fault_of(project)
    assert says in told
    assert "cleanclaim.toml" in told


def test_a_file_that_is_not_there(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file"):
        config.load({}, file=tmp_path / "none.toml", folder=project)
