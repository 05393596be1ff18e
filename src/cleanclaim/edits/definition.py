"""Whether what an edit says of itself can be right: checked when the edit is defined, so that a misspelled edit never runs.

What only claims and tables can show (columns, evidence, remark codes) is checked before the first run: see `cleanclaim.engine.trial`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, Final

import polars as pl

from cleanclaim.derived import availability
from cleanclaim.errors import EditError
from cleanclaim.model import PAYER_CLASSES, TABLES
from cleanclaim.reference.known import KNOWN_TABLES
from cleanclaim.text.hints import hint

CODE: Final = re.compile(r"[A-Z]{2,8}[0-9]{3}")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
FORMS: Final = frozenset({"", "icd", "money", "date"})
"""How a value in a message may be written."""
ROW_TABLES: Final = frozenset({"claims", "diagnoses", "lines", "line_fees", "line_diagnoses", "line_modifiers", "syntax_faults", "note_facts"})
_CHOICES: Final[Mapping[str, tuple[object, ...]]] = {
    "table": tuple(sorted(ROW_TABLES)),
    "scope": ("claim", "patient", "all"),
    "others": ("warn", "off"),
    "fix": (None, "safe", "proposed"),
    "default_on": (True, False),
    "lifecycle": ("preview", "stable", "deprecated"),
}
_TEXTS: Final = ("code", "name", "message", "suggestion", "column", "unchecked_reason", "supply", "since")  # fmt: skip
_REQUIRED: Final = ("code", "name", "disposition", "source", "message")


def check(function: Callable[..., Any], facts: Mapping[str, Any], *, known: set[str], is_row: bool) -> None:
    """Check what an edit says of itself.

    Args:
        function: decides; its docstring explains the edit.
        facts: what is said, by the names of `Edit`'s attributes.
        known: the names that an edit of this kind may use.
        is_row: True for a row edit.

    Raises:
        EditError: something can't be right; every fault is listed, with the edit's code and file.
    """
    faults = [*_names(facts, known, is_row=is_row)]
    faults = faults or [*_values(facts), *_parts(function, facts, is_row=is_row)]
    if faults:
        raise EditError(f"{_where(function, facts)}: {'; '.join(faults)}", str(facts.get("code")))


def _where(function: Callable[..., Any], facts: Mapping[str, Any]) -> str:
    code = facts.get("code", function.__name__)
    source = inspect.getsourcefile(inspect.unwrap(function)) if callable(function) else None
    return f"{code} ({Path(source).name})" if source else str(code)


def _names(facts: Mapping[str, Any], known: set[str], *, is_row: bool) -> Iterator[str]:
    required = (*_REQUIRED, "table") if is_row else _REQUIRED
    yield from (f"{name} is missing" for name in required if name not in facts)
    for name in facts:
        if name not in known:
            yield f"an edit of this kind has no '{name}'{hint(name, known)}"


def _values(facts: Mapping[str, Any]) -> Iterator[str]:
    for name in _TEXTS:
        if name in facts and not isinstance(facts[name], str):
            yield f"{name} must be text"
            return
    for name, allowed in _CHOICES.items():
        if name in facts and facts[name] not in allowed:
            words = ", ".join(str(one) for one in allowed if one is not None)
            yield f"{name} is {facts[name]!r}; expected {words}"
    if not CODE.fullmatch(facts["code"]):
        yield "code must be capital letters and three digits, such as ORG101"
    if not _NAME.fullmatch(facts["name"]):
        yield "name must be lower case words joined by hyphens, such as visit-without-note"
    if not _VERSION.fullmatch(facts.get("since", "0.1.0")):
        yield "since must be a version, such as 0.1.0"
    if not facts["message"].strip():
        yield "message is empty"


def _parts(function: Callable[..., Any], facts: Mapping[str, Any], *, is_row: bool) -> Iterator[str]:
    from cleanclaim.edits.edit import Disposition, Example, Source  # noqa: PLC0415 - they are defined after this module is loaded

    if not (function.__doc__ or "").strip():
        yield "the function needs a docstring, which explains the edit"
    if not isinstance(facts["disposition"], Disposition):
        yield f"disposition is {facts['disposition']!r}; expected a Disposition, such as Disposition.DENY_LINE"
    sources = facts["source"] if isinstance(facts["source"], tuple) else (facts["source"],)
    if not sources or not all(isinstance(one, Source) for one in sources):
        yield "source must be a Source, or several in a tuple"
    if not all(isinstance(one, Example) for one in facts.get("examples", ())):
        yield "examples must be made by fails(), passes() and unchecked()"
    yield from _templates(facts)
    yield from _place(facts)
    yield from _payers(facts)
    yield from _tables(facts)
    yield from _row(facts) if is_row else _query(facts)


def fields_of(template: str) -> list[tuple[str, str]]:
    """The fields of a message: name and form of each.

    Raises:
        ValueError: a brace is not closed.
    """
    return [(name, form or "") for _, name, form, _ in Formatter().parse(template) if name is not None]  # fmt: skip


def _templates(facts: Mapping[str, Any]) -> Iterator[str]:
    for which in ("message", "suggestion", "unchecked_reason"):
        try:
            fields = fields_of(facts.get(which, ""))
        except ValueError:
            yield f"{which}: a brace is not closed"
            continue
        for name, form in fields:
            if not name.isidentifier():
                yield f"{which}: {{{name}}} isn't the name of an evidence column"
            if form not in FORMS:
                yield f"{which}: unknown form '{form}' of {name}; expected icd, money or date"


def _place(facts: Mapping[str, Any]) -> Iterator[str]:
    column = facts.get("column", "")
    table, _, name = column.partition(".")
    if column and (table not in TABLES or name not in TABLES[table]):
        names = [f"{one.name}.{c.name}" for one in TABLES.values() for c in one.columns]
        yield f"column '{column}' isn't one of the model, as table.column{hint(column, names)}"


def _payers(facts: Mapping[str, Any]) -> Iterator[str]:
    payers = facts.get("payers", ())
    if not isinstance(payers, tuple):
        yield "payers must be a tuple of payer classes"
        return
    for one in payers:
        if one not in PAYER_CLASSES:
            yield f"payers: {one!r} isn't a payer class; expected {', '.join(PAYER_CLASSES)}"
    for code in facts.get("formerly", ()):
        if not (isinstance(code, str) and (CODE.fullmatch(code) or _NAME.fullmatch(code))):
            yield f"formerly: {code!r} isn't the code or name of an edit"


def _tables(facts: Mapping[str, Any]) -> Iterator[str]:
    needs = facts.get("needs", ())
    if isinstance(needs, str) or not isinstance(needs, (Sequence, Mapping)):
        yield "needs must be names of tables, or names with a test of lines"
        return
    known = KNOWN_TABLES | set(availability.TABLES)
    for name in needs:
        if name not in known:
            yield f"needs: there is no reference table '{name}'{hint(name, known)}"
        test = needs[name] if isinstance(needs, Mapping) else None
        if test is not None and not isinstance(test, pl.Expr):
            yield f"needs: the test of '{name}' must be an expression"
        if test is not None and name in known and name not in availability.TABLES:
            yield f"needs: coverage by '{name}' can't be tested; possible are {', '.join(availability.TABLES)}"


def _row(facts: Mapping[str, Any]) -> Iterator[str]:
    evidence = facts.get("evidence", ())
    if not isinstance(evidence, tuple) or not all(isinstance(e, (str, pl.Expr)) for e in evidence):
        yield "evidence must be a tuple of column names and expressions"
        return
    if facts.get("unchecked") is not None and not isinstance(facts["unchecked"], pl.Expr):
        yield "unchecked must be an expression"
    shown = {one if isinstance(one, str) else one.meta.output_name() for one in evidence}
    shown |= {"claim_key", "line_number", "diagnosis_number"}
    for which in ("message", "suggestion"):
        for name, _ in _fields(facts.get(which, "")):
            if name not in shown:
                yield f"{which}: {{{name}}} isn't among the evidence{hint(name, shown)}"


def _fields(template: str) -> list[tuple[str, str]]:
    try:
        return fields_of(template)
    except ValueError:  # reported already
        return []


def _query(facts: Mapping[str, Any]) -> Iterator[str]:
    for name in ("when", "beside"):
        yield from _tests(name, facts.get(name, {}))
    if facts.get("when") and facts.get("scope") == "all":
        yield "when: an edit of scope all receives every claim"
    if facts.get("beside") and not facts.get("when"):
        yield "beside: expected a 'when', too"
    if facts.get("unchecked") is not None and not callable(facts["unchecked"]):
        yield "unchecked must be a function of claims and reference"


def _tests(name: str, tests: object) -> Iterator[str]:
    """What is wrong with tests of rows by table."""
    if not isinstance(tests, Mapping):
        yield f"{name} must be a test by table, such as {{'lines': pl.col('units') > 1}}"
        return
    for table, test in tests.items():
        if table not in ROW_TABLES - {"syntax_faults"}:
            yield f"{name}: there is no table '{table}'{hint(table, ROW_TABLES)}"
        if not isinstance(test, pl.Expr) and not callable(test):
            yield f"{name}: the test of {table} must be an expression or a function of the reference"
