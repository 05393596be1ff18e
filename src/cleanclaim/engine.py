"""The engine: edits over a batch of claims, findings out.

Row edits of a table are evaluated in one pass; query edits are collected together. Only rows that were hit are then written out: keys,
evidence, message. What an edit could not judge becomes a row of the second table, `not_checked`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from weakref import ref

import polars as pl

from cleanclaim.derive import Claims
from cleanclaim.edit import KEYS, Edit, Rows
from cleanclaim.errors import EditError
from cleanclaim.findings import Hit, findings_of
from cleanclaim.loaded import SPEAKS, unspoken
from cleanclaim.message import render
from cleanclaim.model import Batch
from cleanclaim.positions import found_in, keys_of, whole_numbers
from cleanclaim.reference import Reference
from cleanclaim.reference.periods import taken

NOT_CHECKED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "code": pl.String,
    "claim_id": pl.String,
    "line_number": pl.Int64,
    "diagnosis_number": pl.Int64,
    "reason": pl.String,
    "supply": pl.String,
    "table": pl.String,
    "procedure_code": pl.String,
    "lines": pl.Int64,
    "file": pl.String,
    "claim_key": pl.Int64,
}
"""Columns of what could not be checked: which edit, where, why, and what would supply what was missing.

What a table does not hold is told once, without a claim, with the `procedure_code` that it does not speak of (null where it speaks of none on
those days) and how many `lines` of the batch it touches; so a line was not checked where a row names its code, or no code.
"""

_BY_ROW: Final = (
    "claims",
    "diagnoses",
    "lines",
    "line_fees",
    "line_diagnoses",
    "line_modifiers",
    "syntax_faults",
)


NOT_CHECKED_ORDER: Final = (
    "claim_key", "line_number", "diagnosis_number", "code", "procedure_code", "reason", "table",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What the edits say of one batch.

    Attributes:
        findings: one row a finding, columns `cleanclaim.findings.FINDINGS`.
        not_checked: one row an edit and place that could not be judged, columns `NOT_CHECKED`.
    """

    findings: pl.DataFrame
    not_checked: pl.DataFrame


