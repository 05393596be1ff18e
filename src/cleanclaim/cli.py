"""The command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from cleanclaim.errors import CleanclaimError, ConfigError
from cleanclaim.version import VERSION

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.edit import Edit
    from cleanclaim.reference import Reference
    from cleanclaim.report.result import Report

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2

app = typer.Typer(
    help="A linter for US medical claims: reads 837 files and tables, and says what is wrong, where, why, and what would make it right.",
    epilog="Exit status: 0 clean, 1 findings, 2 could not run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
reference_app = typer.Typer(
    help="The dated reference tables.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(reference_app, name="reference")


def main() -> NoReturn:
    """Run the command line; errors become one message and exit status 2."""
    try:
        status = app(standalone_mode=False)
    except CleanclaimError as error:
        _fail(str(error))
    except typer.Abort:
        _fail("stopped")
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(COULD_NOT_RUN)
    except KeyboardInterrupt:
        _fail("stopped")
    except Exception as error:  # noqa: BLE001 - a usage error of the parser, or a fault of ours: no traceback reaches a user
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
) -> None:
    del version


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
        Path | None, typer.Option("--output", "-o", help="Write the report to this file.")
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
        typer.Option("--history", help="Earlier claims to look back at, in the same forms."),
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
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
    lock: Annotated[
        Path | None,
        typer.Option("--lock", help="Use exactly the releases that this lock file pins."),
    ] = None,
) -> None:
    """Check claims and report what is wrong."""
    from cleanclaim import config as settings_of  # noqa: PLC0415 - start-up: only what the command needs is loaded

    given = {
        "format": format_,
        "select": _words(select),
        "ignore": _words(ignore),
        "min_disposition": min_disposition,
        "history": tuple(history or ()),
        "payer_class": payer_class,
        "as_of": as_of,
        "baseline": str(baseline) if baseline else None,
        "edits": tuple(edits or ()),
    }
    chosen = settings_of.load(given, file=config)
    report = _run(inputs, chosen, store, lock)
    if write_baseline is not None:
        _write_baseline(report, write_baseline)
        return
    if chosen.baseline:
        from cleanclaim import baseline as known  # noqa: PLC0415

        report = known.apply(report, Path(chosen.baseline))
    _put(report, chosen.format, output)
    raise typer.Exit(_status(report))


@app.command(epilog="Examples:  cleanclaim explain DX102  |  cleanclaim explain M54.5")
def explain(
    word: Annotated[
        str, typer.Argument(help="An edit (DX102 or its name) or a diagnosis code (M54.5).")
    ],
    *,
    edits: Annotated[
        list[str] | None, typer.Option("--edits", help="A folder of your own edits.")
    ] = None,
) -> None:
    """Explain an edit, or a diagnosis code."""
    from cleanclaim.explain import explain as page  # noqa: PLC0415

    typer.echo(page(word, _all_edits(tuple(edits or ())), _reference(None, None)), nl=False)


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
    from cleanclaim.template import write  # noqa: PLC0415

    for path in write(folder):
        typer.echo(str(path))


@reference_app.command(name="list", epilog="Example:  cleanclaim reference list")
def reference_list(
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
) -> None:
    """What is loaded, and which dates it covers."""
    releases = _reference(store, None).releases().sort("table", "covers_from").to_dicts()
    if format_ == "json":
        typer.echo(json.dumps({"releases": releases}, indent=2, default=str))
        return
    for r in releases:
        end = "" if str(r["covers_to"]).startswith("9999") else str(r["covers_to"])
        start = "" if str(r["covers_from"]).startswith("1900") else str(r["covers_from"])
        span = f"{start or 'always'} to {end or 'open'}"
        typer.echo(
            f"{r['table']:<22} {r['rows']:>7,} rows  {span:<26} {r['release']}{'' if r['embedded'] else '  (imported)'}"
        )


@reference_app.command(
    name="import", epilog="Example:  cleanclaim reference import Downloads/*ptp*.zip"
)
def reference_import(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Publishers' files, zips, folders.")
    ],
    *,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
) -> None:
    """Load publishers' files as they were downloaded; each release whole or not at all."""
    from cleanclaim.importing import import_files  # noqa: PLC0415
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    with _progress() as (words, _):
        done = import_files(paths, Store(store), lambda doing: words(doing, 0.0))
    for heading, releases in (("imported", done.stored), ("unchanged", done.unchanged)):
        for r in releases:
            typer.echo(
                f"{heading:<9}  {r.rows or 0:>9,} rows  {r.covers_from} to {r.covers_to}  {r.name}"
            )
    for name in done.passed_over:
        typer.echo(f"passed over, nothing that can be imported: {name}", err=True)
    for refused in done.refused:
        typer.echo(f"cleanclaim: {refused}", err=True)
    if not done.stored and not done.unchanged:
        raise typer.Exit(COULD_NOT_RUN)
    if done.refused:
        raise typer.Exit(FINDINGS)


