"""Find configuration files, read them, and decide which of them may name code."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from cleanclaim.parsing import toml_of

_LARGEST: Final = 1 << 20
_PYPROJECT: Final = "pyproject.toml"
_OURS: Final = re.compile(rb"""^\s*\[\s*tool\s*\.\s*["']?cleanclaim\b""", re.MULTILINE)


def project_file(folder: Path) -> Path | None:
    """The project's file in a folder or the nearest one above it.

    A `pyproject.toml` without a table `[tool.cleanclaim]` belongs to another tool: it is ignored,
    even if it isn't valid.
    """
    for place in (folder, *folder.parents):
        for path, counts in (
            (place / "cleanclaim.toml", os.path.lexists),
            (place / _PYPROJECT, _has_table),
        ):
            if counts(path):
                return path
    return None


def table(path: Path, faults: list[str]) -> Mapping[str, Any]:
    """The settings in a file; empty if it can't be read, and `faults` says why."""
    try:
        content = _parsed(_content(path))
    except OSError as error:
        faults.append(f"{path}: {error.strerror}")
        return {}
    except ValueError as error:
        faults.append(f"{path}: {error}")
        return {}
    if path.name != _PYPROJECT:
        return content
    own = _own_table(content)
    if isinstance(own, Mapping):
        return own
    faults.append(f"{path}: tool.cleanclaim: expected a table, found {kind_of_value(own)}")
    return {}


def resolve(text: str, folder: Path) -> str:
    """A path from a configuration file in `folder`; standard input and addresses stay unchanged."""
    return text if text == "-" or "://" in text else str(folder / _expand_home(text))


def is_inside(path: Path | str, folders: Iterable[str]) -> bool:
    """Whether a path is one of some folders or is in one; symbolic links are followed."""
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def trusted_folders(value: object) -> tuple[str, ...] | None:
    """The folders that a user trusts; None if the value isn't a list of absolute paths."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    folders = [_expand_home(item) for item in value if is_plain(item)]
    fits = len(folders) == len(value) and all(Path(folder).is_absolute() for folder in folders)
    return tuple(folders) if fits else None


def is_plain(value: object) -> bool:
    """Whether a value is text without control characters."""
    return isinstance(value, str) and not re.search(r"[\x00-\x1f\x7f]", value)


def kind_of_value(value: object) -> str:
    """The kind of a value in a file, in words."""
    kinds: dict[type | tuple[type, ...], str] = {
        bool: "true or false",
        (int, float): "a number",
        str: "text",
        Mapping: "a table",
        Sequence: "a list",
        datetime: "a date with a time",
        date: "a date",
        time: "a time",
    }
    return next((words for types, words in kinds.items() if isinstance(value, types)), "no value")


def _expand_home(text: str) -> str:
    """A path with `~` replaced by the user's home; unchanged if there is no such user."""
    return os.path.expanduser(text)  # noqa: PTH111 - Path's method raises an error instead


def _has_table(path: Path) -> bool:
    """Whether a `pyproject.toml` has a cleanclaim table.

    A damaged file counts if it contains the table's header.
    """
    try:
        content = _content(path)
    except (OSError, ValueError):
        return False
    if b"cleanclaim" not in content:
        return False
    try:
        return _own_table(_parsed(content)) is not None
    except ValueError:
        return bool(_OURS.search(content))


def _own_table(content: Mapping[str, Any]) -> Any:
    tools = content.get("tool")
    return tools.get("cleanclaim") if isinstance(tools, Mapping) else None


def _content(path: Path) -> bytes:
    """The bytes of a regular file of a reasonable size; any other file could block or never end.

    Raises:
        OSError: the file can't be read.
        ValueError: it isn't such a file.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise ValueError("it is a folder; expected a file")
    if not stat.S_ISREG(mode):
        raise ValueError("it isn't a regular file")
    with path.open("rb") as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError("it is larger than 1 MB; expected a few settings")
    return content


def _parsed(content: bytes) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        ValueError: it isn't valid TOML.
    """
    try:
        return toml_of(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"it isn't UTF-8 text (byte {error.start})") from None
    except ValueError as error:
        raise ValueError(f"it isn't valid TOML ({str(error)[:200]})") from None
