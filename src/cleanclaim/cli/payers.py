"""`cleanclaim payers`: the payer packs in use, one pack's rules, and a user's own pack checked or begun."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.options import Payers, Store, TextOrJson, examples
from cleanclaim.cli.terminal import CLEAN, COULD_NOT_RUN, FINDINGS, reference, tell
from cleanclaim.errors import ConfigError, PackError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import system_errors

if TYPE_CHECKING:
    from cleanclaim.payers.library import Rule

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Payers' own rules: list, show and check payer packs.",
)


@app.command(name="list", epilog=examples("payers list", "payers list --payers my-packs/ --format json"))  # fmt: skip
def list_packs(*, payers: Payers = None, format_: TextOrJson = "text", store: Store = None) -> None:
    """List the payer packs in use."""
    from cleanclaim.payers.show import pack_dict  # noqa: PLC0415 - start-up

    library = reference(store, None, payers or ()).payers
    rows = [pack_dict(pack, library) for pack in sorted(library.packs, key=lambda pack: pack.id)]
    if _is_json(format_):
        typer.echo(json.dumps({"packs": rows, "notes": list(library.notes)}, indent=2))
        return
    wide = max(len(row["pack"]) for row in rows)
    for row in rows:
        sure = row["confidence"]
        counts = ", ".join(f"{sure[word]} {word}" for word in ("high", "medium", "low") if word in sure)  # fmt: skip
        tell(f"{row['pack']:<{wide}}  {row['payer']}: {counted(row['rules'], 'rule')} ({counts})")
    for note in library.notes:
        tell(f"note: {note}")
    tell(f"{len(rows)} packs. For details: cleanclaim payers show PACK")


@app.command(epilog=examples("payers show cigna", "payers show our-payer --payers my-packs/"))
def show(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack's ID, as `payers list` shows it.")],
    *,
    payers: Payers = None,
    format_: TextOrJson = "text",
    store: Store = None,
) -> None:  # fmt: skip
    """Show a pack's payer, and every rule with its source."""
    from cleanclaim.payers.show import pack_dict, rule_dict  # noqa: PLC0415
    from cleanclaim.text.hints import hint  # noqa: PLC0415

    library = reference(store, None, payers or ()).payers
    found = next((one for one in library.packs if one.id == pack), None)
    if found is None:
        known = [one.id for one in library.packs]
        own = "" if payers else "; your own packs: --payers FOLDER"
        raise ConfigError([f"no pack {pack!r}{hint(pack, known)}{own}"])
    rules = [rule for rule in library.rules if rule.pack == pack]
    if _is_json(format_):
        content = {**pack_dict(found, library), "rows": [rule_dict(rule) for rule in rules]}
        typer.echo(json.dumps(content, indent=2, default=str))
        return
    tell(f"{found.id}: {found.name}")
    _tell_list("Numbers", found.ids)
    _tell_list("Names", found.names)
    _tell_list("Lines of business", found.payer_classes)
    _tell_list("All claims of", found.whole_classes)
    if found.note:
        tell(found.note)
    kind = ""
    for rule in rules:
        if rule.row.kind != kind:
            kind = rule.row.kind
            tell("")
            tell(kind)
        for line in _told(rule):
            tell(line)


def _tell_list(title: str, values: tuple[str, ...]) -> None:
    if values:
        tell(f"{title}: {', '.join(values)}")


_TITLES = ("policy", "section", "source", "source_date", "confidence", "consequence", "key")


def _told(rule: Rule) -> list[str]:
    values = rule.row.values
    says = "; ".join(f"{name} {_text(value)}" for name, value in values.items() if name not in _TITLES)  # fmt: skip
    where = ", ".join(str(values[name]) for name in ("policy", "section") if name in values)
    more = [f"replaces the row of {rule.replaces.label}"] if rule.replaces else []
    more += ["contradicted by another row: at most a warning"] if rule.is_contested else []
    source = f"{values['source']}, {values.get('source_date', 'undated')}"
    return [
        f"  {values['key']}: {says}",
        f"    {values['consequence']}, {values['confidence']} confidence; {where}; {source}"
        + "".join(f"; {words}" for words in more),
    ]


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(_span(str(one)) for one in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _span(codes: str) -> str:
    low, _, high = codes.partition("-")
    return low if low == high else codes


@app.command(
    name="check", epilog=examples("payers check my-packs/", "payers check examples/payers")
)
def check_packs(
    folders: Annotated[
        list[str], typer.Argument(metavar="FOLDER...", help="A pack, or a folder with several.")
    ],
    *,
    store: Store = None,
) -> None:
    """Check your own packs and run their tests.

    Faults are named by file, row and column. Rows that contradict each other are listed.

    Exit status: 0 if all is well, 1 if rows contradict each other or a test doesn't hold, 2 if a pack can't be read.
    """
    from cleanclaim.engine.pack_tests import faults_of  # noqa: PLC0415

    try:
        tables = reference(store, None, folders)
    except PackError as error:
        for line in str(error).splitlines():
            tell(f"cleanclaim: {line}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from None
    library = tables.payers
    wrong = any(rule.is_contested and not rule.origin.is_shipped for rule in library.rules)
    for note in library.notes:
        tell(f"note: {note}")
    for pack in library.own:
        faults = faults_of(pack, tables)
        wrong = wrong or bool(faults)
        counts = f"{counted(len(pack.rows), 'rule')}, {counted(len(pack.tests), 'test')}"
        tell(f"{pack.id}: {'failed' if faults else 'ok'}, {counts}")
        for fault in faults:
            tell(f"  {fault}")
        if not pack.tests:
            tell("  no tests: write some in tests.toml, so that a misread row shows")
    raise typer.Exit(FINDINGS if wrong else CLEAN)


@app.command(epilog=examples('payers new our-plan --name "Our Plan"', "payers new our-plan --folder my-packs/"))  # fmt: skip
def new(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="The new pack's ID, such as our-plan. The ID of a pack that comes with cleanclaim extends that.")
    ],
    *,
    name: Annotated[str | None, typer.Option("--name", help="The payer's name. Default: the ID in words.")] = None,
    folder: Annotated[Path, typer.Option(help="The folder to make the pack in.")] = Path("payers"),
) -> None:  # fmt: skip
    """Start a pack, with rows and tests for you to replace."""
    from cleanclaim.payers.pack import is_id  # noqa: PLC0415
    from cleanclaim.payers.skeleton import skeleton  # noqa: PLC0415

    if not is_id(pack):
        raise ConfigError([f"{pack!r} can't be an ID: expected small letters, digits and hyphens, such as our-plan"])  # fmt: skip
    if name is not None and ('"' in name or "\\" in name or not name.isprintable()):
        raise ConfigError(["--name: expected a name without quotes, backslashes or control characters"])  # fmt: skip
    place = folder / pack
    if place.exists():
        raise ConfigError([f"{place} already exists"])
    today = datetime.now().astimezone().date()
    with system_errors(place):
        place.mkdir(parents=True)
        for file, text in skeleton(pack, name or pack.replace("-", " ").title(), today).items():
            (place / file).write_text(text, encoding="utf-8")
    tell(f"{place}: change it, then run: cleanclaim payers check {place}")


def _is_json(format_: str) -> bool:
    if format_ not in {"text", "json"}:
        raise ConfigError([f"--format: expected text or json, found {format_!r}"])
    return format_ == "json"
