"""The driver's side: prepare the job, ship the tables, and return the results."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial, reduce
from pathlib import Path
from typing import Any, Final

import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql import functions as fn
from pyspark.sql.pandas.types import from_arrow_schema

from cleanclaim.edits import registry
from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.errors import ConfigError
from cleanclaim.model.spans import Spans, spans_of
from cleanclaim.read.dates import parse
from cleanclaim.reference import Reference
from cleanclaim.remit.learned import read_outcomes
from cleanclaim.settings import Settings
from cleanclaim.spark.rows import Given, claims_in, given, grouped, without_empty
from cleanclaim.spark.worker import BATCH, CLAIM, FAULT, FINDING, UNJUDGED, Task
from cleanclaim.verdicts import FINDINGS
from cleanclaim.verdicts.claims import AS_FAR_AS_CHECKED, CLAIMS, CLEAN, UNCHECKED, WITH_FINDINGS
from cleanclaim.version import VERSION

CLAIMS_A_PARTITION: Final = 20_000
_LEAST_PARTITIONS: Final = 2


@dataclass(frozen=True)
class Checked:
    """The results, as lazy DataFrames: work starts when one of them is used.

    Attributes:
        rows: all output of the workers, by `kind`. It is cached on the cluster until `close`, so
            that each result is computed once.
        notes: what the user must know about the tables, such as which columns aren't used.
    """

    rows: DataFrame
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> DataFrame:
        """One row for each finding: the columns of `cleanclaim.verdicts.FINDINGS`."""
        return self._of(FINDING).select(*FINDINGS)

    @property
    def claims(self) -> DataFrame:
        """One row for each claim, with its verdict: the columns of `cleanclaim.verdicts.claims.CLAIMS`."""
        return self._of(CLAIM).select(*CLAIMS)

    @property
    def not_checked(self) -> DataFrame:
        """What wasn't checked: the columns of `cleanclaim.engine.not_checked.NOT_CHECKED`."""
        return self._of(UNJUDGED).select(*NOT_CHECKED)

    @property
    def faults(self) -> DataFrame:
        """Input that couldn't be processed: `message`, and the number of `rows`. Empty if there is none."""
        faults = self._of(FAULT).groupBy("message").agg(fn.sum("lines").alias("rows"))
        return faults.select("message", "rows")

    def summary(self) -> dict[str, Any]:
        """Counts of claims by verdict, lines, dollars, findings by disposition and edit, and faults."""
        lines = int(self._of(BATCH).agg(fn.sum("lines")).collect()[0][0] or 0)
        amounts = ("charge_amount", "at_risk_amount")
        is_checked = (fn.size("not_checked") == 0) & (fn.col("verdict") != UNCHECKED)
        by_verdict = self.claims.groupBy("verdict").agg(
            fn.count("*").alias("claims"),
            fn.sum(is_checked.cast("int")).alias("checked"),
            *(fn.sum(name).alias(name) for name in amounts),
        )
        rows = {row["verdict"]: row for row in by_verdict.collect()}
        count = {verdict: row["claims"] for verdict, row in rows.items()}
        claims = sum(count.values())
        clean = count.get(CLEAN, 0)
        by_edit = self._of(FINDING).groupBy("code", "name", "disposition").count().collect()
        dispositions = [d.value for d in Disposition]
        edits = sorted({(row["code"], row["name"]) for row in by_edit})
        counts = {
            code: sum(row["count"] for row in by_edit if row["code"] == code) for code, _ in edits
        }
        return {
            "claims": claims,
            "lines": lines,
            "clean_claims": clean,
            "clean_as_far_as_checked_claims": count.get(AS_FAR_AS_CHECKED, 0),
            "claims_with_findings": count.get(WITH_FINDINGS, 0),
            "unchecked_claims": count.get(UNCHECKED, 0),
            "fully_checked_claims": sum(row["checked"] for row in rows.values()),
            "clean_claim_rate": round(clean / claims, 4) if claims else None,
            **{
                name: f"{sum((row[name] or Decimal(0) for row in rows.values()), Decimal(0)):.2f}"
                for name in amounts
            },
            "findings": sum(counts.values()),
            "findings_by_disposition": {
                kind: count
                for kind in dispositions
                if (count := sum(row["count"] for row in by_edit if row["disposition"] == kind))
            },
            "findings_by_edit": {
                code: {"name": name, "count": counts[code]}
                for code, name in sorted(edits, key=lambda edit: (-counts[edit[0]], edit[0]))
            },
            "faults": self.faults.count(),
        }

    def close(self) -> None:
        """Release what is cached on the cluster."""
        self.rows.unpersist()

    def _of(self, kind: str) -> DataFrame:
        return self.rows.where(fn.col("kind") == kind)


