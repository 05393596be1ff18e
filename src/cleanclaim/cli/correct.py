"""`cleanclaim fix` and `cleanclaim correct`: repair a file of claims, and send a claim again."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.options import Columns, EditFolders, Lock, Sheet, Store
from cleanclaim.cli.tables import table_options
from cleanclaim.cli.terminal import reference as reference_tables
from cleanclaim.cli.terminal import settings, tell
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.report.labels import counted

if TYPE_CHECKING:
    from cleanclaim.correct.corrector import Corrector, Found
    from cleanclaim.correct.decisions import Decision
    from cleanclaim.read import TableOptions
    from cleanclaim.report.result import Report

By = Annotated[
    str | None,
    typer.Option("--by", help="Who decided, for the record. Default: your user name."),
]


def fix(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="An 837, FHIR claims, or a table (CSV, .xlsx, Parquet)."
        ),
    ],
    *,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", help="A file of decisions (CSV); see --write-decisions."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the repaired file here. Only you can read it."),
    ] = None,
    write_decisions: Annotated[
        Path | None,
        typer.Option(
            "--write-decisions",
            help="Write a row for each finding that someone must decide (CSV), to fill in.",
        ),
    ] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Ask for each finding that someone must decide.")
    ] = False,
    by: By = None,
    edits: EditFolders = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:
    """Repair a file of claims.

    Without --output it shows what would change. Safe repairs change the form of a value and never what it says: in an 837 dots in diagnosis codes, lower
    case, blanks, counts and control numbers; in tables lower case and blanks in codes; in all formats the order of modifiers. Everything else changes only as
    you decide; everything else in the file stays. OUTPUT.changes.csv records each change and who decided it.
    """
    from cleanclaim.correct import fix as repairs  # noqa: PLC0415 - start-up
    from cleanclaim.correct.decisions import decisions_text, read_decisions  # noqa: PLC0415

    who = by or _user()
    given = read_decisions(decisions, who) if decisions else []
    tables = table_options(sheet, columns, [str(file)])
    _, corrector = repairs.read_file(file, tables)
    report = _check(file, edits, tables, (store, lock))
    proposed = repairs.proposals(report)
    if write_decisions is not None:
        _write(write_decisions, decisions_text(proposed).encode())
        tell(
            f"{write_decisions}: {counted(len(proposed), 'decision')} to make: fill in `to` and `by`"
        )
    if interactive:
        given += _asked(report, proposed, who)
    done = repairs.repaired(corrector, report.findings, given)
    for title, changes in (("safe", done.safe), ("decided", done.decided), ("envelope", done.envelope)):  # fmt: skip
        for one in changes:
            tell(f"{title}: {_line(one)}")
    if output is None:
        left = len(proposed) - len(given)
        tell(f"{counted(len(done.changes), 'change')}; {counted(max(left, 0), 'finding')} to decide. Nothing was written: use --output FILE")  # fmt: skip
        return
    _write(output, done.content)
    record = repairs.record_of(output)
    _write(record, decisions_text(done.changes).encode())
    tell(f"{output}: {counted(len(done.changes), 'change')}, recorded in {record}", err=True)


def correct(
    claim_id: Annotated[str, typer.Argument(metavar="CLAIM_ID", help="The claim's number.")],
    *,
    claims: Annotated[
        Path,
        typer.Option("--claims", help="The file that it was sent in: an 837, FHIR, or a table."),
    ],
    frequency: Annotated[
        str, typer.Option("--frequency", help="7 to replace the claim, 8 to void it.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Write the new file here. Only you can read it.")
    ],
    remit: Annotated[
        list[str] | None,
        typer.Option(
            "--remit",
            help="Remittances with the payer's number of the claim: folders or 835 files. Can be repeated.",
        ),
    ] = None,
    reference_number: Annotated[
        str | None,
        typer.Option("--reference-number", help="The payer's number of the claim, if not --remit."),
    ] = None,
    changes: Annotated[
        Path | None, typer.Option("--changes", help="A file of decisions (CSV): what to change.")
    ] = None,
    which: Annotated[
        int | None,
        typer.Option("--which", min=1, help="Which claim, if several have this number: 1, 2 …"),
    ] = None,
    control_number: Annotated[
        int | None,
        typer.Option("--control-number", help="The new control number. Default: made of the time."),
    ] = None,
    by: By = None,
    sheet: Sheet = None,
    columns: Columns = None,
) -> None:
    """Send a claim again: a replacement or a void.

    The new file has the format of the old one and holds only this claim, with the frequency and the payer's number of the earlier claim. An 837 gets new
    control numbers and correct counts. It never changes anything that you didn't decide. OUTPUT.changes.csv records each change and who decided it.
    """
    from cleanclaim.correct import fix as repairs  # noqa: PLC0415
    from cleanclaim.correct.corrector import REPLACEMENT, VOID, Terms  # noqa: PLC0415
    from cleanclaim.correct.decisions import decisions_text, read_decisions  # noqa: PLC0415
    from cleanclaim.correct.replacement import control_number as numbered  # noqa: PLC0415

    if frequency not in {REPLACEMENT, VOID}:
        raise ConfigError([f"--frequency: expected 7 or 8, found {frequency!r}"])
    if frequency == VOID and changes is not None:
        raise ConfigError(["--changes: a void repeats the claim as it was sent"])
    tables = table_options(sheet, columns, [str(claims)])
    _, corrector = repairs.read_file(claims, tables)
    claim = _chosen(corrector, claim_id, which, claims)
    who = by or _user()
    decided = [one for one in read_decisions(changes, who) if one.claim_id == claim_id] if changes else []  # fmt: skip
    made = datetime.now().astimezone()
    terms = Terms(
        frequency,
        reference_number or _payer_number(claim, corrector, (claims, tables), remit or []),
        numbered(control_number, made),
        made,
        who,
    )
    content = corrector.again(claim, decided, terms)
    _write(output, content)
    record = repairs.record_of(output)
    _write(record, decisions_text(corrector.done).encode())
    tell(f"{output}: claim {claim_id} with frequency {frequency}; {counted(len(corrector.done), 'change')}, recorded in {record}", err=True)  # fmt: skip
    tell(f"Check it before you send it: cleanclaim check {output}", err=True)


def _check(file: Path, edits: list[str] | None, tables: TableOptions, releases: tuple[Path | None, Path | None]) -> Report:  # fmt: skip
    from cleanclaim import config, pipeline  # noqa: PLC0415
    from cleanclaim.cli.edits import loaded_edits  # noqa: PLC0415
    from cleanclaim.edits import registry  # noqa: PLC0415
    from cleanclaim.job import Job  # noqa: PLC0415

    chosen = config.load({"edits": tuple(edits or ())})
    every, broken = loaded_edits(chosen.edits)
    own = registry.choose(every, chosen.select, chosen.ignore)
    reference = reference_tables(*releases)
    report = pipeline.run_whole(Job((str(file),), reference, tuple(own), settings(chosen), chosen.history, broken=broken, tables=tables))  # fmt: skip
    if report.unread:
        raise InputError(str(report.unread[0].error))
    return report


def _asked(report: Report, proposed: Sequence[Decision], who: str) -> list[Decision]:
    from dataclasses import replace  # noqa: PLC0415

    messages: dict[tuple[Any, ...], str] = {
        (row["claim_id"], row["line_number"], row["diagnosis_number"], row["code"]): row["message"]
        for row in report.findings.iter_rows(named=True)
    }
    found = []
    for one in proposed:
        key = (one.claim_id, one.line_number, one.diagnosis_number, one.edit)
        tell(f"{one.where}: {messages.get(key, '')}")
        value = typer.prompt(f"  {one.before or '(empty)'} becomes (Enter to leave it)", default="", show_default=False)  # fmt: skip
        if value.strip():
            found.append(replace(one, after=value.strip(), by=who))
    return found


def _chosen(corrector: Corrector[Any], claim_id: str, which: int | None, file: Path) -> Any:
    found = corrector.claims.get(claim_id, [])
    if not found:
        raise InputError(f"{file}: no claim has the number {claim_id}")
    if len(found) > 1 and which is None:
        raise ConfigError([f"{file}: {len(found)} claims have the number {claim_id}: choose one with --which"])  # fmt: skip
    if which is not None and which > len(found):
        raise ConfigError(
            [f"--which: the file has {counted(len(found), 'claim')} with this number"]
        )
    return found[(which or 1) - 1]


def _payer_number(
    claim: Found, corrector: Corrector[Any], file: tuple[Path, TableOptions], remit: Sequence[str]
) -> str:
    """The payer's number of the claim: from its last payment that counts, else as the claim has it."""
    from cleanclaim.correct.payer_number import number_paid  # noqa: PLC0415

    found = number_paid(*file, claim.key, remit) if remit else corrector.payer_number(claim)
    if found is None:
        where = "no payment of this claim was found" if remit else "the claim has none"
        raise ConfigError([f"the payer's number of the claim is missing: {where}; give --remit or --reference-number"])  # fmt: skip
    return found


def _write(path: Path, content: bytes) -> None:
    from cleanclaim.correct.fix import write  # noqa: PLC0415

    try:
        write(path, content)
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None


def _line(one: Decision) -> str:
    where = one.where if one.claim_id else one.field
    edit = f" ({one.edit})" if one.edit else ""
    return f"{where}{edit}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name, as in some containers
        return "not named"
