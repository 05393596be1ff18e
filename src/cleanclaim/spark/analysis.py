"""The driver's side of an analysis: workers count by patient, the cluster adds up, and the tables are made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as fn

from cleanclaim.analysis.counts import SUMS
from cleanclaim.analysis.quality import AMOUNTS, HARD, findings_by_edit, rates
from cleanclaim.analysis.run import Analysis, counted, grouping_of, population_in
from cleanclaim.analysis.tables import LEAST
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings
from cleanclaim.spark.driver import Checked, check, spread
from cleanclaim.spark.facts import CLAIMS, DIAGNOSIS, PATIENT, SERVICE, FactsTask
from cleanclaim.spark.rows import given
from cleanclaim.spark.worker import FAULT
from cleanclaim.verdicts.claims import AS_FAR_AS_CHECKED, CLEAN, UNCHECKED

NO_RISK: Final = "Risk scores aren't made on Spark: cleanclaim analyze makes them on one machine."


class SparkCounts:
    """Facts by patient on a cluster, counted there. See `cleanclaim.analysis.counts.Counts`.

    Attributes:
        claims: how many claims there are.
        undated: claims without a date of service.
    """

    def __init__(self, rows: DataFrame) -> None:
        """Count the output of `FactsTask`."""
        self._rows = rows
        self._session = rows.sparkSession
        found = self._of(CLAIMS).agg(fn.sum("claims"), fn.sum("undated")).collect()[0]
        self.claims, self.undated = int(found[0] or 0), int(found[1] or 0)

    def patients(self) -> int:
        """How many patients there are."""
        return int(self._of(PATIENT).agg(fn.countDistinct("patient")).collect()[0][0])

    def codes(self) -> pl.DataFrame:
        """The diagnosis codes."""
        return _polars(self._of(DIAGNOSIS).groupBy("code", "month").agg(fn.sum("claims").alias("claims")))  # fmt: skip

    def procedures(self) -> pl.Series:
        """The procedure codes."""
        return _polars(self._of(SERVICE).select("procedure_code").distinct())["procedure_code"]

    def diagnoses_by(self, groups: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
        """Diagnoses by group, label and more."""
        met = self._of(DIAGNOSIS).join(fn.broadcast(self._sent(groups)), "code")
        return _polars(met.groupBy("group", "label", *by).agg(fn.sum("claims").alias("claims"), _patients()))  # fmt: skip

    def services_by(
        self, by: Sequence[str], classes: pl.DataFrame, groups: pl.DataFrame | None = None
    ) -> pl.DataFrame:
        """Services by some columns."""
        met = self._of(SERVICE).join(fn.broadcast(self._sent(classes)), "procedure_code")
        if groups is not None:
            met = met.join(fn.broadcast(self._sent(groups)), "code")
        return _polars(met.groupBy(*by).agg(*(fn.sum(name).alias(name) for name in SUMS), _patients()))  # fmt: skip

    def conditions(self, conditions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The patients with each condition, and with each number of them."""
        met = self._of(DIAGNOSIS).join(fn.broadcast(self._sent(conditions)), "code")
        own = met.select("patient", "condition").distinct()
        many = own.groupBy("patient").agg(fn.count("*").alias("conditions"))
        return (
            _polars(own.groupBy("condition").agg(_patients())),
            _polars(many.groupBy("conditions").agg(fn.count("*").alias("patients"))),
        )

    def faults(self) -> list[tuple[str, int]]:
        """Input that couldn't be processed, and how many rows of it."""
        rows = self._of(FAULT).groupBy("message").agg(fn.sum("claims")).collect()
        return sorted((str(message), int(count or 0)) for message, count in rows)

    def _of(self, kind: str) -> DataFrame:
        return self._rows.where(fn.col("kind") == kind)

    def _sent(self, frame: pl.DataFrame) -> DataFrame:
        """A small table of texts on the cluster."""
        schema = ", ".join(f"`{name}` string" for name in frame.columns)
        return self._session.createDataFrame(frame.unique().rows(), schema)