def check(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> Checked:
    """Run edits over one batch of whole patients.

    Args:
        batch: the claims.
        reference: the dated tables.
        edits: the edits to run.

    Returns:
        Findings in order of claim, line, diagnosis and code; claims of the history are looked at but never reported on.

    Raises:
        EditError: an edit does not keep an edit's contract.
    """
    claims = Claims(batch, reference)
    hits, unchecked = _run(claims, edits)
    return Checked(findings_of(claims, hits), _not_checked(claims, unchecked))


def evaluate(claims: Claims, edits: Sequence[Edit]) -> int:
    """Run edits over derived tables and write nothing of what they find; how many rows are at fault or could not be judged."""
    hits, unchecked = _run(claims, edits)
    return sum(rows.height for _, rows in (*hits, *unchecked))


def _run(claims: Claims, edits: Sequence[Edit]) -> tuple[list[Hit], list[Hit]]:
    """What edits find, and what they could not judge."""
    hits: list[Hit] = []
    unchecked: list[Hit] = []
    asked = {edit.code for edit in edits if edit.table is None and not edit.when}
    for table in _BY_ROW:
        asked |= _run_row_edits(claims, table, edits, hits, unchecked)
    _run_query_edits(claims, [edit for edit in edits if edit.code in asked], hits, unchecked)
    unchecked += _unspoken(claims, edits)
    return hits, unchecked


@dataclass(frozen=True)
class _Pass:
    """What is asked of every row of one table.

    Attributes:
        at_fault: by code, the row edits of the table and their expressions.
        open: by code, those that may not be able to judge a row, and when.
        tests: by code, the tests of query edits on the table.
    """

    at_fault: dict[str, tuple[Edit, pl.Expr]]
    open: dict[str, tuple[Edit, pl.Expr]]
    tests: dict[str, pl.Expr]

    @cached_property
    def expressions(self) -> list[pl.Expr]:
        """All of them, each under a name of its own; null where a row does not tell, which is no fault."""
        at_fault = [(code, test) for code, (_, test) in self.at_fault.items()]
        open_ = [(f"?{code}", test) for code, (_, test) in self.open.items()]
        tests = [(f">{code}", test) for code, test in self.tests.items()]
        return [test.alias(name) for name, test in (*at_fault, *open_, *tests)]


@lru_cache(maxsize=64)
def _pass(table: str, edits: tuple[Edit, ...], reference: ref[Reference]) -> _Pass:
    """The expressions are made once: that takes longer than running them over one claim."""
    own = [edit for edit in edits if edit.table == table]
    known = reference()
    tests = [
        (edit.code, test) for edit in edits for name, test in edit.when.items() if name == table
    ]
    return _Pass(
        {edit.code: (edit, edit.function()) for edit in own},
        {edit.code: (edit, edit.unchecked) for edit in own if isinstance(edit.unchecked, pl.Expr)},
        {code: test if isinstance(test, pl.Expr) else test(known) for code, test in tests if known},
    )


def _run_row_edits(
    claims: Claims, table: str, edits: Sequence[Edit], hits: list[Hit], unchecked: list[Hit]
) -> set[str]:
    """Run the row edits of a table; the codes of the query edits whose test on it some row meets."""
    asked = _pass(table, tuple(edits), ref(claims.reference))
    if not asked.expressions:
        return set()
    frame: pl.DataFrame = (
        getattr(claims, table) if table != "syntax_faults" else claims.batch.syntax_faults
    )
    if frame.is_empty():
        return set()
    try:
        marks = frame.select(asked.expressions)
    except pl.exceptions.PolarsError:
        _blame(frame, asked.expressions)
        raise
    for code, (edit, _) in asked.at_fault.items():
        if marks[code].any():
            hits.append((edit, _with_evidence(edit, frame, marks[code], table)))
    for code, (edit, _) in asked.open.items():
        if marks[f"?{code}"].any():
            unchecked.append((edit, frame.filter(marks[f"?{code}"])))
    return {code for code in asked.tests if marks[f">{code}"].any()}


def _blame(frame: pl.DataFrame, expressions: Sequence[pl.Expr]) -> None:
    """Name the edit whose expression does not run over the table."""
    for expression in expressions:
        try:
            frame.head(0).select(expression)
        except pl.exceptions.PolarsError as error:
            raise EditError(f"{expression.meta.output_name().lstrip('?>')}: {error}") from error


def _with_evidence(
    edit: Edit, frame: pl.DataFrame, at_fault: pl.Series, table: str
) -> pl.DataFrame:
    """The rows at fault with what the edit shows of them; of a wide table only what that needs is read."""
    keys = [name for name in KEYS if name in frame.columns]
    place = ["file", "position"] if table == "syntax_faults" else []
    shown = [pl.col(said) if isinstance(said, str) else said for said in edit.evidence]
    read = [name for said in shown for name in said.meta.root_names()]
    rows = frame.select(list(dict.fromkeys([*keys, *place, *read]))).filter(at_fault)
    return rows.select(*keys, *place, *shown)


def _run_query_edits(
    claims: Claims,
    edits: Sequence[Edit],
    hits: list[Hit],
    unchecked: list[Hit],
) -> None:
    asked: list[tuple[Edit, list[Hit], Rows]] = []
    for edit in edits:
        asked.append((edit, hits, edit.function(claims, claims.reference)))
        if edit.unchecked is not None and not isinstance(edit.unchecked, pl.Expr):
            asked.append((edit, unchecked, edit.unchecked(claims, claims.reference)))
    lazy = [rows for _, _, rows in asked if isinstance(rows, pl.LazyFrame)]
    collected = iter(pl.collect_all(lazy))
    for edit, into, rows in asked:
        frame = rows if isinstance(rows, pl.DataFrame) else next(collected)
        if "claim_key" not in frame.columns:
            raise EditError(f"{edit.code}: the rows at fault have no claim_key")
        if frame.height:
            into.append((edit, frame))


def _unspoken(claims: Claims, edits: Sequence[Edit]) -> Iterator[Hit]:
    """What the tables that edits ask do not speak of."""
    asking, tests = _asking(tuple(edits))
    names = {name for edit in asking for name in edit.asks}
    silent = {name for name in names if (claims.spoken(name) != SPEAKS).any()}
    if not silent:
        return
    asked = claims.lines.select(test for (_, name), test in tests.items() if name in silent)
    for edit in asking:
        for name in edit.asks:
            if name in silent:
                marked = asked[f"{edit.code} {name}"].to_numpy()
                rows = unspoken(claims.lines, marked, claims.spoken(name), name)
                if rows is not None:
                    yield edit, rows


@lru_cache(maxsize=8)
def _asking(edits: tuple[Edit, ...]) -> tuple[list[Edit], dict[tuple[str, str], pl.Expr]]:
    """The edits that ask a table about lines, and by code and table which lines they ask about."""
    asking = [edit for edit in edits if edit.asks]
    current = ~pl.col("is_history").fill_null(value=False)
    tests = {
        (edit.code, name): (test & current).fill_null(value=False).alias(f"{edit.code} {name}")
        for edit in asking
        for name, test in edit.asks.items()
    }
    return asking, tests


def _not_checked(claims: Claims, unchecked: Sequence[Hit]) -> pl.DataFrame:
    if not unchecked:
        return pl.DataFrame(schema=NOT_CHECKED)
    parts = [rows.select(_told(edit, tuple(rows.schema.items()))) for edit, rows in unchecked]
    told = pl.concat(parts)
    of_claim = claims.batch.claims.select("claim_id", "file", "is_history")
    keys = whole_numbers(told["claim_key"].fill_null(-1))
    at = found_in(keys_of(claims.batch.claims), keys)
    rows = told.hstack(taken(of_claim, at))
    if rows["is_history"].any():
        rows = rows.filter(~pl.col("is_history").fill_null(value=False))
    return rows.select(list(NOT_CHECKED)).sort(NOT_CHECKED_ORDER)


@lru_cache(maxsize=1024)
def _told(edit: Edit, columns: tuple[tuple[str, pl.DataType], ...]) -> list[pl.Expr]:
    """What is told of rows that an edit could not judge; the same each time that they have the same columns."""
    schema = pl.Schema(columns)
    own = {
        "code": pl.lit(edit.code),
        "reason": render(edit.unchecked_reason, schema) if "reason" not in schema else pl.col("reason"),
        "supply": pl.lit(edit.supply or None, pl.String) if "supply" not in schema else pl.col("supply"),
    }  # fmt: skip
    told = [name for name in NOT_CHECKED if name not in {"claim_id", "file"}]
    return [
        own.get(name, pl.col(name) if name in schema else pl.lit(None))
        .cast(NOT_CHECKED[name])
        .alias(name)
        for name in told
    ]
