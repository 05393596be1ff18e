"""The engine: edits over a batch of claims, findings out.

Row edits of a table are evaluated in one pass (`cleanclaim.engine.row_tests`); query edits are collected together. Only rows that were hit are then
written out: keys, evidence, message. What an edit could not judge becomes a row of the second table, `not_checked`. An edit that fails stops no other:
the pass or the collection is done again edit by edit, and the ones that fail are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Final, TypeVar
from weakref import ref

import polars as pl

from cleanclaim.derived.availability import COVERED, not_covered
from cleanclaim.derived.tables import Derived
from cleanclaim.edits.edit import KEYS, Edit, Rows
from cleanclaim.engine.candidates import Candidates
from cleanclaim.engine.claim_order import renumbered
from cleanclaim.engine.collecting import collected
from cleanclaim.engine.findings import FINDINGS, Hit, findings_of, written
from cleanclaim.engine.not_checked import (
    NOT_CHECKED,
    not_checked_of,
    questions,
    unanswered,
    written_unchecked,
)
from cleanclaim.engine.row_tests import Plan, met, plan_of
from cleanclaim.failures import Failure, reason_of
from cleanclaim.model import Batch
from cleanclaim.reference import Reference

_BY_ROW: Final = (
    "claims",
    "diagnoses",
    "lines",
    "line_fees",
    "line_diagnoses",
    "line_modifiers",
    "syntax_faults",
    "note_facts",
)


Result = TypeVar("Result")
Asked = Mapping[str, tuple[Edit, pl.Expr]]
"""Expressions over one table by a name of their own, with the edit that asks."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the edits say of one batch.

    Attributes:
        findings: one row a finding, columns `cleanclaim.engine.findings.FINDINGS`.
        not_checked: one row an edit and place that could not be judged, columns `NOT_CHECKED`.
        failures: edits that failed, or the whole batch if nothing of it could be checked.
    """

    findings: pl.DataFrame
    not_checked: pl.DataFrame
    failures: tuple[Failure, ...] = ()


def check(batch: Batch, reference: Reference, edits: Sequence[Edit]) -> Checked:
    """Run edits over one batch of whole patients.

    Args:
        batch: the claims.
        reference: the dated tables.
        edits: the edits to run.

    Returns:
        Findings in order of claim, line, diagnosis and code; claims of the history are looked at but never reported on. Whatever fails is among the
        failures; nothing is raised.
    """
    try:
        numbered = renumbered(batch)
        run = _run(Derived(numbered.batch, reference), edits)
        hits = run.written(run.hits, written)
        unchecked = run.written(unanswered(run.unchecked, run.hits), written_unchecked)
        failed = run.failed
        del run  # and with it the derived tables, which findings no longer need
        found = numbered.as_read(findings_of(numbered.batch, hits))
        gaps = numbered.as_read(not_checked_of(numbered.batch, unchecked))
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        return _nothing(batch, reason_of(error))
    count = _own(batch).height
    failures = tuple(Failure("edit", code, count, why) for code, why in failed.items())
    return Checked(found, gaps, failures)


def _nothing(batch: Batch, reason: str) -> Checked:
    """What is said of a batch that could not be checked."""
    own = _own(batch)
    first = own["claim_id"][0] if own.height else None
    failure = Failure("claims", first or "(no claim number)", own.height, reason)
    return Checked(pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=NOT_CHECKED), (failure,))


def _own(batch: Batch) -> pl.DataFrame:
    """The claims that are checked, history left out."""
    return batch.claims.filter(~pl.col("is_history").fill_null(value=False))


def evaluate(derived: Derived, edits: Sequence[Edit]) -> int:
    """Run edits over derived tables and write nothing of what they find; how many rows are at fault or could not be judged."""
    run = _run(derived, edits)
    return sum(rows.height for _, rows in (*run.hits, *run.unchecked))


@dataclass(slots=True)
class _Run:
    """What edits find in a batch.

    Attributes:
        derived: the derived tables of the batch.
        candidates: the claims that query edits receive.
        hits: the rows at fault.
        unchecked: the rows that could not be judged.
        failed: why an edit failed, by its code.
    """

    derived: Derived
    candidates: Candidates
    hits: list[Hit] = field(default_factory=list)
    unchecked: list[Hit] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def attempt(self, edit: Edit, work: Callable[[], Result]) -> Result | None:
        """The result of an edit's work; None where it fails, which is noted."""
        try:
            return work()
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception
            self.failed.setdefault(edit.code, _reason(error))
            return None

    def marks(self, frame: pl.DataFrame, asked: Asked) -> dict[str, pl.Series]:
        """The rows of a table that meet each expression; expressions that fail are left out."""
        try:
            return frame.select(test for _, test in asked.values()).to_dict()
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception
            reason_of(error)
        return self._one_by_one(frame, asked)

    def met(self, frame: pl.DataFrame, own: _Pass) -> dict[str, pl.Series]:
        """The rows of a table that meet each test that some row meets; tests that fail are left out."""
        try:
            plan = own.plan()
            if plan is not None:
                return {name: pl.Series(marks) for name, marks in met(frame, plan).items()}
            return frame.select(test for _, test in own.asked.values()).to_dict()
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception
            reason_of(error)
        return self._one_by_one(frame, own.asked)

    def _one_by_one(self, frame: pl.DataFrame, asked: Asked) -> dict[str, pl.Series]:
        alone = {
            name: self.attempt(edit, partial(_alone, frame, test))
            for name, (edit, test) in asked.items()
        }
        return {name: marks for name, marks in alone.items() if marks is not None}

    def written(
        self, hits: Sequence[Hit], write: Callable[[Edit, pl.DataFrame], pl.DataFrame]
    ) -> list[Hit]:
        """The rows of each edit as they are reported."""
        rows = [(edit, self.attempt(edit, partial(write, edit, found))) for edit, found in hits]
        return [(edit, frame) for edit, frame in rows if frame is not None]


