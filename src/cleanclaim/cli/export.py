"""`cleanclaim export` and `cleanclaim template`: tables for other programs, and empty tables to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from cleanclaim.cli.codes import day_of, encoder_of
from cleanclaim.cli.options import Columns, Lock, On, Sheet, Store, examples
from cleanclaim.cli.tables import proposal, save, table_options
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, tell
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted

app = typer.Typer(
    help="Write codes or claims as tables.",
    epilog=examples("export codes --output codes/", "export claims inbox/ --output claims-2026/"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _export() -> None:
    """Write codes or claims as tables."""


@app.command(
    name="codes",
    epilog=examples("export codes --on 2026-10-01 --format parquet --output codes/"),
)
def export_codes(
    *,
    on: On = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path(
        "codes"
    ),
    format_: Annotated[str, typer.Option("--format", "-f", help="csv or parquet.")] = "csv",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Write the code lists of a date.

    The tables hold codes with their categories, notes and successors.
    """
    with encoder_of(store, lock) as encoder:
        written = encoder.export(output, on=day_of(on), form=format_)
    for path, rows in written:
        tell(f"{path}: {counted(rows, 'row')}")


@app.command(
    name="claims",
    epilog=examples("export claims inbox/ --output claims-2026/"),
)
def export_claims(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Claims: files, folders, or - for standard input."),
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to make.", show_default=False)
    ],
    sheet: Sheet = None,
    columns: Columns = None,
) -> None:
    """Write claims as a data set.

    A data set is a folder with Parquet tables for claims, lines, diagnoses and so on. `cleanclaim check` reads it.
    """
    from cleanclaim.read import notes_of  # noqa: PLC0415
    from cleanclaim.write.dataset import write_dataset  # noqa: PLC0415

    tables = table_options(sheet, columns, inputs)
    with progress() as (_, claims):
        files, rows = write_dataset(inputs, output, claims, tables=tables)
    for name, count in rows.items():
        tell(f"{output / name}: {counted(count, 'row')}")
    for note in notes_of(files):
        tell(f"cleanclaim: {note}", err=True)
    errors = [entry.error for entry in files if entry.error]
    for error in errors or ([] if rows.get("claims") else ["no claims were found"]):
        tell(f"cleanclaim: {error}", err=True)
    if errors or not rows.get("claims"):
        raise typer.Exit(COULD_NOT_RUN)


def template(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="The folder to make.", show_default=False),
    ] = None,
    *,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Instead, propose what the columns of this workbook, CSV or Parquet file mean, for --columns.",
        ),
    ] = None,
    sheet: Sheet = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="With --from: write the proposal to this file."),
    ] = None,
) -> None:
    """Make empty tables, or propose what your columns mean.

    With FOLDER: CSV files to fill in, and one that explains every column. With --from: a mapping of your own table's columns, for `check --columns`.
    """
    if (folder is None) == (source is None):
        raise ConfigError(["expected either a FOLDER to make, or --from FILE"])
    if source is not None:
        text = proposal(source, sheet)
        if output is None:
            typer.echo(text, nl=False)
        else:
            save(text, output)
            tell(str(output))
        return
    if sheet or output:
        raise ConfigError(["--sheet and --output are for --from FILE"])
    from cleanclaim.write.template import write  # noqa: PLC0415

    for path in write(cast("Path", folder)):
        tell(str(path))
