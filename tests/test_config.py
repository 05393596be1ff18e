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
        ('"\\u001b[2J" = 1', r"unknown setting '\x1b[2J'"),
        ("select = [1]", "expected text or a list of texts, found a list with a number"),
        ("select = [['DX']]", "expected text or a list of texts, found a list with a list"),
        ("edits = 7", "expected text or a list of texts, found a number"),
        ("history = {a = 1}", "expected text or a list of texts, found a table"),
        ('edits = "a\\u0000b"', "expected text without control characters"),
        ('history = ["a\\u0000b"]', "expected text without control characters"),
        ('baseline = "a\\u0000b"', "expected text without control characters"),
        ("baseline = 7", "expected text, found a number"),
        ("baseline = ['a']", "expected text, found a list"),
        ("format = ['json']", "expected text, found a list"),
        ("min_disposition = {}", "expected text, found a table"),
        ("payer_class = true", "expected text, found true or false"),
        ("policy_state = ['OH']", "expected text, found a list"),
        ("memory = []", "expected text, found a list"),
        ("as_of = 2026-05-12T10:00:00", "expected a date (YYYY-MM-DD), found a date with a time"),
        ("as_of = 7", "expected a date (YYYY-MM-DD), found a number"),
        ("format = 0x" + "f" * 9000, "expected text, found a number"),
        ("format = " + "9" * 9000, "it isn't valid TOML"),
        ("[adopts]\na = ['medicare']", "expected medicare or medicaid, found a = a list"),
        ("a = " + "[" * 20_000, "it isn't valid TOML (nested too deeply)"),
        ("a = " + "[" * 20_000 + "]" * 20_000, "it isn't valid TOML (nested too deeply)"),
        ("a" + ".a" * 300_000 + " = 1", "it isn't valid TOML (a line has more than 256 dots)"),
        ("# " + "x" * 2_000_000, "it is larger than 1 MB"),
        ("select = 'a\0b'", "it isn't valid TOML"),
        ("format = 'jsn'", "found 'jsn'; did you mean 'json'?"),
        ("payer_class = 'medicar'", "did you mean 'medicare'?"),
        ("as_of = '12 May'", "expected a date (YYYY-MM-DD), found '12 May'"),
        ("policy_state = 'Ohio'", "expected a state such as OH, found 'Ohio'"),
        ("select = 7", "expected text or a list of texts, found a number"),
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


def test_bytes_that_are_no_text(project: Path) -> None:
    (project / "cleanclaim.toml").write_bytes(b"select = '\xff\xfe'")
    assert "cleanclaim.toml: it isn't UTF-8 text" in fault_of(project)


def test_a_folder_in_the_files_place(project: Path) -> None:
    (project / "cleanclaim.toml").mkdir()
    assert "cleanclaim.toml: it is a folder" in fault_of(project)


def test_a_link_to_nowhere_in_the_files_place(project: Path) -> None:
    (project / "cleanclaim.toml").symlink_to(project / "gone")
    assert "cleanclaim.toml: No such file" in fault_of(project)


def test_a_byte_order_mark_is_passed_over(project: Path) -> None:
    (project / "cleanclaim.toml").write_bytes(b'\xef\xbb\xbfformat = "csv"')
    assert config.load({}, folder=project).format == "csv"


def test_many_faults_are_told_in_a_few_lines(project: Path) -> None:
    (project / "cleanclaim.toml").write_text("".join(f"x{n} = 1\n" for n in range(50_000)))
    told = fault_of(project).splitlines()
    assert len(told) == 21
    assert told[-1] == "and more"


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nname = ",
        "[tool.poetry]\nname = 'cleanclaim\n",
        "[tool]\nx = 1\n",
        "tool = 3\n",
        "[project]\ndependencies = ['cleanclaim']\n",
        "\0",
        "# " + "x" * 2_000_000,
    ],
)
def test_someone_elses_pyproject_is_passed_over(project: Path, text: str) -> None:
    (project.parent / "cleanclaim.toml").write_text('format = "csv"\n')
    (project / "pyproject.toml").write_text(text)
    assert config.load({}, folder=project).format == "csv"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.cleanclaim]\nformat = ", "it isn't valid TOML"),
        ("[tool]\ncleanclaim = 3", "tool.cleanclaim: expected a table, found a number"),
    ],
)
def test_ones_own_pyproject_must_be_right(project: Path, text: str, says: str) -> None:
    (project / "pyproject.toml").write_text(text)
    assert says in fault_of(project)


def test_a_pyproject_that_is_no_file_is_passed_over(project: Path) -> None:
    (project / "pyproject.toml").mkdir()
    assert config.load({}, folder=project) == config.Config()


def test_paths_go_on_from_the_files_own_folder(project: Path, tmp_path: Path) -> None:
    text = 'history = ["past", "/far", "-", "s3://x/y"]\nbaseline = "known.json"\nedits = "own"\n'
    other = tmp_path / "elsewhere" / "other.toml"
    other.parent.mkdir()
    other.write_text(text)
    loaded = config.load({}, file=other, folder=project)
    assert loaded.history == (str(other.parent / "past"), "/far", "-", "s3://x/y")
    assert loaded.baseline == str(other.parent / "known.json")
    assert loaded.edits == (str(other.parent / "own"),)
    (project.parent / "cleanclaim.toml").write_text('history = "past"\n')
    assert config.load({}, folder=project).history == (str(project.parent / "past"),)
    assert config.load({"history": ("past",)}, folder=project).history == ("past",)


def test_the_report_says_which_files_set_what(project: Path, user_folder: Path) -> None:
    (user_folder / "config.toml").write_text('memory = "1GB"\n')
    (project / "cleanclaim.toml").write_text('ignore = "DX102"\nbaseline = "known.json"\n')
    assert config.load({}, folder=project).notes == (
        f"Settings from {user_folder / 'config.toml'}: memory.",
        f"Settings from {project / 'cleanclaim.toml'}: ignore, baseline.",
    )


def test_what_the_command_line_overrules_is_not_left_out(project: Path) -> None:
    (project / "cleanclaim.toml").write_text('edits = "own"\n')
    assert config.load({}, folder=project).left_out
    loaded = config.load({"edits": ("mine",)}, folder=project)
    assert (loaded.edits, loaded.left_out) == (("mine",), ())


@pytest.mark.parametrize("value", ["7", "[7]", "['here']", "['']", '["a\\u0000b"]'])
def test_trusted_folders_are_absolute(project: Path, user_folder: Path, value: str) -> None:
    (user_folder / "config.toml").write_text(f"trusted = {value}\n")
    assert "config.toml: trusted: expected a list of absolute paths" in fault_of(project)