def analyze(
    claims: DataFrame,
    diagnoses: DataFrame | None,
    lines: DataFrame,
    *,
    other_payers: DataFrame | None = None,
    claim_codes: DataFrame | None = None,
    syntax_faults: DataFrame | None = None,
    grouping: str | None = None,
    population: pl.DataFrame | str | Path | None = None,
    least: int = LEAST,
    checks: bool = True,
    payer_class: str | None = None,
    as_of: date | None = None,
    columns: Mapping[str, str] | None = None,
    reference: Reference | None = None,
    shared: str | Path | None = None,
    partitions: int | None = None,
) -> Analysis:
    """Analyze claims on a cluster: diagnoses over time, services and cost, chronic conditions, and how clean the claims are.

    The tables are those of `cleanclaim.analyze`, with the same numbers, except risk scores and the
    tables of denials and payments.

    Args:
        claims: one row for each claim; see `cleanclaim.spark.check`.
        diagnoses: one row for each diagnosis; None if claims have `diagnosis_code_1` and so on.
        lines: one row for each service line.
        other_payers: only with the model's own tables.
        claim_codes: only with the model's own tables.
        syntax_faults: only with the model's own tables.
        grouping: how diagnoses are put together: ccsr, chapter or code; by default ccsr if it is imported, else chapter.
        population: people by month, age_band, sex or region, as a frame or a CSV file, for rates.
        least: the fewest patients that a cell shows; smaller ones are suppressed.
        checks: False to leave out the tables that need the claims checked.
        payer_class: medicare, medicaid, commercial …; by default each claim's own.
        as_of: the day as of which claims are judged; by default the day each was sent.
        columns: what the columns of tables joined by `claim_id` mean.
        reference: the dated tables, which are shipped once; by default the embedded ones and the driver's store.
        shared: a folder with a reference store that every worker can read; the driver reads it too.
        partitions: how many; by default one for each 20,000 claims.

    Returns:
        The analysis; its `tables` are Polars data frames by name. What couldn't be processed is in its `notes`.

    Raises:
        TableError: columns don't fit; every fault is listed.
        InputError: a claim's key is missing or belongs to several claims, or the population can't be read.
        ConfigError: an option can't be.
    """
    here = reference or Reference.load(store=Path(shared) if shared is not None else None)
    chosen = grouping_of(here, grouping, least)
    people = population_in(Path(population)) if isinstance(population, (str, Path)) else population
    every = {
        "claims": claims,
        "diagnoses": diagnoses,
        "lines": lines,
        "other_payers": other_payers,
        "claim_codes": claim_codes,
        "syntax_faults": syntax_faults,
    }
    tables = given(every, columns)
    settings = Settings(payer_class, as_of)
    task = _Maker(settings)
    rows = spread(tables, task, claims, (here, shared), partitions).persist()
    try:
        counts = SparkCounts(rows)
        made, notes = counted(counts, here, chosen, population=people, least=least)
        notes = [*_faults(counts), *tables.notes, *notes, NO_RISK]
        result = Analysis(made, chosen, counts.claims, counts.patients(), least, tuple(notes))
    finally:
        rows.unpersist()
    if not checks:
        return result
    checked = check(
        claims,
        diagnoses,
        lines,
        other_payers=other_payers,
        claim_codes=claim_codes,
        syntax_faults=syntax_faults,
        payer_class=payer_class,
        as_of=as_of,
        columns=columns,
        reference=here,
        shared=shared,
        partitions=partitions,
    )
    quality = quality_on_spark(checked, is_model=tables.is_model)
    checked.close()
    return replace(result, tables={**result.tables, **quality})


class _Maker:
    """Makes the task of an analysis; no edit runs in it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, **needed: Any) -> FactsTask:
        return FactsTask(codes=(), files=(), settings=self._settings, **needed)


def _faults(counts: SparkCounts) -> list[str]:
    return [f"not processed: {message}: {rows:,} rows" for message, rows in counts.faults()]


def quality_on_spark(checked: Checked, *, is_model: bool) -> dict[str, pl.DataFrame]:
    """How clean the claims are; see `cleanclaim.analysis.quality.quality_of`.

    Args:
        checked: the check.
        is_model: whether claims are told apart by their key, and not by their number.
    """
    amounts = [fn.sum(name).cast("double").alias(name) for name in AMOUNTS]
    unknown = fn.lit("unknown")
    is_hard = fn.coalesce(fn.col("hardest").isin(*HARD), fn.lit(False))  # noqa: FBT003
    own = checked.claims.select(
        fn.coalesce("payer_name", "payer_id", "payer_class", unknown).alias("payer"),
        fn.coalesce("rendering_npi", "billing_npi", unknown).alias("provider"),
        *(_as_number(fn.col("verdict") == word).alias(name) for name, word in (("clean", CLEAN), ("clean_as_far_as_checked", AS_FAR_AS_CHECKED))),
        _as_number(~is_hard & (fn.col("verdict") != UNCHECKED)).alias("first_pass"),
        *AMOUNTS,
    )  # fmt: skip
    sums = [fn.count("*").alias("claims"), *(fn.sum(name).alias(name) for name in ("clean", "clean_as_far_as_checked", "first_pass")), *amounts]  # fmt: skip
    key = "claim_key" if is_model else "claim_id"
    by_edit = checked.findings.groupBy("code", "name", "disposition").agg(
        fn.count("*").alias("findings"),
        fn.countDistinct(key).alias("claims"),
        fn.sum("at_risk_amount").cast("double").alias("at_risk_amount"),
    )
    return {
        "claims_by_payer": rates(_polars(own.groupBy("payer").agg(*sums))),
        "claims_by_provider": rates(_polars(own.groupBy("provider").agg(*sums))),
        "findings_by_edit": findings_by_edit([_polars(by_edit)]),
    }


def _as_number(test: Column) -> Column:
    return test.cast("bigint")


def _patients() -> Column:
    return fn.countDistinct("patient").alias("patients")


def _polars(frame: DataFrame) -> pl.DataFrame:
    return pl.DataFrame(frame.toArrow())
