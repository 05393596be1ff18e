"""The command `cleanclaim price`: what Medicare would allow for each line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cleanclaim.errors import ConfigError, InputError
from cleanclaim.terminal import FINDINGS, progress, reference

if TYPE_CHECKING:
    import polars as pl

    from cleanclaim.model import Batch
    from cleanclaim.reference import Reference

_FORMATS: Final = ("text", "csv", "json")
_EXAMPLES: Final = "Examples:  cleanclaim price today.837  |  cleanclaim price inbox/ --format csv --output prices.csv"


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(epilog=_EXAMPLES)(price)


def price(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="837 files, CSV or Parquet tables, folders, or - for standard input.",
            show_default=False,
        ),
    ],
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the prices to this file.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The day claims are judged on (YYYY-MM-DD); default the day each was sent.",
        ),
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="The reference store, if not the usual one.")
    ] = None,
    lock: Annotated[
        Path | None,
        typer.Option("--lock", help="Use exactly the releases that this lock file pins."),
    ] = None,
) -> None:
    """Price lines by Medicare's fee schedules, the dearest first; say what could not be priced and why."""
    if format_ not in _FORMATS:
        raise ConfigError([f"there is no format '{format_}'; there are {', '.join(_FORMATS)}"])
    judged_on = _day(as_of)
    with progress() as (words, claims):
        tables = reference(store, lock)
        tables.on_progress(words)
        batch, errors = _read(inputs, claims)
        lines = _priced(batch, tables, judged_on, claims)
    _put({"text": _text, "csv": _csv, "json": _json}[format_](lines), output)
    for error in errors:
        typer.echo(f"cleanclaim: not read: {error}", err=True)
    if errors:
        raise typer.Exit(FINDINGS)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError([f"--as-of: '{text}' is no day (YYYY-MM-DD)"]) from None


def _read(inputs: list[str], told: Callable[[str, int], None]) -> tuple[Batch, list[str]]:
    """The claims of all inputs, and what of them could not be read.

    Raises:
        InputError: none of it could.
    """
    from cleanclaim.model import concat  # noqa: PLC0415 - start-up: only what the command needs is loaded
    from cleanclaim.read import FileRead, read  # noqa: PLC0415

    files: list[FileRead] = []
    parts = []
    done = 0
    for batch in read(inputs, files, form=False):
        parts.append(batch)
        done += batch.claims.height
        told("reading", done)
    errors = [str(entry.error) for entry in files if entry.error]
    if not done and errors:
        raise InputError("\n".join(errors))
    return concat(parts), errors


def _priced(
    batch: Batch,
    tables: Reference,
    judged_on: date | None,
    told: Callable[[str, int], None],
) -> pl.DataFrame:
    """The lines with their prices, the dearest first; those without one after them, the dearest charge first."""
    import polars as pl  # noqa: PLC0415

    from cleanclaim.derive import Claims  # noqa: PLC0415
    from cleanclaim.fees import allowed  # noqa: PLC0415
    from cleanclaim.pipeline import Settings, prepare, whole_patients  # noqa: PLC0415

    prepared = prepare(batch, Settings(as_of=judged_on))
    parts = []
    done = 0
    for group in whole_patients(prepared):
        parts.append(allowed(Claims(group, tables), tables))
        done += group.claims.height
        told("pricing", done)
    of_claim = prepared.claims.select("claim_key", "claim_id", "file")
    of_line = prepared.lines.select(
        "claim_key", "line_number", "from_date", "procedure_code",
        pl.concat_str("modifier_1", "modifier_2", "modifier_3", "modifier_4", separator=" ", ignore_nulls=True).alias("modifiers"),
        "units", "charge_amount",
    )  # fmt: skip
    return (
        pl.concat(parts)
        .join(of_line, on=["claim_key", "line_number"], how="left")
        .join(of_claim, on="claim_key", how="left")
        .sort(
            ["allowed", "charge_amount", "claim_key", "line_number"],
            descending=[True, True, False, False],
            nulls_last=True,
        )
        .select(
            "file", "claim_id", "line_number", "from_date", "procedure_code", "modifiers", "units", "charge_amount", "allowed", "basis", "reason",
        )
    )  # fmt: skip


def _totals(lines: pl.DataFrame) -> dict[str, object]:
    """How many lines have a price, what they are worth, and why the others have none."""
    import polars as pl  # noqa: PLC0415

    has_price = lines["allowed"].is_not_null()
    priced, others = lines.filter(has_price), lines.filter(~has_price)
    reasons = (
        others.group_by("reason")
        .agg(pl.len().alias("lines"), pl.col("charge_amount").sum().alias("charged"))
        .sort("lines", "reason", descending=[True, False])
    )
    return {
        "lines": lines.height,
        "priced": priced.height,
        "allowed": str(priced["allowed"].sum()),
        "charged": str(priced["charge_amount"].sum()),
        "not_priced": [
            {"reason": reason, "lines": count, "charged": str(charged)}
            for reason, count, charged in reasons.iter_rows()
        ],
    }


def _text(lines: pl.DataFrame) -> str:
    rows = [f"{'ALLOWED':>11} {'CHARGED':>11}  CODE  {'MODIFIERS':<11} CLAIM"]
    rows += [_row(row) for row in lines.iter_rows(named=True) if row["allowed"] is not None]
    totals = _totals(lines)
    rows += [
        "",
        f"{totals['priced']:,} of {totals['lines']:,} lines priced: {totals['allowed']} allowed, {totals['charged']} charged.",
    ]
    for cause in totals["not_priced"]:  # type: ignore[attr-defined]
        count = "1 line" if cause["lines"] == 1 else f"{cause['lines']:,} lines"
        rows.append(f"not priced: {count}, {cause['charged']} charged: {cause['reason']}")
    return "\n".join(rows) + "\n"


def _row(row: dict[str, object]) -> str:
    charged = "" if row["charge_amount"] is None else str(row["charge_amount"])
    claim = f"{row['claim_id']} line {row['line_number']}"
    return (
        f"{row['allowed']!s:>11} {charged:>11}  {row['procedure_code']} {row['modifiers']!s:<11} {claim}"
        f"  ({row['basis']})"
    )


def _csv(lines: pl.DataFrame) -> str:
    return lines.write_csv()


def _json(lines: pl.DataFrame) -> str:
    content = {"summary": _totals(lines), "lines": lines.to_dicts()}
    return json.dumps(content, indent=2, default=str) + "\n"


def _put(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}"]) from None
