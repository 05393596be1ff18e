"""Carry out decisions on a table: the cells that were decided change, and everything else stays."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Final

import polars as pl

from cleanclaim.correct import values
from cleanclaim.correct.corrector import Terms, only_claim
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.grid import Address, Grid
from cleanclaim.correct.places import code
from cleanclaim.correct.safe import OURS, late_modifiers, reordered
from cleanclaim.correct.values import check_read_back
from cleanclaim.errors import RewriteError, TableError
from cleanclaim.model import TABLES, Batch
from cleanclaim.read.columns import LIST_OF_DIAGNOSES, ROW
from cleanclaim.read.prepare import FLAT, Prepared, Reading, prepare
from cleanclaim.read.table import batch_of_rows
from cleanclaim.read.table_options import TableOptions

Row = Sequence[Address]
_OWN_NAMES: Final = {"charge_amount": "total_charge_amount", "from_date": "claim_from_date", "to_date": "claim_to_date"}  # fmt: skip
"""A flat table's name for a claim's column, if a line has a column of that name."""
_IN_LIST: Final = re.compile(r"(modifier|diagnosis_pointer)_([1-4])")
_DAYS: Final = (
    "%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%d.%m.%Y", "%d/%m/%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d",
)  # fmt: skip
"""Ways to write a date."""
_CODES: Final = ("procedure_code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
_MODIFIERS: Final = _CODES[1:]
_CATEGORY: Final = 3
_SAMPLES: Final = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the table: its rows, by their numbers in the file."""

    key: int
    claim_id: str
    rows: tuple[int, ...]


