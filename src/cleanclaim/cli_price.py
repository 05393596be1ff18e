"""`cleanclaim price`: what Medicare would allow for each line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.terminal import COULD_NOT_RUN, progress, reference

if TYPE_CHECKING:
    import polars as pl

    from cleanclaim.report.result import Report

_SHOWN = (
    "claim_id",
    "line_number",
    "procedure_code",
    "charge_amount",
    "allowed",
    "basis",
    "reason",
)


def price(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="837 files, CSV or Parquet tables, folders, or -."),
    ],
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
    lock: Annotated[
        Path | None,
        typer.Option("--lock", help="Use exactly the releases that this lock file pins."),
    ] = None,
) -> None:
    """Tell what Medicare's fee schedules would allow for each line, dearest first."""
    from cleanclaim import pipeline  # noqa: PLC0415 - start-up: only what the command needs is loaded

    with progress() as (words, claims):
        tables = reference(store, lock)
        tables.on_progress(words)
        report = pipeline.check_inputs(inputs, tables, [], progress=claims)
    lines = _lines(report)
    if format_ == "json":
        typer.echo(json.dumps({"lines": lines.to_dicts()}, indent=2, default=str))
    elif format_ == "csv":
        typer.echo(lines.write_csv(), nl=False)
    else:
        _tell(lines)
    for entry in report.unread:
        typer.echo(f"cleanclaim: {entry.error}", err=True)
    if report.unread:
        raise typer.Exit(COULD_NOT_RUN)


def _lines(report: Report) -> pl.DataFrame:
    priced = report.lines.select(
        "claim_key", "line_number", "procedure_code", "charge_amount", "allowed", "basis", "reason"
    )
    return (
        priced.join(report.claims.select("claim_key", "claim_id"), on="claim_key", how="left")
        .sort(
            "allowed", "claim_key", "line_number", descending=[True, False, False], nulls_last=True
        )
        .select(_SHOWN)
    )


def _tell(lines: pl.DataFrame) -> None:
    known = lines.drop_nulls("allowed")
    for row in known.iter_rows(named=True):
        typer.echo(
            f"{row['claim_id'] or '':<20} line {row['line_number']:<3} {row['procedure_code'] or '':<6} "
            f"charged {_money(row['charge_amount']):>12}  allowed {_money(row['allowed']):>12}  {row['basis']}"
        )
    typer.echo(
        f"{known.height:,} of {lines.height:,} lines priced: allowed {_money(known['allowed'].sum())} of {_money(known['charge_amount'].sum())} charged."
    )
    missing = (
        lines.filter(lines["allowed"].is_null())
        .group_by("reason")
        .len()
        .sort("len", descending=True)
    )
    for reason, count in missing.iter_rows():
        typer.echo(f"not priced  {count:>6,}  {reason}")


def _money(amount: object) -> str:
    return "" if amount is None else f"${amount:,.2f}"
