"""The values of claims as decisions name them, and where two readings of a file differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.places import amount, code, day, diagnosis, text
from cleanclaim.errors import RewriteError, TableError
from cleanclaim.model import TABLES, Batch

Key = tuple[int, str, int, str]
"""A value: the claim's key, the table, the number of the row in the claim (0 for the claim), the column."""
_NUMBERS: Final = {"lines": "line_number", "diagnoses": "diagnosis_number"}
_FOLLOWS: Final = frozenset(
    {"patient_key", "code_as_sent", "position", "segment_number", "file", "claim_type", "to_date"}
)
"""Columns that are made of others at reading."""
_OF_NEW_ROW: Final = frozenset({"row", "icd_version", "diagnosis_type", "diagnosis_number"})
_SENT_AGAIN: Final = frozenset({"original_reference_number", "bill_type_code"})
_LISTS: Final = ("modifier_", "diagnosis_pointer_")
"""Columns that move up if one before them is removed."""
_OF_PLACE: Final = frozenset({"position", "segment_number", "file"})


def table_and_column(decision: Decision) -> tuple[str, str]:
    """The table and the column that a decision is about."""
    table, _, name = decision.field.rpartition(".")
    implied = "lines" if decision.line_number else "diagnoses" if decision.diagnosis_number else "claims"  # fmt: skip
    return table or implied, name


def key_of(decision: Decision, claim_key: int) -> Key:
    """The value that a decision is about.

    Raises:
        RewriteError: the model has no such column, or the line or diagnosis isn't named.
    """
    table, name = table_and_column(decision)
    if table not in {"claims", "lines", "diagnoses"} or name not in TABLES[table].schema:
        raise RewriteError("this isn't a column of claims, lines or diagnoses")
    number = {"lines": decision.line_number, "diagnoses": decision.diagnosis_number}.get(table, 0)
    if number is None:
        raise RewriteError(f"{_NUMBERS[table]} is missing")
    return claim_key, table, number, name


def normal(table: str, name: str, value: object) -> str:
    """A value in one form, whatever way it was written.

    Raises:
        RewriteError: it isn't a date or a number where one is expected.
    """
    given = "" if value is None else str(value)
    if not given.strip():
        return ""
    dtype = TABLES[table].schema[name]
    if dtype == pl.Date:
        return day(given)
    if dtype.is_numeric():
        return amount(given)
    return diagnosis(given) if name == "diagnosis_code" else code(given)


def written(table: str, name: str, value: str) -> str:
    """A value as a table or FHIR has it: dates as YYYY-MM-DD, numbers plain, codes in upper case.

    Raises:
        RewriteError: it isn't a date or a number where one is expected.
    """
    if not value.strip():
        return ""
    dtype = TABLES[table].schema[name]
    if dtype == pl.Date:
        digits = day(value)
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    if dtype.is_numeric():
        return amount(value)
    is_code = name.endswith(("_code", "_npi")) or name.startswith("modifier_")
    return code(value) if is_code else text(value)


