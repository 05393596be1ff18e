"""Where a finding is, in plain words, and what the words of a report mean."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from cleanclaim.edits.edit import Edit
from cleanclaim.report.result import Report

IN_MEMORY: Final = "python"
"""What the model names as the file of claims that were built in Python."""

WORDS: Final = {
    "reject": "Reject",
    "return": "Return",
    "deny-claim": "Deny claim",
    "deny-line": "Deny line",
    "suspend": "Suspend",
    "warn": "Warning",
    "info": "Note",
}
MEANING: Final = {
    "reject": "refused before it is looked at",
    "return": "sent back to the provider",
    "deny-claim": "the whole claim is denied",
    "deny-line": "the line is denied",
    "suspend": "held until the record is seen",
    "warn": "a person should look at it",
    "info": "for information",
}

ByFormat = Mapping[str, str | None]


def formats_by_file(report: Report) -> dict[str, str | None]:
    """What kind of file each input is: x12, csv, parquet, tables."""
    return {entry.file: entry.format for entry in report.files}


def place_words(row: Mapping[str, Any]) -> str:
    """The line, diagnosis, box of the paper form and element; empty for the claim as a whole.

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


def position_words(row: Mapping[str, Any], formats: ByFormat) -> str:
    """Where in its file a finding is: the byte of an 837, the row of a table; empty if unknown.

    Args:
        row: a finding.
        formats: from `formats_by_file`.
    """
    position, kind = row["position"], formats.get(row["file"] or "")
    if position is None or kind is None:
        return ""
    return f"byte {position:,}" if kind == "x12" else f"row {position:,}"


def paragraphs(edit: Edit) -> list[str]:
    """The edit's explanation, a string a paragraph, without the line ends of its source."""
    text = inspect.cleandoc(edit.documentation)
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
