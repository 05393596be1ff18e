"""`cleanclaim check`: claims in, a report out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cleanclaim.cli import streams
from cleanclaim.cli.edits import all_edits, loaded_edits
from cleanclaim.cli.options import AsOf, Columns, EditFolders, Lock, Payers, Sheet, Store
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import (
    CLEAN,
    COULD_NOT_RUN,
    FINDINGS,
    counts_text,
    progress,
    settings,
    tell,
)
from cleanclaim.cli.terminal import reference as reference_tables
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import is_replaced_whole, whole_file

if TYPE_CHECKING:
    import polars as pl

    from cleanclaim.config import Config
    from cleanclaim.large import Large
    from cleanclaim.notes.claims.reader import NoteReader
    from cleanclaim.read import TableOptions
    from cleanclaim.reference import Reference
    from cleanclaim.report.result import Report, Results
    from cleanclaim.report.worklist import View


def check(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="837 files, Excel workbooks, CSV or Parquet tables, folders, or - for standard input.",
            show_default=False,
        ),
    ],
    *,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="text (the default), json, jsonl, sarif, csv, parquet, xlsx, html or fhir; 999, 277ca or ta1 to answer 837 files.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Write the report to this file. Only you can read it."),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            help="Run only these edits: codes, families or names, separated by commas. Can be repeated.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", help="Don't run these edits. Same form as --select."),
    ] = None,
    min_disposition: Annotated[
        str | None,
        typer.Option(
            "--min-disposition",
            help="Report only findings at least this severe: reject, return, deny-claim, deny-line, suspend, warn or info (the default).",
        ),
    ] = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            "--history",
            help="Earlier claims to look back at: a history (see `cleanclaim history`), files or folders. Can be repeated.",
        ),
    ] = None,
    remit: Annotated[
        list[str] | None,
        typer.Option(
            "--remit",
            help="Remittances for the earlier claims: a line that was denied is no duplicate's original and uses up no limit. Can be repeated.",
        ),
    ] = None,
    payer_class: Annotated[
        str | None,
        typer.Option(
            "--payer-class",
            help="Treat every claim as this payer class, such as medicare, medicaid or commercial. Default: from the claim (SBR09).",
        ),
    ] = None,
    as_of: AsOf = None,
    policy_state: Annotated[
        str | None,
        typer.Option(
            "--policy-state",
            help="The state whose local coverage policies apply to claims without a state, such as OH.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="Don't report the known findings in this file."),
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option(
            "--write-baseline",
            help="Write the findings to this file as known findings. No report is written.",
        ),
    ] = None,
    edits: EditFolders = None,
    payers: Payers = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A configuration file (TOML).")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            help="How much memory to use, such as 4GB. Default: 2GB. Claims that don't fit are checked from disk.",
        ),
    ] = None,
    notes: Annotated[
        str | None,
        typer.Option(
            "--notes",
            help="A folder with the note of each claim, called CLAIM-ID.txt, or JSON Lines with the claim ID as id. Runs the edits that read notes.",
        ),
    ] = None,
    sheet: Sheet = None,
    columns: Columns = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help="here, or spark to check Parquet tables on a Spark cluster. With spark, --output is a folder.",
        ),
    ] = "here",
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            help="List claims by risk (dollars), hardest (disposition), payer, provider, date or file.",
        ),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option("--group-by", help="List findings by claim, edit, payer or provider."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=0,
            help="List at most this many claims with findings; 0 for all. Text lists 20 if there are more than 50 claims.",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            help="The table that csv and parquet write: findings (the default), claims or not-checked. Without this option, --output writes all three.",
        ),
    ] = None,
    timings: Annotated[
        bool,
        typer.Option(
            "--timings",
            help="After the report, print how long each edit takes to standard error.",
        ),
    ] = False,
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Check claims and report what is wrong.

    Claims that don't fit in memory are checked from disk, patient by patient. With --output, finished work is kept in OUTPUT.partial until the report is
    complete: if the run is interrupted, the same command resumes it. That folder holds claims; only you can read it.
    """
    from cleanclaim import config as settings_of  # noqa: PLC0415 - start-up: only what the command needs is loaded

    given = {
        "format": format_,
        "select": _split(select),
        "ignore": _split(ignore),
        "min_disposition": min_disposition,
        "history": tuple(history or ()),
        "remit": tuple(remit or ()),
        "payer_class": payer_class,
        "as_of": as_of,
        "policy_state": policy_state,
        "baseline": str(baseline) if baseline else None,
        "edits": tuple(edits or ()),
        "payers": tuple(payers or ()),
        "memory": memory,
        "sheet": sheet,
        "columns": str(columns) if columns else None,
    }
    chosen = settings_of.load(given, file=config)
    for note in chosen.left_out:
        tell(f"cleanclaim: {note}", err=True)
    if remit and not chosen.history:
        raise ConfigError(["--remit says what became of earlier claims: give --history too"])
    if engine not in {"here", "spark"}:
        raise ConfigError([f"--engine: expected here or spark, found {engine!r}"])
    if engine == "spark":
        from cleanclaim.cli.spark import check_on_spark  # noqa: PLC0415

        if write_baseline or timings or chosen.sheet or notes:
            raise ConfigError(
                ["--engine spark doesn't support --write-baseline, --timings, --sheet or --notes"]
            )
        named = table_options(None, chosen.columns, inputs).columns
        raise typer.Exit(check_on_spark(inputs, chosen, store, lock, output, named))
    target = Path(output) if output else None
    _check_output(chosen.format, target)
    view = _view(sort, group_by, limit)
    _check_table(table, chosen.format)
    tables = table_options(chosen.sheet, chosen.columns, inputs)
    task = _Task(chosen, store, lock, target, write_baseline is not None, tables, notes)
    with _run(inputs, task) as found:
        if write_baseline is not None:
            _write_baseline(_report(found), write_baseline)
            raise typer.Exit(COULD_NOT_RUN if chosen.left_out else CLEAN)
        results = _without_known(found, chosen.baseline)
        results = replace(results, notes=(*chosen.notes, *results.notes))
        _write(results, chosen.format, target, view, table)
        status = _status(results, chosen, is_told=chosen.format == "text" and target is None)
    if timings:
        _tell_timings(inputs, task)
    raise typer.Exit(status)


