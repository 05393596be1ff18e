"""Settings from files: defaults, then the user's file, then the project's, then the command line.

The user's file is `config.toml` in the user's configuration directory; the project's is `cleanclaim.toml`, or the table `[tool.cleanclaim]` of
`pyproject.toml`, in the working directory or the nearest one above it. A project's file may be anyone's: it may set anything but code, unless the
user names it with `--config` or trusts its folder.
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
    is_plain,
    kind,
    lies_in,
    placed,
    project_file,
    table,
    trusted_folders,
)
from cleanclaim.edits.edit import Disposition
from cleanclaim.errors import ConfigError
from cleanclaim.model import PAYER_CLASSES, PROGRAMMES, is_state

FORMATS: Final = ("text", "json", "jsonl", "sarif", "csv", "parquet", "html")
_LISTS: Final = ("select", "ignore", "edits", "history")
_PATHS: Final = ("edits", "history", "baseline")
_MOST_FAULTS: Final = 20
_LONGEST_SHOWN: Final = 60
_CONTROL: Final = "expected text without control characters"


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, with its default.

    Attributes:
        select: codes, families or names of edits to run; empty for all that are on by default.
        ignore: the same, left out.
        edits: folders of own edits.
        format: how the report is written.
        min_disposition: the mildest disposition reported.
        payer_class: the payer class of every claim; None to take it from the claim.
        as_of: the day claims are judged on; None for the day of their transaction.
        policy_state: the state whose local coverage policies bind claims that tell no state.
        history: earlier claims to look back at.
        baseline: known findings.
        adopts: payers (by payer id or payer class) that adopted the rules of medicare or medicaid: a table.
        memory: how much memory a check may take, such as 2GB.
        notes: no setting; what the reader of a report must know of the settings: which files they come from, and what was left out.
        left_out: no setting; those notes that tell what was asked for and isn't done.
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
    baseline: str | None = None
    adopts: Mapping[str, str] = field(default_factory=dict)
    memory: str = "2GB"
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


_SETTINGS: Final = tuple(
    one.name for one in fields(Config) if one.name not in {"notes", "left_out"}
)


def load(
    given: Mapping[str, Any], *, file: Path | None = None, folder: Path | None = None
) -> Config:
    """All layers together.

    Args:
        given: what the command line says; None and empty values do not count.
        file: a configuration file that stands for the project's.
        folder: where to look for the project's file; the working directory where not given.

    Returns:
        The settings.

    Raises:
        ConfigError: a file cannot be read, or a key or value does not fit; every fault is listed.
    """
    faults: list[str] = []
    own = user_config_path("cleanclaim", appauthor=False) / "config.toml"
    config, trusted = _of_user(own, faults)
    told = {name: value for name, value in given.items() if value not in (None, (), [])}
    path = file or project_file(folder or Path.cwd())
    if path is not None:
        asked = table(path, faults)
        if file is None and _names_foreign_code(path, asked, trusted):
            asked = {name: value for name, value in asked.items() if name != "edits"}
            config = config if "edits" in told else _without_code(config, path, own)
        config = _of_file(config, asked, path, faults)
    config = _layer(config, told, "command line", faults)
    if faults:
        more = ["and more"] if len(faults) > _MOST_FAULTS else []
        raise ConfigError([*faults[:_MOST_FAULTS], *more])
    return config


def _of_user(path: Path, faults: list[str]) -> tuple[Config, tuple[str, ...]]:
    """The settings of the user's own file, and the folders that it trusts."""
    if not path.exists():
        return Config(), ()
    told = dict(table(path, faults))
    trusted = trusted_folders(told.pop("trusted", []))
    if trusted is None:
        faults.append(f"{path}: trusted: expected a list of absolute paths of folders")
    return _of_file(Config(), told, path, faults), trusted or ()


def _names_foreign_code(path: Path, asked: Mapping[str, Any], trusted: Sequence[str]) -> bool:
    """Whether a project's file names edits, and it or one of their folders isn't really in a trusted folder."""
    edits = asked.get("edits")
    if edits is None or _list_fault(edits):  # what doesn't fit is reported as a fault
        return False
    folders = [placed(name, path.parent) for name in _as_list(edits)]
    return not (lies_in(path, trusted) and all(lies_in(place, trusted) for place in folders))


def _without_code(config: Config, path: Path, own: Path) -> Config:
    said = (
        f"{path}: its own edits weren't run, because they are code, and the file was found, not named. To run them, use --edits FOLDER "
        f"or --config {path}, or list their folder under trusted in {own}."
    )
    return replace(config, notes=(*config.notes, said), left_out=(*config.left_out, said))


def _of_file(config: Config, told: Mapping[str, Any], path: Path, faults: list[str]) -> Config:
    """A file's settings over those before; its paths start from its own folder, and a note says what it sets."""
    before = len(faults)
    changed = _layer(config, told, str(path), faults)
    if not told or len(faults) > before:
        return changed
    names = [name for name in _SETTINGS if name in {key.replace("-", "_") for key in told}]
    moved: dict[str, Any] = {
        name: _moved(getattr(changed, name), path.parent) for name in names if name in _PATHS
    }
    note = f"Settings come from {path}: {', '.join(names)}."
    return replace(changed, notes=(*changed.notes, note), **moved)


def _moved(value: str | tuple[str, ...], folder: Path) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return placed(value, folder)
    return tuple(placed(one, folder) for one in value)


def _layer(config: Config, told: Mapping[str, Any], where: str, faults: list[str]) -> Config:
    changes: dict[str, Any] = {}
    for given, value in told.items():
        if len(faults) > _MOST_FAULTS:
            break
        name = given.replace("-", "_")
        fault = _fault(name, value) if name in _SETTINGS else None
        if name not in _SETTINGS:
            faults.append(f"{where}: {_unknown(given)}")
        elif fault:
            faults.append(f"{where}: {given}: {fault}")
        else:
            changes[name] = _fitted(name, value)
    return replace(config, **changes)


def _unknown(given: str) -> str:
    if given == "trusted":
        return "'trusted' belongs in your own config.toml, not in a project's file"
    near = get_close_matches(given[:_LONGEST_SHOWN].replace("-", "_"), _SETTINGS, n=1)
    return f"unknown setting {_shown(given)}" + (f"; did you mean '{near[0]}'?" if near else "")


def _fitted(name: str, value: Any) -> Any:
    if name in _LISTS:
        return _as_list(value)
    if name == "as_of" and isinstance(value, str):
        return date.fromisoformat(value)
    return dict(value) if name == "adopts" else value


def _as_list(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _fault(name: str, value: Any) -> str | None:
    """What is wrong with a value; None if it fits."""
    if name in _LISTS:
        return _list_fault(value)
    return {"adopts": _adopted, "as_of": _date_fault}.get(name, partial(_text_fault, name))(value)


def _text_fault(name: str, value: Any) -> str | None:
    if not isinstance(value, str):
        return f"expected text, found {kind(value)}"
    if not is_plain(value):
        return _CONTROL
    allowed = {
        "format": FORMATS,
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
        return f"{expected} {kind(value)}"
    items = [value] if isinstance(value, str) else value
    wrong = next((item for item in items if not isinstance(item, str)), None)
    if wrong is not None:
        return f"{expected} a list with {kind(wrong)}"
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
    return None if is_day else f"{expected} {kind(value)}"


def _adopted(value: Any) -> str | None:
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
    """A value as a message shows it: texts in quotes, cut short, control characters escaped; of others the kind."""
    return repr(value[:_LONGEST_SHOWN]) if isinstance(value, str) else kind(value)
