"""Where a finding is, in plain words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cleanclaim.edits.edit import Edit
from cleanclaim.read import FileRead

IN_MEMORY: Final = "python"
"""The file name that the model gives to claims built in Python."""

_UNITS: Final = {"x12": "byte", "csv": "row", "parquet": "row", "tables": "row", "workbook": "row"}
_TO_DO: Final = "What to do: "

ByFormat = Mapping[str, str | None]


def formats_by_file(files: Iterable[FileRead]) -> dict[str, str | None]:
    """The format of each input: x12, csv, parquet or tables."""
    return {entry.file: entry.format for entry in files}


def place_words(row: Mapping[str, Any]) -> str:
    """The line, the diagnosis, the box of the paper form and the 837 element; empty for the claim as a whole.

    Args:
        row: a finding.
    """
    parts = []
    if row["line_number"] is not None:
        parts.append(f"line {row['line_number']}")
    if row["diagnosis_number"] is not None:
        parts.append(f"diagnosis {row['diagnosis_number']}")
    box = (row["field"] or {}).get("box")
    if box:
        parts.append(f"UB-04 {box}" if box.startswith("FL") else f"CMS-1500 box {box}")
    element = (row["field"] or {}).get("element")
    if element:
        parts.append(f"837 element {element}")
    return ", ".join(parts)


def position_unit(file: str | None, formats: ByFormat) -> str:
    """What the positions in a file count: the bytes of an 837, the rows of a table, claims built in Python; `position` if unknown.

    Args:
        file: the file of a finding.
        formats: from `formats_by_file`.
    """
    if file == IN_MEMORY:
        return "claim"
    return _UNITS.get(formats.get(file or "") or "", "position")


def what_to_do(edit: Edit) -> str:
    """What an edit's explanation says to do about its findings; empty if it says nothing."""
    told = (text.removeprefix(_TO_DO) for text in paragraphs(edit) if text.startswith(_TO_DO))
    return next((text[:1].upper() + text[1:] for text in told), "")


def paragraphs(edit: Edit) -> list[str]:
    """The paragraphs of an edit's explanation, without the line ends of its source."""
    text = inspect.cleandoc(edit.documentation)
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