@reference_app.command(
    name="remove", epilog='Example:  cleanclaim reference remove "MUE dme 2024Q3"'
)
def reference_remove(
    name: Annotated[str, typer.Argument(help="The release, as `reference list` names it.")],
    *,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
) -> None:
    """Remove an imported release."""
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    kept = Store(store)
    found = [release for release in kept.releases() if release.name == name]
    if not found:
        near = get_close_matches(name, [release.name for release in kept.releases()], n=1)
        _fail(f"no imported release '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    for release in found:
        kept.remove(release)
        typer.echo(f"removed  {release.name}")


@reference_app.command(name="verify", epilog="Example:  cleanclaim reference verify")
def reference_verify(
    *,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
) -> None:
    """Hash every imported release again."""
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    typer.echo(f"{len(Store(store).verify())} imported releases are sound.")


@reference_app.command(name="lock", epilog="Example:  cleanclaim reference lock cleanclaim.lock")
def reference_lock(
    path: Annotated[Path, typer.Argument(help="The lock file to write.")],
    *,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
) -> None:
    """Pin the releases in use, so that a run can be repeated exactly (check --lock)."""
    _reference(store, None).write_lock(path)
    typer.echo(str(path))


def _run(inputs: list[str], chosen: Config, store: Path | None, lock: Path | None) -> Report:
    from cleanclaim import pipeline, registry  # noqa: PLC0415
    from cleanclaim.edit import Disposition  # noqa: PLC0415

    edits = registry.choose(_all_edits(chosen.edits), chosen.select, chosen.ignore)
    settings = pipeline.Settings(
        chosen.payer_class,
        chosen.as_of,
        Disposition(chosen.min_disposition),
        chosen.adopts,
    )
    with _progress() as (words, claims):
        reference = _reference(store, lock)
        reference.on_progress(words)
        return pipeline.check_inputs(
            inputs, reference, edits, settings, history=chosen.history, progress=claims
        )


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str, float], None], Callable[[str, int], None]]]:
    """A progress line on a terminal's error stream; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield (lambda _words, _share: None), (lambda _doing, _done: None)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield (
            lambda words, share: bar.update(task, description=words, total=1.0, completed=share),
            lambda doing, done: bar.update(
                task, description=f"{doing}: {done:,} claims", total=None
            ),
        )


def _reference(store: Path | None, lock: Path | None) -> Reference:
    from cleanclaim.reference import Reference  # noqa: PLC0415

    return Reference.load(store=store, lock=lock)


def _all_edits(folders: tuple[str, ...]) -> list[Edit]:
    """Own edits, those of installed packages and of the user's folders; files that do not load are told and passed over."""
    from cleanclaim import registry  # noqa: PLC0415

    groups: list[Any] = [registry.own_edits()]
    found, errors = registry.entry_point_edits()
    groups.append(found)
    for folder in folders:
        more, faults = registry.folder_edits(Path(folder))
        groups.append(more)
        errors += faults
    for error in errors:
        typer.echo(f"cleanclaim: this edit is left out: {error}", err=True)
    return registry.together(*groups)


def _put(report: Report, name: str, output: Path | None) -> None:
    from cleanclaim.report.formats import FORMATS  # noqa: PLC0415

    chosen = FORMATS[name]
    if output is None and chosen.is_binary and sys.stdout.isatty():
        raise ConfigError([f"{name} is no text; give --output FILE"])
    color = name == "text" and output is None and sys.stdout.isatty()
    content = chosen.render(report, color=color)
    data = content if isinstance(content, bytes) else content.encode()
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}"]) from None
    typer.echo(
        f"{output}: {report.findings.height:,} findings on {report.claims.height:,} claims",
        err=True,
    )


def _status(report: Report) -> int:
    if report.unread:
        for entry in report.unread:
            typer.echo(f"cleanclaim: {entry.error}", err=True)
        return COULD_NOT_RUN
    return CLEAN if report.is_clean else FINDINGS


def _write_baseline(report: Report, path: Path) -> None:
    from cleanclaim import baseline as known  # noqa: PLC0415

    try:
        count = known.write(report, path)
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    typer.echo(f"{path}: {count:,} known findings")


def _words(given: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for item in given or () for word in item.split(",") if word.strip())


def _fail(message: str) -> NoReturn:
    for line in message.splitlines() or [""]:
        typer.echo(f"cleanclaim: {line}", err=True)
    sys.exit(COULD_NOT_RUN)


def _unexpected(error: Exception) -> NoReturn:
    shown = getattr(error, "format_message", None)
    if callable(shown):  # the parser's own errors
        _fail(f"{shown()} (see cleanclaim --help)")
    _fail(
        f"an unexpected fault of cleanclaim itself: {type(error).__name__}; please report it (no claim data is shown here)"
    )