class Reading:
    """The values of a batch, by key."""

    def __init__(self, batch: Batch) -> None:
        """Index the rows of a batch.

        Args:
            batch: all claims of a file.
        """
        self._frames = {"claims": batch.claims, "lines": batch.lines, "diagnoses": batch.diagnoses}
        self._rows: dict[tuple[str, int, int], int] = {}
        self._numbers: dict[tuple[str, int], list[int]] = {}
        for table, frame in self._frames.items():
            number = frame[_NUMBERS[table]] if table in _NUMBERS else pl.zeros(frame.height, eager=True)  # fmt: skip
            pairs = zip(frame["claim_key"].to_list(), number.to_list(), strict=True)
            self._rows.update({(table, key, int(n or 0)): at for at, (key, n) in enumerate(pairs)})
        for table, key, n in self._rows:
            self._numbers.setdefault((table, key), []).append(n)

    def has(self, key: Key) -> bool:
        """Whether the claim has this line or diagnosis."""
        return (key[1], key[0], key[2]) in self._rows

    def value(self, key: Key) -> object:
        """A value; None if it is empty or there is no such row."""
        at = self._rows.get((key[1], key[0], key[2]))
        frame = self._frames[key[1]]
        return None if at is None or key[3] not in frame.columns else frame[key[3]][at]

    def places(self, table: str) -> Iterator[tuple[int, int]]:
        """The claim's key, and the number in the claim, of each row of a table."""
        return ((key, number) for own, key, number in self._rows if own == table)

    def numbers(self, table: str, claim_key: int) -> Sequence[int]:
        """The numbers of a claim's rows of a table."""
        return self._numbers.get((table, claim_key), ())

    def position(self, table: str, claim_key: int, number: int) -> int | None:
        """Where a row is in its file; None if there is no such row."""
        value = self.value((claim_key, table, number, "position"))
        return int(value) if isinstance(value, int) else None

    def rows(self, table: str) -> Iterator[tuple[int, int, dict[str, object]]]:
        """The claim's key, the number in the claim, and the values of each row."""
        frame = self._frames[table].drop(_OF_PLACE, strict=False)
        by_index = {at: (key, n) for (own, key, n), at in self._rows.items() if own == table}
        for at, row in enumerate(frame.iter_rows(named=True)):
            yield (*by_index.get(at, (-1, 0)), row)


def differing(before: Reading, after: Reading) -> set[Key]:
    """The values that differ between two readings of a file; a row that only one has differs in `row`."""
    found: set[Key] = set()
    for table in ("claims", "lines", "diagnoses"):
        old = {(key, n): row for key, n, row in before.rows(table)}
        new = {(key, n): row for key, n, row in after.rows(table)}
        for place in old.keys() | new.keys():
            key, number = place
            if place not in old or place not in new:
                found.add((key, table, number, "row"))
                continue
            if old[place] != new[place]:
                names = [
                    name for name, value in old[place].items() if value != new[place].get(name)
                ]
                found |= {(key, table, number, name) for name in names}
    return found


def unwanted(changed: Iterable[Key], decided: Iterable[Key]) -> set[Key]:
    """Changes that no decision explains.

    A line's value may follow its claim's, and a few columns are made of others. A diagnosis that is
    added is a row.

    Args:
        changed: the values that differ.
        decided: the values that were to be changed.
    """
    wanted = set(decided)
    return {one for one in changed if one not in wanted and not _follows(one, wanted)}


def _follows(one: Key, wanted: set[Key]) -> bool:
    """Whether a change comes from another one that was wanted."""
    columns = {name for key, _, _, name in wanted if key == one[0]}
    rows = {(key, table, number) for key, table, number, name in wanted if name == "diagnosis_code"}
    name = one[3]
    return bool(columns) and (
        name in columns
        or name in _FOLLOWS
        or (name in _OF_NEW_ROW and one[:3] in rows)
        or any(name.startswith(part) and any(own.startswith(part) for own in columns) for part in _LISTS)
        or (name == "claim_frequency_code" and bool(columns & _SENT_AGAIN))
    )  # fmt: skip


def check_read_back(
    before: Reading, after: Reading, decided: Sequence[Key], done: Sequence[Decision]
) -> None:
    """Refuse a file that reads back with other changes than those decided.

    Args:
        before: the file as it was.
        after: the file as it would be.
        decided: the values that were to be changed.
        done: what was changed.

    Raises:
        TableError: a value isn't as decided, or another value changed too.
    """
    faults = []
    removed = {key for key, one in zip(decided, done, strict=True) if not one.after}
    closed = {key[:3] for key in removed if key[3].startswith("modifier_")}
    for key, one in zip(decided, done, strict=True):
        wanted = normal(key[1], key[3], one.after)
        is_moved = key[3].startswith("modifier_") and key[:3] in closed
        if normal(key[1], key[3], after.value(key)) != wanted and not is_moved:
            faults.append(f"{one.where}: the file would not read back as decided")
    others = sorted(unwanted(differing(before, after), decided))
    faults += [f"{key[1]}.{key[3]} of another place of the file would change too" for key in others]
    if faults:
        raise TableError("decisions", faults)
