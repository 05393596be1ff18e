"""`cleanclaim remit`: payments (835) kept, matched to claims, and denials traced."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli import streams
from cleanclaim.cli.options import Columns, EditFolders, Lock, Sheet, Store, TextOrJson, examples
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import COULD_NOT_RUN, progress, settings, tell
from cleanclaim.cli.terminal import reference as reference_tables
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import whole_file

if TYPE_CHECKING:
    from cleanclaim.remit.read import RemitFile
    from cleanclaim.remit.result import RemitReport
    from cleanclaim.remit.store import Kept
    from cleanclaim.remit.tables import Remittance

app = typer.Typer(
    help="Match payments (835) to claims, and trace denials.",
    epilog=examples(
        "remit match era.835 --claims sent.837",
        "remit add my-remittances era.835",
        "remit match my-remittances --claims claims/ --format json --output result.json",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)
_FOLDER = typer.Argument(metavar="STORE", help="The folder of the remittances.")


@app.command(name="add", epilog=examples("remit add my-remittances 2026-11-24.835"))
def add(
    store: Annotated[
        Path,
        typer.Argument(
            metavar="STORE", help="The folder of the remittances. It is made if it doesn't exist."
        ),
    ],
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="835 files, explanations of benefits (FHIR), folders or zip files.",
        ),
    ],
) -> None:
    """Keep remittances.

    Each file is kept as it is, so that only you can read it. A file is added completely or not at all, and only once: cleanclaim recognizes its content.
    """
    from cleanclaim.remit.store import RemitStore  # noqa: PLC0415 - start-up

    done = RemitStore(store).add(inputs)
    for kept in done.added:
        tell(f"added {_line(kept)}")
    for name, known in done.known:
        tell(f"already added as file {known.number} on {known.added[:10]}: {name}")
    for refused in done.refused:
        tell(f"cleanclaim: not added: {refused}", err=True)
    if done.refused:
        raise typer.Exit(COULD_NOT_RUN)


@app.command(name="list", epilog=examples("remit list my-remittances"))
def list_files(store: Annotated[Path, _FOLDER], *, format_: TextOrJson = "text") -> None:
    """List the remittances in a store."""
    from cleanclaim.remit.store import RemitStore  # noqa: PLC0415

    files = RemitStore(store).files()
    if format_ == "json":
        typer.echo(json.dumps({"files": [asdict(one) for one in files]}, indent=2))
        return
    for kept in files:
        tell(_line(kept))
    payments = sum(one.payments for one in files)
    tell(f"{counted(len(files), 'file')}, {counted(payments, 'claim payment')}")


@app.command(
    name="show",
    epilog=examples("remit show my-remittances 3", "remit show era.835 --format json"),
)
def show(
    source: Annotated[
        Path,
        typer.Argument(metavar="STORE|FILE", help="A folder of remittances, or an 835 file."),
    ],
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="NUMBER...", help="File numbers from `remit list`."),
    ] = None,
    *,
    format_: TextOrJson = "text",
) -> None:
    """Show what remittances say.

    Each check, its claims and services, and whether it balances.
    """
    from cleanclaim.remit.show import as_json, as_text  # noqa: PLC0415

    remittance, files = _read([str(source)], numbers or ())
    typer.echo(as_json(remittance) if format_ == "json" else as_text(remittance))
    _tell_unread([one.error for one in files if one.error])


@app.command(name="remove", epilog=examples("remit remove my-remittances 3"))
def remove(
    store: Annotated[Path, _FOLDER],
    numbers: Annotated[
        list[int], typer.Argument(metavar="NUMBER...", help="File numbers from `remit list`.")
    ],
) -> None:
    """Remove remittances from a store.

    Their content is deleted from the disk.
    """
    from cleanclaim.remit.store import RemitStore  # noqa: PLC0415

    for kept in RemitStore(store).remove(numbers):
        tell(f"removed {_line(kept)}")


@app.command(
    name="match",
    epilog=examples(
        "remit match era.835 --claims sent.837",
        "remit match my-remittances --claims claims/ --as-of 2026-06-30 --format json",
        "remit match era.835 --claims sent.837 --report checked.json --contracts contracts.csv",
    ),
)
def match(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="STORE|FILE...",
            help="Folders of remittances, 835 files, or explanations of benefits (FHIR).",
        ),
    ],
    *,
    claims: Annotated[
        list[str],
        typer.Option(
            "--claims",
            help="The claims that were sent: files, folders or histories. Can be repeated.",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Count the days left from this date. Default: today."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="The JSON report of the check before the claims were sent, to see which findings were ignored.",
        ),
    ] = None,
    contracts: Annotated[
        Path | None,
        typer.Option("--contracts", help="A table of what payers agreed to pay (CSV)."),
    ] = None,
    matched: Annotated[
        Path | None,
        typer.Option(
            "--matches",
            help="Matches made by hand (CSV): remit_claim_id or payer_claim_id, and claim_id.",
        ),
    ] = None,
    history: Annotated[
        list[str] | None,
        typer.Option("--history", help="Earlier claims for the edits. Can be repeated."),
    ] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, json or csv.")] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the result to this file. Only you can read it."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Claims that text lists; 0 for all.")
    ] = 50,
    edits: EditFolders = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Match payments to claims, and trace each denial.

    For every denied or reduced line: the category, the edits that would have caught it, what to do next and the days left. Also lists payments without a
    claim, claims without a payment, underpaid lines, and sums that don't hold.

    Exit status: 0 if everything was read, 2 if not.
    """
    from cleanclaim import config  # noqa: PLC0415 - start-up: only what the command needs is loaded
    from cleanclaim.cli.edits import loaded_edits  # noqa: PLC0415
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.job import Job  # noqa: PLC0415
    from cleanclaim.remit.manual import read_matches  # noqa: PLC0415
    from cleanclaim.remit.run import Question, match_payments  # noqa: PLC0415

    if format_ not in {"text", "json", "csv"}:
        raise ConfigError([f"--format: expected text, json or csv, found {format_!r}"])
    chosen = config.load({"history": tuple(history or ()), "edits": tuple(edits or ()), "as_of": as_of})  # fmt: skip
    every, broken = loaded_edits(chosen.edits)
    own = registry.choose(every, chosen.select, chosen.ignore)
    judged = replace(settings(chosen), as_of=None)  # each claim as of the day it was sent
    tables = table_options(sheet, columns, claims)
    with progress() as (words, done):
        remittance, files = _read(inputs, ())
        reference = reference_tables(store, lock)
        reference.on_progress(words)
        job = Job(tuple(claims), reference, tuple(own), judged, chosen.history, progress=done, broken=broken, tables=tables)  # fmt: skip
        given = read_matches(matched) if matched else {}
        question = Question(remittance, files, job, chosen.as_of if as_of else None, report, contracts, given)  # fmt: skip
        result = match_payments(question)
    _write(_rendered(result, format_, limit), output)
    _tell_unread([one["error"] for one in result.unread])


