"""Settings: defaults, then the user's file, then the project's file, then the command line.

The user's file is `config.toml` in the user's configuration folder. The project's file is `cleanclaim.toml`, or the table `[tool.cleanclaim]` in
`pyproject.toml`, in the working directory or the nearest folder above it. Anyone can write a project's file, so it can't make cleanclaim run code unless
the user names the file with `--config` or trusts its folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from cleanclaim.config_files import (
    is_inside,
    is_plain,
    kind_of_value,
    project_file,
    resolve,
    table,
    trusted_folders,
)
from cleanclaim.edits.edit import Disposition
from cleanclaim.errors import ConfigError
from cleanclaim.model import PAYER_CLASSES, PROGRAMMES, is_state

FORMATS: Final = ("text", "json", "jsonl", "sarif", "csv", "parquet", "xlsx", "html", "fhir")
ANSWERS: Final = ("999", "277ca", "ta1")
"""Formats that answer 837 files."""
_LISTS: Final = ("select", "ignore", "edits", "history", "remit", "payers")
_PATHS: Final = ("edits", "history", "remit", "payers", "baseline", "columns")
_MOST_FAULTS: Final = 20
_LONGEST_SHOWN: Final = 60
_CONTROL: Final = "expected text without control characters"


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, with its default.

    Attributes:
        select: codes, families or names of the edits to run; empty for all that are on by default.
        ignore: codes, families or names of edits not to run.
        edits: folders with the user's own edits.
        format: the format of the report.
        min_disposition: the least severe disposition to report.
        payer_class: the payer class of every claim; None to take it from the claim.
        as_of: the date as of which claims are judged; None for the day each claim was sent.
        policy_state: the state whose local coverage policies apply to claims without a state.
        history: earlier claims to look back at.
        remit: remittances for the earlier claims, to know which of their lines were denied.
        baseline: a file of known findings.
        adopts: payers (by payer ID or payer class) that adopted the rules of medicare or medicaid.
        payers: folders with the user's own payer packs.
        memory: how much memory a check can use, such as 2GB.
        sheet: the sheet of workbooks to read.
        columns: a file that says what the columns of tables mean.
        notes: not a setting; what a report says about the settings: the files they come from, and what was left out.
        left_out: not a setting; the notes on what was asked for and isn't done.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    format: str = "text"
    min_disposition: str = Disposition.INFO.value
    payer_class: str | None = None
    as_of: date | None = None
    policy_state: str | None = None
    history: tuple[str, ...] = ()
    remit: tuple[str, ...] = ()
    baseline: str | None = None
    adopts: Mapping[str, str] = field(default_factory=dict)
    payers: tuple[str, ...] = ()
    memory: str = "2GB"
    sheet: str | None = None
    columns: str | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


_SETTINGS: Final = tuple(
    one.name for one in fields(Config) if one.name not in {"notes", "left_out"}
)


def load(
    given: Mapping[str, Any], *, file: Path | None = None, folder: Path | None = None
) -> Config:
    """All settings, with later layers over earlier ones.

    Args:
        given: the options on the command line; None and empty values don't count.
        file: a configuration file to use instead of the project's.
        folder: where to look for the project's file; by default the working directory.

    Returns:
        The settings.

    Raises:
        ConfigError: a file can't be read, or a key or value isn't valid; every fault is listed.
    """
    faults: list[str] = []
    user_file = user_config_path("cleanclaim", appauthor=False) / "config.toml"
    config, trusted = _of_user(user_file, faults)
    options = {name: value for name, value in given.items() if value not in (None, (), [])}
    path = file or project_file(folder or Path.cwd())
    if path is not None:
        content = table(path, faults)
        if file is None and _names_untrusted_code(path, content, trusted):
            content = {name: value for name, value in content.items() if name != "edits"}
            config = config if "edits" in options else _without_code(config, path, user_file)
        config = _of_file(config, content, path, faults)
    config = _layer(config, options, "", faults)
    if faults:
        more = ["and more"] if len(faults) > _MOST_FAULTS else []
        raise ConfigError([*faults[:_MOST_FAULTS], *more])
    return config


def _of_user(path: Path, faults: list[str]) -> tuple[Config, tuple[str, ...]]:
    """The settings in the user's file, and the folders that it trusts."""
    if not path.exists():
        return Config(), ()
    content = dict(table(path, faults))
    trusted = trusted_folders(content.pop("trusted", []))
    if trusted is None:
        faults.append(f"{path}: trusted: expected a list of absolute paths of folders")
    return _of_file(Config(), content, path, faults), trusted or ()


def _names_untrusted_code(path: Path, content: Mapping[str, Any], trusted: Sequence[str]) -> bool:
    """Whether a project's file names edits, and it or one of their folders isn't in a trusted folder."""
    edits = content.get("edits")
    if edits is None or _list_fault(edits):  # an invalid value is reported as a fault
        return False
    folders = [resolve(name, path.parent) for name in _as_list(edits)]
    return not (is_inside(path, trusted) and all(is_inside(place, trusted) for place in folders))


