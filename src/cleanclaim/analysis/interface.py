"""The public Python function of analysis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from cleanclaim.analysis.run import Analysis, Payments, population_in
from cleanclaim.analysis.run import analyze as analyzed
from cleanclaim.analysis.tables import LEAST
from cleanclaim.edits import registry
from cleanclaim.job import Job
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings


def analyze(  # noqa: PLR0913 - the options of a command
    claims: str | Path | Iterable[str | Path],
    *,
    diagnoses: str | None = None,
    population: pl.DataFrame | str | Path | None = None,
    least: int = LEAST,
    checks: bool = True,
    remit: str | Path | Iterable[str | Path] = (),
    contracts: str | Path | None = None,
    as_of: date | None = None,
    reference: Reference | None = None,
) -> Analysis:
    """Analyze any number of claims: diagnoses over time, services and cost, chronic conditions, and how clean they are.

    Args:
        claims: files and folders; they are read in batches.
        diagnoses: how diagnoses are put together: ccsr, chapter or code; by default ccsr if it is imported, else chapter.
        population: people by month, age_band, sex or region, as a frame or a CSV file, for rates.
        least: the fewest patients that a cell shows; smaller ones are suppressed.
        checks: False to leave out the tables that need the claims checked.
        remit: the remittances for the claims: folders of remittances, 835 files, explanations of benefits.
        contracts: a table of what payers agreed to pay (CSV), for underpayments.
        as_of: the date as of which claims are judged, and from which the days left for a denial are counted.
        reference: the dated tables; by default the built-in ones and the user's store.

    Returns:
        The analysis; its `tables` are Polars data frames by name, `as_dict()` is the JSON result.

    Raises:
        InputError: no claims could be read.
        ConfigError: an option has a value that isn't valid.
    """
    inputs = [claims] if isinstance(claims, (str, Path)) else list(claims)
    people = population_in(Path(population)) if isinstance(population, (str, Path)) else population
    edits = tuple(registry.choose(registry.own_edits()))
    job = Job(tuple(inputs), reference or Reference.load(), edits, Settings(as_of=as_of))
    given = (remit,) if isinstance(remit, (str, Path)) else tuple(remit)
    payments = Payments(given, Path(contracts) if contracts else None, as_of) if given else None
    return analyzed(job, diagnoses=diagnoses, population=people, least=least, checks=checks, payments=payments)  # fmt: skip