def _alone(frame: pl.DataFrame, test: pl.Expr) -> pl.Series:
    return frame.select(test).to_series()


def _reason(error: BaseException) -> str:
    """Why an edit failed; a column that is not there is named, since the tables of the model have no names of a user's."""
    said = reason_of(error)
    if isinstance(error, pl.exceptions.ColumnNotFoundError):
        return str(error).split("\n", 1)[0]
    return said


def _run(derived: Derived, edits: Sequence[Edit]) -> _Run:
    """Run edits over the derived tables."""
    run = _Run(derived, Candidates(derived))
    for table in _BY_ROW:
        _run_row_edits(run, table, edits)
    _run_query_edits(run, [edit for edit in edits if edit.table is None])
    _add_not_covered(run, edits)
    return run


@dataclass(slots=True)
class _Pass:
    """What is asked of every row of one table.

    Attributes:
        asked: expressions by name: the code of a row edit; with a ? before it when that edit cannot judge a row; with a > before it the test of
            a query edit, with a + the test of the rows that must be there, too.
            Null, where a row does not tell, is no fault.
        broken: why an expression could not be made, by the edit's code.
        runs: how many times it was run.
    """

    asked: dict[str, tuple[Edit, pl.Expr]]
    broken: dict[str, str]
    runs: int = 0
    _plan: Plan | None = None

    def plan(self) -> Plan | None:
        """In which order the expressions are worked out.

        None the first time: a plan saves a tenth of a run over one claim for each time that it is used, and takes as long as several to make.
        """
        self.runs += 1
        if self.runs > 1 and self._plan is None:
            self._plan = plan_of({name: test for name, (_, test) in self.asked.items()})
        return self._plan


@lru_cache(maxsize=64)
def _pass(table: str, edits: tuple[Edit, ...], reference: ref[Reference]) -> _Pass:
    """The expressions are made once: that takes longer than running them over one claim."""
    asked: dict[str, tuple[Edit, pl.Expr]] = {}
    broken: dict[str, str] = {}
    for name, edit, make in _makers(table, edits, reference()):
        try:
            asked[name] = edit, make().alias(name)
        except BaseException as error:  # noqa: BLE001 - an edit may be anybody's code
            broken[edit.code] = _reason(error)
    return _Pass(asked, broken)


