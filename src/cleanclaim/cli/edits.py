"""`cleanclaim edits` and `cleanclaim explain`: the list of edits, what one flags, tests of edits and new ones."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.codes import day_of
from cleanclaim.cli.options import EditFolders, On, Store, TextOrJson, examples
from cleanclaim.cli.terminal import CLEAN, COULD_NOT_RUN, FINDINGS, reference, tell
from cleanclaim.errors import ConfigError, EditError, InputError
from cleanclaim.failures import Failure
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import system_errors

if TYPE_CHECKING:
    from cleanclaim.edits.edit import Edit
    from cleanclaim.edits.skeleton import Denial


app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def list_edits(
    context: typer.Context,
    *,
    format_: TextOrJson = "text",
    edits: EditFolders = None,
) -> None:
    """List all edits, test edits or start a new one."""
    if context.invoked_subcommand:
        return
    every = all_edits(tuple(edits or ()))
    rows = [edit.as_dict() for edit in every]
    if format_ == "json":
        typer.echo(json.dumps({"edits": rows}, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['code']:<8} {row['disposition']:<10} {row['name']}")
    typer.echo(f"{len(rows)} edits. For details: cleanclaim explain CODE")


@app.command(
    name="test", epilog=examples("edits test own-edits/", "edits test DX102", "edits test NCCI MOD")
)
def try_edits(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT...",
            help="Folders or files with your own edits, or codes, families or names of edits.",
        ),
    ],
    *,
    store: Store = None,
) -> None:
    """Run edits on their own examples.

    Each example must hold: one made with fails() is found at its place, one made with passes() isn't, and one made with unchecked() is listed as not checked.

    Exit status: 0 if all hold, 1 if not, 2 if an edit can't be loaded.
    """
    from cleanclaim.engine.examples import faults_of  # noqa: PLC0415
    from cleanclaim.engine.trial import faults_of as wrong_with  # noqa: PLC0415

    tables = reference(store, None)
    chosen, broken = _named_edits(what)
    failed = 0
    for edit in chosen:
        faults = [*wrong_with(edit, tables)] or faults_of(edit, tables)
        failed += bool(faults)
        count = len(edit.examples)
        words = counted(count, "example") if count else "no examples"
        tell(f"{edit.code:<8} {edit.name}: {'failed' if faults else 'ok'}, {words}")
        for fault in faults:
            tell(f"         {fault}")
    for failure in broken:
        tell(f"cleanclaim: {failure}", err=True)
    if broken:
        raise typer.Exit(COULD_NOT_RUN)
    raise typer.Exit(FINDINGS if failed else CLEAN)


def _named_edits(what: list[str]) -> tuple[list[Edit], list[Failure]]:
    """The edits of folders and files, and those of cleanclaim and installed packages by code, family or name."""
    from cleanclaim.edits import registry  # noqa: PLC0415

    found: list[Edit] = []
    errors: list[EditError] = []
    names = [word for word in what if not Path(word).exists()]
    for word in what:
        if Path(word).exists():
            more, faults = registry.folder_edits(Path(word))
            found += more
            errors += faults
    if names:
        found += registry.choose(all_edits(()), names)
    return found, [Failure("edit", error.where, None, str(error)) for error in errors]


@app.command(
    name="new",
    epilog=examples(
        "edits new ORG101",
        "edits new ORG102 --kind query --folder own-edits/",
        "edits new ORG103 --from-denial era.835 --claims sent.837 --claim A-1 --line 2",
    ),
)
def new_edit(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="The code of the new edit, such as ORG101.")
    ],
    *,
    kind: Annotated[
        str,
        typer.Option(
            help="row if a line, claim or diagnosis shows all that is needed; query if the rule compares several."
        ),
    ] = "row",
    folder: Annotated[
        Path, typer.Option(help="The folder to write it to; made if it doesn't exist.")
    ] = Path("own-edits"),
    from_denial: Annotated[
        list[str] | None,
        typer.Option(
            "--from-denial",
            help="Start from a denial in these remittances that no edit explains: folders of remittances or 835 files. Can be repeated.",
        ),
    ] = None,
    claims: Annotated[
        list[str] | None,
        typer.Option(
            "--claims", help="With --from-denial: the claims that were sent. Can be repeated."
        ),
    ] = None,
    claim_id: Annotated[
        str | None,
        typer.Option(
            "--claim",
            help="With --from-denial: the claim's number. Without it, the denials are listed.",
        ),
    ] = None,
    line: Annotated[
        int | None,
        typer.Option(
            "--line",
            min=1,
            help="With --from-denial: the line. Default: the first that was denied.",
        ),
    ] = None,
    store: Store = None,
) -> None:
    """Write the file of a new edit.

    It has a rule and examples that hold, for you to change. With --from-denial the rule is the denied line: its code, modifiers and payer, with the payer's
    reason code.
    """
    from cleanclaim.edits.definition import CODE  # noqa: PLC0415
    from cleanclaim.edits.skeleton import skeleton, skeleton_of  # noqa: PLC0415

    if not CODE.fullmatch(code):
        raise ConfigError([f"{code!r} can't be a code: expected capital letters and three digits, such as ORG101"])  # fmt: skip
    if kind not in {"row", "query"}:
        raise ConfigError([f"--kind: expected row or query, found {kind!r}"])
    path = folder / f"{code}.py"
    if path.exists():
        raise ConfigError([f"{path} already exists"])
    today = datetime.now().astimezone().date()
    if from_denial:
        denial = _denial(from_denial, claims or [], (claim_id, line), store)
        if denial is None:
            return
        text = skeleton_of(code, denial, today)
    else:
        text = skeleton(code, "row" if kind == "row" else "query", today)
    with system_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tell(f"{path}: change it, then run: cleanclaim edits test {path}")


def _denial(
    remittances: list[str],
    claims: list[str],
    chosen: tuple[str | None, int | None],
    store: Path | None,
) -> Denial | None:
    """The denial to start from; None if none was chosen, and those that no edit explains were listed."""
    from cleanclaim.job import Job  # noqa: PLC0415
    from cleanclaim.remit.read import read_remittances  # noqa: PLC0415
    from cleanclaim.remit.run import Question, matched  # noqa: PLC0415
    from cleanclaim.remit.store import inputs_of  # noqa: PLC0415
    from cleanclaim.remit.unexplained import unexplained  # noqa: PLC0415

    if not claims:
        raise ConfigError(["--from-denial: name the claims that were sent with --claims"])
    remittance, files = read_remittances(inputs_of(remittances))
    job = Job(tuple(claims), reference(store, None), tuple(all_edits(())))
    report, traced = matched(Question(remittance, files, job))
    errors = [str(one["error"]) for one in report.unread]
    if errors:
        raise InputError("; ".join(errors))
    found = unexplained(traced)
    claim_id, line = chosen
    if claim_id is None:
        for number, at, one in found:
            tell(f"{number} line {at}: {one.service}, {one.reason}, {one.payer_name or one.payer_id or 'unknown payer'}")  # fmt: skip
        tell(f"{counted(len(found), 'denied line')} that no edit explains. Choose one with --claim and --line")  # fmt: skip
        return None
    own = [one for number, at, one in found if number == claim_id and line in {None, at}]
    if not own:
        raise ConfigError([f"--claim: claim {claim_id} has no such denied line that no edit explains"])  # fmt: skip
    return own[0]


def explain(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="EDIT|CODE|WORD...",
            help="An edit (DX102 or its name), a code (M54.5, 25, CARC 146), or a word of the trade (icd, mue).",
        ),
    ],
    *,
    on: On = None,
    edits: EditFolders = None,
    store: Store = None,
) -> None:
    """Explain an edit, a code, or a word of the trade.

    Two words of the trade are shown side by side: explain icd cpt.
    """
    from cleanclaim.explain_page import explain as page  # noqa: PLC0415

    every = all_edits(tuple(edits or ()))
    typer.echo(page(words, every, reference(store, None), day_of(on)), nl=False)


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
