"""What a user says about tables: which sheet to read, and what the columns mean.

A mapping of columns is a TOML file:

    sheet = "March"
    header_row = 4

    [columns]
    "Acct" = "claim_id"
    "Notes" = ""        # not used
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from cleanclaim.errors import ConfigError
from cleanclaim.parsing import toml_of
from cleanclaim.read.columns import OWN_NAMES
from cleanclaim.text.escaping import encodable
from cleanclaim.text.masking import kind_of

_KEYS: Final = ("sheet", "header_row", "columns")
_MOST_HEADER: Final = 1_000


@dataclass(frozen=True)
class TableOptions:
    """What a user says about tables.

    Attributes:
        sheet: the name of a workbook's sheet, or its number from 1 as text; None to find it.
        header_row: the row of the header; None to find it.
        columns: the model's name by the table's own; an empty name leaves a column out.
    """

    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def with_sheet(self, sheet: str | None) -> TableOptions:
        """These options with another sheet, if one is given."""
        return replace(self, sheet=sheet) if sheet else self


AS_FOUND: Final = TableOptions()


def load_options(path: Path) -> TableOptions:
    """Read a mapping of columns.

    Raises:
        ConfigError: it can't be read, or a key or value isn't valid; every fault is listed.
    """
    name = encodable(str(path))
    try:
        content = toml_of(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError([f"{name}: {error.strerror}"]) from None
    except ValueError:
        raise ConfigError([f"{name}: expected a mapping of columns in TOML; make one with: cleanclaim template --from SHEET"]) from None  # fmt: skip
    return options_of(content, name)


def options_of(content: Mapping[str, Any], where: str) -> TableOptions:
    """Options from a mapping with the keys sheet, header_row and columns.

    Args:
        content: the mapping.
        where: what to call it in messages.

    Raises:
        ConfigError: a key or value isn't valid; every fault is listed.
    """
    faults = [f"{where}: unknown key {key!r}; expected {', '.join(_KEYS)}" for key in content if key not in _KEYS]  # fmt: skip
    sheet, row, columns = (content.get(key) for key in _KEYS)
    if sheet is not None and not isinstance(sheet, str):
        faults.append(f"{where}: sheet: expected the name of a sheet, found {kind_of(sheet)}")
    if row is not None and not (type(row) is int and 1 <= row <= _MOST_HEADER):
        faults.append(f"{where}: header_row: expected a row number, found {kind_of(row)}")
    columns = {} if columns is None else columns
    faults += _column_faults(columns, where)
    if faults:
        raise ConfigError(faults)
    named = {" ".join(str(given).split()): str(name) for given, name in columns.items()}
    return TableOptions(sheet, row, named)


def _column_faults(columns: object, where: str) -> list[str]:
    if not isinstance(columns, Mapping):
        return [f"{where}: columns: expected the model's name for each column, found {kind_of(columns)}"]  # fmt: skip
    faults = []
    for given, name in columns.items():
        if not isinstance(name, str):
            faults.append(f"{where}: column {given!r}: expected a name, found {kind_of(name)}")
        elif name and name not in OWN_NAMES:
            near = get_close_matches(name, sorted(OWN_NAMES), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            faults.append(f"{where}: column {given!r}: the model has no column {name!r}{hint}")
    meant = [name for name in columns.values() if isinstance(name, str) and name]
    repeated = sorted({name for name in meant if meant.count(name) > 1})
    return faults + [f"{where}: several columns mean '{name}'" for name in repeated]


def mapping_text(title: str, options: TableOptions, others: Mapping[str, str]) -> str:
    """A mapping of columns as a TOML file.

    Args:
        title: a comment at its beginning.
        options: the options.
        others: a comment for each column that isn't used.
    """
    lines = [f"# {line}" for line in title.splitlines()]
    if options.sheet is not None:
        lines.append(f"sheet = {_quoted(options.sheet)}")
    if options.header_row is not None:
        lines.append(f"header_row = {options.header_row}")
    lines += ["", "[columns]"]
    lines += [f"{_quoted(given)} = {_quoted(name)}" for given, name in options.columns.items()]
    lines += [f'{_quoted(given)} = ""{note}' for given, note in others.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text.replace("\\", "\\\\").replace('"', '\\"'))  # fmt: skip
    return f'"{plain}"'
