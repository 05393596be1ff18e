"""What an edit is.

An edit is one rule of a claim scrubber. It is one file named by its code, holds everything that is said about it (name, disposition, source, message,
examples), and decides by a pure function. There are two kinds:

* a **row edit** (`@row_edit`) is a Polars expression over one table, true on the rows at fault. All row edits of a table are evaluated in one pass, so
  prefer it whenever the row itself holds all that is needed;
* a **query edit** (`@query_edit`) is a function of (claims, reference) that returns the rows at fault: key columns (`claim_key` and, if they apply,
  `line_number` and `diagnosis_number`) and evidence columns. It is for rules that look across rows.

Messages and suggestions are templates over the evidence columns: `{units}`; with a form: `{diagnosis_code:icd}` adds the dot, `{charge_amount:money}` the
dollar sign, `{from_date:date}` writes the date; lists are joined by commas. Evidence columns with one of the names in `OVERRIDES` are not evidence: they
override the edit's own value on that row.

What is wrong with an edit is reported when it is loaded, with its code and file (`cleanclaim.edits.definition`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypedDict, Unpack

import polars as pl

from cleanclaim.edits import definition

if TYPE_CHECKING:
    from cleanclaim.derived.claims import Claims
    from cleanclaim.reference import Reference

Rows = pl.LazyFrame | pl.DataFrame
RowTable = Literal["claims", "diagnoses", "lines", "line_fees", "line_diagnoses", "line_modifiers", "syntax_faults", "note_facts"]
Scope = Literal["claim", "patient", "all"]
Test = pl.Expr | Callable[["Reference"], pl.Expr]
"""A test of rows: an expression, or a function of the reference that makes one."""
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows of reference tables, by table."""
Needs = Sequence[str] | Mapping[str, pl.Expr | None]

KEYS: Final = ("claim_key", "line_number", "diagnosis_number")
OVERRIDES: Final = ("disposition", "carc", "rarc", "suggestion", "release", "column", "position", "file")
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
        return f"{self.document}, {self.section} ({self.publisher})" if self.section else f"{self.document} ({self.publisher})"


@dataclass(frozen=True, slots=True)
class Example:
    """A claim and what the edit says of it.

    Attributes:
        title: what the example shows.
        claims: the claims of the batch, as mappings (see `cleanclaim.edits.samples`); the finding is on the last one unless `on_claim` says.
        line_number: the line the finding is on; None where it is on the claim or a diagnosis.
        diagnosis_number: the diagnosis the finding is on.
        on_claim: index of the claim that the finding is on.
        also_on: other lines of that claim that have the finding too.
        tables: rows that reference tables have here, for rules that the tables that come with cleanclaim have none of: by table, mappings of its columns.
        says: words that the message or suggestion must hold.
        disposition: the disposition it must have, where that is not the edit's own.
        x12: an 837 as text, for edits of a file's form; the claims are then read from it.
        note_facts: what the claim's note shows, as rows of `note_facts`, for edits that read notes.
        history: of one that can't be judged, the first and last day of the earlier claims that are loaded; other examples have them all.
    """

    title: str
    claims: tuple[Mapping[str, Any], ...]
    line_number: int | None = None
    diagnosis_number: int | None = None
    on_claim: int = -1
    says: tuple[str, ...] = ()
    disposition: Disposition | None = None
    x12: str = ""
    also_on: tuple[int, ...] = ()
    tables: Tables = field(default_factory=dict)
    history: tuple[str, str] | None = None
    note_facts: tuple[Mapping[str, Any], ...] = ()


class Fails(Example):
    """The edit fires here."""

    __slots__ = ()


class Passes(Example):
    """The edit says nothing here, and everything it needed was there."""

    __slots__ = ()


class Unchecked(Example):
    """The edit cannot judge this, and says so."""

    __slots__ = ()


def fails(  # noqa: PLR0913 - each says one thing that is expected
    title: str,
    *claims: Mapping[str, Any],
    line_number: int | None = None,
    diagnosis_number: int | None = None,
    on_claim: int = -1,
    says: str | Sequence[str] = (),
    disposition: Disposition | None = None,
    x12: str = "",
    also_on: tuple[int, ...] = (),
    tables: Tables | None = None,
    note_facts: Sequence[Mapping[str, Any]] = (),
) -> Fails:
    """An example on which the edit fires."""
    words = (says,) if isinstance(says, str) else tuple(says)
    return Fails(title, claims, line_number, diagnosis_number, on_claim, words, disposition, x12, also_on, tables or {}, note_facts=tuple(note_facts))