def _without_code(config: Config, path: Path, user_file: Path) -> Config:
    note = (
        f"{path}: the edits it names weren't run, because edits are code and you didn't name this file. To run them, use --edits FOLDER "
        f"or --config {path}, or list their folder under trusted in {user_file}."
    )
    return replace(config, notes=(*config.notes, note), left_out=(*config.left_out, note))


def _of_file(config: Config, content: Mapping[str, Any], path: Path, faults: list[str]) -> Config:
    """A file's settings over earlier ones; its paths start from its folder, and a note says what it sets."""
    before = len(faults)
    changed = _layer(config, content, f"{path}: ", faults)
    if not content or len(faults) > before:
        return changed
    names = [name for name in _SETTINGS if name in {key.replace("-", "_") for key in content}]
    moved: dict[str, Any] = {
        name: _moved(getattr(changed, name), path.parent) for name in names if name in _PATHS
    }
    note = f"Settings from {path}: {', '.join(names)}."
    return replace(changed, notes=(*changed.notes, note), **moved)


def _moved(value: str | tuple[str, ...], folder: Path) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return resolve(value, folder)
    return tuple(resolve(one, folder) for one in value)


def _layer(config: Config, content: Mapping[str, Any], where: str, faults: list[str]) -> Config:
    changes: dict[str, Any] = {}
    for given, value in content.items():
        if len(faults) > _MOST_FAULTS:
            break
        name = given.replace("-", "_")
        fault = _fault(name, value) if name in _SETTINGS else None
        if name not in _SETTINGS:
            faults.append(f"{where}{_unknown(given)}")
        elif fault:
            label = given if where else f"--{name.replace('_', '-')}"
            faults.append(f"{where}{label}: {fault}")
        else:
            changes[name] = _converted(name, value)
    return replace(config, **changes)


def _unknown(given: str) -> str:
    if given == "trusted":
        return "'trusted' belongs in your own config.toml, not in a project's file"
    near = get_close_matches(given[:_LONGEST_SHOWN].replace("-", "_"), _SETTINGS, n=1)
    return f"unknown setting {_shown(given)}" + (f"; did you mean '{near[0]}'?" if near else "")


def _converted(name: str, value: Any) -> Any:
    if name in _LISTS:
        return _as_list(value)
    if name == "as_of" and isinstance(value, str):
        return date.fromisoformat(value)
    return dict(value) if name == "adopts" else value


def _as_list(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _fault(name: str, value: Any) -> str | None:
    """What is wrong with a value; None if it's valid."""
    if name in _LISTS:
        return _list_fault(value)
    return {"adopts": _adopts_fault, "as_of": _date_fault}.get(name, partial(_text_fault, name))(
        value
    )


def _text_fault(name: str, value: Any) -> str | None:
    if not isinstance(value, str):
        return f"expected text, found {kind_of_value(value)}"
    if not is_plain(value):
        return _CONTROL
    allowed = {
        "format": (*FORMATS, *ANSWERS),
        "min_disposition": tuple(d.value for d in Disposition),
        "payer_class": PAYER_CLASSES,
    }
    if name in allowed:
        return _choice(value, allowed[name])
    if name == "policy_state" and not is_state(value):
        return f"expected a state such as OH, found {_shown(value)}"
    return None


def _list_fault(value: Any) -> str | None:
    expected = "expected text or a list of texts, found"
    if not isinstance(value, (str, Sequence)):
        return f"{expected} {kind_of_value(value)}"
    items = [value] if isinstance(value, str) else value
    wrong = next((item for item in items if not isinstance(item, str)), None)
    if wrong is not None:
        return f"{expected} a list with {kind_of_value(wrong)}"
    return None if all(map(is_plain, items)) else _CONTROL


def _date_fault(value: Any) -> str | None:
    expected = "expected a date (YYYY-MM-DD), found"
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"{expected} {_shown(value)}"
        return None
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return None if is_day else f"{expected} {kind_of_value(value)}"


def _adopts_fault(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return 'expected a table, such as "60054" = "medicare"'
    wrong = [
        f"{payer if is_plain(payer) else _shown(payer)} = {_shown(programme)}"
        for payer, programme in value.items()
        if not isinstance(programme, str) or programme not in PROGRAMMES
    ]
    return f"expected medicare or medicaid, found {', '.join(wrong[:3])}" if wrong else None


def _choice(value: str, allowed: Sequence[str]) -> str | None:
    if value in allowed:
        return None
    near = get_close_matches(value[:_LONGEST_SHOWN], allowed, n=1)
    return f"expected one of {', '.join(allowed)}, found {_shown(value)}" + (
        f"; did you mean '{near[0]}'?" if near else ""
    )


def _shown(value: Any) -> str:
    """A value for a message: a text in quotes, shortened, with control characters escaped; of other values only the kind."""
    return repr(value[:_LONGEST_SHOWN]) if isinstance(value, str) else kind_of_value(value)
