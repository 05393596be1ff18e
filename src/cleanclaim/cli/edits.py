"""`cleanclaim edits` and `cleanclaim explain`: the list of edits, and what one flags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.codes import day_of
from cleanclaim.cli.options import EditFolders, On, Store, TextOrJson
from cleanclaim.cli.terminal import reference, tell
from cleanclaim.failures import Failure

if TYPE_CHECKING:
    from cleanclaim.edits.edit import Edit


def list_edits(
    *,
    format_: TextOrJson = "text",
    edits: EditFolders = None,
) -> None:
    """List all edits."""
    every = all_edits(tuple(edits or ()))
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
    typer.echo(f"{len(rows)} edits. For details: cleanclaim explain CODE")


def explain(
    word: Annotated[
        str, typer.Argument(help="An edit (DX102 or its name), or a code (M54.5, 99213).")
    ],
    *,
    on: On = None,
    edits: EditFolders = None,
    store: Store = None,
) -> None:
    """Explain an edit or a code."""
    from cleanclaim.explain import explain as page  # noqa: PLC0415

    every = all_edits(tuple(edits or ()))
    typer.echo(page(word, every, reference(store, None), day_of(on)), nl=False)


def all_edits(folders: tuple[str, ...]) -> list[Edit]:
    """Built-in edits and those from installed packages and the user's folders; edits that can't be loaded are named on standard error."""
    every, broken = loaded_edits(folders)
    for failure in broken:
        tell(f"cleanclaim: {failure}", err=True)
    return every


def loaded_edits(folders: tuple[str, ...]) -> tuple[list[Edit], tuple[Failure, ...]]:
    """Built-in edits and those from installed packages and the user's folders, and the failures of those that can't be loaded."""
    from cleanclaim.edits import registry  # noqa: PLC0415

    groups: list[Any] = [registry.own_edits()]
    found, errors = registry.entry_point_edits()
    groups.append(found)
    for folder in folders:
        more, faults = registry.folder_edits(Path(folder))
        groups.append(more)
        errors += faults
    broken = tuple(Failure("edit", error.where, None, str(error)) for error in errors)
    return registry.together(*groups), broken
