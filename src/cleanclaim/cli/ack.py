"""`cleanclaim ack`: acknowledgments explained."""

from __future__ import annotations

from typing import Annotated

import typer

from cleanclaim.cli.options import TextOrJson
from cleanclaim.cli.terminal import CLEAN, COULD_NOT_RUN, FINDINGS, tell


def ack(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Acknowledgments (TA1, 999, 277CA): files or folders."
        ),
    ],
    *,
    claims: Annotated[
        list[str] | None,
        typer.Option("--claims", help="The claims that were sent, to match them. Can be repeated."),
    ] = None,
    format_: TextOrJson = "text",
) -> None:
    """Explain acknowledgments, and match them to claims.

    A TA1 answers an interchange, a 999 the form of a group, a 277CA each claim.

    Exit status: 0 if all was accepted, 1 if something was rejected or returned, 2 if a file couldn't be read.
    """
    from cleanclaim.ack import explain  # noqa: PLC0415 - start-up: only what the command needs is loaded
    from cleanclaim.ack.read import read_acknowledgments  # noqa: PLC0415
    from cleanclaim.model import concat  # noqa: PLC0415
    from cleanclaim.read import FileRead, read  # noqa: PLC0415

    found = read_acknowledgments(inputs)
    files: list[FileRead] = []
    batch = concat(read(claims, files, form=False)) if claims else None
    content = explain.matched(found, batch)
    if format_ == "json":
        typer.echo(explain.as_json(content))
    else:
        for line in explain.as_text(found, content):
            tell(line)
    errors = [*found.errors, *(entry.error for entry in files if entry.error)]
    for error in errors:
        tell(f"cleanclaim: {error}", err=True)
    raise typer.Exit(COULD_NOT_RUN if errors else FINDINGS if found.is_rejected else CLEAN)
