"""What an edit is.

An edit is one rule of a claim scrubber. It lives in one file named by its code, holds everything that is said about it
(name, disposition, source, message, examples), and decides by a pure function. There are two kinds:

* a **row edit** (`@row_edit`) is a Polars expression over one table: true on the rows at fault. All row edits of a table are
  evaluated in one pass, so prefer it wherever the row itself holds all that is needed;
* a **query edit** (`@query_edit`) is a function of (claims, reference) that returns the rows at fault: key columns (`claim_key` and,
  where they apply, `line_number` and `diagnosis_number`) and evidence columns. It is for what looks across rows.

Messages and suggestions are templates over the evidence columns: `{units}`; with a form: `{diagnosis_code:icd}` puts the dot in,
`{charge_amount:money}` the dollar sign, `{from_date:date}` writes the date; lists are joined by commas. Evidence columns with one of the
names in `OVERRIDES` are not evidence: they override the edit's own value on that row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from cleanclaim.errors import EditError

if TYPE_CHECKING:
    from cleanclaim.derived.claims import Claims
    from cleanclaim.reference import Reference

Rows = pl.LazyFrame | pl.DataFrame
RowTable = Literal[
    "claims",
    "diagnoses",
    "lines",
    "line_fees",
    "line_diagnoses",
    "line_modifiers",
    "syntax_faults",
]

KEYS: Final = ("claim_key", "line_number", "diagnosis_number")
OVERRIDES: Final = (
    "disposition",
    "carc",
    "rarc",
    "suggestion",
    "release",
    "column",
    "position",
    "file",
)
"""Evidence columns that override the edit's own value on their row. `column` names the column at fault."""
OF_SEVERAL_CLAIMS: Final = frozenset({"stands", "day_units"})
"""Columns of the derived tables that are made of several claims of a patient."""