@dataclass(frozen=True)
class _Task:
    """The options of one check."""

    chosen: Config
    store: Path | None
    lock: Path | None
    output: Path | None
    is_baseline: bool
    tables: TableOptions
    notes: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all claims must be in memory at once, as for some formats and a baseline."""
        from cleanclaim.report.formats import format_of  # noqa: PLC0415

        return format_of(self.chosen.format).is_whole or self.is_baseline or bool(self.chosen.baseline)  # fmt: skip


@contextmanager
def _run(inputs: list[str], task: _Task) -> Iterator[Report | Large]:
    from cleanclaim import pipeline  # noqa: PLC0415
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.job import Job  # noqa: PLC0415
    from cleanclaim.large import can_resume  # noqa: PLC0415
    from cleanclaim.plan import Plan  # noqa: PLC0415

    chosen, output = task.chosen, task.output
    every, broken = loaded_edits(chosen.edits)
    edits = registry.choose(every, chosen.select, chosen.ignore)
    folder = None
    can_keep = task.notes is None and can_resume([*inputs, *chosen.history])  # notes may change
    if output is not None and can_keep and is_replaced_whole(output):
        folder = output.with_name(f"{output.name}.partial")
    with ExitStack() as stack:
        with progress() as (words, claims):
            reference = reference_tables(task.store, task.lock, chosen.payers)
            reference.on_progress(words)
            notes = _note_reader(task, reference)
            job = Job(
                tuple(inputs), reference, tuple(edits), settings(chosen), chosen.history, Plan.within(chosen.memory), claims,
                lambda message: tell(f"cleanclaim: {message}", err=True), broken, tables=task.tables, notes=notes, outcomes=_outcomes(chosen),
            )  # fmt: skip
            if task.is_whole:
                results: Report | Large = pipeline.run_whole(job)
            else:
                results = stack.enter_context(pipeline.run(job, folder))
        if notes is not None:
            results = replace(results, notes=(*results.notes, *notes.folder.told()))
        if chosen.payers:
            results = replace(results, notes=(*reference.payers.notes, *results.notes))
        yield results


def _outcomes(chosen: Config) -> pl.DataFrame | None:
    """What remittances say of the earlier claims; None without them."""
    if not chosen.remit or not chosen.history:
        return None
    from cleanclaim.remit.learned import read_outcomes  # noqa: PLC0415 - only with remittances

    return read_outcomes(chosen.remit)


def _note_reader(task: _Task, reference: Reference) -> NoteReader | None:
    """What reads the notes of claims; None without --notes."""
    if task.notes is None:
        return None
    from cleanclaim.encoder import Encoder  # noqa: PLC0415 - only with notes
    from cleanclaim.notes.claims.reader import NoteReader  # noqa: PLC0415

    return NoteReader.of(task.notes, Encoder(reference))


def _tell_timings(inputs: list[str], task: _Task) -> None:
    """Print how long each edit takes on the first claims of the inputs, slowest first."""
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.engine import profile  # noqa: PLC0415
    from cleanclaim.read import read  # noqa: PLC0415
    from cleanclaim.read.sources import is_stream  # noqa: PLC0415
    from cleanclaim.settings import prepare  # noqa: PLC0415

    chosen = task.chosen
    edits = registry.choose(all_edits(chosen.edits), chosen.select, chosen.ignore)
    again = [path for path in inputs if not is_stream(path)]
    batch = next(iter(read(again, [], tables=task.tables)), None)
    if batch is None or batch.claims.is_empty():
        why = "" if again else ": standard input can't be read twice"
        tell(f"cleanclaim: no claims for --timings{why}", err=True)
        return
    reference = reference_tables(task.store, task.lock, chosen.payers)
    prepared = prepare(batch, settings(chosen), reference)
    measured = profile.timings(prepared, reference, edits)
    typer.echo(profile.text(measured, batch.claims.height), err=True, nl=False)


def _report(results: Report | Large) -> Report:
    from cleanclaim.report.result import Report  # noqa: PLC0415

    if not isinstance(results, Report):
        raise TypeError("a job that needs the whole report runs in memory")
    return results


def _without_known(results: Report | Large, baseline: str | None) -> Report | Large:
    if baseline is None:
        return results
    from cleanclaim.report import baseline as known  # noqa: PLC0415

    return known.apply(_report(results), Path(baseline))


def _check_output(name: str, output: Path | None) -> None:
    """Refuse, before any work is done, an output that can't be written.

    Raises:
        ConfigError: it can't be written.
    """
    from cleanclaim.report.formats import format_of  # noqa: PLC0415

    if output is None and format_of(name).is_binary and sys.stdout.isatty():
        raise ConfigError([f"{name} is binary: use --output FILE"])
    if output is not None and not output.parent.is_dir():
        raise ConfigError([f"{output}: the folder {output.parent} doesn't exist"])
    if output is not None and output.is_dir():
        raise ConfigError([f"{output} is a folder: name a file"])
    if output is not None and is_replaced_whole(output) and not os.access(output.parent, os.W_OK):
        raise ConfigError([f"{output}: you can't write to the folder {output.parent}"])


def _view(sort: str | None, group_by: str | None, limit: int | None) -> View:
    """How to list the claims.

    Raises:
        ConfigError: an option has an unknown value.
    """
    from cleanclaim.report.worklist import GROUPS, SORTS, View  # noqa: PLC0415

    _check_word("--sort", sort, list(SORTS))
    _check_word("--group-by", group_by, list(GROUPS))
    return View(sort, group_by, limit)


def _check_word(option: str, given: str | None, expected: Sequence[str]) -> None:
    if given is not None and given not in expected:
        words = f"{', '.join(expected[:-1])} or {expected[-1]}"
        raise ConfigError([f"{option}: expected {words}, found {given!r}"])


def _check_table(table: str | None, name: str) -> None:
    """Refuse an unknown table, or a format without tables.

    Raises:
        ConfigError: it is one of these.
    """
    from cleanclaim.report.formats import TABLES, format_of  # noqa: PLC0415

    _check_word("--table", table, TABLES)
    if table and not format_of(name).has_tables:
        raise ConfigError([f"--table: {name} has no tables; use --format csv or parquet"])


def _write(results: Results, name: str, output: Path | None, view: View, table: str | None) -> None:
    from cleanclaim.report.formats import WIDTH, format_of  # noqa: PLC0415
    from cleanclaim.report.worklist import arranged  # noqa: PLC0415

    chosen = format_of(name)
    others = () if table or output is None else _other_tables(output, name)
    if output is None:
        with streams.output() as out:
            if table:
                chosen.write_table(table, arranged(results, view), out)
            else:
                is_shown = chosen.wraps and sys.stdout.isatty()
                width = get_terminal_size().columns if is_shown else WIDTH
                chosen.write(results, out, color=is_shown, view=view, width=width)
        return
    try:
        with whole_file(output) as out:
            if table:
                chosen.write_table(table, arranged(results, view), out)
            else:
                chosen.write(results, out, view=view)
        for other, path in others:
            with whole_file(path) as out:
                chosen.write_table(other, arranged(results, view), out)
    except OSError as error:
        raise ConfigError([f"{error.filename or output}: {error.strerror}"]) from None
    tell(f"{output}: {counts_text(results.summary)}", err=True)
    for other, path in others:
        tell(f"{path}: {_CONTENT[other]}", err=True)


_CONTENT: Final = {
    "claims": "every claim with its verdict",
    "not-checked": "what could not be checked",
}


def _other_tables(output: Path, name: str) -> tuple[tuple[str, Path], ...]:
    """The tables written to files of their own, for a format that has one table per file."""
    from cleanclaim.report.formats import format_of  # noqa: PLC0415

    if not format_of(name).has_tables or not is_replaced_whole(output):
        return ()
    return tuple((table, output.with_name(f"{output.stem}.{table}{output.suffix}")) for table in _CONTENT)  # fmt: skip


def _status(results: Results, chosen: Config, *, is_told: bool) -> int:
    """The exit status; what wasn't read or failed goes to standard error, unless the report on the terminal has told it."""
    for entry in () if is_told else results.unread:
        tell(f"cleanclaim: {entry.error}", err=True)
    for failure in () if is_told else results.failures:
        tell(f"cleanclaim: {failure}", err=True)
    if results.unread or results.failures or chosen.left_out:
        return COULD_NOT_RUN
    if not results.summary["claims"]:
        tell("cleanclaim: no claims were checked", err=True)
        return COULD_NOT_RUN
    return CLEAN if results.is_clean else FINDINGS


def _write_baseline(report: Report, path: Path) -> None:
    from cleanclaim.report import baseline as known  # noqa: PLC0415

    try:
        count = known.write(report, path)
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    tell(f"{path}: {counted(count, 'known finding')}")


def _split(given: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for item in given or () for word in item.split(",") if word.strip())
