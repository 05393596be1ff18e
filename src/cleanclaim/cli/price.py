"""`cleanclaim price`: what Medicare would allow for each line."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cleanclaim.cli.options import AsOf, Columns, Lock, Sheet, Store
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, reference, settings, tell
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import whole_file
from cleanclaim.text.escaping import visible

if TYPE_CHECKING:
    import polars as pl

    from cleanclaim.report.result import Report

_OF_LINE: Final = (
    "procedure_code",
    "units",
    "charge_amount",
    "allowed",
    "payable",
    "basis",
    "reason",
)


def price(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="837 files, Excel workbooks, CSV or Parquet tables, folders, or - for standard input.",
        ),
    ],
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    limit: Annotated[
        int, typer.Option("--limit", help="Lines of text on a page; 0 for all.", min=0)
    ] = 50,
    page: Annotated[int, typer.Option("--page", help="Which page to show.", min=1)] = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the prices to this file. Only you can read it."),
    ] = None,
    as_of: AsOf = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Show what Medicare would allow for each line.

    Lines with the highest price come first. For lines without a price it says why. Medicare pays on the lesser of the charge and the fee.
    """
    from cleanclaim import config, job, pipeline  # noqa: PLC0415 - start-up: only what the command needs is loaded

    formats: dict[str, Callable[[pl.DataFrame], str]] = {
        "text": partial(_text, limit=limit, page=page),
        "csv": _csv,
        "json": _json,
    }
    if format_ not in formats:
        raise ConfigError([f"--format: expected text, csv or json, found {format_!r}"])
    chosen = settings(config.load({"as_of": as_of}))
    options = table_options(sheet, columns, inputs)
    with progress() as (words, claims):
        tables = reference(store, lock)
        tables.on_progress(words)
        task = job.Job(tuple(inputs), tables, (), chosen, progress=claims, tables=options)
        report = pipeline.run_whole(task)
        lines = _lines(report)
    _write(formats[format_](lines), output)
    for note in report.notes:
        tell(f"cleanclaim: {note}", err=True)
    for entry in report.unread:
        tell(f"cleanclaim: {entry.error}", err=True)
    if report.unread:
        raise typer.Exit(COULD_NOT_RUN)


def _lines(report: Report) -> pl.DataFrame:
    """Lines by price, highest first; then lines without a price by charge, highest first."""
    import polars as pl  # noqa: PLC0415

    from cleanclaim.model.expressions import MODIFIERS  # noqa: PLC0415
    from cleanclaim.text.masking import showable_table  # noqa: PLC0415

    claims = report.claims.select("claim_key", "claim_id", "file")
    return (
        showable_table("lines", report.lines)
        .join(claims, on="claim_key", how="left")
        .with_columns(_lesser().alias("payable"))
        .sort(
            ["allowed", "charge_amount", "claim_key", "line_number"],
            descending=[True, True, False, False],
            nulls_last=True,
        )
        .select(
            "file",
            "claim_id",
            "line_number",
            "from_date",
            pl.concat_str(MODIFIERS, separator=" ", ignore_nulls=True).alias("modifiers"),
            *_OF_LINE,
        )
    )


def _lesser() -> pl.Expr:
    """What Medicare pays on: the lesser of the charge and the fee (42 CFR 414.21); null without a price."""
    import polars as pl  # noqa: PLC0415

    lesser = pl.min_horizontal("allowed", "charge_amount")
    return pl.when(pl.col("allowed").is_not_null()).then(lesser)


def _totals(lines: pl.DataFrame) -> dict[str, Any]:
    """How many lines have a price, their sum, and why the others have none."""
    import polars as pl  # noqa: PLC0415

    has_price = lines["allowed"].is_not_null()
    known = lines.filter(has_price)
    reasons = (
        lines.filter(~has_price)
        .group_by("reason")
        .agg(pl.len().alias("lines"), pl.col("charge_amount").sum().alias("charged"))
        .sort("lines", "reason", descending=[True, False])
    )
    return {
        "lines": lines.height,
        "priced": known.height,
        "allowed": known["allowed"].sum(),
        "payable": known["payable"].sum(),
        "charged_below_fee": known.filter(pl.col("charge_amount") < pl.col("allowed")).height,
        "charged": known["charge_amount"].sum(),
        "not_priced": reasons.to_dicts(),
    }


def _text(lines: pl.DataFrame, limit: int, page: int) -> str:
    import polars as pl  # noqa: PLC0415

    totals = _totals(lines)
    priced = lines.filter(pl.col("allowed").is_not_null())
    shown = priced.slice((page - 1) * limit, limit) if limit else priced
    rows = [visible(_row(row)) for row in shown.iter_rows(named=True)]
    if rows:
        rows = [f"{'ALLOWED':>12} {'CHARGED':>12}  {'CODE':<5} {'MODIFIERS':<11} CLAIM", *rows, ""]
    pages = max(1, -(-priced.height // limit)) if limit else 1
    if pages > 1:
        rows += [f"Page {page} of {pages} (--page, --limit; --format csv has every line)", ""]
    rows.append(
        f"Priced: {totals['priced']:,} of {counted(totals['lines'], 'line')}, {_money(totals['charged'])} charged, {_money(totals['allowed'])} allowed"
    )
    if totals["charged_below_fee"]:
        below = counted(totals["charged_below_fee"], "line")
        rows.append(
            f"Medicare pays on the lesser of the charge and the fee: {below} charged below the fee, {_money(totals['payable'])} in all"
        )
    for cause in totals["not_priced"]:
        lines_text = counted(cause["lines"], "line")
        rows.append(
            f"Not priced: {lines_text}, {_money(cause['charged'])} charged: {cause['reason']}"
        )
    return "\n".join(rows) + "\n"


def _row(row: dict[str, Any]) -> str:
    claim = f"{row['claim_id'] or 'no number'} line {row['line_number']}"
    return (
        f"{_money(row['allowed']):>12} {_money(row['charge_amount']):>12}  {row['procedure_code'] or '':<5} {row['modifiers']:<11} {claim}"
        f"  ({row['basis']}{'; charged less: Medicare pays on the charge' if row['payable'] != row['allowed'] else ''})"
    )


def _money(amount: object) -> str:
    return "" if amount is None else f"${amount:,.2f}"


def _csv(lines: pl.DataFrame) -> str:
    from cleanclaim.report.csv import harmless  # noqa: PLC0415

    return lines.with_columns(harmless()).write_csv()


def _json(lines: pl.DataFrame) -> str:
    content = {"summary": _totals(lines), "lines": lines.to_dicts()}
    return json.dumps(content, indent=2, default=str) + "\n"


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        with whole_file(output) as out:
            out.write(text.encode())
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}"]) from None