def passes(title: str, *claims: Mapping[str, Any], x12: str = "", tables: Tables | None = None, note_facts: Sequence[Mapping[str, Any]] = ()) -> Passes:
    """An example on which the edit says nothing."""
    return Passes(title, claims, x12=x12, tables=tables or {}, note_facts=tuple(note_facts))


def unchecked(
    title: str, *claims: Mapping[str, Any], tables: Tables | None = None, history: tuple[str, str] | None = None, note_facts: Sequence[Mapping[str, Any]] = ()
) -> Unchecked:
    """An example which the edit reports as not checked."""
    return Unchecked(title, claims, tables=tables or {}, history=history, note_facts=tuple(note_facts))


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """One edit, whole: what it says and how it decides.

    Attributes:
        code: family and number, such as DX102; the file has the same name.
        name: the fault, in lower case with hyphens; reads well after "allow".
        disposition: what a payer would do.
        source: where the rule is written (several if several publishers say so).
        message: the fault in a biller's words, a template over the evidence.
        suggestion: what would fix it, a template over the evidence.
        examples: claims on which it fires, doesn't fire, and can't judge.
        function: decides (see the module's text).
        table: the table of a row edit; None for a query edit.
        scope: what a query edit looks at together: one claim, all claims of a patient, or the earlier claims of all patients (`Claims.history_pairs`).
        when: for a query edit, by table, the rows that can trigger it. The function receives the claims (or patients, by `scope`) that have such a row, and
            no others; it isn't called if there are none.
        beside: for a query edit, by table, rows one of which the same claim (or patient, by `scope`) must have, too. The function is called for claims that
            have both; say it where a fault needs two rows.
        needs: the tables it looks up. With a test of lines, the table must cover the codes of these lines on their days; codes that it doesn't cover are
            listed under not checked (names as in `cleanclaim.derived.availability.TABLES`).
        evidence: evidence columns of a row edit: names of the table's columns, or named expressions.
        column: `table.column` of the model at fault, which gives element, box and FHIR path.
        carc: claim adjustment reason code of such a denial.
        rarc: remark code that goes with it.
        payers: payer classes whose own rule it is; empty for a rule that binds all.
        others: what it is for payer classes not in `payers`: "warn" or "off".
        fix: "safe" if the fault is of form only and a program can fix it, "proposed" if a person must decide.
        unchecked: rows that it can't judge: an expression (row edit) or a function (query edit) whose rows may carry a `reason`.
        unchecked_reason: why, if the rows carry no reason of their own.
        supply: what would supply what was missing.
        default_on: False for an edit that runs only if it is selected.
        lifecycle: "preview" while its findings may still change (it runs only if selected), "stable", or "deprecated" before it is removed.
        since: the version that brought it.
        formerly: codes and names it had in earlier versions; they still select it.
    """

    code: str
    name: str
    disposition: Disposition
    source: tuple[Source, ...]
    message: str
    examples: tuple[Example, ...]
    function: Callable[..., Any]
    table: RowTable | None = None
    scope: Scope = "patient"
    when: Mapping[RowTable, Test] = field(default_factory=dict)
    beside: Mapping[RowTable, Test] = field(default_factory=dict)
    needs: Mapping[str, pl.Expr | None] = field(default_factory=dict)
    evidence: tuple[str | pl.Expr, ...] = ()
    suggestion: str = ""
    column: str = ""
    carc: str | None = None
    rarc: str | None = None
    payers: tuple[str, ...] = ()
    others: Literal["warn", "off"] = "warn"
    fix: Literal["safe", "proposed"] | None = None
    unchecked: pl.Expr | Callable[[Claims, Reference], Rows] | None = None
    unchecked_reason: str = ""
    supply: str = ""
    default_on: bool = True
    lifecycle: Literal["preview", "stable", "deprecated"] = "stable"
    since: str = "0.1.0"
    formerly: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code.rstrip("0123456789")

    @property
    def runs_by_default(self) -> bool:
        """Whether it runs without being selected."""
        return self.default_on and self.lifecycle != "preview"

    @property
    def looks_across(self) -> bool:
        """Whether other claims of the patient, earlier ones too, can change what it finds."""
        if self.table is None:
            return self.scope != "claim"
        read = {name for expression in self._read() for name in expression.meta.root_names()}
        return not read.isdisjoint(OF_SEVERAL_CLAIMS)

    def as_dict(self) -> dict[str, Any]:
        """What lists of edits say of it, as a JSON object."""
        return {
            "code": self.code,
            "name": self.name,
            "disposition": self.disposition.value,
            "carc": self.carc,
            "rarc": self.rarc,
            "payers": list(self.payers),
            "summary": self.documentation.split("\n\n", 1)[0].replace("\n", " "),
        }

    def _read(self) -> Iterator[pl.Expr]:
        """The expressions of a row edit."""
        yield self.function()
        if isinstance(self.unchecked, pl.Expr):
            yield self.unchecked
        yield from (pl.col(one) if isinstance(one, str) else one for one in self.evidence)

    @property
    def documentation(self) -> str:
        """The edit's explanation: what it flags, why it matters, what to do."""
        return (self.function.__doc__ or "").strip()


