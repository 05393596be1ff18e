"""The command line."""

from __future__ import annotations

import os
import sys
from copy import copy
from shutil import get_terminal_size
from typing import Annotated, Final, NoReturn

import typer

from cleanclaim.cli import (
    ack,
    agents,
    analyze,
    audit,
    check,
    codes,
    correct,
    drg,
    edits,
    export,
    history,
    learn,
    level,
    notes,
    payers,
    price,
    reference,
    remit,
    serve,
    streams,
)
from cleanclaim.cli.options import examples
from cleanclaim.cli.terminal import (
    CLEAN,
    DEBUG,
    READER_GONE,
    error_stream,
    fail,
)
from cleanclaim.errors import CleanclaimError
from cleanclaim.failures import reason_of
from cleanclaim.version import VERSION

app = typer.Typer(
    help="Check US medical claims. cleanclaim reads 837 files and tables, and says what is wrong, where, why, and how to fix it.",
    epilog=examples("check claims.837", "explain DX102", "search broken wrist")
    + "\n\nExit status: 0 clean, 1 findings, 2 something failed or was not read.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(reference.app, name="reference")
app.add_typer(history.app, name="history")
app.add_typer(remit.app, name="remit")

_THREADS: Final = "POLARS_MAX_THREADS"
_WIDEST: Final = 120
"""Longer lines of help are hard to read, however wide the terminal is."""


def main() -> NoReturn:
    """Run the command line; errors become one message and exit status 2."""
    streams.guard()
    words = [word for word in sys.argv[1:] if word != DEBUG]
    with error_stream(debug=len(words) < len(sys.argv) - 1):
        run(words)


def run(words: list[str]) -> NoReturn:
    """Run the command line on the standard streams as they are.

    Args:
        words: the arguments after the name of the program.
    """
    if os.environ.get(_THREADS, "").strip() == "0":  # Polars would panic
        fail(f"{_THREADS}: expected a number of at least 1, found 0")
    if "" in words:  # it would be read as the current folder
        fail("an argument is empty; is a variable in your script unset?")
    try:
        width = min(get_terminal_size().columns, _WIDEST)
        status = _needed(words)(
            words, prog_name="cleanclaim", standalone_mode=False, max_content_width=width
        )
        sys.stdout.flush()
    except CleanclaimError as error:
        fail(str(error))
    except typer.Abort:
        fail("stopped")
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except streams.ReaderGone:
        sys.exit(READER_GONE)
    except KeyboardInterrupt:
        fail("stopped")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except BaseException as error:  # noqa: BLE001 - a usage error or an internal error: users see no traceback
        _unexpected(error)
    sys.exit(status if isinstance(status, int) else CLEAN)


def _needed(words: list[str]) -> typer.Typer:
    """The application with only the command that is called: describing all others takes longer than many commands."""
    called = words[0] if words else ""
    commands = [one for one in app.registered_commands if one.name == called]
    groups = [one for one in app.registered_groups if one.name == called]
    if not commands and not groups:
        return app
    part = copy(app)
    part.registered_commands, part.registered_groups = commands, groups
    return part


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"cleanclaim {VERSION}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _version(wanted=value),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            DEBUG,
            help="Print the traceback of every internal error; it can show claim data. Works anywhere on the command line.",
        ),
    ] = False,
) -> None:
    del version, debug


