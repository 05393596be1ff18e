"""The public Python functions: check claims, and look up, search and map codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from cleanclaim import pipeline
from cleanclaim.edits import registry
from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.encoder import Encoder
from cleanclaim.encoder.crosswalk import Crosswalk
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.search import Result
from cleanclaim.errors import InputError
from cleanclaim.job import Job
from cleanclaim.read.objects import batch_of
from cleanclaim.read.table import read_set
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings


def check(
    claims: object,
    *,
    history: str | Path | Iterable[str | Path] = (),
    payer_class: str | None = None,
    as_of: date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    min_disposition: str = "info",
    adopts: Mapping[str, str] | None = None,
    policy_state: str | None = None,
    edits: Sequence[Edit] | None = None,
    reference: Reference | None = None,
) -> Report:
    """Check claims and report what is wrong with them.

    Args:
        claims: one or more paths (837, CSV, Parquet, folders), one or more claims as mappings or dataclasses (see `cleanclaim.read.objects`), or a
            mapping of Polars data frames by table name (`claims`, `lines`, `diagnoses`, joined by `claim_id`).
        history: earlier claims to look back at: paths of files, folders and histories (`cleanclaim.History`).
        payer_class: treat every claim as this payer class, such as medicare; by default from the claim.
        as_of: the date as of which claims are judged; by default the day each claim was sent.
        select: codes, families or names of the edits to run; by default all that are on by default.
        ignore: codes, families or names of edits not to run.
        min_disposition: the least severe disposition to report.
        adopts: payers (by payer ID or payer class) that adopted the rules of medicare or medicaid.
        policy_state: the state whose local coverage policies apply to claims without a state.
        edits: the edits to choose from; by default the built-in ones and those from installed packages.
        reference: the dated tables; by default the built-in ones and the user's store.

    Returns:
        The report. Its `findings`, `not_checked` and `claims` are Polars data frames; it also has `summary`, `is_clean` and `to_json()`.

    Raises:
        InputError: no claims could be read.
        ConfigError: `payer_class`, `adopts` or `policy_state` has an unknown value.
        UnknownEdit: `select` or `ignore` names an edit that doesn't exist.

    >>> report = check({"claim_id": "A1", "diagnoses": ["M54.5"], "lines": [{"procedure_code": "97110", "from_date": "2026-05-12"}]}, select=["DX102"])
    >>> report.findings["message"].to_list()
    ['M54.5 ended 2021-09-30 and is not valid on 2026-05-12.']
    """
    every = list(edits) if edits is not None else _installed_edits()
    chosen = registry.choose(every, select, ignore)
    settings = Settings(
        payer_class, as_of, Disposition(min_disposition), adopts or {}, policy_state
    )
    tables = reference or default_reference()
    past = [history] if isinstance(history, (str, Path)) else list(history)
    paths = _paths(claims)
    if paths is not None:
        report = pipeline.run_whole(Job(tuple(paths), tables, tuple(chosen), settings, tuple(past)))
        if report.unread and report.claims.is_empty():
            raise InputError("; ".join(str(entry.error) for entry in report.unread))
        return report
    if (
        isinstance(claims, Mapping)
        and claims
        and all(isinstance(value, pl.DataFrame) for value in claims.values())
    ):
        batch = read_set(claims, file="tables")
    else:
        several = [claims] if isinstance(claims, Mapping) or is_dataclass(claims) else claims
        if not isinstance(several, Iterable):
            raise InputError(
                f"claims must be paths, mappings, dataclasses or data frames, not {type(claims).__name__}"
            )
        batch = batch_of(several)
    job = Job((), tables, tuple(chosen), settings, tuple(past), held=batch)
    return pipeline.run_whole(job)


def lookup(code: str, *, on: date | None = None) -> list[Page]:
    """Everything about a code. `Encoder.lookup` has more options.

    Args:
        code: the code, with or without its dot.
        on: the date of service; by default today.

    Returns:
        A page for each code system that has the code, the one in force first.

    >>> lookup("M54.5", on=date(2026, 5, 12))[0].replaced_by
    ('M54.50', 'M54.51', 'M54.59')
    """
    return default_encoder().lookup(code, on=on)


def search(
    text: str, *, system: str | None = None, on: date | None = None, limit: int = 10
) -> list[Result]:
    """Find codes by words, or by the start of a code.

    Args:
        text: the words.
        system: icd10cm, icd9cm, hcpcs or cpt; by default all.
        on: the date on which the codes are in force; by default today.
        limit: the most results to return.

    >>> search("heart attack", on=date(2026, 5, 12))[0].code
    'I21.9'
    """
    return default_encoder().search(text, system=system, on=on, limit=limit)


def crosswalk(
    code: str,
    *,
    to: str | None = None,
    on: date | None = None,
    history: Iterable[str | Path] = (),
) -> Crosswalk:
    """Map a code to other codes: other revisions, successors, coverage policies, the user's own history.

    Args:
        code: the code, with or without its dot.
        to: map to this code system only: icd10cm, icd9cm, hcpcs or cpt.
        on: the date on which the target codes are in force; by default today.
        history: the user's own claims, or plain tables of paid lines.
    """
    return default_encoder().crosswalk(code, to=to, on=on, history=history)


@cache
def default_encoder() -> Encoder:
    """The encoder with the built-in tables and the user's store, made once."""
    return Encoder(default_reference())


@cache
def default_reference() -> Reference:
    """The built-in tables and the user's store, loaded once."""
    return Reference.load()


@cache
def _installed_edits() -> list[Edit]:
    others, errors = registry.entry_point_edits()
    if errors:
        raise errors[0]
    return registry.together(registry.own_edits(), others)


def _paths(claims: object) -> list[str | Path] | None:
    if isinstance(claims, (str, Path)):
        return [claims]
    if (
        isinstance(claims, Sequence)
        and claims
        and all(isinstance(item, (str, Path)) for item in claims)
    ):
        return list(claims)
    return None