def _makers(
    table: str, edits: Sequence[Edit], reference: Reference | None
) -> Iterator[tuple[str, Edit, Callable[[], pl.Expr]]]:
    """What makes each expression over a table, by the name it is to have."""
    for edit in edits:
        if edit.table == table:
            yield edit.code, edit, edit.function
            if isinstance(edit.unchecked, pl.Expr):
                yield f"?{edit.code}", edit, partial(_itself, edit.unchecked)
        for sign, tests in ((">", edit.when), ("+", edit.beside)):
            for name, test in tests.items():
                if name == table and reference is not None:
                    made = (
                        partial(_itself, test)
                        if isinstance(test, pl.Expr)
                        else partial(test, reference)
                    )
                    yield f"{sign}{edit.code}", edit, made


def _itself(expression: pl.Expr) -> pl.Expr:
    return expression


def _run_row_edits(run: _Run, table: str, edits: Sequence[Edit]) -> None:
    """Run the row edits of a table, and find the claims whose rows in it can trigger query edits."""
    own = _pass(table, tuple(edits), ref(run.derived.reference))
    run.failed |= own.broken
    if not own.asked:
        return
    is_syntax = table == "syntax_faults"
    frame: pl.DataFrame = run.derived.batch.syntax_faults if is_syntax else getattr(run.derived, table)  # fmt: skip
    if frame.is_empty():
        return
    for name, marks in run.met(frame, own).items():
        edit = own.asked[name][0]
        if not run.attempt(edit, marks.any):
            continue
        if name[0] in ">+":
            run.candidates.add(edit, frame["claim_key"].filter(marks), beside=name[0] == "+")
        elif name.startswith("?"):
            run.unchecked.append((edit, frame.filter(marks)))
        else:
            rows = run.attempt(edit, partial(_with_evidence, edit, frame, marks, table))
            run.hits += [] if rows is None else [(edit, rows)]


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


def _run_query_edits(run: _Run, edits: Sequence[Edit]) -> None:
    """Run each query edit over the claims that can trigger it."""
    asked: list[tuple[Edit, list[Hit], Rows]] = []
    for edit in edits:
        claims = run.candidates.claims_of(edit)
        if claims is None or edit.code in run.failed:
            continue
        for decide, into in ((edit.function, run.hits), (edit.unchecked, run.unchecked)):
            if decide is None or isinstance(decide, pl.Expr):
                continue
            rows = run.attempt(edit, partial(decide, claims, run.derived.reference))
            if rows is not None:
                asked.append((edit, into, rows))
    for edit, into, frame in _collected(run, asked):
        if "claim_key" not in frame.columns:
            run.failed.setdefault(edit.code, "the rows at fault have no claim_key")
        elif frame.height:
            into.append((edit, frame))


def _collected(
    run: _Run, asked: Sequence[tuple[Edit, list[Hit], Rows]]
) -> Iterator[tuple[Edit, list[Hit], pl.DataFrame]]:
    """The rows of query edits; those of lazy frames are worked out together, or one by one where one fails."""
    lazy = [(edit, rows) for edit, _, rows in asked if isinstance(rows, pl.LazyFrame)]
    done: list[pl.DataFrame | None]
    try:
        done = [*collected([rows for _, rows in lazy], run.derived.batch.claims.height)]
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        reason_of(error)
        done = [run.attempt(edit, rows.collect) for edit, rows in lazy]
    frames = iter(done)
    for edit, into, rows in asked:
        frame = rows if isinstance(rows, pl.DataFrame) else next(frames)
        if frame is not None:
            yield edit, into, frame


def _add_not_covered(run: _Run, edits: Sequence[Edit]) -> None:
    """Add the codes that the tables which edits need do not cover."""
    derived = run.derived
    tests = questions(tuple(edits))
    names = {name.partition(" ")[2] for name in tests}
    gaps = {name: gap for name in names if (gap := derived.coverage(name) != COVERED).any()}
    asked = {name: test for name, test in tests.items() if name.partition(" ")[2] in gaps}
    if not asked:
        return
    told = {name: not_covered(derived.lines, derived.coverage(name), name) for name in gaps}
    for name, marks in run.marks(derived.lines, asked).items():
        table = name.partition(" ")[2]
        rows = told[table].filter(marks.filter(pl.Series(gaps[table])))
        if rows.height:
            run.unchecked.append((asked[name][0], rows))
