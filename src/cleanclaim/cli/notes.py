"""`cleanclaim suggest`: the codes that a clinical note supports."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.codes import day_of, encoder_of
from cleanclaim.cli.options import Lock, On, Store
from cleanclaim.cli.terminal import COULD_NOT_RUN, tell
from cleanclaim.errors import ConfigError
from cleanclaim.text.escaping import json_safe

if TYPE_CHECKING:
    from cleanclaim.notes.inputs import Note
    from cleanclaim.notes.suggestion import Suggestion


def suggest(
    note: Annotated[
        str,
        typer.Argument(
            metavar="NOTE",
            help='A note as a text file; a folder of notes; JSON Lines with "id" and "note"; or - for standard input.',
        ),
    ],
    *,
    on: On = None,
    setting: Annotated[
        str,
        typer.Option(
            "--setting",
            help="outpatient or inpatient: decides whether an uncertain diagnosis is coded.",
        ),
    ] = "outpatient",
    mode: Annotated[
        str,
        typer.Option("--mode", help="billing, or index for every finding that the note names."),
    ] = "billing",
    format_: Annotated[str, typer.Option("--format", "-f", help="text, json or jsonl.")] = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Suggest diagnosis codes for a clinical note.

    Every suggestion shows the words of the note that it is based on. Conditions that are denied, a relative's, past or uncertain are listed as not coded, with
    the reason. A coder decides: suggestions aren't a final coding.

    Exit status: 0, or 2 if a note could not be read.
    """
    if format_ not in {"text", "json", "jsonl"}:
        raise ConfigError([f"--format: expected text, json or jsonl, found {format_!r}"])
    from datetime import date  # noqa: PLC0415 - start-up

    from cleanclaim.notes import inputs, text  # noqa: PLC0415 - start-up
    from cleanclaim.notes.suggest import Options, Suggester  # noqa: PLC0415

    options = Options(day_of(on) or date.today(), setting, mode)  # noqa: DTZ011 - the user's own day
    is_batch = inputs.is_batch(note)
    answers: list[dict[str, Any]] = []
    failed = False
    with encoder_of(store, lock) as encoder:
        suggester = Suggester(encoder)
        for one in inputs.read(note, sys.stdin):
            if one.text is None:
                failed = True
                tell(f"cleanclaim: {one.value}: {one.error}", err=True)
                continue
            found = suggester.suggest(one.text, options)
            if format_ == "text":
                heading = f"{one.value}\n" if is_batch else ""
                typer.echo(heading + text.suggestions(found))
            elif format_ == "jsonl":
                typer.echo(_line(_answer(one, found, named=True)))
            else:
                answers.append(_answer(one, found, named=is_batch))
    if format_ == "json":
        whole = {"notes": answers} if is_batch else next(iter(answers), {"suggestions": []})
        typer.echo(json_safe(json.dumps(whole, indent=2, ensure_ascii=False)))
    if failed:
        raise typer.Exit(COULD_NOT_RUN)


def _answer(one: Note, found: list[Suggestion], *, named: bool) -> dict[str, Any]:
    from cleanclaim.notes.suggest import as_dicts  # noqa: PLC0415 - start-up

    return {**({one.name: one.value} if named else {}), **as_dicts(found)}


def _line(content: dict[str, Any]) -> str:
    return json_safe(json.dumps(content, ensure_ascii=False))