class Facts(TypedDict):
    """What both kinds of edits say of themselves; see `Edit`."""

    code: str
    name: str
    disposition: Disposition
    source: Source | tuple[Source, ...]
    message: str
    examples: NotRequired[tuple[Example, ...]]
    needs: NotRequired[Needs]
    suggestion: NotRequired[str]
    column: NotRequired[str]
    carc: NotRequired[str | None]
    rarc: NotRequired[str | None]
    payers: NotRequired[tuple[str, ...]]
    others: NotRequired[Literal["warn", "off"]]
    fix: NotRequired[Literal["safe", "proposed"]]
    unchecked_reason: NotRequired[str]
    supply: NotRequired[str]
    default_on: NotRequired[bool]
    lifecycle: NotRequired[Literal["preview", "stable", "deprecated"]]
    since: NotRequired[str]
    formerly: NotRequired[tuple[str, ...]]


class RowFacts(Facts):
    """What a row edit says of itself."""

    table: RowTable
    evidence: NotRequired[tuple[str | pl.Expr, ...]]
    unchecked: NotRequired[pl.Expr]


class QueryFacts(Facts):
    """What a query edit says of itself."""

    scope: NotRequired[Scope]
    when: NotRequired[Mapping[RowTable, Test]]
    beside: NotRequired[Mapping[RowTable, Test]]
    unchecked: NotRequired[Callable[[Claims, Reference], Rows]]


def row_edit(**facts: Unpack[RowFacts]) -> Callable[[Callable[[], pl.Expr]], Edit]:
    """Make an edit of a function without arguments that returns an expression over `table`, true on the rows at fault.

    Args:
        **facts: the attributes of `Edit` (`RowFacts` lists those of a row edit); `source` may be a single one.
    """
    return lambda function: _edit(function, "row_edit", facts)


def query_edit(**facts: Unpack[QueryFacts]) -> Callable[[Callable[[Claims, Reference], Rows]], Edit]:
    """Make an edit of a function of (claims, reference) that returns the rows at fault.

    Args:
        **facts: the attributes of `Edit` (`QueryFacts` lists those of a query edit); `source` may be a single one.
    """
    return lambda function: _edit(function, "query_edit", facts)


def _edit(function: Callable[..., Any], kind: Literal["row_edit", "query_edit"], facts: Mapping[str, Any]) -> Edit:
    """The edit, if nothing is wrong with what it says.

    Raises:
        EditError: something is; every fault is listed.
    """
    known = {*Facts.__annotations__, *(RowFacts if kind == "row_edit" else QueryFacts).__annotations__}  # fmt: skip
    definition.check(function, facts, known=known, is_row=kind == "row_edit")
    source, needs = facts["source"], facts.get("needs", ())
    own = {
        **facts,
        "source": source if isinstance(source, tuple) else (source,),
        "needs": dict(needs) if isinstance(needs, Mapping) else dict.fromkeys(needs),
        "examples": tuple(facts.get("examples", ())),
    }
    return Edit(function=function, **own)
