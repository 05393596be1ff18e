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
    from cleanclaim.notes.endpoint import Endpoint
    from cleanclaim.notes.inputs import Note
    from cleanclaim.notes.suggestion import Suggestions

    _Answered = tuple[Note, Suggestions]

_STREAMED = frozenset(("text", "jsonl"))
_FORMATS = frozenset(("text", "json", "jsonl", "html"))


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
    format_: Annotated[
        str, typer.Option("--format", "-f", help="text, json, jsonl or html.")
    ] = "text",
    llm: Annotated[
        str | None,
        typer.Option(
            "--llm",
            metavar="URL",
            help="Also ask a language model of your own at this OpenAI-compatible address, such as http://localhost:11434/v1. Default: none.",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="With --llm: the name of the model.")
    ] = None,
    allow_remote_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-remote-host",
            metavar="HOST",
            help="With --llm: send notes to this host outside your computer and private network. Notes have patient data.",
        ),
    ] = None,
    llm_seconds: Annotated[
        float,
        typer.Option("--llm-seconds", min=1, help="With --llm: the most seconds for an answer."),
    ] = 60.0,
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Suggest diagnosis codes for a clinical note.

    Every suggestion shows the words of the note that it is based on. Conditions that are denied, a relative's, past or uncertain are listed as not coded, with
    the reason. A coder decides: suggestions aren't a final coding.

    Exit status: 0, or 2 if a note could not be read.
    """
    if format_ not in _FORMATS:
        raise ConfigError([f"--format: expected text, json, jsonl or html, found {format_!r}"])
    from datetime import date  # noqa: PLC0415 - start-up

    from cleanclaim.notes import inputs  # noqa: PLC0415 - start-up
    from cleanclaim.notes.assisted import suggestions_for  # noqa: PLC0415
    from cleanclaim.notes.suggest import Options, Suggester  # noqa: PLC0415

    options = Options(day_of(on) or date.today(), setting, mode)  # noqa: DTZ011 - the user's own day
    where = _endpoint(llm, model, tuple(allow_remote_host or ()), llm_seconds)
    is_batch = inputs.is_batch(note)
    answers: list[_Answered] = []
    failed = False
    with encoder_of(store, lock) as encoder:
        suggester = Suggester(encoder)
        for one in inputs.read(note, sys.stdin.buffer):
            if one.text is None:
                failed = True
                tell(f"cleanclaim: {one.value or 'standard input'}: {one.error}", err=True)
                continue
            answer = (one, suggestions_for(suggester, one.text, options, where))
            if format_ in _STREAMED:
                _write_one(answer, format_, named=is_batch)
            else:
                answers.append(answer)
    if format_ not in _STREAMED:
        _write_all(answers, format_, is_batch=is_batch)
    if failed:
        raise typer.Exit(COULD_NOT_RUN)


def _write_one(answer: _Answered, format_: str, *, named: bool) -> None:
    """Write the answer for a note as it comes."""
    from cleanclaim.notes import text  # noqa: PLC0415 - start-up

    one, found = answer
    if format_ == "jsonl":
        typer.echo(json_safe(json.dumps(_content(answer, named=True), ensure_ascii=False)))
        return
    heading = f"{one.value}\n" if named else ""
    typer.echo(heading + text.suggestions(found, found.not_checked))


def _write_all(answers: list[_Answered], format_: str, *, is_batch: bool) -> None:
    """Write the answers for all notes as one document."""
    if format_ == "json":
        contents = [_content(one, named=is_batch) for one in answers]
        whole = {"notes": contents} if is_batch else next(iter(contents), {"suggestions": []})
        typer.echo(json_safe(json.dumps(whole, indent=2, ensure_ascii=False)))
        return
    from cleanclaim.notes.page import Answer, page  # noqa: PLC0415 - start-up

    answers_shown = [
        Answer(one.value, one.text or "", found, found.not_checked) for one, found in answers
    ]
    typer.echo(page(answers_shown), nl=False)


def _endpoint(
    url: str | None, model: str | None, allowed: tuple[str, ...], seconds: float
) -> Endpoint | None:
    """Return where the user's language model answers, and say so."""
    if url is None:
        if model or allowed:
            raise ConfigError(["model and allow-remote-host: llm is missing"])
        return None
    from cleanclaim.notes.endpoint import endpoint  # noqa: PLC0415 - start-up

    found = endpoint(url, model, allowed=allowed, seconds=seconds)
    tell(f"cleanclaim: notes are sent to the model {found.model} at {found.place}", err=True)
    if found.warning:
        tell(f"cleanclaim: warning: {found.warning}", err=True)
    return found


def _content(answer: _Answered, *, named: bool) -> dict[str, Any]:
    """Return the answer for a note as the JSON contract defines it."""
    one, found = answer
    name = {one.name: one.value} if named else {}
    return {**name, **found.as_dict()}
