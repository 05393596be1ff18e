"""`cleanclaim analyze`: diagnoses over time, services and cost, chronic conditions, and how clean the claims are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.options import AsOf, Columns, Lock, Payers, Sheet, Store
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, reference, settings, tell
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import whole_file

if TYPE_CHECKING:
    import polars as pl

    from cleanclaim.analysis.run import Analysis


def analyze(
    inputs: Annotated[list[str], typer.Argument(metavar="CLAIMS...", help="Files and folders with claims.")],
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The folder to write the tables and page.html to. Only you can read the files.")] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="The format of the tables: csv, parquet or json.")] = "csv",
    diagnoses: Annotated[str | None, typer.Option("--diagnoses", help="ccsr, chapter or code. Default: ccsr if it is imported, else chapter.")] = None,
    population: Annotated[Path | None, typer.Option("--population", help="For rates: a CSV file with population and month, age_band, sex or region.")] = None,
    least: Annotated[int, typer.Option("--least", help="Suppress cells of fewer patients; 1 to show all.")] = 11,
    checks: Annotated[bool, typer.Option("--checks/--no-checks", help="Check the claims, for the tables of clean claims and findings.")] = True,
    remit: Annotated[
        list[str] | None,
        typer.Option("--remit", help="The remittances for the claims: folders of remittances, 835 files, or explanations of benefits. Can be repeated."),
    ] = None,
    contracts: Annotated[Path | None, typer.Option("--contracts", help="A table of what payers agreed to pay (CSV), for underpayments.")] = None,
    as_of: AsOf = None,
    payers: Payers = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:  # fmt: skip
    """Analyze diagnoses, services, cost and quality of claims.

    Claims are counted in batches, so that any number fits. Voids and replaced claims don't count. Codes that were divided stay one trend.
    With --remit, denials and payments are analyzed too.
    """
    from cleanclaim import config  # noqa: PLC0415 - start-up: only what the command needs is loaded
    from cleanclaim.analysis import run as analysis  # noqa: PLC0415
    from cleanclaim.cli.edits import loaded_edits  # noqa: PLC0415
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.job import Job  # noqa: PLC0415

    if format_ not in {"csv", "parquet", "json"}:
        raise ConfigError([f"--format: expected csv, parquet or json, found {format_!r}"])
    people = analysis.population_in(population) if population else None
    every, broken = loaded_edits(())
    chosen = settings(config.load({"as_of": as_of}))
    options = table_options(sheet, columns, inputs)
    with progress() as (words, claims):
        tables = reference(store, lock, payers or ())
        tables.on_progress(words)
        job = Job(tuple(inputs), tables, tuple(registry.choose(every)), chosen, progress=claims, broken=broken, tables=options)  # fmt: skip
        payments = analysis.Payments(tuple(remit), contracts, chosen.as_of) if remit else None
        made = analysis.analyze(job, diagnoses=diagnoses, population=people, least=least, checks=checks, payments=payments)  # fmt: skip
    if output is None:
        typer.echo(_text(made), nl=False)
    else:
        _write(made, output, format_)
    if any(note.startswith("not read") for note in made.notes):
        raise typer.Exit(COULD_NOT_RUN)


def _text(made: Analysis) -> str:
    import polars as pl  # noqa: PLC0415

    lines = [f"{counted(made.claims, 'claim')} of {counted(made.patients, 'patient')}"]
    with pl.Config(
        tbl_rows=15,
        tbl_cols=12,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
        fmt_str_lengths=40,
        tbl_width_chars=118,
        tbl_formatting="ASCII_MARKDOWN",
    ):
        for name, table in made.tables.items():
            lines += ["", f"{name.replace('_', ' ')} ({counted(table.height, 'row')})"]
            lines += [str(table)] if table.height else []
    return "\n".join([*lines, "", *(f"note: {note}" for note in made.notes)]) + "\n"


def _write(made: Analysis, folder: Path, format_: str) -> None:
    from cleanclaim.analysis.page import analysis_page  # noqa: PLC0415

    contents = {"page.html": analysis_page(made).encode()}
    if format_ == "json":
        contents["analysis.json"] = (json.dumps(made.as_dict(), indent=1) + "\n").encode()
    else:
        contents |= {f"{name}.{format_}": _table(table, format_) for name, table in made.tables.items()}  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            with whole_file(folder / name) as out:
                out.write(content)
    except OSError as error:
        raise ConfigError([f"{error.filename or folder}: {error.strerror}"]) from None
    tell(f"{folder}: page.html and {counted(len(contents) - 1, 'table')} of {counted(made.claims, 'claim')}", err=True)  # fmt: skip
    for note in made.notes:
        tell(f"cleanclaim: {note}", err=True)


def _table(table: pl.DataFrame, format_: str) -> bytes:
    import io  # noqa: PLC0415

    import polars as pl  # noqa: PLC0415

    from cleanclaim.report.csv import harmless  # noqa: PLC0415

    out = io.BytesIO()
    if format_ == "parquet":
        table.write_parquet(out)
        return out.getvalue()
    lists = [name for name, dtype in table.schema.items() if dtype == pl.List(pl.String)]
    plain = table.with_columns(pl.col(name).list.join(" ") for name in lists)
    plain.with_columns(harmless()).write_csv(out)
    return out.getvalue()
