"""One analysis: read the claims batch by batch, count, check, and make the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim import pipeline
from cleanclaim.analysis import groups as grouping
from cleanclaim.analysis.counts import Counts
from cleanclaim.analysis.facts import Facts
from cleanclaim.analysis.payments import payment_tables
from cleanclaim.analysis.quality import quality_of
from cleanclaim.analysis.risk import risk_of
from cleanclaim.analysis.tables import LEAST, tables_of
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.job import Job
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead
from cleanclaim.reference import Reference
from cleanclaim.remit.groups import traced_in_groups
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.run import Question
from cleanclaim.remit.store import inputs_of
from cleanclaim.settings import prepare

PEOPLE: Final = ("month", "age_band", "sex", "region")
"""What a population can be divided by."""


@dataclass(frozen=True)
class Payments:
    """The remittances for the claims that are analyzed.

    Attributes:
        inputs: folders of remittances, 835 files, explanations of benefits.
        contracts: a table of what payers agreed to pay, for underpayments.
        as_of: the day from which the days left are counted; today by default.
    """

    inputs: tuple[str | Path, ...]
    contracts: Path | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Analysis:
    """The result of an analysis.

    Attributes:
        tables: the tables by name.
        grouping: how diagnoses are put together: ccsr, chapter or code.
        claims: how many claims there were.
        patients: how many patients.
        least: the fewest patients that a cell shows.
        notes: what a reader must know.
    """

    tables: Mapping[str, pl.DataFrame]
    grouping: str
    claims: int
    patients: int
    least: int
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "grouping": self.grouping,
            "claims": self.claims,
            "patients": self.patients,
            "fewest_patients_shown": self.least,
            "notes": list(self.notes),
            "tables": {name: json.loads(table.write_json()) for name, table in self.tables.items()},
        }


def analyze(
    job: Job,
    *,
    diagnoses: str | None = None,
    population: pl.DataFrame | None = None,
    least: int = LEAST,
    checks: bool = True,
    payments: Payments | None = None,
) -> Analysis:
    """Analyze any number of claims.

    Args:
        job: the claims, the dated tables and the edits.
        diagnoses: how they are put together: ccsr, chapter or code; by default ccsr if it is loaded, else chapter.
        population: people by month, age_band, sex or region, for rates (`population_in`).
        least: the fewest patients that a cell shows; 1 to show all.
        checks: False to leave out the tables that need the claims checked.
        payments: the remittances for these claims, for the tables of denials and payments.

    Raises:
        ConfigError: an option can't be.
        InputError: there are no claims.
    """
    chosen = grouping_of(job.reference, diagnoses, least)
    facts, files = Facts(), list[FileRead]()
    is_whole = _count(job, facts, files)
    unread = [str(entry.error) for entry in files if entry.error]
    if not facts.claims:
        raise InputError("; ".join(unread) or "there are no claims to analyze")
    counts = facts.counts()
    tables, notes = counted(counts, job.reference, chosen, population=population, least=least)
    risk, risk_note = risk_of(facts.diagnoses(), facts.patients(), least)
    tables |= risk
    if checks:
        with pipeline.run(replace(job, inputs=job.inputs)) as results:
            tables |= quality_of(results)
    if payments is not None:
        made, told = _of_payments(job, payments)
        tables |= made
        unread += told
    notes = [*(f"not read: {one}" for one in unread), *notes, *([risk_note] if risk_note else [])]
    if not is_whole:
        notes.append("The claims don't fit in memory together: a claim that was voided or replaced in another part of them counts.")  # fmt: skip
    return Analysis(tables, chosen, facts.claims, counts.patients(), least, tuple(notes))


def counted(
    counts: Counts,
    reference: Reference,
    chosen: str,
    *,
    population: pl.DataFrame | None,
    least: int,
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """The tables that are counted from facts by patient, and what a reader must know."""
    codes = counts.codes()
    first, last = _days(codes)
    bridged = grouping.bridges(codes["code"].unique().to_list(), reference, first, last)
    groups = grouping.groups_of(codes["code"], chosen, reference, bridged)
    made = dict(tables_of(counts, reference, groups, population=population, least=least))
    return made, _notes(counts, bridged, chosen, least)


def _of_payments(job: Job, payments: Payments) -> tuple[Mapping[str, pl.DataFrame], list[str]]:
    """The tables of denials and payments, and the remittances that couldn't be read."""
    remittance, files = read_remittances(inputs_of(payments.inputs), keeps_text=False)
    judged = replace(job, settings=replace(job.settings, as_of=None))
    question = Question(remittance, files, judged, payments.as_of, None, payments.contracts)
    made = payment_tables(traced_in_groups(question), remittance.payments.height)
    return made, [one.error for one in files if one.error]


