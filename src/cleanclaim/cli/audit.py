"""`cleanclaim audit`: samples, sheets, scores and visit levels."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.options import AsOf, Columns, Lock, Payers, Sheet, Store, examples
from cleanclaim.cli.terminal import COULD_NOT_RUN, tell
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleanclaim.audit.plan import Plan
    from cleanclaim.audit.profile import Profile
    from cleanclaim.audit.score import Score
    from cleanclaim.audit.sheet import Extras
    from cleanclaim.report.result import Report

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Audit coding: draw a sample, fill in a sheet, score it.",
)
Inputs = Annotated[
    list[str], typer.Argument(metavar="CLAIMS...", help="Files and folders with claims.")
]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="The plan that `audit plan` made.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write to this file. Only you can read it."),
]


@app.command(
    epilog=examples(
        "audit plan year.837 --size 120 --seed 7 --output plan.json",
        "audit plan year.csv --method stratified --by provider --output plan.json",
        "audit plan year.csv --expected-rate 0.1 --within 0.05 --output plan.json",
        "audit plan year.csv --method risk --size 30",
    )
)
def plan(
    inputs: Inputs,
    *,
    method: Annotated[str, typer.Option("--method", help="simple, stratified, pps (by dollars) or risk (outliers and dollars at risk first).")] = "simple",
    by: Annotated[str | None, typer.Option("--by", help="What strata are made of: provider, payer, family or dollars, separated by commas.")] = None,
    size: Annotated[int | None, typer.Option("--size", help="How many claims. Default: enough for a rate of errors within 10 points.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="The seed: the same claims and seed give the same sample.")] = 1,
    confidence: Annotated[float, typer.Option("--confidence", help="Of the two-sided intervals.")] = 0.90,
    expected_rate: Annotated[float | None, typer.Option("--expected-rate", help="Take the size for this rate of errors, such as 0.1, with --within.")] = None,
    within: Annotated[float | None, typer.Option("--within", help="Half of the interval: points of a rate (0.05), or a share of the dollars (0.25).")] = None,
    probe_mean: Annotated[float | None, typer.Option("--probe-mean", help="Take the size for dollars: the mean error of a probe sample.")] = None,
    probe_deviation: Annotated[float | None, typer.Option("--probe-deviation", help="The standard deviation of the probe sample's errors.")] = None,
    output: Output = None,
    as_of: AsOf = None,
    payers: Payers = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:  # fmt: skip
    """Draw a sample of claims.

    The plan says how each claim was drawn, so that the score can be extrapolated. Sizes and intervals use RAT-STATS' formulas.
    """
    from cleanclaim.audit import plan as plans  # noqa: PLC0415
    from cleanclaim.audit.population import population_of  # noqa: PLC0415
    from cleanclaim.audit.text import plan_text  # noqa: PLC0415

    report = _checked(inputs, as_of, payers, sheet, columns, store, lock)
    population = population_of(report)
    chosen = size
    if size is None:
        chosen = _size(population.height, confidence, (expected_rate, within, probe_mean, probe_deviation))  # fmt: skip
    made = plans.draw(
        population,
        method=method,
        size=chosen,
        seed=seed,
        by=tuple(word.strip() for word in (by or "").split(",") if word.strip()),
        confidence=confidence,
        inputs=[Path(path).name for path in inputs],
    )
    if output is not None:
        _write(made.to_json().encode(), output)
    typer.echo(plan_text(made), nl=False)
    if output is not None:
        tell(f"{output}: next, cleanclaim audit sheet {output} CLAIMS --output sheet.xlsx", err=True)  # fmt: skip


def _size(population: int, confidence: float, given: tuple[float | None, ...]) -> int | None:
    """The size for what is expected; None if nothing is."""
    from cleanclaim.audit.estimates import size_for_rate, size_for_total  # noqa: PLC0415

    rate, within, average, deviation = given
    if all(one is None for one in given):
        return None
    if within is None or not 0 < within < 1:
        raise ConfigError(["--within: expected a number between 0 and 1, such as 0.05"])
    if rate is not None:
        if not 0 <= rate <= 1:
            raise ConfigError(["--expected-rate: expected a number between 0 and 1, such as 0.1"])
        return size_for_rate(rate, within, population, confidence)
    if not average or deviation is None or deviation < 0:
        raise ConfigError(["--within needs --expected-rate, or --probe-mean and --probe-deviation"])
    return size_for_total(average, deviation, population, within, confidence)


@app.command(
    name="sheet",
    epilog=examples(
        "audit sheet plan.json year.csv --output sheet.xlsx",
        "audit sheet plan.json year.csv --notes notes/ --coders coders.csv --output sheet.xlsx",
    ),
)
def make_sheet(
    plan_file: PlanFile,
    inputs: Inputs,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The workbook (.xlsx) or table (.csv) to write. Only you can read it.")],
    notes: Annotated[str | None, typer.Option("--notes", help="Notes: a folder with files named by the claims' numbers, or JSON Lines.")] = None,
    coders: Annotated[Path | None, typer.Option("--coders", help="A CSV file with claim_id and coder.")] = None,
    as_of: AsOf = None,
    payers: Payers = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:  # fmt: skip
    """Write the sheet that the auditor fills in.

    A row for each line in the sample: what was billed, what cleanclaim says of it, the note and the codes that the note supports, and columns for the auditor.
    """
    from cleanclaim.audit import sheet as sheets  # noqa: PLC0415

    if output.suffix.lower() not in {".xlsx", ".csv"}:
        raise ConfigError(["--output: expected a file that ends in .xlsx or .csv"])
    made = _plan(plan_file)
    report = _checked(inputs, as_of, payers, sheet, columns, store, lock)
    texts, unread = sheets.notes_in(notes) if notes else ({}, [])
    rows = sheets.rows_of(made, report, _extras(coders, texts))
    is_book = output.suffix.lower() == ".xlsx"
    _write(sheets.write_workbook(rows) if is_book else sheets.write_csv(rows), output)
    tell(f"{output}: {counted(len(rows), 'line')} of {counted(len(made.sample), 'claim')}")
    for line in unread:
        tell(f"cleanclaim: {line}", err=True)
    if unread:
        raise typer.Exit(COULD_NOT_RUN)


def _extras(coders: Path | None, texts: dict[str, str]) -> Extras:
    from cleanclaim.audit import sheet as sheets  # noqa: PLC0415

    by_claim = sheets.pairs_in(coders, "claim_id", "coder") if coders else {}
    supported: dict[str, tuple[str, ...]] = {}
    if texts:
        from cleanclaim.api import suggest  # noqa: PLC0415

        supported = {
            claim: tuple(one.code for one in suggest(text) if one.disposition == "code")
            for claim, text in texts.items()
        }
    return sheets.Extras(by_claim, texts, supported)


@app.command(
    epilog=examples(
        "audit score plan.json sheet.xlsx",
        "audit score plan.json sheet.xlsx --fees fees.csv --format html --output audit.html",
        "audit score plan.json first.xlsx --second second.xlsx",
    )
)
def score(
    plan_file: PlanFile,
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="The sheet that the auditor filled in.")],
    *,
    second: Annotated[Path | None, typer.Option("--second", help="The same sheet filled in by a second auditor, for their agreement.")] = None,
    fees: Annotated[Path | None, typer.Option("--fees", help="A CSV file with procedure_code and fee. Default: the claims' charges.")] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, json, csv or html.")] = "text",
    output: Output = None,
) -> None:  # fmt: skip
    """Score a sheet that an auditor filled in.

    Accuracy, dollars, and what the sample says of all claims.
    """
    from cleanclaim.audit import marks, sheet as sheets  # noqa: PLC0415, I001
    from cleanclaim.audit.page import score_page  # noqa: PLC0415
    from cleanclaim.audit.score import score_of  # noqa: PLC0415
    from cleanclaim.audit.text import cards_csv, score_text  # noqa: PLC0415

    formats: dict[str, Callable[[Score], bytes]] = {
        "text": lambda made: score_text(made).encode(),
        "json": lambda made: (json.dumps(made.as_dict(), indent=2) + "\n").encode(),
        "csv": cards_csv,
        "html": lambda made: score_page(made).encode(),
    }
    if format_ not in formats:
        raise ConfigError([f"--format: expected {', '.join(formats)}, found {format_!r}"])
    made = _plan(plan_file)
    units = {one.unit: one for one in made.sample}
    known = _fees(fees)
    judged, notes = marks.marks_of(sheets.read_sheet(sheet), units, known)
    if not judged:
        raise InputError(f"{sheet}: no line has been judged yet: fill in the column Agree?")
    others = marks.marks_of(sheets.read_sheet(second), units, known)[0] if second else []
    _write(formats[format_](score_of(made, judged, second=others, notes=notes)), output)


@app.command(
    epilog=examples(
        "audit profile year.csv",
        "audit profile year.csv --by payer --format json",
        "audit profile year.csv --peers MUP_PHY_R25_Prov_Svc.csv --format html --output levels.html",
    )
)
def profile(
    inputs: Inputs,
    *,
    by: Annotated[str, typer.Option("--by", help="Whose levels: provider, specialty, place or payer.")] = "provider",
    peers: Annotated[Path | None, typer.Option("--peers", help="CMS's file by provider and service (CSV). Default: the one imported, if any.")] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, json or html.")] = "text",
    output: Output = None,
    as_of: AsOf = None,
    payers: Payers = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
    lock: Lock = None,
) -> None:  # fmt: skip
    """Compare visit levels with those of peers.

    Peers are the others in the same claims, of the specialty if it has enough visits, and Medicare's providers of the specialty with --peers.
    """
    from cleanclaim.audit import profile as profiles  # noqa: PLC0415
    from cleanclaim.audit.page import profile_page  # noqa: PLC0415
    from cleanclaim.audit.peers import visits_by_specialty, visits_imported  # noqa: PLC0415
    from cleanclaim.audit.text import profile_text  # noqa: PLC0415

    formats: dict[str, Callable[[Profile], str]] = {
        "text": profile_text,
        "json": lambda made: json.dumps(made.as_dict(), indent=2) + "\n",
        "html": profile_page,
    }
    if format_ not in formats:
        raise ConfigError([f"--format: expected {', '.join(formats)}, found {format_!r}"])
    if by not in profiles.GROUPS:
        raise ConfigError([f"--by: expected {', '.join(profiles.GROUPS)}, found {by!r}"])
    medicare = visits_by_specialty(peers) if peers else None
    report = _checked(inputs, as_of, payers, sheet, columns, store, lock)
    medicare = visits_imported(report.reference) if medicare is None else medicare
    _write(formats[format_](profiles.profile_of(report, group=by, medicare=medicare)).encode(), output)  # fmt: skip


def _fees(path: Path | None) -> dict[str, float]:
    from cleanclaim.audit.sheet import pairs_in  # noqa: PLC0415

    known: dict[str, float] = {}
    for code, fee in (pairs_in(path, "procedure_code", "fee") if path else {}).items():
        try:
            known[code.upper()] = float(fee.replace("$", "").replace(",", ""))
        except ValueError:
            raise InputError(f"{path}: the fee of {code[:5]!r} isn't a number") from None
    return known


def _plan(path: Path) -> Plan:
    from cleanclaim.audit.plan import plan_of  # noqa: PLC0415

    try:
        return plan_of(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: {getattr(error, 'strerror', None) or 'not a text file'}"]) from None  # fmt: skip


def _checked(
    inputs: list[str],
    as_of: str | None,
    payers: list[str] | None,
    sheet: str | None,
    columns: Path | None,
    store: Path | None,
    lock: Path | None,
) -> Report:
    """The claims, checked."""
    from cleanclaim.api import check  # noqa: PLC0415
    from cleanclaim.cli.tables import table_options  # noqa: PLC0415
    from cleanclaim.cli.terminal import reference  # noqa: PLC0415

    table_options(sheet, columns, inputs)  # makes the file of columns if it isn't there
    report = check(
        list(inputs), as_of=as_of, sheet=sheet, columns=columns, reference=reference(store, lock, payers or ())
    )  # fmt: skip
    for entry in report.unread:
        tell(f"cleanclaim: {entry.error}", err=True)
    if report.unread:
        raise InputError("an audit needs all claims: some inputs weren't read")
    return report


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        with whole_file(output) as out:
            out.write(content)
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}"]) from None
