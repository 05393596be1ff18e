"""The public Python functions: check claims, and look up, search and map codes."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from cleanclaim import explain_page, pipeline
from cleanclaim.edits import registry
from cleanclaim.edits.edit import Edit
from cleanclaim.encoder import Encoder
from cleanclaim.encoder.changes import Changes
from cleanclaim.encoder.crosswalk import Crosswalk
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.result import Result
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.inpatient.grouping import Grouped, grouper
from cleanclaim.job import Job
from cleanclaim.notes import inputs
from cleanclaim.notes.assisted import suggestions_for
from cleanclaim.notes.claims.reader import NoteReader
from cleanclaim.notes.endpoint import Endpoint, endpoint
from cleanclaim.notes.level.answer import Level
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.level.leveler import Options as LevelOptions
from cleanclaim.notes.suggest import Options as NoteOptions
from cleanclaim.notes.suggest import Suggester
from cleanclaim.notes.suggestion import Suggestions
from cleanclaim.notes.support.answer import Support
from cleanclaim.notes.support.supporter import Options as SupportOptions
from cleanclaim.notes.support.supporter import Supporter
from cleanclaim.options import Options, day
from cleanclaim.read.given import given_claims
from cleanclaim.reference import Reference
from cleanclaim.remit.learned import read_outcomes
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.result import RemitReport
from cleanclaim.remit.run import Question, match_payments
from cleanclaim.remit.store import inputs_of
from cleanclaim.report.result import Report


def check(
    claims: object,
    *,
    history: str | Path | Iterable[str | Path] = (),
    payer_class: str | None = None,
    as_of: date | str | None = None,
    select: str | Sequence[str] = (),
    ignore: str | Sequence[str] = (),
    min_disposition: str = "info",
    adopts: Mapping[str, str] | None = None,
    policy_state: str | None = None,
    edits: Sequence[Edit] | None = None,
    reference: Reference | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | str | Path | None = None,
    notes: str | Path | None = None,
    payers: str | Path | Iterable[str | Path] = (),
    remit: str | Path | Iterable[str | Path] = (),
) -> Report:
    """Check claims and report what is wrong with them.

    Args:
        claims: one or more paths (837, Excel, CSV, Parquet, folders); bytes or open files with such content; one or more claims as mappings or
            dataclasses (see `cleanclaim.read.objects`); rows as mappings; a data frame (Polars, pandas or Arrow) with a row for each line; or a mapping
            of data frames by table name (`claims`, `lines`, `diagnoses`, joined by `claim_id`).
        history: earlier claims to look back at: paths of files, folders and histories (`cleanclaim.History`).
        payer_class: treat every claim as this payer class, such as medicare; by default from the claim.
        as_of: the date as of which claims are judged; by default the day each claim was sent.
        select: codes, families or names of the edits to run, in a list or a text; by default all that are on by default.
        ignore: codes, families or names of edits not to run.
        min_disposition: the least severe disposition to report.
        adopts: payers (by payer ID or payer class) that adopted the rules of medicare or medicaid.
        policy_state: the state whose local coverage policies apply to claims without a state.
        edits: the edits to choose from; by default the built-in ones and those from installed packages.
        reference: the dated tables; by default the built-in ones and the user's store.
        sheet: the sheet of a workbook to read, by its name or number; by default the one that looks like claims.
        columns: what a table's columns mean: the model's name for each of its own, or the path of a file made by `cleanclaim template --from`.
        notes: a folder with the note of each claim, called CLAIM-ID.txt, or JSON Lines with the claim ID as id; runs the edits that read notes.
        payers: folders with your own payer packs, next to those that come with cleanclaim.
        remit: remittances for the earlier claims, to know which of their lines were denied: 835 files, explanations of benefits, folders of remittances.

    Returns:
        The report. Its `findings`, `not_checked` and `claims` are Polars data frames; it also has `summary`, `is_clean` and `to_json()`.

    Raises:
        InputError: no claims could be read.
        ConfigError: an option has a value that isn't valid.
        PackError: a payer pack isn't valid.
        UnknownEdit: `select` or `ignore` names an edit that doesn't exist.

    >>> report = check({"claim_id": "A1", "diagnoses": ["M54.5"], "lines": [{"procedure_code": "97110", "from_date": "2026-05-12"}]}, select=["DX102"])
    >>> report.findings["message"].to_list()
    ['M54.5 ended 2021-09-30 and is not valid on 2026-05-12.']
    """
    options = Options(
        history, payer_class, as_of, select, ignore, min_disposition, adopts, policy_state, edits,
        reference, sheet, columns, payers, remit,
    )  # fmt: skip
    own = options.own_edits()
    chosen = registry.choose(_installed_edits() if own is None else own, *options.words())
    return _run(claims, options, tuple(chosen), notes)


def price(
    claims: object,
    *,
    as_of: date | str | None = None,
    reference: Reference | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | str | Path | None = None,
) -> pl.DataFrame:
    """Say what Medicare would allow for each line.

    Args:
        claims: as for `check`.
        as_of: the date as of which claims are judged; by default the day each claim was sent.
        reference: the dated tables; by default the built-in ones and the user's store.
        sheet: the sheet of a workbook to read, by its name or number.
        columns: what a table's columns mean, as for `check`.

    Returns:
        One row for each line: `allowed` (dollars; null if there is no price), `basis` (where the price is from) and `reason` (why there is none).

    Raises:
        InputError: no claims could be read.
        ConfigError: an option has a value that isn't valid.

    >>> lines = price({"claim_id": "A1", "lines": [{"cpt": "99213", "dos": "5/12/2026", "units": 1}]})
    >>> lines.select("claim_id", "line_number", "procedure_code").row(0)
    ('A1', 1, '99213')
    """
    options = Options(as_of=as_of, reference=reference, sheet=sheet, columns=columns)
    report = _run(claims, options, ())
    ids = report.claims.select("claim_key", "claim_id", "file")
    lines = report.lines.join(ids, on="claim_key", how="left", maintain_order="left")
    return lines.select(
        "file", "claim_id", "line_number", "from_date", "procedure_code",
        "modifier_1", "modifier_2", "modifier_3", "modifier_4", "units", "charge_amount", "allowed", "basis", "reason",
    )  # fmt: skip


def remit_match(
    remittances: str | Path | Iterable[str | Path],
    claims: object,
    *,
    as_of: date | str | None = None,
    report: str | Path | None = None,
    contracts: str | Path | None = None,
    history: str | Path | Iterable[str | Path] = (),
    edits: Sequence[Edit] | None = None,
    reference: Reference | None = None,
) -> RemitReport:
    """Match payments to claims, and trace each denial to the edits that would have caught it.

    Args:
        remittances: 835 files, folders, and folders made by `cleanclaim remit add`.
        claims: the claims that were sent, as for `check`.
        as_of: the day from which the days left are counted; by default today.
        report: a JSON report of the check before the claims were sent.
        contracts: a table of what payers agreed to pay (CSV).
        history: earlier claims for the edits, as for `check`.
        edits: the edits that denials are traced to; by default the built-in ones and those from installed packages.
        reference: the dated tables; by default the built-in ones and the user's store.

    Returns:
        The result. `to_dict()` and `to_json()` are what the command writes as JSON.

    Raises:
        InputError: no remittance or no claims could be read.
        ConfigError: an option has a value that isn't valid.
    """
    options = Options(history=history, as_of=as_of, edits=edits, reference=reference)
    settings, tables, own = options.settings(), options.tables(), options.own_edits()
    paths = [remittances] if isinstance(remittances, (str, Path)) else list(remittances)
    remittance, files = read_remittances(inputs_of(paths))
    given = given_claims(claims, tables)
    job = Job(
        given.inputs, options.own_reference() or default_reference(), tuple(registry.choose(_installed_edits() if own is None else own)),
        replace(settings, as_of=None), options.past(), held=given.batch, tables=tables,
    )  # fmt: skip
    question = Question(
        remittance,
        files,
        job,
        settings.as_of,
        None if report is None else Path(report),
        None if contracts is None else Path(contracts),
    )
    result = match_payments(question)
    if result.unread and not (result.claims or result.unmatched_payments):
        raise InputError("; ".join(str(one["error"]) for one in result.unread))
    return result


def drg(
    claims: object,
    *,
    reference: Reference | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | str | Path | None = None,
) -> list[Grouped]:
    """Group hospital stays into MS-DRGs, and say what one code more or less would change.

    It needs the extra `inpatient`. Weights are those of CMS's table 5, if it is imported.

    Args:
        claims: as for `check`.
        reference: the dated tables; by default the built-in ones and the user's store.
        sheet: the sheet of a workbook to read, by its name or number.
        columns: what a table's columns mean, as for `check`.

    Returns:
        Each claim with its group, or with the reason why it isn't grouped.

    Raises:
        InputError: no claims could be read.
        ConfigError: an option has a value that isn't valid, or the extra isn't installed.
    """
    options = Options(reference=reference, sheet=sheet, columns=columns)
    with grouper(options.own_reference() or default_reference()) as opened:
        report = _run(claims, options, ())
        return opened.all_of(report.batch, report.claims["claim_key"])


def diff(
    before: date | str, after: date | str, *, tables: Collection[str] | None = None
) -> Changes:
    """Say what changed between two days or releases. `Encoder.impact` says which of your claims it affects.

    Args:
        before: a day; or a fiscal year (FY2026), a quarter (2026Q1), a day or a release as text.
        after: the same.
        tables: only these tables, such as icd10cm; by default all, or those that two releases share.

    Raises:
        ConfigError: a day or a table is unknown.

    >>> found = diff("FY2025", "FY2026", tables=["icd10cm"])
    >>> found.rows.filter(pl.col("code") == "G35")["change"].to_list()
    ['made a category']
    """
    return default_encoder().changes(before, after, tables=tables)


def explain(word: str, *, on: date | str | None = None) -> str:
    """Explain an edit, a code or a word of the trade, as plain text.

    Args:
        word: an edit's code or name (DX102), a code with or without its dot, a value of a short
            list (CARC 146), or words of the trade (icd cpt).
        on: the date of service, for a code; by default today.

    Raises:
        UnknownEdit: there is no such edit or code.

    >>> explain("DX102").splitlines()[0]
    'DX102  diagnosis-not-in-force'
    """
    return explain_page.explain([word], _installed_edits(), default_reference(), day("on", on))


def _run(
    claims: object, options: Options, edits: tuple[Edit, ...], notes: str | Path | None = None
) -> Report:
    """Run the pipeline on claims as Python code gives them."""
    settings, past, tables = options.settings(), options.past(), options.tables()
    reference = options.own_reference() or default_reference()
    packs = options.packs()
    if packs:
        reference = reference.with_payers(packs)
    given = given_claims(claims, tables)
    remittances = options.remittances()
    outcomes = read_outcomes(remittances) if remittances and past else None
    job = Job(given.inputs, reference, edits, settings, past, held=given.batch, tables=tables, outcomes=outcomes)  # fmt: skip
    reader = None if notes is None else NoteReader.of(notes, Encoder(reference))
    report = pipeline.run_whole(replace(job, notes=reader))
    if reader is not None:
        report = replace(report, notes=(*report.notes, *reader.folder.told()))
    if report.unread and report.claims.is_empty():
        raise InputError("; ".join(str(entry.error) for entry in report.unread))
    own = reference.payers.notes if packs else ()
    return replace(report, notes=(*given.notes, *own, *report.notes))


def lookup(code: str, *, on: date | str | None = None) -> list[Page]:
    """Everything about a code. `Encoder.lookup` has more options.

    Args:
        code: the code, with or without its dot.
        on: the date of service; by default today.

    Returns:
        A page for each code system that has the code, the one in force first.

    >>> lookup("M54.5", on=date(2026, 5, 12))[0].replaced_by
    ('M54.50', 'M54.51', 'M54.59')
    """
    return default_encoder().lookup(code, on=day("on", on))


def search(
    text: str, *, system: str | None = None, on: date | str | None = None, limit: int = 10
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
    return default_encoder().search(text, system=system, on=day("on", on), limit=limit)


def crosswalk(
    code: str,
    *,
    to: str | None = None,
    on: date | str | None = None,
    history: Iterable[str | Path] = (),
) -> Crosswalk:
    """Map a code to other codes: other revisions, successors, coverage policies, the user's own history.

    Args:
        code: the code, with or without its dot.
        to: map to this code system only: icd10cm, icd9cm, hcpcs or cpt.
        on: the date on which the target codes are in force; by default today.
        history: the user's own claims, or plain tables of paid lines.
    """
    return default_encoder().crosswalk(code, to=to, on=day("on", on), history=history)


def suggest(
    note: str | Path,
    *,
    on: date | str | None = None,
    setting: str = "outpatient",
    mode: str = "billing",
    llm: str | None = None,
    model: str | None = None,
    allow_remote_hosts: Iterable[str] = (),
    llm_seconds: float = 60.0,
) -> Suggestions:
    """Suggest diagnosis codes for a clinical note, each with the words that it is based on.

    Args:
        note: the text, or a path of a text file.
        on: the date of service; by default today.
        setting: outpatient, or inpatient: uncertain diagnoses are coded as if they were certain.
        mode: billing, or index for every finding that the note names.
        llm: the address of a language model of your own, such as http://localhost:11434/v1 (OpenAI-compatible), to be asked too; by default none is.
        model: the name of that model.
        allow_remote_hosts: hosts outside this computer and private networks that the note may be sent to. Notes have patient data.
        llm_seconds: the most seconds for the model's answer.

    Returns:
        A list: what to code, what to consider, and what isn't coded and why. With `llm`, its attribute `llm` has the model, the seed and the hashes of
        what was asked and answered, and `not_checked` says why an answer wasn't used; the suggestions made without the model are always there.

    Raises:
        InputError: the note can't be read.
        ConfigError: the setting or the mode is unknown, or the model's address isn't one, isn't near, or has no model.

    >>> found = suggest("Assessment: Type 2 diabetes. Denies chest pain.", on=date(2026, 5, 12))
    >>> [(one.code, one.disposition, one.evidence[-1].text) for one in found]
    [('E11.9', 'code', 'Type 2 diabetes'), ('R07.9', 'not-coded', 'chest pain')]
    """
    when = day("on", on) or date.today()  # noqa: DTZ011 - the user's own day
    options, text = NoteOptions(when, setting, mode), inputs.text_of(note)
    where = _model(llm, model, tuple(allow_remote_hosts), llm_seconds)
    return suggestions_for(_suggester(), text, options, where)


def _model(
    url: str | None, model: str | None, allowed: tuple[str, ...], seconds: float
) -> Endpoint | None:
    """Return where a language model answers; warn if notes leave the private network."""
    if url is None:
        if model or allowed:
            raise ConfigError(["model and allow_remote_hosts: llm is missing"])
        return None
    found = endpoint(url, model, allowed=allowed, seconds=seconds)
    if found.warning:
        warnings.warn(found.warning, stacklevel=3)
    return found


def level(
    note: str | Path,
    *,
    patient: str | None = None,
    place: str | None = None,
    payer: str | None = None,
    billed: str | None = None,
    on: date | str | None = None,
) -> Level:
    """Find the level of a visit that a note supports, with the words that it is based on.

    Args:
        note: the text, or a path of a text file.
        patient: new or established; by default what the note says.
        place: office, telehealth, hospital, emergency, consultation, nursing-facility, home, or a place-of-service code; by default what the note says.
        payer: medicare or commercial: decides add-on codes and consultations.
        billed: the billed visit code, to be judged.
        on: the date of service; by default today.

    Returns:
        The visit code and what decides it. `as_dict()` is what the command writes as JSON.

    Raises:
        InputError: the note can't be read.
        ConfigError: an option has a value that isn't valid.

    >>> found = level("Assessment: Hypertension, at goal. Continue lisinopril.", patient="established", on=date(2026, 5, 12))
    >>> found.code, found.problems.level, found.risk.level
    ('99213', 'low', 'moderate')
    """
    when = day("on", on) or date.today()  # noqa: DTZ011 - the user's own day
    options = LevelOptions(when, patient, place, payer, billed.upper() if billed else None)
    return Leveler(_suggester()).level(inputs.text_of(note), options)


def support(
    note: str | Path,
    codes: str | Sequence[str],
    *,
    on: date | str | None = None,
    setting: str = "outpatient",
    patient: str | None = None,
    place: str | None = None,
    payer: str | None = None,
) -> list[Support]:
    """Say whether a note supports billed codes.

    Args:
        note: the text, or a path of a text file.
        codes: diagnosis and procedure codes, in a list or a text; units and modifiers can follow: 97110x2-GP.
        on: the date of service; by default today.
        setting: outpatient, or inpatient: uncertain diagnoses are coded as if they were certain.
        patient: new or established; by default what the note says.
        place: the place of the visit, as for `level`.
        payer: medicare or commercial.

    Returns:
        For each code its verdict (supported, partly, unsupported, contradicted; not-checked if nothing is known of it), the words of the note, and the code
        that the note supports instead.

    Raises:
        InputError: the note can't be read.
        ConfigError: a code isn't written as one, or an option has a value that isn't valid.

    >>> found = support("Assessment: Right knee osteoarthritis. Start naproxen.", "M17.11,M17.12", on=date(2026, 5, 12))
    >>> [(one.code, one.verdict, one.better) for one in found]
    [('M17.11', 'supported', None), ('M17.12', 'contradicted', 'M17.11')]
    """
    when = day("on", on) or date.today()  # noqa: DTZ011 - the user's own day
    given = codes.split(",") if isinstance(codes, str) else list(codes)
    options = SupportOptions(when, setting, patient, place, payer)
    return _supporter().support(inputs.text_of(note), given, options)


@cache
def _supporter() -> Supporter:
    return Supporter(default_encoder(), _suggester())


@cache
def _suggester() -> Suggester:
    return Suggester(default_encoder())


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
