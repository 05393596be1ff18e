"""A first run of edits that aren't cleanclaim's own, on empty tables and on their own examples, before they see any claims.

An edit with a misspelled column would fail on every batch, and one that can never fire would look like clean claims. Both are found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from weakref import ref

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.tables import Derived
from cleanclaim.edits.edit import KEYS, Edit, Fails, Rows, Test
from cleanclaim.engine.candidates import Candidates
from cleanclaim.engine.examples import claims_of, tables_of
from cleanclaim.engine.findings import written
from cleanclaim.engine.not_checked import written_unchecked
from cleanclaim.errors import CleanclaimError
from cleanclaim.failures import Failure, reason_of
from cleanclaim.model import Batch
from cleanclaim.reference import Reference
from cleanclaim.text.hints import hint

_OWN: Final = "cleanclaim.edits."
_QUOTED: Final = re.compile(r'"([^"]+)"')


def sound(edits: Sequence[Edit], reference: Reference) -> tuple[tuple[Edit, ...], list[Failure]]:
    """The edits that can run, and why others can't.

    Args:
        edits: cleanclaim's own, which its tests try, and others.
        reference: the dated tables.

    Returns:
        The edits without those at fault; a failure for each of these.
    """
    faults = {edit.code: fault for edit in edits if (fault := fault_of(edit, reference))}
    failures = [Failure("edit", code, None, f"{code}: {fault}") for code, fault in faults.items()]
    return tuple(edit for edit in edits if edit.code not in faults), failures


def fault_of(edit: Edit, reference: Reference) -> str | None:
    """What is wrong with an edit of somebody else's; None if nothing is, and for cleanclaim's own."""
    if edit.function.__module__.startswith(_OWN):
        return None
    return _fault_of(edit, ref(reference))


@lru_cache(maxsize=1024)
def _fault_of(edit: Edit, reference: ref[Reference]) -> str | None:
    known = reference()
    return None if known is None else next(faults_of(edit, known), None)


def faults_of(edit: Edit, reference: Reference) -> Iterator[str]:
    """Everything that is wrong with an edit, one sentence each."""
    yield from _reason_codes(edit, reference)
    empty = Derived(Batch.of({}), reference)
    yield from (_row_faults if edit.table else _query_faults)(edit, empty, reference)
    yield from _need_faults(edit, empty)


def _reason_codes(edit: Edit, reference: Reference) -> Iterator[str]:
    for table, code in (("carc", edit.carc), ("rarc", edit.rarc)):
        if code and code not in reference.table(table)["code"]:
            yield f"{table} '{code}' isn't a {table.upper()}"


def _row_faults(edit: Edit, empty: Derived, reference: Reference) -> Iterator[str]:
    """The expression, the evidence and the message of a row edit."""
    del reference
    is_syntax = edit.table == "syntax_faults"
    frame = empty.batch.syntax_faults if is_syntax else getattr(empty, str(edit.table))
    try:
        condition = edit.function()
    except BaseException as error:  # noqa: BLE001 - somebody else's code
        yield _words(error, frame)
        return
    if not isinstance(condition, pl.Expr):
        yield f"the function returns {type(condition).__name__}; expected an expression"
        return
    for name, test in (("the condition", condition), ("unchecked", edit.unchecked)):
        if isinstance(test, pl.Expr):
            yield from _is_true_or_false(name, test, frame)
    keys = [name for name in KEYS if name in frame.columns]
    try:
        written(edit, frame.select(*keys, *edit.evidence))
    except BaseException as error:  # noqa: BLE001 - somebody else's code
        yield _words(error, frame)


def _query_faults(edit: Edit, empty: Derived, reference: Reference) -> Iterator[str]:
    """The tests and the function of a query edit, which is run on the claims of its examples."""
    for name, tests in (("when", edit.when), ("beside", edit.beside)):
        for table, test in tests.items():
            faults = list(_test_faults(f"{name} {table}", table, test, empty, reference))
            yield from faults
            if faults:
                return
    examples = [one for one in edit.examples if isinstance(one, Fails)]
    faults = [fault for one in examples if (fault := _example_fault(edit, one, reference))]
    if not faults and not (edit.when and examples):  # else it never sees an empty batch
        faults = [fault for fault in (_run_fault(edit, Claims(empty), reference),) if fault]
    yield from faults[:1]


def _test_faults(
    name: str, table: str, test: Test, empty: Derived, reference: Reference
) -> Iterator[str]:
    frame = getattr(empty, table)
    try:
        made = _test_of(test, reference)
    except BaseException as error:  # noqa: BLE001 - somebody else's code
        yield f"{name}: {_words(error, frame)}"
        return
    yield from _is_true_or_false(name, made, frame)


def _example_fault(edit: Edit, example: Fails, reference: Reference) -> str | None:
    """What fails when an edit is run on an example as the engine would run it."""
    try:
        tables = tables_of(example, reference)
        derived = Derived(claims_of(example), tables)
        claims = _candidates(edit, derived)
    except BaseException as error:  # noqa: BLE001 - somebody else's code
        return f"example '{example.title}': {_words(error, Derived(Batch.of({}), reference).lines)}"
    return None if claims is None else _run_fault(edit, claims, tables)


def _candidates(edit: Edit, derived: Derived) -> Claims | None:
    candidates = Candidates(derived)
    for beside, tests in ((False, edit.when), (True, edit.beside)):
        for table, test in tests.items():
            frame = getattr(derived, table)
            marks = frame.select(_test_of(test, derived.reference)).to_series()
            candidates.add(edit, frame["claim_key"].filter(marks), beside=beside)
    return candidates.claims_of(edit)


def _run_fault(edit: Edit, claims: Claims, reference: Reference) -> str | None:
    try:
        rows = _collected(edit.function(claims, reference))
        if "claim_key" not in rows.columns:
            return "the rows at fault have no claim_key"
        if rows.height:  # a function may return early, without its evidence
            written(edit, rows)
        if callable(edit.unchecked):
            written_unchecked(edit, _collected(edit.unchecked(claims, reference)))
    except BaseException as error:  # noqa: BLE001 - somebody else's code
        return _words(error, claims.lines)
    return None


def _need_faults(edit: Edit, empty: Derived) -> Iterator[str]:
    for name, test in edit.needs.items():
        if test is not None:
            yield from _is_true_or_false(f"needs {name}", test, empty.lines)


def _test_of(test: Test, reference: Reference) -> pl.Expr:
    return test if isinstance(test, pl.Expr) else test(reference)


def _is_true_or_false(name: str, test: pl.Expr, frame: pl.DataFrame) -> Iterator[str]:
    try:
        found = frame.select(test.alias("test")).to_series()
    except BaseException as error:  # noqa: BLE001 - somebody else's code
        yield f"{name}: {_words(error, frame)}"
        return
    if found.dtype not in {pl.Boolean, pl.Null}:
        yield f"{name} gives {found.dtype}; expected true or false for each row"


def _collected(rows: Rows) -> pl.DataFrame:
    if isinstance(rows, pl.LazyFrame):
        return rows.collect()
    if isinstance(rows, pl.DataFrame):
        return rows
    raise TypeError(f"the function returns {type(rows).__name__}; expected a frame")


def _words(error: BaseException, frame: pl.DataFrame) -> str:
    """What failed; an edit's own examples hold invented people only, so the error may be quoted."""
    reason_of(error)
    said = str(error).split("\n", 1)[0]
    if isinstance(error, pl.exceptions.ColumnNotFoundError):
        found = _QUOTED.search(said)
        name = found[1] if found else said
        return f"there is no column '{name}'{hint(name, frame.columns)}"
    if isinstance(error, CleanclaimError):
        return said
    return f"{type(error).__name__}: {said}"
