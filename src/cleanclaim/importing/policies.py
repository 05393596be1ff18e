"""Your own, or a commercial payer's, tables in plain CSV files.

There are five kinds: coverage policies, frequency limits, filing limits, resubmission limits and
code rules.

The header row decides which table it is. It must be exactly one of these:

- coverage policies:
  `policy,kind,title,payers,states,procedure_code,diagnosis_code,group,list,and_group,valid_from,valid_to,citation`.
  A row ties a diagnosis to a procedure. `kind` is local, national or payer; `list` covered or
  noncovered; `group` a number (1 if there is only one list); `and_group` the number of another list
  that must have a diagnosis too. A row with a blank `procedure_code` adds a diagnosis to a list
  without procedures (a second list).
- frequency limits: `procedure_code,payers,most,period,reason,valid_from,valid_to,citation`.
  `period` is day, calendar_year, lifetime, days:N, or months:N (N full months must pass).
- filing limits: `payer,days,counted_from,valid_from,valid_to,citation`. `counted_from` is from_date
  or to_date.
- resubmission limits: `payer,step,days,counted_from,valid_from,valid_to,citation`. `step` is
  corrected-claim or appeal; `counted_from` is check_date, from_date or to_date.
- code rules: `rule,procedure_code,value,payers,valid_from,valid_to,citation`, with the rules listed
  in `RULES`.

Separate several payers or states in a cell with `|`; payers are payer IDs or payer classes
(medicare, medicaid, commercial …). Empty payers: Medicare. Empty states in all rows of a policy:
every state. Dates are YYYY-MM-DD; leave them blank for no start or no end. Anything the file
doesn't name is *not looked at*.

Source: cleanclaim's own formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part
from cleanclaim.importing.sheets import below, check_cells, grid, head_of, header_at
from cleanclaim.model import EVERYWHERE
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

RULES: Final = (
    "side_required", "referring_required", "clia_required", "clia_waived_qw", "therapy_always", "timed_minutes", "single_dose", "age_from", "age_to", "sex",
    "prior_authorization", "anesthesia_base_units",
)  # fmt: skip
_COVERAGE: Final = (
    "policy", "kind", "title", "payers", "states", "procedure_code", "diagnosis_code", "group", "list", "and_group", "valid_from", "valid_to", "citation",
)  # fmt: skip
_FREQUENCY: Final = (
    "procedure_code",
    "payers",
    "most",
    "period",
    "reason",
    "valid_from",
    "valid_to",
    "citation",
)
_FILING: Final = ("payer", "days", "counted_from", "valid_from", "valid_to", "citation")
_RESUBMISSION: Final = (
    "payer",
    "step",
    "days",
    "counted_from",
    "valid_from",
    "valid_to",
    "citation",
)
_RULES: Final = ("rule", "procedure_code", "value", "payers", "valid_from", "valid_to", "citation")
_PERIOD: Final = r"^(day|calendar_year|lifetime|days:\d+|months:\d+)$"
_PROCEDURE: Final = r"^[0-9A-Z]{5}$"
_DIAGNOSIS: Final = r"^[A-Z][0-9A-Z]{2,6}$"
_PAGE: Final = "your own, or your payer's policy manual"


@dataclass(frozen=True, slots=True)
class _Form:
    header: tuple[str, ...]
    tables: Callable[[Part, pl.DataFrame], Iterator[tuple[str, pl.DataFrame]]]


def _recognizes(form: _Form) -> Callable[[Part], bool]:
    return lambda part: head_of(part).splitlines()[:1] == [",".join(form.header)]


def _load(form: _Form) -> Callable[[Sequence[Part]], Iterator[Loaded]]:
    def load(parts: Sequence[Part]) -> Iterator[Loaded]:
        for part in parts:
            rows = grid(part)
            table = _dated(part, below(part, rows, header_at(part, rows, form.header), form.header))
            stem = part.own_name.rsplit(".", 1)[0]
            for name, made in form.tables(part, table):
                yield _release(stem, name), made

    return load


def _release(stem: str, table: str) -> Release:
    return Release(
        name=stem,
        table=table,
        publisher="the user's own table",
        covers_from=OPEN_START,
        covers_to=OPEN_END,
        licence="the user's own",
        embedded=False,
        series=stem,
        partial=True,
    )


def _dated(part: Part, table: pl.DataFrame) -> pl.DataFrame:
    for name in ("valid_from", "valid_to"):
        wrong = (
            pl.col(name).is_not_null()
            & pl.col(name).str.to_date("%Y-%m-%d", strict=False).is_null()
        )
        check_cells(part, table, name, wrong, "a day as YYYY-MM-DD, or a blank")
    days = table.with_columns(
        pl.col("valid_from").str.to_date("%Y-%m-%d").fill_null(OPEN_START),
        pl.col("valid_to").str.to_date("%Y-%m-%d").fill_null(OPEN_END),
    )
    check_cells(
        part,
        days,
        "valid_to",
        pl.col("valid_to") < pl.col("valid_from"),
        "a last day on or after the first",
    )
    return days


def _listed(column: str) -> pl.Expr:
    cells = pl.col(column).str.split("|").list.eval(pl.element().str.strip_chars())
    return cells.list.eval(pl.element().filter(pl.element() != ""))


def _payers() -> pl.Expr:
    return (
        pl.when(pl.col("payers").is_null())
        .then(pl.lit(["medicare"]))
        .otherwise(_listed("payers"))
        .alias("payers")
    )


def _procedures(part: Part, table: pl.DataFrame, *, may_be_blank: bool = False) -> pl.DataFrame:
    upper = table.with_columns(pl.col("procedure_code").str.to_uppercase())
    is_code = pl.col("procedure_code").str.contains(_PROCEDURE)
    if may_be_blank:
        is_code |= pl.col("procedure_code").is_null()
    check_cells(part, upper, "procedure_code", ~is_code, "a procedure code of five characters")
    return upper


def _states(rows: pl.DataFrame) -> pl.DataFrame:
    """The states of each policy; `EVERYWHERE` if none of its rows names one."""
    names_none = pl.col("states").is_null().all().over("policy")
    listed = pl.when(names_none).then(pl.lit([EVERYWHERE])).otherwise(_listed("states"))
    states = rows.select(
        pl.col("policy").alias("code"), listed.alias("state"), "valid_from", "valid_to"
    )
    return states.explode("state").drop_nulls("state").unique(maintain_order=True)


def _whole(part: Part, table: pl.DataFrame, column: str) -> None:
    check_cells(part, table, column, ~pl.col(column).str.contains(r"^\d+$"), "a whole number")


def _coverage(part: Part, table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    rows = _procedures(part, table, may_be_blank=True).with_columns(
        pl.col("diagnosis_code").str.replace_all(".", "", literal=True).str.to_uppercase(),
        pl.col("group").fill_null("1"),
    )
    check_cells(part, rows, "policy", pl.col("policy").is_null(), "the policy's number")
    check_cells(
        part,
        rows,
        "kind",
        ~pl.col("kind").is_in(["local", "national", "payer"]),
        "local, national or payer",
    )
    check_cells(
        part,
        rows,
        "diagnosis_code",
        ~pl.col("diagnosis_code").str.contains(_DIAGNOSIS),
        "an ICD-10-CM code",
    )
    check_cells(
        part,
        rows,
        "list",
        ~pl.col("list").is_in(["covered", "noncovered"]),
        "covered or noncovered",
    )
    _whole(part, rows, "group")
    wrong = pl.col("and_group").is_not_null() & ~pl.col("and_group").str.contains(r"^\d+$")
    check_cells(part, rows, "and_group", wrong, "the number of another list, or a blank")
    typed = rows.with_columns(
        pl.col("group", "and_group").cast(pl.Int64),
        (pl.col("list") == "covered").alias("covered"),
        pl.when(pl.col("kind") == "local")
        .then(pl.lit("local"))
        .otherwise(pl.lit("national"))
        .alias("_kind"),
        _payers(),
    )
    days = ["valid_from", "valid_to"]
    policies = typed.group_by("policy", maintain_order=True).agg(
        pl.col("kind", "title", "payers", "citation").first(),
        pl.col("valid_from").min(),
        pl.col("valid_to").max(),
    )
    yield (
        "coverage_policies",
        policies.rename({"policy": "code"}).with_columns(
            pl.lit(value=False).alias("has_earlier_version")
        ),
    )
    yield "coverage_states", _states(typed)
    tied = typed.filter(pl.col("procedure_code").is_not_null()).select(
        pl.col("procedure_code").alias("code"),
        "policy",
        pl.col("_kind").alias("kind"),
        "group",
        "covered",
        pl.lit(value=False).alias("advisory"),
        "and_group",
        *days,
    )
    yield "coverage_procedures", tied.unique(maintain_order=True)
    diagnoses = typed.select(
        pl.col("diagnosis_code").alias("code"),
        "policy",
        "group",
        "covered",
        pl.lit(value=False).alias("needs_second"),
        *days,
    )
    yield "coverage_diagnoses", diagnoses.unique(maintain_order=True)


def _frequency(part: Part, table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    rows = _procedures(part, table)
    _whole(part, rows, "most")
    check_cells(
        part,
        rows,
        "period",
        ~pl.col("period").str.contains(_PERIOD),
        "day, calendar_year, lifetime, days:N or months:N",
    )
    yield (
        "frequency_limits",
        rows.select(
            pl.col("procedure_code").alias("code"),
            "valid_from",
            "valid_to",
            pl.col("most").cast(pl.Int64),
            "period",
            pl.col("reason").fill_null("the payer's limit"),
            pl.col("citation").fill_null("the payer's policy"),
            pl.lit(None, pl.String).alias("diagnoses"),
            pl.lit(None, pl.String).alias("others"),
            _payers(),
        ),
    )


def _filing(part: Part, table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    _whole(part, table, "days")
    counted = pl.col("counted_from").fill_null("to_date")
    check_cells(
        part,
        table,
        "counted_from",
        ~counted.is_in(["from_date", "to_date"]),
        "from_date or to_date",
    )
    check_cells(part, table, "payer", pl.col("payer").is_null(), "a payer's ID or class")
    yield (
        "filing_limits",
        table.select(
            pl.col("payer").alias("code"),
            "valid_from",
            "valid_to",
            pl.col("days").cast(pl.Int64),
            counted.alias("counted_from"),
            pl.col("citation").fill_null("the payer's manual"),
        ),
    )


def _resubmission(part: Part, table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    _whole(part, table, "days")
    counted = pl.col("counted_from").fill_null("check_date")
    for name, values, given in (
        ("step", ("corrected-claim", "appeal"), pl.col("step").fill_null("")),
        ("counted_from", ("check_date", "from_date", "to_date"), counted),
    ):
        check_cells(part, table, name, ~given.is_in(values), f"one of {', '.join(values)}")
    check_cells(part, table, "payer", pl.col("payer").is_null(), "a payer's ID or class")
    yield (
        "resubmission_limits",
        table.select(
            pl.col("payer").alias("code"),
            "valid_from",
            "valid_to",
            "step",
            pl.col("days").cast(pl.Int64),
            counted.alias("counted_from"),
            pl.col("citation").fill_null("the payer's manual"),
        ),
    )


def _rules(part: Part, table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    rows = _procedures(part, table)
    check_cells(part, rows, "rule", ~pl.col("rule").is_in(RULES), f"one of {', '.join(RULES)}")
    yield (
        "code_rules",
        rows.select(
            pl.col("procedure_code").alias("code"),
            "valid_from",
            "valid_to",
            "rule",
            "value",
            _payers(),
            "citation",
        ),
    )


_FORMS: Final = {
    "coverage": _Form(_COVERAGE, _coverage),
    "frequency": _Form(_FREQUENCY, _frequency),
    "filing": _Form(_FILING, _filing),
    "resubmission": _Form(_RESUBMISSION, _resubmission),
    "rules": _Form(_RULES, _rules),
}

COVERAGE: Final = Importer(
    "own coverage policies",
    _recognizes(_FORMS["coverage"]),
    _load(_FORMS["coverage"]),
    page=_PAGE,
    files=("our-payer-policies.csv",),
    tables={
        "coverage_policies": "a policy",
        "coverage_states": "a policy and a state where it applies; * is every state",
        "coverage_procedures": "a procedure and a policy's list",
        "coverage_diagnoses": "a diagnosis in a policy's list",
    },
    columns={
        "kind, title, payers, citation": "about the policy",
        "policy, group, covered, advisory, and_group": "the list that a procedure is tied to, and how",
        "needs_second": "true if a second diagnosis is required",
    },
)
FREQUENCY: Final = Importer(
    "own frequency limits",
    _recognizes(_FORMS["frequency"]),
    _load(_FORMS["frequency"]),
    page=_PAGE,
    files=("our-frequency-limits.csv",),
    tables={"frequency_limits": "a procedure and a payer's limit"},
    columns={
        "most, period, reason, payers, citation": "the limit, its period, the reason, the payers, the source"
    },
)
FILING: Final = Importer(
    "own filing limits",
    _recognizes(_FORMS["filing"]),
    _load(_FORMS["filing"]),
    page=_PAGE,
    files=("our-filing-limits.csv",),
    tables={"filing_limits": "a payer"},
    columns={
        "days, counted_from, citation": "the number of days, the day they start from, the source"
    },
)
RESUBMISSION: Final = Importer(
    "own resubmission limits",
    _recognizes(_FORMS["resubmission"]),
    _load(_FORMS["resubmission"]),
    page=_PAGE,
    files=("our-resubmission-limits.csv",),
    tables={"resubmission_limits": "a payer and what can be done after a denial"},
    columns={
        "step": "corrected-claim or appeal",
        "days, counted_from, citation": "the number of days, the day they start from, the source",
    },
)
CODE_RULES: Final = Importer(
    "own code rules",
    _recognizes(_FORMS["rules"]),
    _load(_FORMS["rules"]),
    page=_PAGE,
    files=("our-code-rules.csv",),
    tables={"code_rules": "a rule for a procedure code"},
    columns={"rule, value, payers, citation": "the rule, its value, the payers, the source"},
)
