"""`cleanclaim lookup`, `search`, `crosswalk` and `diff`: what codes mean and how they change."""

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

from cleanclaim.cli.options import Lock, On, Store, TextOrJson
from cleanclaim.cli.terminal import COULD_NOT_RUN, FINDINGS, progress, reference, tell
from cleanclaim.errors import ConfigError
from cleanclaim.text.escaping import json_safe

if TYPE_CHECKING:
    from cleanclaim.encoder import Encoder

_TWO = 2


def lookup(
    codes: Annotated[
        list[str],
        typer.Argument(
            metavar="CODE...",
            help="Codes with or without the dot, a modifier, or a value with the name of its list (CARC 146). - reads them from standard input.",
        ),
    ],
    *,
    on: On = None,
    locality: Annotated[
        str | None,
        typer.Option(
            "--locality",
            help="MAC and locality to price for, such as 0111205. Default: national.",
        ),
    ] = None,
    indicator: Annotated[
        int | None,
        typer.Option("--indicator", help="Only NCCI pairs with this modifier indicator: 0 or 1."),
    ] = None,
    pairs: Annotated[
        int, typer.Option("--pairs", help="How many NCCI pairs to show; 0 for none.")
    ] = 20,
    page: Annotated[int, typer.Option("--page", help="Which page of NCCI pairs to show.")] = 1,
    format_: TextOrJson = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Show everything about codes.

    For all codes: titles, dates, successors and notes. For procedures also units, NCCI pairs, prices, modifiers and coverage policies. Also modifiers, places
    of service, adjustment reason and remark codes (CARC, RARC), revenue codes, types of bill, frequency codes and claim filing indicators.
    """
    _check_format(format_)
    day = day_of(on)
    from cleanclaim.encoder.values import joined  # noqa: PLC0415 - start-up

    with encoder_of(store, lock) as encoder:
        found = {
            code: encoder.lookup(code, on=day, locality=locality, indicator=indicator, pairs=pairs, page=page)
            for code in joined(_codes(codes))
        }  # fmt: skip
        unknown = {code: _unknown(code, encoder) for code, pages in found.items() if not pages}
    from cleanclaim.encoder import text  # noqa: PLC0415 - start-up: only what the command needs is loaded

    if format_ == "json":
        known = [page.as_dict() for pages in found.values() for page in pages]
        _json({"codes": known, "unknown": list(unknown)})
    else:
        pages_of = [text.page(page) for pages in found.values() for page in pages]
        typer.echo("\n".join(pages_of), nl=False)
    for code, why in unknown.items():
        tell(f"cleanclaim: {code}: {why}", err=True)
    if unknown:
        raise typer.Exit(FINDINGS if len(unknown) < len(found) else COULD_NOT_RUN)


def search(
    words: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help="Words in any order, or the start of a code."),
    ],
    *,
    system: Annotated[
        str | None,
        typer.Option("--system", help="Only this code system: icd10cm, icd9cm, hcpcs or cpt."),
    ] = None,
    on: On = None,
    limit: Annotated[
        int, typer.Option("--limit", help="Show at most this many results.", min=1)
    ] = 10,
    format_: TextOrJson = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Find codes by words.

    The search understands typing mistakes, abbreviations (HTN, DM2, CKD 3b), lay terms (heart attack) and brands of drugs (tylenol overdose). Several
    conditions give several codes. Words that it didn't understand and lists that it didn't search are named.

    Exit status: 0, or 1 if nothing fits.
    """
    _check_format(format_)
    text = " ".join(words)
    with encoder_of(store, lock) as encoder:
        found = encoder.answer(text, system=system, on=day_of(on), limit=limit)
    from cleanclaim.encoder import text as shown  # noqa: PLC0415

    if format_ == "json":
        _json(found.as_dict())
    else:
        typer.echo(shown.answered(found), nl=False)
    if not found.fits:
        raise typer.Exit(FINDINGS)


def crosswalk(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A diagnosis or procedure code.")],
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Only to this code system: icd10cm, icd9cm, hcpcs or cpt."),
    ] = None,
    on: On = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            "--history", help="Your own claims, or a table of paid lines. Can be repeated."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", help="Mappings on a page of text; 0 for all.", min=0)
    ] = 50,
    page: Annotated[int, typer.Option("--page", help="Which page to show.", min=1)] = 1,
    format_: TextOrJson = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Map a code to other codes.

    ICD-9 and ICD-10, retired codes and their successors, procedures and the diagnoses that support them, HCPCS and CPT.
    """
    _check_format(format_)
    with encoder_of(store, lock) as encoder:
        found = encoder.crosswalk(code, to=to, on=day_of(on), history=history or ())
        known = encoder.lookup(code, on=day_of(on), pairs=0)
        why = "" if known else _unknown(code, encoder)
    from cleanclaim.encoder.crosswalk_text import mappings  # noqa: PLC0415 - start-up

    if format_ == "json":
        _json({"mappings": [one.as_dict() for one in found.mappings], "not_checked": list(found.not_loaded)})  # fmt: skip
    elif known or found.mappings:
        typer.echo(mappings(found, code, limit, page), nl=False)
    if not known and not found.mappings:
        tell(f"cleanclaim: {code}: {why}", err=True)
        raise typer.Exit(COULD_NOT_RUN)


def diff(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[BEFORE AFTER]",
            help="Two releases, fiscal years (FY2026 FY2027), quarters (2026Q1) or dates.",
        ),
    ] = None,
    *,
    on: Annotated[
        list[str] | None,
        typer.Option("--on", help="A date. Use it twice instead of BEFORE and AFTER."),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", help="Only this table, such as icd10cm or mpfs. Can be repeated."),
    ] = None,
    impact: Annotated[
        list[str] | None,
        typer.Option(
            "--impact",
            help="Claims, templates or lists of favorites: show which of their codes changed. Can be repeated.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", help="Show at most this many of each kind of change.", min=0)
    ] = 20,
    format_: TextOrJson = "text",
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Show what changed between two dates or releases.

    Compares codes, titles, notes and tables. With --impact, also shows which of your codes changed.

    Exit status: 0, or 1 with --impact if one of your codes can no longer be billed.
    """
    _check_format(format_)
    given = [*(names or ()), *(on or ())]
    if len(given) != _TWO:
        raise ConfigError([f"diff compares two releases or dates; you gave {len(given)}"])
    with encoder_of(store, lock) as encoder:
        found = encoder.changes(given[0], given[1], tables=table)
        affected = encoder.impact(found, impact) if impact else None
    from cleanclaim.encoder import changes_text  # noqa: PLC0415 - start-up

    if format_ == "json":
        _json(changes_text.changes_json(found, affected))
    else:
        typer.echo(changes_text.changes_text(found, affected, limit), nl=False)
    if affected is not None and affected.rows["must_change"].any():
        raise typer.Exit(FINDINGS)


@contextmanager
def encoder_of(store: Path | None, lock: Path | None) -> Iterator[Encoder]:
    """An encoder, with a progress line while its index is built."""
    gc.disable()  # saves a tenth of the start-up; a command that answers one question leaves little to collect
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


def _unknown(code: str, encoder: Encoder) -> str:
    near = encoder.near(code)
    hint = f"; similar codes: {', '.join(near)}" if near else ""
    return f"not in any loaded code list{hint}"


def day_of(text: str | None) -> date | None:
    """The date in an option.

    Raises:
        ConfigError: it isn't a date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError([f"--on: expected a date (YYYY-MM-DD), found {text!r}"]) from None


def _check_format(name: str) -> None:
    if name not in {"text", "json"}:
        raise ConfigError([f"--format: expected text or json, found {name!r}"])


def _json(content: dict[str, Any]) -> None:
    typer.echo(json_safe(json.dumps(content, indent=2, default=str, ensure_ascii=False)))
