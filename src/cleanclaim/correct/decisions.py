"""Decisions: which value of which claim becomes what, and who decided.

A file of decisions is CSV with the columns
`claim_id,line_number,diagnosis_number,edit,field,from,to,by`. `field` is a column of the model,
such as `lines.modifier_1`. The record of what was changed has the same columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.parsing import records_of
from cleanclaim.text.masking import kind_of

HEADER: Final = ("claim_id", "line_number", "diagnosis_number", "edit", "field", "from", "to", "by")
_NEEDED: Final = ("claim_id", "field", "to")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_FORMULAS: Final = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Decision:
    """One value to change.

    Attributes:
        claim_id: the claim's number.
        line_number: the line; None for the claim or a diagnosis.
        diagnosis_number: the diagnosis; None for the claim or a line.
        edit: the edit that it answers.
        field: the column of the model.
        before: the value that must be there; empty for none.
        after: the new value; empty to remove it.
        by: who decided.
    """

    claim_id: str
    line_number: int | None
    diagnosis_number: int | None
    edit: str
    field: str
    before: str
    after: str
    by: str

    @property
    def where(self) -> str:
        """The place, for messages."""
        part = f" line {self.line_number}" if self.line_number else ""
        part += f" diagnosis {self.diagnosis_number}" if self.diagnosis_number else ""
        return f"claim {self.claim_id}{part}: {self.field}"


def read_decisions(path: Path, by: str) -> list[Decision]:
    """Read a file of decisions; rows without a new value or without a change are left out.

    Args:
        path: the file.
        by: who decided, for rows that don't say.

    Raises:
        UnreadableFile: it can't be read.
        TableError: a column is missing or a cell isn't valid; every fault is listed.
    """
    try:
        names, rows = records_of(path.read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFile(f"{path}: {why}") from None
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise TableError(
            str(path), [f"expected the columns {', '.join(HEADER)}; missing: {', '.join(missing)}"]
        )
    faults: list[str] = []
    found = [_decision(row, number, by, faults) for number, row in rows]
    if faults:
        raise TableError(str(path), faults)
    return [one for one in found if one is not None and one.before != one.after]


def _decision(row: dict[str, str], number: int, by: str, faults: list[str]) -> Decision | None:
    numbers = {}
    for name in ("line_number", "diagnosis_number"):
        cell = row.get(name, "")
        if cell and not _NUMBER.fullmatch(cell):
            faults.append(f"line {number}: {name}: expected a number, found {kind_of(cell)}")
            return None
        numbers[name] = int(cell) if cell else None
    if not row.get("claim_id") or not row.get("field"):
        faults.append(f"line {number}: claim_id or field is empty")
        return None
    if not row.get("to") and not row.get("by"):
        return None  # nobody has decided yet
    return Decision(
        row["claim_id"],
        numbers["line_number"],
        numbers["diagnosis_number"],
        row.get("edit", ""),
        row["field"],
        row.get("from", ""),
        row.get("to", ""),
        row.get("by") or by,
    )


def decisions_text(decisions: Iterable[Decision]) -> str:
    """Decisions as CSV; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for one in decisions:
        cells = (
            one.claim_id,
            one.line_number or "",
            one.diagnosis_number or "",
            one.edit,
            one.field,
            one.before,
            one.after,
            one.by,
        )
        writer.writerow(
            [
                f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
                for cell in cells
            ]
        )
    return out.getvalue()