def check(
    claims: DataFrame,
    diagnoses: DataFrame | None,
    lines: DataFrame,
    *,
    other_payers: DataFrame | None = None,
    claim_codes: DataFrame | None = None,
    syntax_faults: DataFrame | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    edits: Sequence[str | Path] = (),
    payer_class: str | None = None,
    as_of: date | None = None,
    min_disposition: str = "info",
    adopts: Mapping[str, str] | None = None,
    policy_state: str | None = None,
    remit: Sequence[str | Path] = (),
    columns: Mapping[str, str] | None = None,
    reference: Reference | None = None,
    shared: str | Path | None = None,
    partitions: int | None = None,
    keep: bool = True,
) -> Checked:
    """Check claims on a cluster.

    Args:
        claims: one row for each claim. With `claim_key` and `patient_key`, the tables are the
            model's own, as `cleanclaim export claims` writes them, and are used unchanged,
            including `is_history`. Otherwise they are joined by `claim_id` and may use the model's
            column names or common ones.
        diagnoses: one row for each diagnosis; None if claims have `diagnosis_code_1` and so on.
        lines: one row for each service line.
        other_payers: only with the model's own tables.
        claim_codes: only with the model's own tables.
        syntax_faults: only with the model's own tables.
        select: codes, families or names of edits to run; by default all.
        ignore: codes, families or names of edits to leave out.
        edits: folders of custom edits; their files are shipped.
        payer_class: medicare, medicaid, commercial …; by default each claim's own.
        as_of: the day as of which claims are judged; by default the day each was sent.
        min_disposition: the mildest disposition to return.
        adopts: payers that adopted the rules of medicare or medicaid.
        policy_state: the state whose local coverage policies apply to claims without a state.
        remit: remittances for the earlier claims, read by the driver: files, folders, stores.
        columns: what the columns of tables joined by `claim_id` mean: the model's name by the
            table's own; an empty name leaves a column out.
        reference: the dated tables, which are shipped once; by default the embedded ones and the
            driver's store.
        shared: a folder with a reference store that every worker can read; then nothing is shipped.
        partitions: how many; by default one for each 20,000 claims.
        keep: cache the workers' output on the cluster until `close`, so that it is computed once;
            False if it is only written.

    Returns:
        The results, as lazy DataFrames.

    Raises:
        TableError: columns don't fit; every fault is listed.
        InputError: a claim's key is missing, or belongs to several claims.
        ConfigError: a selected edit needs all patients' history together or reads notes, or the cluster
            accepts no tables from the driver.
        UnknownEdit: `select` or `ignore` doesn't match any edit.
    """
    tables = given(
        {
            "claims": claims,
            "diagnoses": diagnoses,
            "lines": lines,
            "other_payers": other_payers,
            "claim_codes": claim_codes,
            "syntax_faults": syntax_faults,
        },
        columns,
    )
    settings = Settings(
        payer_class, as_of, Disposition(min_disposition), adopts or {}, policy_state
    )
    given_task = partial(
        Task,
        codes=tuple(edit.code for edit in _chosen(edits, select, ignore)),
        files=_files(edits),
        settings=settings,
        outcomes=read_outcomes(remit) if remit else None,
    )
    rows = spread(tables, given_task, claims, (reference, shared), partitions)
    return Checked(rows.persist() if keep else rows, tables.notes)