class Disposition(StrEnum):
    """What a payer would do, hardest first."""

    REJECT = "reject"
    RETURN = "return"
    DENY_CLAIM = "deny-claim"
    DENY_LINE = "deny-line"
    SUSPEND = "suspend"
    WARN = "warn"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the hardest."""
        return list(Disposition).index(self)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is written.

    Attributes:
        document: the publisher's document.
        section: the chapter, section or element in it.
        publisher: who publishes it.
        read: the day it was last read for this edit.
        url: where it can be read, if it has a lasting address.
    """

    document: str
    section: str
    publisher: str
    read: date
    url: str = ""

    def __str__(self) -> str:
        return (
            f"{self.document}, {self.section} ({self.publisher})"
            if self.section
            else f"{self.document} ({self.publisher})"
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A claim and what the edit says of it.

    Attributes:
        title: what the example shows.
        claims: the claims of the batch, as mappings (see `cleanclaim.edits.samples`); the finding is on the last one unless `on_claim` says.
        line_number: the line the finding is on; None where it is on the claim or a diagnosis.
        diagnosis_number: the diagnosis the finding is on.
        on_claim: index of the claim that the finding is on.
        says: words that the message or suggestion must hold.
        disposition: the disposition it must have, where that is not the edit's own.
        x12: an 837 as text, for edits of a file's form; the claims are then read from it.
    """

    title: str
    claims: tuple[Mapping[str, Any], ...]
    line_number: int | None = None
    diagnosis_number: int | None = None
    on_claim: int = -1
    says: tuple[str, ...] = ()
    disposition: Disposition | None = None
    x12: str = ""


class Fails(Example):
    """The edit fires here."""

    __slots__ = ()


class Passes(Example):
    """The edit says nothing here, and everything it needed was there."""

    __slots__ = ()


class Unchecked(Example):
    """The edit cannot judge this, and says so."""

    __slots__ = ()


def fails(
    title: str,
    *claims: Mapping[str, Any],
    line_number: int | None = None,
    diagnosis_number: int | None = None,
    on_claim: int = -1,
    says: str | Sequence[str] = (),
    disposition: Disposition | None = None,
    x12: str = "",
) -> Fails:
    """An example on which the edit fires."""
    words = (says,) if isinstance(says, str) else tuple(says)
    return Fails(title, claims, line_number, diagnosis_number, on_claim, words, disposition, x12)


def passes(title: str, *claims: Mapping[str, Any], x12: str = "") -> Passes:
    """An example on which the edit says nothing."""
    return Passes(title, claims, x12=x12)


def unchecked(title: str, *claims: Mapping[str, Any]) -> Unchecked:
    """An example which the edit reports as not checked."""
    return Unchecked(title, claims)


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """One edit, whole: what it says and how it decides.

    Attributes:
        code: family and number, such as DX102; the file has the same name.
        name: states the fault, in lower case with hyphens; reads well after "allow".
        disposition: what a payer would do.
        source: where the rule is written (several where several say so).
        message: the fault in a biller's words, a template over the evidence.
        suggestion: what would make it right, a template over the evidence.
        examples: claims on which it fires, does not fire, and cannot judge.
        function: decides (see the module's text).
        table: the table of a row edit; None for a query edit.
        when: for a query edit, by table, a test of one row (an expression, or a function of the reference that makes one): the
            function runs only on batches where a row of one of these tables meets its test. It saves time and decides nothing, so it
            must hold wherever the function would find, or could not judge, anything.
        asks: by table (as `cleanclaim.derived.availability.TABLES` names them), a test of lines: the edit asks that table about the code of these lines. Where
        the table does not speak
            of the code on its day, that is told as not checked.
        across: False for a query edit that looks at one claim at a time, so that claims need not stand together with the others of their patient.
        of_all_patients: True where it asks what the earlier claims of all patients show (`Claims.history_pairs`), for which they are read whole.
        evidence: evidence columns of a row edit: names of the table's columns, or named expressions.
        column: `table.column` of the model at fault, which tells element, box and FHIR path.
        carc: claim adjustment reason code that a denial would carry.
        rarc: remark code that would go with it.
        needs: reference tables it looks up.
        payers: payer classes whose own rule it is; empty for a rule that binds all.
        others: what it is for payer classes not in `payers`: "warn" or "off".
        fix: "safe" where the fault is of form only and can be mended by program, "proposed" where a person must decide.
        unchecked: rows that it could not judge: an expression (row edit) or a function (query edit) whose rows may carry a `reason`.
        unchecked_reason: why, where the rows carry no reason of their own.
        supply: what would supply what was missing.
        on: False for an edit that runs only when selected.
        since: the version that brought it.
    """

    code: str
    name: str
    disposition: Disposition
    source: tuple[Source, ...]
    message: str
    examples: tuple[Example, ...]
    function: Callable[..., Any]
    table: RowTable | None = None
    when: Mapping[RowTable, pl.Expr | Callable[[Reference], pl.Expr]] = field(default_factory=dict)
    asks: Mapping[str, pl.Expr] = field(default_factory=dict)
    across: bool = True
    of_all_patients: bool = False
    evidence: tuple[str | pl.Expr, ...] = ()
    suggestion: str = ""
    column: str = ""
    carc: str | None = None
    rarc: str | None = None
    needs: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    others: Literal["warn", "off"] = "warn"
    fix: Literal["safe", "proposed"] | None = None
    unchecked: pl.Expr | Callable[[Claims, Reference], Rows] | None = field(default=None)
    unchecked_reason: str = ""
    supply: str = ""
    on: bool = True
    since: str = "0.1.0"

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code.rstrip("0123456789")

    @property
    def looks_across(self) -> bool:
        """Whether other claims of the patient, earlier ones too, can change what it finds."""
        if self.table is None:
            return self.across
        read = {name for asked in self._read() for name in asked.meta.root_names()}
        return not read.isdisjoint(OF_SEVERAL_CLAIMS)

    def _read(self) -> Iterator[pl.Expr]:
        """The expressions of a row edit."""
        yield self.function()
        if isinstance(self.unchecked, pl.Expr):
            yield self.unchecked
        yield from (said for said in self.evidence if isinstance(said, pl.Expr))
        yield from (pl.col(said) for said in self.evidence if isinstance(said, str))

    @property
    def documentation(self) -> str:
        """The edit's explanation: what it flags, why it matters, what to do."""
        return (self.function.__doc__ or "").strip()


def row_edit(*, table: RowTable, **said: Any) -> Callable[[Callable[[], pl.Expr]], Edit]:
    """Make an edit of a function without arguments that returns an expression over `table`, true on the rows at fault.

    Args:
        table: which of the derived tables of `cleanclaim.derived.claims` the expression reads.
        **said: the other attributes of `Edit`; `source` may be a single one.
    """
    return lambda function: _edit(function, table=table, **said)


def query_edit(**said: Any) -> Callable[[Callable[[Claims, Reference], Rows]], Edit]:
    """Make an edit of a function of (claims, reference) that returns the rows at fault.

    Args:
        **said: the attributes of `Edit`; `source` may be a single one.
    """
    return lambda function: _edit(function, table=None, **said)


def _edit(
    function: Callable[..., Any], *, source: Source | tuple[Source, ...], **said: Any
) -> Edit:
    if not (function.__doc__ or "").strip():
        raise EditError(
            f"{said.get('code', function.__name__)}: an edit explains itself in its docstring"
        )
    try:
        return Edit(
            function=function, source=(source,) if isinstance(source, Source) else source, **said
        )
    except TypeError as error:
        raise EditError(f"{said.get('code', function.__name__)}: {error}") from None
