"""Parse JSON, TOML and CSV that anybody may have written: whatever is wrong with it is a ValueError."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable
from typing import Any, Final

_TOO_DEEP: Final = "nested too deeply"
_TOO_LONG: Final = "a number has too many digits"
_MOST_DOTS: Final = 256
"""The most dots in one line. Python's TOML reader takes quadratic time for a dotted key, which is one line."""


def json_of(text: str | bytes, *, parse_float: Callable[[str], Any] | None = None) -> Any:
    """The content of JSON.

    Args:
        text: the JSON.
        parse_float: what makes a number of one with decimals; float by default.

    Raises:
        ValueError: it isn't valid JSON, or is nested too deeply.
    """
    try:
        return json.loads(text, parse_float=parse_float)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # Python's words are about Python
        raise ValueError(_TOO_LONG) from None


def toml_of(text: str) -> dict[str, Any]:
    """The content of TOML.

    Raises:
        ValueError: it isn't valid TOML, is nested too deeply, or has very long keys.
    """
    if max(line.count(".") for line in text.split("\n")) > _MOST_DOTS:
        raise ValueError(f"a line has more than {_MOST_DOTS} dots")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        raise ValueError(_TOO_LONG) from None


_LONGEST_CELL: Final = 1 << 17
Records = list[tuple[int, dict[str, str]]]
"""Rows of a CSV file: the number of the line that each ends in, and its cells by the column's name."""


def records_of(content: bytes) -> tuple[list[str], Records]:
    """The column names and the rows of a small CSV file, without blanks around cells.

    Cells beyond the last column are left out, and so are empty lines.

    Raises:
        ValueError: it isn't CSV in UTF-8.
    """
    csv.field_size_limit(_LONGEST_CELL)  # one for the whole process: somebody else may have set it
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        names = [name.strip() for name in next(rows, [])]
        found = [
            (rows.line_num, {name: cell.strip() for name, cell in zip(names, row, strict=False)})
            for row in rows
            if row
        ]
    except (UnicodeDecodeError, csv.Error):
        raise ValueError("it isn't CSV in UTF-8") from None
    return names, found