app.command(
    name="check",
    epilog=examples(
        "check claims.837",
        "check claims.837 --min-disposition deny-line --ignore DX118,HX",
        "check inbox/ --format html --output report.html",
        "check today.837 --history my-history --payer-class medicare",
        "check - < claims.837",
    ),
)(check.check)
app.command(
    name="lookup",
    epilog=examples(
        "lookup M54.5 --on 2026-05-12",
        "lookup 99213 17110 --indicator 1",
        "lookup E11 --format json",
    ),
)(codes.lookup)
app.command(
    name="search",
    epilog=examples("search broken wrist", "search CKD 3b", "search E11.3 --limit 20"),
)(codes.search)
app.command(
    name="crosswalk",
    epilog=examples(
        "crosswalk 250.00 --to icd10cm",
        "crosswalk 83036",
        "crosswalk M54.5 --on 2026-05-12",
    ),
)(codes.crosswalk)
app.command(
    name="diff",
    epilog=examples(
        "diff FY2026 FY2027",
        "diff --on 2026-09-30 --on 2026-10-01 --impact claims/",
        'diff "MPFS 2024C" "MPFS 2025D"',
    ),
)(codes.diff)
app.command(
    name="suggest",
    epilog=examples(
        "suggest visit.txt --on 2026-05-12",
        "suggest notes/ --format jsonl",
        "suggest visit.txt --format html > visit.html",
        "suggest discharge.txt --setting inpatient --format json",
    ),
)(notes.suggest)
app.command(
    name="level",
    epilog=examples(
        "level visit.txt --on 2026-05-12",
        "level visit.txt --billed 99214 --payer medicare",
        "level rounds.txt --place hospital --format json",
    ),
)(level.level)
app.command(
    name="support",
    epilog=examples(
        "support visit.txt --codes E11.22,N18.31,99214 --on 2026-05-12",
        "support therapy.txt --codes 97110x2-GP --format json",
    ),
)(level.support)
app.add_typer(export.app, name="export")
app.command(
    name="price",
    epilog=examples("price claims.837", "price claims.837 --format csv --output prices.csv"),
)(price.price)
app.command(
    name="drg",
    epilog=examples("drg stays.837", "drg stays.837 --format json"),
)(drg.drg)
app.command(
    name="explain",
    epilog=examples(
        "explain DX102",
        "explain 99213 --on 2026-05-12",
        "explain CARC 146",
        "explain icd cpt",
    ),
)(edits.explain)
app.command(
    name="ack",
    epilog=examples(
        "ack response.999", "ack inbox/ --claims sent.837", "ack status.277 --format json"
    ),
)(ack.ack)
app.command(
    name="fix",
    epilog=examples(
        "fix claims.837",
        "fix claims.837 --write-decisions decisions.csv",
        "fix claims.837 --decisions decisions.csv --output fixed.837",
    ),
)(correct.fix)
app.command(
    name="correct",
    epilog=examples(
        "correct A1234 --claims sent.837 --frequency 7 --remit era.835 --changes changes.csv --output replacement.837",
        "correct A1234 --claims sent.837 --frequency 8 --reference-number 2026123456 --output void.837",
    ),
)(correct.correct)
app.add_typer(
    edits.app,
    name="edits",
    epilog=examples("edits", "edits --format json", "edits test own-edits/", "edits new ORG101"),
)
app.command(
    name="analyze",
    epilog=examples(
        "analyze claims/ --output analysis/",
        "analyze year.csv --diagnoses code --format parquet --output analysis/",
        "analyze year.csv --population people.csv --no-checks",
    ),
)(analyze.analyze)
app.add_typer(
    learn.app,
    name="learn",
    epilog=examples("learn list", "learn play --topic modifier", "learn progress"),
)
app.add_typer(
    audit.app,
    name="audit",
    epilog=examples(
        "audit plan year.csv --size 120 --output plan.json",
        "audit sheet plan.json year.csv --output sheet.xlsx",
        "audit score plan.json sheet.xlsx --format html --output audit.html",
    ),
)
app.add_typer(
    payers.app,
    name="payers",
    epilog=examples(
        "payers list", "payers show cigna", "payers new our-plan", "payers check payers/"
    ),
)
app.add_typer(
    serve.app,
    name="serve",
    epilog=examples(
        "serve", "serve --port 9000 --folder /srv/cleanclaim", "serve keys add claims-system"
    ),
)
app.command(name="mcp", epilog=examples("mcp", "mcp --http --port 8009"))(agents.mcp)
app.command(
    name="template",
    epilog=examples("template my-claims/", "template --from visits.xlsx --output columns.toml"),
)(export.template)


def _unexpected(error: BaseException) -> NoReturn:
    shown = getattr(error, "format_message", None)
    if callable(shown):  # a usage error
        command = getattr(getattr(error, "ctx", None), "command_path", "cleanclaim")
        fail(f"{str(shown()).removesuffix('.')}. See: {command} --help")
    fail(
        f"{reason_of(error)}. Please report it; {DEBUG} shows where it happened, and can show claim data"
    )