class TableClaims:
    """The claims of a table with one row for each service line, and what is changed in them.

    Attributes:
        claims: its claims by number.
        done: the changes that were made, with the values as they were and are.
    """

    def __init__(self, grid: Grid, file: str, options: TableOptions) -> None:
        """Find the claims of a table.

        Args:
            grid: its cells.
            file: its name in messages.
            options: what the user says about tables.

        Raises:
            TableError: it can't be read as claims.
        """
        self._file, self._options = file, options
        self._cells, self._frame = grid, grid.frame
        self._prepared, batch = self._read(self._frame)
        self._first = int(self._frame[ROW][0]) if self._frame.height else 0
        self._before = values.Reading(batch)
        given = [name for name in self._frame.columns if name != ROW]
        names = self._prepared.names[FLAT].model
        self._at = {names[name]: at for at, name in enumerate(given) if name in names}
        self.claims: dict[str, list[Claim]] = defaultdict(list)
        rows: dict[int, list[int]] = defaultdict(list)
        for key, position in batch.lines.select("claim_key", "position").iter_rows():
            rows[key].append(position)
        for key, claim_id in batch.claims.select("claim_key", "claim_id").iter_rows():
            self.claims[claim_id or ""].append(Claim(key, claim_id or "", tuple(rows[key])))
        self.done: list[Decision] = []
        self._decided: list[values.Key] = []
        self._gaps: list[Row] = []

    def _read(self, frame: pl.DataFrame) -> tuple[Prepared, Batch]:
        prepared = prepare({FLAT: frame.lazy()}, Reading(self._file, self._options))
        return prepared, batch_of_rows(prepared, prepared.collected(), self._file, 0)

    def apply(self, decisions: Iterable[Decision], claim: Claim | None = None) -> None:
        """Carry out decisions, all or none."""
        faults: list[str] = []
        for one in decisions:
            try:
                self._apply(one, claim or only_claim(self.claims, one))
            except RewriteError as error:
                faults.append(f"{one.where}: {error}")
        if faults:
            raise TableError("decisions", faults)

    def _apply(self, one: Decision, claim: Claim) -> None:
        key = values.key_of(one, claim.key)
        _, table, number, name = key
        if table == "lines" and not self._before.has(key):
            raise RewriteError(f"the claim has no line {number}")
        if table == "diagnoses" and not self._before.has(key):
            self._add_diagnosis(one, claim, name, number)
        else:
            held = values.normal(table, name, self._before.value(key))
            if held != values.normal(table, name, one.before):
                raise RewriteError("the file has another value than `from`")
            new = values.written(table, name, one.after)
            if table == "diagnoses":
                self._diagnosis(one, claim, key, new)
            elif table == "lines":
                self._line(one, key, new)
            else:
                self._claim(one, claim, name, new)
        self._decided.append(key)

    def _cell(self, row: Row, name: str) -> Address:
        at = self._at.get(name)
        if at is None or at >= len(row):
            raise RewriteError(f"the table has no column for it; add a column {name}")
        return row[at]

    def _claim(self, one: Decision, claim: Claim, name: str, new: str) -> None:
        """Change a claim's value in each of its rows that has it."""
        own = _OWN_NAMES.get(name, name)
        spans = [self._cell(self._cells.row(number), own) for number in claim.rows]
        held = [span for span in spans if self._cells.value(span).strip()]
        for span in held or spans:
            old = self._cells.value(span)
            if old.strip() and values.normal("claims", name, old) != values.normal("claims", name, one.before):  # fmt: skip
                continue  # a line's own value
            self._put(span, self._like(own, new, "claims", name))
        self._record(one, self._cells.value((held or spans)[0]), new)

    def _line(self, one: Decision, key: values.Key, new: str) -> None:
        name = key[3]
        number = self._before.position("lines", key[0], key[2])
        row = self._cells.row(number or 0)
        part = _IN_LIST.fullmatch(name)
        if part and name not in self._at and f"{part[1]}s" in self._at:
            span = self._cell(row, f"{part[1]}s")
            self._put(span, self._relisted(key[0], key[2], part[1], int(part[2]), new))
        else:
            span = self._cell(row, name)
            self._put(span, self._like(name, new, "lines", name))
            if name in _MODIFIERS and not new:
                self._gaps.append(row)
        self._record(one, self._cells.value(span), new)

    def _relisted(self, claim_key: int, line: int, what: str, number: int, new: str) -> str:
        """The cell that holds a list of modifiers or pointers, with one of them changed."""
        found = [self._before.value((claim_key, "lines", line, f"{what}_{n}")) for n in range(1, 5)]
        wanted = [str(one or "") for one in found]
        wanted[number - 1] = new
        return ",".join(one for one in wanted if one)

    def _close_gaps(self) -> None:
        """Move modifiers up where one before them was removed."""
        for row in self._gaps:
            self._close(row)

    def _close(self, row: Row) -> None:
        spans = [row[self._at[name]] for name in _MODIFIERS if name in self._at]
        now = [self._cells.now(span) for span in spans]
        kept = [one for one in now if one.strip()]
        for span, old, value in zip(spans, now, [*kept, *[""] * (len(now) - len(kept))], strict=True):  # fmt: skip
            if old != value:
                self._put(span, value)

    def _diagnosis(self, one: Decision, claim: Claim, key: values.Key, new: str) -> None:
        """Change a diagnosis in each row of its claim that has it."""
        name = key[3]
        if not new and name == "diagnosis_code":
            raise RewriteError("a diagnosis that lines point to can't be removed; change it, or correct the claim in your billing system")  # fmt: skip
        held = str(self._before.value((*key[:3], "diagnosis_code")) or "")
        changed = [self._coded(self._cells.row(number), held, name, new) for number in claim.rows]
        found = [old for old in changed if old is not None]
        if not found:
            raise RewriteError("the diagnosis can't be found in the table")
        self._record(one, found[0], new)

    def _coded(self, row: Row, held: str, name: str, new: str) -> str | None:
        """Change a diagnosis, or what goes with it, in one row; the value before, or None if the row hasn't the diagnosis."""
        for column, at in self._at.items():
            number = column.removeprefix("diagnosis_code_")
            if number == column and column != LIST_OF_DIAGNOSES:
                continue
            cell = self._cells.value(row[at]) if at < len(row) else ""
            if column == LIST_OF_DIAGNOSES and name == "diagnosis_code":
                for part in re.finditer(r"[A-Za-z0-9.]+", cell):
                    if values.normal("diagnoses", name, part[0]) == held:
                        self._put(row[at], cell[: part.start()] + _pointed(new, part[0]) + cell[part.end() :])  # fmt: skip
                        return part[0]
            elif values.normal("diagnoses", "diagnosis_code", cell) == held:
                own = column if name == "diagnosis_code" else f"{name}_{number}"
                span = self._cell(row, own)
                old = self._cells.value(span)
                self._put(span, _pointed(new, old) if name == "diagnosis_code" else new)
                return old
        return None

    def _add_diagnosis(self, one: Decision, claim: Claim, name: str, number: int) -> None:
        """Add a diagnosis after the last one of the claim."""
        count = next(n for n in range(26) if not self._before.has((claim.key, "diagnoses", n + 1, "")))  # fmt: skip
        new = values.written("diagnoses", name, one.after)
        if name != "diagnosis_code" or one.before or not new:
            raise RewriteError("the claim has no such diagnosis")
        if number != count + 1:
            raise RewriteError(f"a new diagnosis must have number {count + 1}")
        for row_number in claim.rows:
            row = self._cells.row(row_number)
            if LIST_OF_DIAGNOSES in self._at:
                span = self._cell(row, LIST_OF_DIAGNOSES)
                cell = self._cells.value(span)
                self._put(span, f"{cell},{new}" if cell.strip() else new)
                continue
            columns = [f"diagnosis_code_{n}" for n in range(1, 26) if f"diagnosis_code_{n}" in self._at]  # fmt: skip
            filled = [n for n, column in enumerate(columns, start=1) if self._cells.value(self._cell(row, column)).strip()]  # fmt: skip
            last = max(filled, default=0)
            own = columns[last] if last < len(columns) else f"diagnosis_code_{last + 1}"
            self._put(self._cell(row, own), new)
        self._record(one, "", new)

    def _like(self, column: str, new: str, table: str, name: str) -> str:
        """A new value written as the file writes them: a date in the form that its column has."""
        if not new or TABLES[table].schema[name] != pl.Date:
            return new
        day = date.fromisoformat(new)
        samples = list(islice(self._samples(column, table, name), _SAMPLES))
        forms = [
            form for form in _FORMS if all(form(known) == cell.strip() for cell, known in samples)
        ]
        return forms[0](day) if forms and samples else new

    def _samples(self, column: str, table: str, name: str) -> Iterator[tuple[str, date]]:
        """Cells of a column of dates, with the day that each means."""
        for key, number in self._before.places(table):
            day = self._before.value((key, table, number, name))
            position = self._before.position(table, key, number)
            cell = self._frame[position - self._first, self._at[column] + 1] if position else None
            if isinstance(day, date) and cell:
                yield str(cell), day

    def _put(self, span: Address, value: str) -> None:
        self._cells.put(span, value)

    def _record(self, one: Decision, old: str, new: str) -> None:
        self.done.append(replace(one, before=old, after=new))

    def safe(self, findings: pl.DataFrame) -> list[Decision]:
        """Codes in upper case without blanks, and the order of modifiers."""
        orders = late_modifiers(findings)
        found: list[Decision] = []
        for claims in self.claims.values():
            for claim in claims if len(claims) == 1 else ():
                for number in self._before.numbers("lines", claim.key):
                    found += self._safe_line(claim, number, orders.get((claim.key, number)))
        return found

    def _safe_line(self, claim: Claim, line: int, first: str | None) -> Iterator[Decision]:
        """The safe repairs of one line."""
        position = self._before.position("lines", claim.key, line) or 0
        row = self._frame.row(position - self._first)[1:]
        sent = {name: str(row[self._at[name]] or "") for name in _CODES if name in self._at}
        right = {name: code(value) for name, value in sent.items()}
        modifiers = [name for name in _MODIFIERS if name in right]
        if first is not None:
            right |= dict(zip(modifiers, reordered([right[n] for n in modifiers], first), strict=True))  # fmt: skip
        for name, value in sent.items():
            if value != right[name] and value.strip():
                edit = "MOD110" if first is not None and name in _MODIFIERS else ""
                yield Decision(claim.claim_id, line, None, edit, f"lines.{name}", value, right[name], OURS)  # fmt: skip

    def finish(self, *, safe: bool) -> tuple[bytes, list[Decision]]:  # noqa: ARG002 - nothing is around the claims
        """The file with its changes, once it is sure that it reads back with those changes alone."""
        self._close_gaps()
        content = self._cells.whole()
        if not self.done:
            return content, []
        try:
            after = values.Reading(self._read(self._cells.read(content))[1])
        except TableError as error:
            raise TableError("decisions", [f"the table would not be valid: {fault}" for fault in error.faults]) from None  # fmt: skip
        check_read_back(self._before, after, self._decided, self.done)
        return content, []

    def again(self, claim: Claim, decisions: list[Decision], terms: Terms) -> bytes:
        """The header and the claim's rows, with the frequency and the payer's number."""
        self.apply(decisions, claim)
        given = {"claim_frequency_code": terms.frequency, "original_reference_number": terms.reference}  # fmt: skip
        bill = str(self._before.value((claim.key, "claims", 0, "bill_type_code")) or "")
        if bill and "bill_type_code" in self._at:
            given["bill_type_code"] = bill[:-1] + terms.frequency
        added = {name: value for name, value in given.items() if name not in self._at}
        for name, value in given.items():
            old = str(self._before.value((claim.key, "claims", 0, name)) or "")
            one = Decision(claim.claim_id, None, None, "", f"claims.{name}", old, value, terms.by)
            if name in self._at and old != value:
                self._claim(one, claim, name, value)
            elif name in added:
                self._record(one, "", value)
        self._close_gaps()
        return self._cells.alone(claim.rows, added)

    def payer_number(self, claim: Claim) -> str | None:
        """The payer's number that the claim has already; None if it has none."""
        found = self._before.value((claim.key, "claims", 0, "original_reference_number"))
        return str(found) if found else None


def _pointed(new: str, old: str) -> str:
    """A diagnosis code with its point if the one before it has one, without it if that has none."""
    plain = new.replace(".", "")
    if "." in old:
        return f"{plain[:3]}.{plain[3:]}" if len(plain) > _CATEGORY else plain
    return plain if len(old.strip()) > _CATEGORY else new


def _short(form: str, day: date) -> str:
    """A date without zeros before its numbers: 5/2/2026."""
    return re.sub(r"(?<!\d)0(\d)", r"\1", f"{day:{form}}")


def _long(form: str, day: date) -> str:
    return f"{day:{form}}"


_FORMS: Final = tuple(partial(way, form) for form in _DAYS for way in (_long, _short))
