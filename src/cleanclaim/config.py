"""Settings from files: defaults, then the user's file, then the project's, then the command line.

The user's file is `config.toml` in the user's configuration directory; the project's is `cleanclaim.toml`, or the table `[tool.cleanclaim]` of
`pyproject.toml`, in the working directory or the nearest one above it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from cleanclaim.edit import Disposition
from cleanclaim.errors import ConfigError
from cleanclaim.model import PAYER_CLASSES, PROGRAMMES, is_state

FORMATS: Final = ("text", "json", "jsonl", "sarif", "csv", "parquet", "html")


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
    config = Config()
    for path in (
        user_config_path("cleanclaim", appauthor=False) / "config.toml",
        file or _project_file(folder or Path.cwd()),
    ):
        if path is not None and (path.is_file() or path == file):
            config = _layer(config, _table(path, faults), str(path), faults)
    told = {name: value for name, value in given.items() if value not in (None, (), [])}
    config = _layer(config, told, "command line", faults)
    if faults:
        raise ConfigError(faults)
    return config


def _project_file(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        if (place / "cleanclaim.toml").is_file():
            return place / "cleanclaim.toml"
        pyproject = place / "pyproject.toml"
        if pyproject.is_file():
            return pyproject
    return None


def _table(path: Path, faults: list[str]) -> Mapping[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(f"{path}: {error.strerror}")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: {error}")
        return {}
    if path.name == "pyproject.toml":
        table = content.get("tool", {}).get("cleanclaim", {})
        return table if isinstance(table, Mapping) else {}
    return content


def _layer(config: Config, table: Mapping[str, Any], where: str, faults: list[str]) -> Config:
    known = {setting.name for setting in fields(Config)}
    changes: dict[str, Any] = {}
    for given, value in table.items():
        name = given.replace("-", "_")
        if name not in known:
            near = get_close_matches(name, list(known), n=1)
            faults.append(
                f"{where}: unknown setting '{given}'"
                + (f"; did you mean '{near[0]}'?" if near else "")
            )
            continue
        fault = _fault(name, value)
        if fault:
            faults.append(f"{where}: {given}: {fault}")
        else:
            changes[name] = _fitted(name, value)
    return replace(config, **changes)


def _fitted(name: str, value: Any) -> Any:
    if name in {"select", "ignore", "edits", "history"}:
        return (value,) if isinstance(value, str) else tuple(str(item) for item in value)
    if name == "as_of" and isinstance(value, str):
        return date.fromisoformat(value)
    if name == "adopts":
        return {str(payer): str(programme) for payer, programme in value.items()}
    return value if isinstance(value, date) else str(value)


def _fault(name: str, value: Any) -> str | None:
    allowed = {
        "format": FORMATS,
        "min_disposition": tuple(d.value for d in Disposition),
        "payer_class": PAYER_CLASSES,
    }
    if name == "adopts":
        return _adopted(value)
    if name == "policy_state":
        return None if is_state(value) else f"expected a state such as OH, found {value!r}"
    if name in allowed:
        return _choice(str(value), allowed[name])
    if name in {"select", "ignore", "edits", "history"} and not isinstance(value, (str, Sequence)):
        return "expected text or a list of texts"
    if name == "as_of" and not isinstance(value, date):
        try:
            date.fromisoformat(str(value))
        except ValueError:
            return f"expected a date (YYYY-MM-DD), found {value!r}"
    return None


def _adopted(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return 'expected a table, such as "60054" = "medicare"'
    wrong = [
        f"{payer} = {programme!r}"
        for payer, programme in value.items()
        if programme not in PROGRAMMES
    ]
    return f"expected medicare or medicaid, found {', '.join(wrong)}" if wrong else None


def _choice(value: str, allowed: Sequence[str]) -> str | None:
    if value in allowed:
        return None
    near = get_close_matches(value, allowed, n=1)
    return f"expected one of {', '.join(allowed)}, found {value!r}" + (
        f"; did you mean '{near[0]}'?" if near else ""
    )