def _read(inputs: Sequence[str], numbers: Sequence[int]) -> tuple[Remittance, list[RemitFile]]:
    from cleanclaim.remit.read import read_remittances  # noqa: PLC0415
    from cleanclaim.remit.store import inputs_of  # noqa: PLC0415

    return read_remittances(inputs_of(inputs, numbers))


def _rendered(result: RemitReport, format_: str, limit: int) -> str:
    from cleanclaim.remit.text import csv_of, text_of  # noqa: PLC0415
    from cleanclaim.text.escaping import visible  # noqa: PLC0415

    if format_ == "json":
        return result.to_json() + "\n"
    if format_ == "csv":
        return csv_of(result)
    return "".join(f"{visible(line)}\n" for line in text_of(result, limit).splitlines())


def _write(text: str, output: Path | None) -> None:
    if output is None:
        with streams.output() as out:
            out.write(text.encode())
        return
    try:
        with whole_file(output) as out:
            out.write(text.encode())
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}"]) from None


def _tell_unread(errors: Sequence[str]) -> None:
    for error in errors:
        tell(f"cleanclaim: {error}", err=True)
    if errors:
        raise typer.Exit(COULD_NOT_RUN)


def _line(kept: Kept) -> str:
    days = f"{kept.first_day} to {kept.last_day}" if kept.first_day else "no check date"
    return f"file {kept.number}: {counted(kept.checks, 'check')}, {counted(kept.payments, 'claim payment')}, {days}, {kept.name}"
