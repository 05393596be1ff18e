"""`cleanclaim check`: claims in, a report out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli import streams
from cleanclaim.cli.edits import all_edits, loaded_edits
from cleanclaim.cli.terminal import CLEAN, COULD_NOT_RUN, FINDINGS, progress, settings, tell
from cleanclaim.cli.terminal import reference as reference_tables
from cleanclaim.errors import ConfigError
from cleanclaim.storage.durable import is_replaced, whole_file

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.large import Large
    from cleanclaim.report.result import Report, Results


def check(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="837 files, CSV or Parquet tables, folders, or - for standard input.",
            show_default=False,
        ),
    ],
    *,
    format_: Annotated[
        str | None,
        typer.Option("--format", "-f", help="text, json, jsonl, sarif, csv, parquet or html."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Write the report to this file; only you can read it."),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select", help="Run only these edits: codes, families or names; commas or repeated."
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", help="Leave these edits out.")
    ] = None,
    min_disposition: Annotated[
        str | None,
        typer.Option(
            "--min-disposition",
            help="Report nothing milder: reject, return, deny-claim, deny-line, suspend, warn, info.",
        ),
    ] = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            "--history",
            help="Earlier claims to look back at: a history (see `history add`), or files in the same forms.",
        ),
    ] = None,
    payer_class: Annotated[
        str | None,
        typer.Option(
            "--payer-class",
            help="medicare, medicaid, commercial …; default from the claim (SBR09).",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The day claims are judged on (YYYY-MM-DD); default the day each was sent.",
        ),
    ] = None,
    policy_state: Annotated[
        str | None,
        typer.Option(
            "--policy-state",
            help="The state whose local coverage policies bind claims that tell no state.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="Known findings, which are not reported again."),
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", help="Write the findings as known and stop.")
    ] = None,
    edits: Annotated[
        list[str] | None,
        typer.Option("--edits", help="A folder of your own edits; may be repeated."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A configuration file (TOML).")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            help="How much memory to take, such as 2GB (the default): more claims than fit are worked through on disk.",
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help="here, or spark: the cluster that Spark's settings name works through data sets and table sets in Parquet; OUTPUT is a folder.",
        ),
    ] = "here",
    timings: Annotated[
        bool,
        typer.Option(
            "--timings",
            help="After the report, tell on the error stream how long each edit takes by itself.",
        ),
    ] = False,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
    lock: Annotated[
        Path | None,
        typer.Option("--lock", help="Use exactly the releases that this lock file pins."),
    ] = None,
) -> None:
    """Check claims and report what is wrong.

    More claims than fit into memory are worked through on disk, by patient. With --output, what is done is kept in OUTPUT.partial until the report is
    whole: the same command goes on with it after a stop. It holds claims; only you can read it.
    """
    from cleanclaim import config as settings_of  # noqa: PLC0415 - start-up: only what the command needs is loaded

    given = {
        "format": format_,
        "select": _words(select),
        "ignore": _words(ignore),
        "min_disposition": min_disposition,
        "history": tuple(history or ()),
        "payer_class": payer_class,
        "as_of": as_of,
        "policy_state": policy_state,
        "baseline": str(baseline) if baseline else None,
        "edits": tuple(edits or ()),
        "memory": memory,
    }
    chosen = settings_of.load(given, file=config)
    for said in chosen.left_out:
        tell(f"cleanclaim: {said}", err=True)
    if engine not in {"here", "spark"}:
        raise ConfigError([f"--engine: expected here or spark, found {engine!r}"])
    if engine == "spark":
        from cleanclaim.cli.spark import check_on_spark  # noqa: PLC0415

        if write_baseline or timings:
            raise ConfigError(["--engine spark knows neither --write-baseline nor --timings"])
        raise typer.Exit(check_on_spark(inputs, chosen, store, lock, output))
    target = Path(output) if output else None
    _can_be_put(chosen.format, target)
    asked = _Asked(chosen, store, lock, target, is_baseline=write_baseline is not None)
    with _run(inputs, asked) as found:
        if write_baseline is not None:
            _write_baseline(_report(found), write_baseline)
            raise typer.Exit(COULD_NOT_RUN if chosen.left_out else CLEAN)
        results = _without_known(found, chosen.baseline)
        results = replace(results, notes=(*chosen.notes, *results.notes))
        _put(results, chosen.format, target)
        status = _status(results, chosen)
    if timings:
        _tell_timings(inputs, asked)
    raise typer.Exit(status)


@dataclass(frozen=True)
class _Asked:
    """What `check` is asked beside its inputs."""

    chosen: Config
    store: Path | None
    lock: Path | None
    output: Path | None
    is_baseline: bool

    @property
    def is_whole(self) -> bool:
        """Whether all claims must be held in memory: some formats and the baseline look at them together."""
        from cleanclaim.report.formats import FORMATS  # noqa: PLC0415

        return FORMATS[self.chosen.format].is_whole or self.is_baseline or bool(self.chosen.baseline)  # fmt: skip


@contextmanager
def _run(inputs: list[str], asked: _Asked) -> Iterator[Report | Large]:
    from cleanclaim import pipeline  # noqa: PLC0415
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.job import Job  # noqa: PLC0415
    from cleanclaim.large import can_resume  # noqa: PLC0415
    from cleanclaim.plan import Plan  # noqa: PLC0415

    chosen, output = asked.chosen, asked.output
    every, broken = loaded_edits(chosen.edits)
    edits = registry.choose(every, chosen.select, chosen.ignore)
    folder = None
    if output is not None and can_resume([*inputs, *chosen.history]) and is_replaced(output):
        folder = output.with_name(f"{output.name}.partial")
    with ExitStack() as stack:
        with progress() as (words, claims):
            reference = reference_tables(asked.store, asked.lock)
            reference.on_progress(words)
            job = Job(
                tuple(inputs), reference, tuple(edits), settings(chosen), chosen.history, Plan.within(chosen.memory), claims,
                lambda said: tell(f"cleanclaim: {said}", err=True), broken,
            )  # fmt: skip
            if asked.is_whole:
                results: Report | Large = pipeline.run_whole(job)
            else:
                results = stack.enter_context(pipeline.run(job, folder))
        yield results


def _tell_timings(inputs: list[str], asked: _Asked) -> None:
    """A table of the slowest first, of the first claims of the inputs."""
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.engine import profile  # noqa: PLC0415
    from cleanclaim.read import read  # noqa: PLC0415
    from cleanclaim.read.sources import is_stream  # noqa: PLC0415
    from cleanclaim.settings import prepare  # noqa: PLC0415

    chosen = asked.chosen
    edits = registry.choose(all_edits(chosen.edits), chosen.select, chosen.ignore)
    again = [path for path in inputs if not is_stream(path)]
    batch = next(iter(read(again, [])), None)
    if batch is None or batch.claims.is_empty():
        why = "" if again else "; what comes through a pipe cannot be read a second time"
        tell(f"cleanclaim: there are no claims to time edits on{why}", err=True)
        return
    prepared = prepare(batch, settings(chosen))
    told = profile.timings(prepared, reference_tables(asked.store, asked.lock), edits)
    typer.echo(profile.text(told, batch.claims.height), err=True, nl=False)


def _report(results: Report | Large) -> Report:
    from cleanclaim.report.result import Report  # noqa: PLC0415

    if not isinstance(results, Report):
        raise TypeError("what needs the whole report is planned in memory")
    return results


def _without_known(results: Report | Large, baseline: str | None) -> Report | Large:
    if baseline is None:
        return results
    from cleanclaim.report import baseline as known  # noqa: PLC0415

    return known.apply(_report(results), Path(baseline))


def _can_be_put(name: str, output: Path | None) -> None:
    """Say before the work what would make it useless."""
    from cleanclaim.report.formats import FORMATS  # noqa: PLC0415

    if output is None and FORMATS[name].is_binary and sys.stdout.isatty():
        raise ConfigError([f"{name} is no text; give --output FILE"])
    if output is not None and not output.parent.is_dir():
        raise ConfigError([f"{output}: there is no folder {output.parent}"])
    if output is not None and output.is_dir():
        raise ConfigError([f"{output}: it is a folder; name a file"])
    if output is not None and is_replaced(output) and not os.access(output.parent, os.W_OK):
        raise ConfigError([f"{output}: nothing can be written in the folder {output.parent}"])


def _put(results: Results, name: str, output: Path | None) -> None:
    from cleanclaim.report.formats import FORMATS  # noqa: PLC0415

    chosen = FORMATS[name]
    if output is None:
        color = name == "text" and sys.stdout.isatty()
        with streams.output() as out:
            chosen.write(results, out, color=color)
        return
    try:
        with whole_file(output) as out:
            chosen.write(results, out)
    except OSError as error:
        raise ConfigError([f"{error.filename or output}: {error.strerror}"]) from None
    told = results.summary
    tell(f"{output}: {told['findings']:,} findings on {told['claims']:,} claims", err=True)


def _status(results: Results, chosen: Config) -> int:
    for entry in results.unread:
        tell(f"cleanclaim: {entry.error}", err=True)
    for failure in results.failures:
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
    tell(f"{path}: {count:,} known findings")


def _words(given: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for item in given or () for word in item.split(",") if word.strip())
