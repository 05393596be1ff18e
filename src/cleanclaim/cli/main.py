"""The command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from cleanclaim.cli import codes, history, price, reference, streams
from cleanclaim.cli.terminal import (
    CLEAN,
    COULD_NOT_RUN,
    DEBUG,
    FINDINGS,
    READER_GONE,
    error_stream,
    fail,
    progress,
    settings,
    tell,
)
from cleanclaim.cli.terminal import reference as reference_tables
from cleanclaim.errors import CleanclaimError, ConfigError
from cleanclaim.failures import Failure, reason_of
from cleanclaim.storage.durable import is_replaced, whole_file
from cleanclaim.version import VERSION

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.edits.edit import Edit
    from cleanclaim.large import Large
    from cleanclaim.report.result import Report, Results

app = typer.Typer(
    help="A linter for US medical claims: reads 837 files and tables, and says what is wrong, where, why, and what would make it right.",
    epilog="Exit status: 0 clean, 1 findings, 2 could not run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(reference.app, name="reference")
app.add_typer(history.app, name="history")


def main() -> NoReturn:
    """Run the command line; errors become one message and exit status 2."""
    streams.guard()
    words = [word for word in sys.argv[1:] if word != DEBUG]
    with error_stream(debug=len(words) < len(sys.argv) - 1):
        run(words)


def run(words: list[str]) -> NoReturn:
    """Run the command line on the standard streams as they are.

    Args:
        words: what stands after the name of the program.
    """
    try:
        status = app(words, standalone_mode=False)
        sys.stdout.flush()
    except CleanclaimError as error:
        fail(str(error))
    except typer.Abort:
        fail("stopped")
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except streams.ReaderGone:
        sys.exit(READER_GONE)
    except KeyboardInterrupt:
        fail("stopped")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except BaseException as error:  # noqa: BLE001 - a usage error of the parser, or a fault of ours: no traceback reaches a user
        _unexpected(error)
    sys.exit(status if isinstance(status, int) else CLEAN)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"cleanclaim {VERSION}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _version(wanted=value),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            DEBUG,
            help="Print the traceback of every internal error; it may show claim data. Allowed anywhere on the command line.",
        ),
    ] = False,
) -> None:
    del version, debug


@app.command(
    epilog="Examples:  cleanclaim check claims.837  |  cleanclaim check inbox/ --format sarif --output report.sarif  |  "
    "cleanclaim check today.837 --history january/ --payer-class medicare  |  cat claims.837 | cleanclaim check -"
)
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


app.command(
    name="lookup",
    epilog="Examples:  cleanclaim lookup M54.5 --on 2026-05-12  |  cleanclaim lookup 99213 17110 --indicator 1  |  cleanclaim lookup E11 --format json",
)(codes.lookup)
app.command(
    name="search",
    epilog="Examples:  cleanclaim search broken wrist  |  cleanclaim search CKD 3b  |  cleanclaim search E11.3 --limit 20",
)(codes.search)
app.command(
    name="crosswalk",
    epilog="Examples:  cleanclaim crosswalk 250.00 --to icd10cm  |  cleanclaim crosswalk 83036  |  cleanclaim crosswalk M54.5 --on 2026-05-12",
)(codes.crosswalk)
app.command(
    name="diff",
    epilog="Examples:  cleanclaim diff FY2026 FY2027  |  cleanclaim diff --on 2026-09-30 --on 2026-10-01 --impact claims/  |  "
    'cleanclaim diff "MPFS 2024C" "MPFS 2025D"',
)(codes.diff)
app.add_typer(codes.export, name="export")
app.command(name="price", epilog="Example:  cleanclaim price claims.837 --format csv")(price.price)


@app.command(
    epilog="Examples:  cleanclaim explain DX102  |  cleanclaim explain M54.5  |  cleanclaim explain 99213 --on 2026-05-12"
)
def explain(
    word: Annotated[
        str, typer.Argument(help="An edit (DX102 or its name) or a code (M54.5, 99213).")
    ],
    *,
    on: Annotated[
        str | None, typer.Option("--on", help="The day, for a code (YYYY-MM-DD); default today.")
    ] = None,
    edits: Annotated[
        list[str] | None, typer.Option("--edits", help="A folder of your own edits.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
) -> None:
    """Explain an edit, or a code: what it is, when in force, what replaced it, what binds it."""
    from cleanclaim.explain import explain as page  # noqa: PLC0415

    every = _all_edits(tuple(edits or ()))
    typer.echo(page(word, every, reference_tables(store, None), codes.day(on)), nl=False)


@app.command(name="edits", epilog="Examples:  cleanclaim edits  |  cleanclaim edits --format json")
def list_edits(
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    edits: Annotated[
        list[str] | None, typer.Option("--edits", help="A folder of your own edits.")
    ] = None,
) -> None:
    """List every edit."""
    every = _all_edits(tuple(edits or ()))
    rows = [
        {
            "code": e.code,
            "name": e.name,
            "disposition": e.disposition.value,
            "carc": e.carc,
            "rarc": e.rarc,
            "payers": list(e.payers),
            "summary": e.documentation.split("\n\n", 1)[0].replace("\n", " "),
        }
        for e in every
    ]
    if format_ == "json":
        typer.echo(json.dumps({"edits": rows}, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['code']:<8} {row['disposition']:<10} {row['name']}")
    typer.echo(f"{len(rows)} edits; cleanclaim explain CODE tells more.")


@app.command(epilog="Example:  cleanclaim template my-claims/")
def template(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make an empty set of CSV files, with every column explained."""
    from cleanclaim.write.template import write  # noqa: PLC0415

    for path in write(folder):
        tell(str(path))


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
    from cleanclaim import large  # noqa: PLC0415
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.large.fingerprint import can_go_on  # noqa: PLC0415

    chosen, output = asked.chosen, asked.output
    every, broken = _loaded_edits(chosen.edits)
    edits = registry.choose(every, chosen.select, chosen.ignore)
    plan = large.Plan.within(chosen.memory)
    if asked.is_whole:
        plan = replace(plan, in_memory=sys.maxsize)
    folder = None
    can_resume = can_go_on([*inputs, *chosen.history])
    if output is not None and not asked.is_whole and can_resume and is_replaced(output):
        folder = output.with_name(f"{output.name}.partial")
    with ExitStack() as stack:
        with progress() as (words, claims):
            reference = reference_tables(asked.store, asked.lock)
            reference.on_progress(words)
            job = large.Job(
                tuple(inputs), reference, tuple(edits), settings(chosen), chosen.history, plan, claims,
                lambda said: tell(f"cleanclaim: {said}", err=True), broken,
            )  # fmt: skip
            results = stack.enter_context(large.run(job, folder))
        yield results