def spread(
    tables: Given,
    make: Callable[..., Task],
    source: DataFrame,
    loaded: tuple[Reference | None, str | Path | None],
    partitions: int | None,
) -> DataFrame:
    """The output of a task for all patients, which isn't computed yet.

    Args:
        tables: the given tables.
        make: makes the task from what every task needs.
        source: a frame of the session.
        loaded: the dated tables, and a folder with a store that every worker can read.
        partitions: how many; None for one for each 20,000 claims.
    """
    count = claims_in(tables)
    tables = without_empty(tables)
    reference, shared = loaded
    packed, digest = _shipped(source, reference, shared)
    task = make(
        packed=packed,
        digest=digest,
        store=Path(shared) if shared is not None else None,
        is_model=tables.is_model,
        covered=_covered(tables),
        at_once=CLAIMS_A_PARTITION,
        version=VERSION,
        styles=tables.styles,
    )
    parts = partitions or max(-(-count // CLAIMS_A_PARTITION), _LEAST_PARTITIONS)
    return grouped(tables, parts).mapInArrow(task, from_arrow_schema(task.schema()))


def _covered(tables: Given) -> Spans:
    """The days that all claims are from."""
    days = [
        frame.select(fn.col(name).cast("string").alias("day"))
        for table in ("claims", "lines")
        if (frame := tables.frames.get(table)) is not None
        for name in _DAYS[table]
        if name in frame.columns
    ]
    if not days:
        return ()
    rows = reduce(DataFrame.union, days).distinct().collect()
    found = [day.date for row in rows if row["day"] and (day := parse(row["day"]))]
    return spans_of(pl.Series(found, dtype=pl.Date))


_DAYS: Final = {"claims": ("from_date", "to_date"), "lines": ("from_date",)}


def _chosen(
    folders: Sequence[str | Path], select: Sequence[str], ignore: Sequence[str]
) -> list[Edit]:
    installed, _ = registry.entry_point_edits()
    groups = [registry.own_edits(), installed]
    for folder in folders:
        found, errors = registry.folder_edits(Path(folder))
        if errors:
            raise errors[0]
        groups.append(found)
    chosen = registry.choose(registry.together(*groups), select, ignore)
    whole = [edit.code for edit in chosen if edit.scope == "all"]
    if whole:
        raise ConfigError(
            [
                f"{', '.join(whole)}: it needs the history of all patients together; run it on a single machine"
            ]
        )
    of_notes = [edit.code for edit in chosen if edit.table == "note_facts"]
    if of_notes and select:
        raise ConfigError(
            [
                f"{', '.join(of_notes)}: reads notes, which a cluster doesn't; run cleanclaim check --notes on the claims that have notes"
            ]
        )
    return chosen


def _files(folders: Sequence[str | Path]) -> tuple[tuple[str, str], ...]:
    """The files of custom edits, each under its own name."""
    return tuple(
        (f"{number}_{path.name}" if number else path.name, path.read_text(encoding="utf-8"))
        for number, folder in enumerate(folders)
        for path in sorted(Path(folder).glob("*.py"))
        if not path.name.startswith("_")
    )


class _Broadcast:
    """The value of a broadcast variable, loaded when it is first needed."""

    def __init__(self, variable: Any) -> None:
        self._variable = variable

    def __call__(self) -> bytes:
        packed: bytes = self._variable.value
        return packed


def _shipped(
    claims: DataFrame, reference: Reference | None, shared: str | Path | None
) -> tuple[_Broadcast | None, str]:
    if shared is not None:
        return None, f"shared {shared}"
    packed = (reference or Reference.load()).packed()
    try:
        context = claims.sparkSession.sparkContext
    except Exception as error:
        raise ConfigError(
            [
                "this session can't ship the tables; pass shared=, a folder with a reference store that every worker can read"
            ]
        ) from error
    return _Broadcast(context.broadcast(packed)), hashlib.sha256(packed).hexdigest()
