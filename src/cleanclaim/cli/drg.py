"""`cleanclaim drg`: the diagnosis related groups of hospital stays."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cleanclaim.cli.options import Columns, Lock, Sheet, Store, TextOrJson
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, reference, settings, tell
from cleanclaim.errors import ConfigError
from cleanclaim.text.escaping import json_safe


def drg(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="837 files, Excel workbooks, CSV or Parquet tables, folders, or - for standard input.",
        ),
    ],
    *,
    format_: TextOrJson = "text",
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Show the MS-DRG of hospital stays.

    It also shows what one code more or less would change, and for each secondary diagnosis whether it counts as CC or MCC, and if not, why. Weights are shown
    if CMS's table 5 of the fiscal year is imported.
    Claims that aren't hospital stays are listed as not grouped. It needs the extra inpatient: pip install 'cleanclaim[inpatient]'.
    """
    if format_ not in {"text", "json"}:
        raise ConfigError([f"--format: expected text or json, found {format_!r}"])
    from cleanclaim import config, job, pipeline  # noqa: PLC0415 - start-up: only what the command needs is loaded
    from cleanclaim.inpatient import grouping, text  # noqa: PLC0415

    options = table_options(sheet, columns, inputs)
    with progress() as (words, claims):
        tables = reference(store, lock)
        tables.on_progress(words)
        with grouping.grouper(tables) as opened:
            task = job.Job(
                tuple(inputs),
                tables,
                (),
                settings(config.load({})),
                progress=claims,
                tables=options,
            )
            report = pipeline.run_whole(task)
            found = opened.all_of(report.batch, report.claims["claim_key"])
    if format_ == "text":
        typer.echo(text.text(found), nl=False)
    else:
        content = json.dumps(text.as_dicts(found), indent=2, default=str, ensure_ascii=False)
        typer.echo(json_safe(content))
    for note in report.notes:
        tell(f"cleanclaim: {note}", err=True)
    for entry in report.unread:
        tell(f"cleanclaim: {entry.error}", err=True)
    if report.unread:
        raise typer.Exit(COULD_NOT_RUN)
