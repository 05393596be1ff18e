"""The columns that tables may have, by the model's names. `names` has the other names for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cleanclaim.model import CLAIMS, DIAGNOSES, LINES, Column, Table

ROW: Final = "_row"
"""The column of row numbers; the header is row 1."""
SHORT_BIRTH_YEAR: Final = "_short_birth_year"
"""A column that is true for claims whose birth date was written with a two-digit year."""
SET_FILES: Final = ("claims", "lines", "diagnoses")
CLAIM_COLUMNS: Final = {
    "total_charge_amount": CLAIMS["charge_amount"],
    "claim_from_date": CLAIMS["from_date"],
    "claim_to_date": CLAIMS["to_date"],
}
"""The columns of a flat table that hold a claim's own values, where a line has a column of that name."""
LIST_OF_DIAGNOSES: Final = "diagnosis_code"
"""The column of a flat or claims table that holds one or several diagnoses in each cell."""
LISTS: Final = {"diagnosis_pointers": r"1[0-2]|[1-9]|[A-L]", "modifiers": r"[A-Z0-9]{2}"}
"""Columns that hold several values, and the pattern of one value."""
_NOT_GIVEN: Final = frozenset(
    {
        "claim_key",
        "file",
        "position",
        "is_history",
        "patient_key",
        "as_of",
        "code_as_sent",
        "outcome",
    }
)
"""Columns that are filled at reading and can't be given."""
FLAT_COLUMNS: Final = frozenset(
    (set(CLAIMS.schema) | set(LINES.schema)) - _NOT_GIVEN
    | set(CLAIM_COLUMNS)
    | set(LISTS)
    | {LIST_OF_DIAGNOSES}
    | {
        f"{name}_{n}"
        for name in ("diagnosis_code", "present_on_admission_code")
        for n in range(1, 26)
    }
)
OWN_NAMES: Final = frozenset(FLAT_COLUMNS | set(DIAGNOSES.schema) - _NOT_GIVEN)
"""The model's names for columns that can be given."""


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of the template: its table, name and meaning."""

    table: str
    column: Column


def template_columns() -> list[TemplateColumn]:
    """The columns that a user may give, for `cleanclaim template`."""
    found = []
    for table in (CLAIMS, DIAGNOSES, LINES):
        head = [] if table is CLAIMS else [TemplateColumn(table.name, CLAIMS["claim_id"])]
        found += head + [
            TemplateColumn(table.name, c) for c in table.columns if c.name not in _NOT_GIVEN
        ]
    return found


def columns_of(table: Table) -> frozenset[str]:
    """The columns that may be given for one table of a set."""
    extra = (
        set(LISTS)
        if table is LINES
        else {LIST_OF_DIAGNOSES, *(f"diagnosis_code_{n}" for n in range(1, 26))}
        if table is CLAIMS
        else set()
    )
    return frozenset(set(table.schema) - _NOT_GIVEN | {"claim_id"} | extra)