def _count(job: Job, facts: Facts, files: list[FileRead]) -> bool:
    """Count the claims: together if they fit in memory, so that voids are met with what they void, else batch by batch; whether they fit."""
    held: list[Batch] = []
    claims = 0
    for batch, _ in job.read(files):
        held.append(batch)
        claims += batch.claims.height
        job.progress("reading", claims, None)
        if claims > job.plan.in_memory:
            for one in held:
                facts.add(prepare(one, job.settings, job.reference), job.reference)
            held = []
    if held and claims <= job.plan.in_memory:
        facts.add(prepare(concat(held), job.settings, job.reference), job.reference)
        return True
    return not claims


def grouping_of(reference: Reference, wanted: str | None, least: int) -> str:
    """How diagnoses are put together.

    Raises:
        ConfigError: an option can't be.
    """
    if least < 1:
        raise ConfigError([f"least: expected at least 1, found {least}"])
    has_categories = "ccsr" in reference.names()
    chosen = wanted or ("ccsr" if has_categories else "chapter")
    if chosen not in grouping.GROUPINGS:
        raise ConfigError([f"diagnoses: expected {', '.join(grouping.GROUPINGS)}, found {chosen!r}"])  # fmt: skip
    if chosen == "ccsr" and not has_categories:
        raise ConfigError(["diagnoses: ccsr isn't loaded: cleanclaim reference import DXCCSR_v2026-1.zip (AHRQ)"])  # fmt: skip
    return chosen


def _days(counts: pl.DataFrame) -> tuple[date, date]:
    """The days of the months of some counts."""
    if counts.is_empty():
        return date(1900, 1, 1), date(1900, 1, 1)
    first, last = str(counts["month"].min()), str(counts["month"].max())
    after = date(int(last[:4]), int(last[5:7]), 28) + timedelta(days=4)
    return date(int(first[:4]), int(first[5:7]), 1), after.replace(day=1) - timedelta(days=1)


def _notes(counts: Counts, bridged: Mapping[str, str], chosen: str, least: int) -> list[str]:
    notes = []
    if counts.undated:
        notes.append(f"{counts.undated:,} claims without a date are in no table of diagnoses")
    if least > 1:
        notes.append(f"Cells of fewer than {least} patients are suppressed.")
    if bridged and chosen == "code":
        notes.append(f"Codes that were divided or replaced in these months are counted together: {'; '.join(sorted(set(bridged.values())))}.")  # fmt: skip
    return notes


def population_in(path: Path) -> pl.DataFrame:
    """A population for rates: a CSV file with `population` and one or more of month, age_band, sex, region.

    Raises:
        InputError: it can't be read, or isn't one.
    """
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError):
        raise InputError(f"{path}: can't be read as CSV") from None
    unknown = [name for name in table.columns if name not in {*PEOPLE, "population"}]
    if "population" not in table.columns or len(table.columns) < 2 or unknown:
        raise InputError(f"{path}: expected the column population and one or more of {', '.join(PEOPLE)}")  # fmt: skip
    people = table["population"].str.replace_all(",", "").cast(pl.Float64, strict=False)
    wrong = people.is_null() | (people <= 0).fill_null(value=False)
    if wrong.any():
        row = int(wrong.arg_true()[0]) + 2
        raise InputError(f"{path}, row {row}, column population: expected a number above 0")
    return table.with_columns(people.alias("population"))
