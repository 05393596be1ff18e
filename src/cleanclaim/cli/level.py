"""`cleanclaim level` and `cleanclaim support`: a visit's level, and whether a note supports billed codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.codes import day_of, encoder_of
from cleanclaim.cli.options import Lock, On, Store
from cleanclaim.cli.terminal import COULD_NOT_RUN, tell
from cleanclaim.errors import ConfigError
from cleanclaim.text.escaping import json_safe

if TYPE_CHECKING:
    from cleanclaim.encoder import Encoder
    from cleanclaim.notes.inputs import Note
    from cleanclaim.notes.suggest import Suggester

_NOTE = typer.Argument(
    metavar="NOTE",
    help='A note as a text file; a folder of notes; JSON Lines with "id" and "note"; or - for standard input.',
)
_FORMAT = typer.Option("--format", "-f", help="text or json.")


def level(
    note: Annotated[str, _NOTE],
    *,
    patient: Annotated[
        str | None,
        typer.Option("--patient", help="new or established. Default: what the note says."),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(
            "--place",
            help="office, telehealth, hospital, emergency, consultation, nursing-facility, home, or a place-of-service code. Default: as the note says.",
        ),
    ] = None,
    payer: Annotated[
        str | None,
        typer.Option(
            "--payer", help="medicare or commercial: decides add-on codes and consultations."
        ),
    ] = None,
    billed: Annotated[
        str | None, typer.Option("--billed", help="The billed visit code, to be judged.")
    ] = None,
    on: On = None,
    format_: Annotated[str, _FORMAT] = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Find the level of a visit that a note supports.

    Problems, data and risk are shown with the words of the note that count and those that don't, and so is the time. The better of medical decision making
    and time decides. A coder decides: this isn't a final coding.

    Exit status: 0, or 2 if a note could not be read.
    """
    from cleanclaim.notes.level import text  # noqa: PLC0415 - start-up
    from cleanclaim.notes.level.leveler import Leveler, Options  # noqa: PLC0415

    options = Options(_day(on), patient, place, payer, billed.upper() if billed else None)
    with encoder_of(store, lock) as encoder:
        leveler = Leveler(_suggester_of(encoder))

        def answer(words: str) -> tuple[str, dict[str, Any]]:
            found = leveler.level(words, options)
            return text.written(found), found.as_dict()

        _answer_all(note, format_, answer)


def support(
    note: Annotated[str, _NOTE],
    *,
    codes: Annotated[
        list[str],
        typer.Option(
            "--codes",
            help="The billed codes, separated by commas. Units and modifiers can follow: 97110x2-GP. Can be repeated.",
        ),
    ],
    on: On = None,
    setting: Annotated[
        str,
        typer.Option(
            "--setting",
            help="outpatient or inpatient: decides whether an uncertain diagnosis is coded.",
        ),
    ] = "outpatient",
    patient: Annotated[str | None, typer.Option("--patient", help="new or established.")] = None,
    place: Annotated[
        str | None, typer.Option("--place", help="The place of the visit, as for level.")
    ] = None,
    payer: Annotated[str | None, typer.Option("--payer", help="medicare or commercial.")] = None,
    format_: Annotated[str, _FORMAT] = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Say whether a note supports billed codes.

    Each code is supported, partly supported, unsupported or contradicted, with the words of the note and the code that it supports instead. A code whose words
    in notes cleanclaim doesn't know is not checked.

    Exit status: 0, or 2 if a note could not be read.
    """
    from cleanclaim.notes.support import text  # noqa: PLC0415 - start-up
    from cleanclaim.notes.support.supporter import Options, Supporter  # noqa: PLC0415

    options = Options(_day(on), setting, patient, place, payer)
    given = [one.strip() for many in codes for one in many.split(",") if one.strip()]
    with encoder_of(store, lock) as encoder:
        supporter = Supporter(encoder, _suggester_of(encoder))

        def answer(words: str) -> tuple[str, dict[str, Any]]:
            found = supporter.support(words, given, options)
            return text.written(found), {"codes": [one.as_dict() for one in found]}

        _answer_all(note, format_, answer)


def _suggester_of(encoder: Encoder) -> Suggester:
    from cleanclaim.notes.suggest import Suggester  # noqa: PLC0415 - start-up

    return Suggester(encoder)


def _day(on: str | None) -> date:
    return day_of(on) or date.today()  # noqa: DTZ011 - the user's own day


def _answer_all(
    path: str, format_: str, answer: Callable[[str], tuple[str, dict[str, Any]]]
) -> None:
    """Print the answer for each note; a note that can't be read is named, and the others go on."""
    if format_ not in {"text", "json"}:
        raise ConfigError([f"--format: expected text or json, found {format_!r}"])
    from cleanclaim.notes import inputs  # noqa: PLC0415 - start-up

    is_batch = inputs.is_batch(path)
    answers: list[dict[str, Any]] = []
    failed = False
    for one in inputs.read(path, sys.stdin.buffer):
        if one.text is None:
            failed = True
            tell(f"cleanclaim: {one.value or 'standard input'}: {one.error}", err=True)
            continue
        words, content = answer(one.text)
        if format_ == "text":
            typer.echo((f"{one.value}\n" if is_batch else "") + words)
        else:
            answers.append({**_named(one, is_batch=is_batch), **content})
    if format_ == "json":
        whole = {"notes": answers} if is_batch else next(iter(answers), {})
        typer.echo(json_safe(json.dumps(whole, indent=2, ensure_ascii=False)))
    if failed:
        raise typer.Exit(COULD_NOT_RUN)


def _named(one: Note, *, is_batch: bool) -> dict[str, Any]:
    return {one.name: one.value} if is_batch else {}
