"""The commands of `cleanclaim history`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, tell

if TYPE_CHECKING:
    from cleanclaim.read.history import Added
    from cleanclaim.storage.history_key import Held

app = typer.Typer(
    help="Claims that were sent, kept to look back at.", no_args_is_help=True, rich_markup_mode=None
)
_FOLDER = typer.Argument(metavar="HISTORY", help="The folder of the history.")


@app.command(
    name="add",
    epilog="Examples:  cleanclaim history add history/ 2026-11-24.837  |  cleanclaim history add history/ claims/2025/",
)
def add(
    history: Annotated[
        Path, typer.Argument(metavar="HISTORY", help="Its folder; made where it is not there.")
    ],
    inputs: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Claims that were sent: files, folders.")
    ],
) -> None:
    """Add claims that were sent: 837 files, CSV or Parquet tables.

    A file is added whole or not at all, and once: its bytes are known again.
    """
    from cleanclaim.write.history import History  # noqa: PLC0415 - start-up

    with progress() as (_, claims):
        done = History(history).add(inputs, claims)
    for added in done.added:
        tell(f"added  {_line(added)}")
    for name, known in done.known:
        tell(f"there already, as file {known.number} since {known.added[:10]}: {name}")
    for refused in done.refused:
        tell(f"cleanclaim: not added: {refused}", err=True)
    if done.refused:
        raise typer.Exit(COULD_NOT_RUN)


@app.command(
    name="list",
    epilog="Examples:  cleanclaim history list history/  |  cleanclaim history list history/ --format json",
)
def list_files(
    history: Annotated[Path, _FOLDER],
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> None:
    """What was added, and which days of service it covers."""
    from cleanclaim.write.history import History  # noqa: PLC0415

    files = History(history).files()
    if format_ == "json":
        typer.echo(json.dumps({"files": [asdict(added) for added in files]}, indent=2))
        return
    for added in files:
        tell(_line(added))
    tell(f"{_counted(files)}.")


@app.command(name="remove", epilog="Example:  cleanclaim history remove history/ 12")
def remove(
    history: Annotated[Path, _FOLDER],
    numbers: Annotated[
        list[int],
        typer.Argument(metavar="NUMBER...", help="Files, as `history list` numbers them."),
    ],
) -> None:
    """Take the claims of files out again: from the disk too."""
    from cleanclaim.write.history import History  # noqa: PLC0415

    for added in History(history).remove(numbers):
        tell(f"removed  {_line(added)}")


@app.command(
    name="key",
    epilog="Examples:  cleanclaim history key  |  cleanclaim history key --export my-key.json  |  cleanclaim history key --import my-key.json",
)
def key(
    history: Annotated[
        Path | None,
        typer.Argument(metavar="HISTORY", help="Only the key of this history.", show_default=False),
    ] = None,
    *,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Write the key (that of HISTORY, else this installation's own) to a new file.",
        ),
    ] = None,
    import_: Annotated[
        Path | None, typer.Option("--import", help="Take in a key that was exported elsewhere.")
    ] = None,
) -> None:
    """Show the keys that hide patients in histories: their fingerprints, and where they are.

    Without its key a history can't be looked back at. Keep a copy of the key, apart from the history: whoever has both can look up a patient.
    """
    from cleanclaim.errors import HistoryError  # noqa: PLC0415
    from cleanclaim.storage.history_key import Keys  # noqa: PLC0415
    from cleanclaim.write.history import History  # noqa: PLC0415

    keys = Keys()
    if import_:
        _tell(keys.take(import_))
        return
    asked = [History(history).key()] if history else list(keys.held())
    if export:
        if not asked:
            raise HistoryError(f"{keys.folder}: there is no key yet; `history add` makes one")
        keys.export(asked[0].key, export)
    for held in asked:
        _tell(held)
    if not asked:
        typer.echo(f"No key yet: the first `history add` makes one in {keys.folder}.")


def _tell(held: Held) -> None:
    whose = "this installation's own" if held.is_own else "of another installation"
    typer.echo(f"{held.key.fingerprint}  {whose}  {held.path}")


def _line(added: Added) -> str:
    days = f"{added.first_day} to {added.last_day}" if added.first_day else "no day of service"
    return f"{added.number:>5}  {added.claims:>9,} claims  {days:<24}  {added.name}"


def _counted(files: Sequence[Added]) -> str:
    claims = sum(added.claims for added in files)
    days = [day for added in files for day in (added.first_day, added.last_day) if day]
    span = f", {min(days)} to {max(days)}" if days else ""
    return f"{len(files):,} files, {claims:,} claims{span}"
