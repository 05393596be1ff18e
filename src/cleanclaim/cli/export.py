"""`cleanclaim export` and `cleanclaim template`: tables written for other programs and for filling in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cleanclaim.cli.codes import LOCK, ON, STORE, day, encoder_of
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, tell

app = typer.Typer(
    help="Write what cleanclaim knows as tables.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _export() -> None:
    """Write what cleanclaim knows as tables."""


@app.command(
    name="codes",
    epilog="Example:  cleanclaim export codes --on 2026-10-01 --format parquet --output codes/",
)
def export_codes(
    *,
    on: Annotated[str | None, ON] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path(
        "codes"
    ),
    format_: Annotated[str, typer.Option("--format", "-f", help="csv or parquet.")] = "csv",
    store: Annotated[Path | None, STORE] = None,
    lock: Annotated[Path | None, LOCK] = None,
) -> None:
    """Write the code lists of a day: codes with their places, notes, and what came after what."""
    with encoder_of(store, lock) as encoder:
        written = encoder.export(output, on=day(on), form=format_)
    for path, rows in written:
        tell(f"{path}: {rows:,} rows")


@app.command(
    name="claims",
    epilog="Example:  cleanclaim export claims inbox/ --output claims-2026/",
)
def export_claims(
    inputs: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Claims: files, folders, or -.")
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to make.", show_default=False)
    ],
) -> None:
    """Write claims as a data set: the tables of the model as Parquet, a folder each, for programs and clusters. `check` reads it again."""
    from cleanclaim.write.dataset import write_dataset  # noqa: PLC0415

    with progress() as (_, claims):
        files, rows = write_dataset(inputs, output, claims)
    for name, count in rows.items():
        tell(f"{output / name}: {count:,} rows")
    errors = [entry.error for entry in files if entry.error]
    for error in errors or ([] if rows.get("claims") else ["no claims were found"]):
        tell(f"cleanclaim: {error}", err=True)
    if errors or not rows.get("claims"):
        raise typer.Exit(COULD_NOT_RUN)


def template(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make an empty set of CSV files, with every column explained."""
    from cleanclaim.write.template import write  # noqa: PLC0415

    for path in write(folder):
        tell(str(path))
