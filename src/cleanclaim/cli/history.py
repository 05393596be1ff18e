"""`cleanclaim history`: the commands that keep earlier claims."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.options import Columns, Sheet, TextOrJson, examples
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, tell
from cleanclaim.report.labels import counted

if TYPE_CHECKING:
    from cleanclaim.read.history import Added
    from cleanclaim.storage.history_key import StoredKey

app = typer.Typer(
    help="Keep earlier claims to look back at.",
    epilog=examples("history add my-history today.837", "check tomorrow.837 --history my-history"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
_FOLDER = typer.Argument(metavar="HISTORY", help="The history's folder.")


@app.command(
    name="add",
    epilog=examples("history add my-history 2026-11-24.837", "history add my-history claims/2025/"),
)
def add(
    history: Annotated[
        Path,
        typer.Argument(
            metavar="HISTORY", help="The history's folder. It is made if it doesn't exist."
        ),
    ],
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Claims that were sent: files or folders."),
    ],
    *,
    sheet: Sheet = None,
    columns: Columns = None,
) -> None:
    """Add claims that were sent.

    Takes 837 files, Excel workbooks, and CSV or Parquet tables.
    A file is added completely or not at all, and only once: cleanclaim recognizes its content, whatever its name.
    """
    from cleanclaim.write.history import History  # noqa: PLC0415 - start-up

    tables = table_options(sheet, columns, inputs)
    with progress() as (_, claims):
        done = History(history).add(inputs, claims, tables=tables)
    for added in done.added:
        tell(f"added {_line(added)}")
    for name, known in done.known:
        tell(f"already added as file {known.number} on {known.added[:10]}: {name}")
    for refused in done.refused:
        tell(f"cleanclaim: not added: {refused}", err=True)
    if done.refused:
        raise typer.Exit(COULD_NOT_RUN)


@app.command(
    name="list",
    epilog=examples("history list my-history", "history list my-history --format json"),
)
def list_files(
    history: Annotated[Path, _FOLDER],
    *,
    format_: TextOrJson = "text",
) -> None:
    """List the files in a history."""
    from cleanclaim.write.history import History  # noqa: PLC0415

    files = History(history).files()
    if format_ == "json":
        entries = [
            {**asdict(one), "first_day": one.first_day, "last_day": one.last_day} for one in files
        ]
        typer.echo(json.dumps({"files": entries}, indent=2))
        return
    if files:
        tell(f"{'FILE':>5}  {'CLAIMS':>9}  {'DATES OF SERVICE':<24}  NAME")
    for added in files:
        tell(f"{added.number:>5}  {added.claims:>9,}  {_days(added):<24}  {added.name}")
    tell(_total(files))


@app.command(name="remove", epilog=examples("history remove my-history 12"))
def remove(
    history: Annotated[Path, _FOLDER],
    numbers: Annotated[
        list[int],
        typer.Argument(metavar="NUMBER...", help="File numbers from `history list`."),
    ],
) -> None:
    """Remove files from a history.

    Their claims are deleted from the disk.
    """
    from cleanclaim.write.history import History  # noqa: PLC0415

    for added in History(history).remove(numbers):
        tell(f"removed {_line(added)}")


@app.command(
    name="key",
    epilog=examples(
        "history key",
        "history key my-history --export my-key.json",
        "history key --import my-key.json",
    ),
)
def key(
    history: Annotated[
        Path | None,
        typer.Argument(
            metavar="HISTORY", help="Show the key of this history only.", show_default=False
        ),
    ] = None,
    *,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Write the key of HISTORY, or else this installation's own key, to a new file.",
        ),
    ] = None,
    import_: Annotated[
        Path | None,
        typer.Option("--import", help="Add a key that was exported on another machine."),
    ] = None,
) -> None:
    """Show, export or import keys.

    A key hides the patients in a history. Each is shown with its fingerprint and file.

    Without its key, no patient can be found in a history. Keep a copy of the key apart from the history: anyone who has both can look up a patient.
    """
    from cleanclaim.errors import HistoryError  # noqa: PLC0415
    from cleanclaim.storage.history_key import Keys  # noqa: PLC0415
    from cleanclaim.write.history import History  # noqa: PLC0415

    keys = Keys()
    if import_:
        _show(keys.import_key(import_))
        return
    asked = [History(history).key()] if history else list(keys.all())
    if export:
        if not asked:
            raise HistoryError(f"{keys.folder}: no key yet; `cleanclaim history add` makes one")
        keys.export(asked[0].key, export)
    for held in asked:
        _show(held)
    if not asked:
        typer.echo(f"No key yet. The first `cleanclaim history add` makes one in {keys.folder}.")


def _show(held: StoredKey) -> None:
    whose = "this installation's own" if held.is_own else "from another installation"
    typer.echo(f"{held.key.fingerprint}  {whose}  {held.path}")


def _line(added: Added) -> str:
    return f"file {added.number}: {counted(added.claims, 'claim')}, {_days(added)}, {added.name}"


def _days(added: Added) -> str:
    return f"{added.first_day} to {added.last_day}" if added.first_day else "no dates of service"


def _total(files: Sequence[Added]) -> str:
    claims = sum(added.claims for added in files)
    days = [day for added in files for day in (added.first_day, added.last_day) if day]
    span = f", {min(days)} to {max(days)}" if days else ""
    return f"{counted(len(files), 'file')}, {counted(claims, 'claim')}{span}"