def _tell_timings(inputs: list[str], asked: _Asked) -> None:
    """A table of the slowest first, of the first claims of the inputs."""
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.engine import profile  # noqa: PLC0415
    from cleanclaim.pipeline import prepare  # noqa: PLC0415
    from cleanclaim.read import read  # noqa: PLC0415
    from cleanclaim.read.sources import is_stream  # noqa: PLC0415

    chosen = asked.chosen
    edits = registry.choose(_all_edits(chosen.edits), chosen.select, chosen.ignore)
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


def _all_edits(folders: tuple[str, ...]) -> list[Edit]:
    """Built-in edits, those of installed packages and of the user's folders; edits that can't be loaded are named on the error stream."""
    every, broken = _loaded_edits(folders)
    for failure in broken:
        tell(f"cleanclaim: {failure}", err=True)
    return every


def _loaded_edits(folders: tuple[str, ...]) -> tuple[list[Edit], tuple[Failure, ...]]:
    """Built-in edits, those of installed packages and of the user's folders, and the ones that can't be loaded."""
    from cleanclaim.edits import registry  # noqa: PLC0415

    groups: list[Any] = [registry.own_edits()]
    found, errors = registry.entry_point_edits()
    groups.append(found)
    for folder in folders:
        more, faults = registry.folder_edits(Path(folder))
        groups.append(more)
        errors += faults
    broken = tuple(Failure("edit", error.where, None, str(error)) for error in errors)
    return registry.together(*groups), broken


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


def _unexpected(error: BaseException) -> NoReturn:
    shown = getattr(error, "format_message", None)
    if callable(shown):  # the parser's own errors
        fail(f"{shown()} (see cleanclaim --help)")
    fail(f"{reason_of(error)}; please report it. {DEBUG} shows where, and may show claim data")
