"""`cleanclaim lookup`, `search`, `crosswalk` and `diff`: codes and what is known of them."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.terminal import COULD_NOT_RUN, FINDINGS, progress, reference, tell
from cleanclaim.errors import ConfigError
from cleanclaim.text.escaping import json_safe

if TYPE_CHECKING:
    from cleanclaim.encoder import Encoder

_TWO = 2
ON = typer.Option("--on", help="The day of service (YYYY-MM-DD); default today.")
_FORMAT = typer.Option("--format", "-f", help="text or json.")
STORE = typer.Option("--store", help="The reference store, if not the usual one.")
LOCK = typer.Option("--lock", help="Use exactly the releases that this lock file pins.")


def lookup(
    codes: Annotated[
        list[str],
        typer.Argument(
            metavar="CODE...",
            help="Codes, with or without their dot; - reads them from standard input.",
        ),
    ],
    *,
    on: Annotated[str | None, ON] = None,
    locality: Annotated[
        str | None,
        typer.Option(
            "--locality", help="For prices: MAC and locality, such as 0111205; default national."
        ),
    ] = None,
    indicator: Annotated[
        int | None,
        typer.Option("--indicator", help="NCCI pairs of this modifier indicator only: 0 or 1."),
    ] = None,
    pairs: Annotated[
        int, typer.Option("--pairs", help="So many NCCI pairs a page; 0 for none.")
    ] = 20,
    page: Annotated[int, typer.Option("--page", help="Which page of them.")] = 1,
    format_: Annotated[str, _FORMAT] = "text",
    store: Annotated[Path | None, STORE] = None,
    lock: Annotated[Path | None, LOCK] = None,
) -> None:
    """Tell all there is to know of codes: what they are, when in force, what replaced them, their notes, and for procedures what the loaded tables say."""
    _check_format(format_)
    asked_on = day(on)
    with encoder_of(store, lock) as encoder:
        asked = list(_codes(codes))
        found = {
            code: encoder.lookup(code, on=asked_on, locality=locality, indicator=indicator, pairs=pairs, page=page)
            for code in asked
        }  # fmt: skip
        unknown = [_unknown(code, encoder) for code, pages in found.items() if not pages]
    from cleanclaim.encoder import text  # noqa: PLC0415 - start-up: only what the command needs is loaded

    if format_ == "json":
        told = [page.as_dict() for pages in found.values() for page in pages]
        _json({"codes": told, "unknown": [one for one, _ in unknown]})
    else:
        pages_of = [text.page(page) for pages in found.values() for page in pages]
        typer.echo("\n".join(pages_of), nl=False)
    for code, why in unknown:
        tell(f"cleanclaim: {code}: {why}", err=True)
    if unknown:
        raise typer.Exit(FINDINGS if len(unknown) < len(found) else COULD_NOT_RUN)


def search(
    words: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help="Words in any order, or the beginning of a code."),
    ],
    *,
    system: Annotated[
        str | None, typer.Option("--system", help="Only icd10cm, icd9cm, hcpcs or cpt.")
    ] = None,
    on: Annotated[str | None, ON] = None,
    limit: Annotated[int, typer.Option("--limit", help="So many results at most.", min=1)] = 10,
    format_: Annotated[str, _FORMAT] = "text",
    store: Annotated[Path | None, STORE] = None,
    lock: Annotated[Path | None, LOCK] = None,
) -> None:
    """Find codes by words: typing mistakes, short forms (HTN, DM2, CKD 3b) and lay words (heart attack) are understood."""
    _check_format(format_)
    text = " ".join(words)
    with encoder_of(store, lock) as encoder:
        found = encoder.search(text, system=system, on=day(on), limit=limit)
    from cleanclaim.encoder import text as shown  # noqa: PLC0415

    if format_ == "json":
        _json({"query": text, "results": [one.as_dict() for one in found]})
    else:
        typer.echo(shown.results(found, text), nl=False)
    if not found:
        raise typer.Exit(FINDINGS)


def crosswalk(
    code: Annotated[str, typer.Argument(help="A diagnosis or procedure code.")],
    *,
    to: Annotated[
        str | None, typer.Option("--to", help="Only to icd10cm, icd9cm, hcpcs or cpt.")
    ] = None,
    on: Annotated[str | None, ON] = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            "--history", help="Your own claims, or a table of paid lines; may be repeated."
        ),
    ] = None,
    format_: Annotated[str, _FORMAT] = "text",
    store: Annotated[Path | None, STORE] = None,
    lock: Annotated[Path | None, LOCK] = None,
) -> None:
    """Map a code: ICD-9 and ICD-10, retired and successor, procedure and supporting diagnoses, HCPCS and CPT."""
    _check_format(format_)
    with encoder_of(store, lock) as encoder:
        found = encoder.crosswalk(code, to=to, on=day(on), history=history or ())
        known = encoder.lookup(code, on=day(on), pairs=0)
        why = "" if known else _unknown(code, encoder)[1]
    from cleanclaim.encoder import text  # noqa: PLC0415

    if format_ == "json":
        _json({"mappings": [one.as_dict() for one in found.mappings], "not_checked": list(found.not_loaded)})  # fmt: skip
    elif known or found.mappings:
        typer.echo(text.mappings(found, code), nl=False)
    if not known and not found.mappings:
        tell(f"cleanclaim: {code}: {why}", err=True)
        raise typer.Exit(COULD_NOT_RUN)


def diff(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[BEFORE AFTER]",
            help="Two releases, fiscal years (FY2026 FY2027), quarters (2026Q1) or days.",
        ),
    ] = None,
    *,
    on: Annotated[
        list[str] | None,
        typer.Option("--on", help="A day; given twice in place of BEFORE and AFTER."),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", help="Only this table, such as icd10cm or mpfs; may be repeated."),
    ] = None,
    impact: Annotated[
        list[str] | None,
        typer.Option(
            "--impact",
            help="Claims, templates or a list of favourites: what of them is touched; may be repeated.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", help="Show so many of each kind of change.", min=0)
    ] = 20,
    format_: Annotated[str, _FORMAT] = "text",
    store: Annotated[Path | None, STORE] = None,
    lock: Annotated[Path | None, LOCK] = None,
) -> None:
    """Tell what changed between two days or releases: codes, titles, notes, tables. With --impact: what of yours it touches.

    Exit status: 0, or with --impact 1 where a code is used that can no longer be billed.
    """
    _check_format(format_)
    given = [*(names or ()), *(on or ())]
    if len(given) != _TWO:
        raise ConfigError([f"diff compares two releases or days; {len(given)} given"])
    with encoder_of(store, lock) as encoder:
        found = encoder.changes(given[0], given[1], tables=table)
        touched = encoder.impact(found, impact) if impact else None
    from cleanclaim.encoder import changes_text  # noqa: PLC0415 - start-up

    if format_ == "json":
        _json(changes_text.changes_json(found, touched))
    else:
        typer.echo(changes_text.changes_text(found, touched, limit), nl=False)
    if touched is not None and touched.rows["must_change"].any():
        raise typer.Exit(FINDINGS)


@contextmanager
def encoder_of(store: Path | None, lock: Path | None) -> Iterator[Encoder]:
    """An encoder, with a progress line while its index is made."""
    gc.disable()  # a tenth of the start: a command that answers one question leaves nothing worth collecting
    from cleanclaim.encoder import Encoder  # noqa: PLC0415

    with progress() as (words, _):
        tables = reference(store, lock)
        tables.on_progress(words)
        yield Encoder(tables, words)


def _codes(given: list[str]) -> Iterator[str]:
    for one in given:
        if one == "-":
            yield from sys.stdin.read().split()
        else:
            yield from (part for part in one.split(",") if part.strip())


def _unknown(code: str, encoder: Encoder) -> tuple[str, str]:
    near = encoder.near(code)
    hint = f"; near it: {', '.join(near)}" if near else ""
    return code, f"no code of a list that is loaded, nor the form of a procedure code{hint}"


def day(text: str | None) -> date | None:
    """The day that an option names.

    Raises:
        ConfigError: it is no day.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError([f"--on: {text!r}; expected a day such as 2026-10-01"]) from None


def _check_format(name: str) -> None:
    if name not in {"text", "json"}:
        raise ConfigError([f"there is no format '{name}'; there are text, json"])


def _json(told: dict[str, Any]) -> None:
    typer.echo(json_safe(json.dumps(told, indent=2, default=str, ensure_ascii=False)))
