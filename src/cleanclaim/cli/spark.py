"""`cleanclaim check --engine spark`: Parquet tables checked on a cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cleanclaim.cli.terminal import (
    CLEAN,
    COULD_NOT_RUN,
    FINDINGS,
    counts_text,
    reference,
    tell,
)
from cleanclaim.errors import ConfigError, UnreadableFile
from cleanclaim.model import TABLES
from cleanclaim.report.labels import counted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from cleanclaim.config import Config

Tables = dict[str, "DataFrame"]
_EXPECTED: Final = "expected a folder with claims, lines and diagnoses in Parquet, as `cleanclaim export claims` writes it"


def check_on_spark(
    inputs: Sequence[str],
    chosen: Config,
    store: Path | None,
    lock: Path | None,
    output: str | None,
    columns: Mapping[str, str],
) -> int:
    """Check claims on a cluster and write the findings as Parquet folders.

    Args:
        inputs: folders, on any file system that the cluster reads.
        chosen: the settings.
        store: the reference store.
        lock: a lock file.
        output: the folder to make, which only its owner can read, with `claims`, `findings`, `not_checked`, `faults` and `summary` in it.
        columns: what the columns of tables joined by claim_id mean.

    Returns:
        The exit status.

    Raises:
        ConfigError: Spark isn't installed, or an option works on one machine only.
        UnreadableFile: an input doesn't have these tables.
    """
    if output is None or chosen.format not in {"text", "parquet"}:
        raise ConfigError(
            ["--engine spark writes Parquet folders: use --output FOLDER, and no other --format"]
        )
    if chosen.baseline:
        raise ConfigError(["--engine spark doesn't support --baseline"])
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

        from cleanclaim import spark  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            [f'{error}. For --engine spark, run: python -m pip install "cleanclaim[spark]"']
        ) from None
    session = SparkSession.builder.appName("cleanclaim").getOrCreate()
    if _exists(session, output):
        raise ConfigError([f"{output} already exists"])
    tables = _together(session, inputs, chosen.history)
    tables_used = reference(store, lock, chosen.payers)
    checked = spark.check(
        tables["claims"],
        tables.get("diagnoses"),
        tables["lines"],
        other_payers=tables.get("other_payers"),
        claim_codes=tables.get("claim_codes"),
        syntax_faults=tables.get("syntax_faults"),
        select=chosen.select,
        ignore=chosen.ignore,
        edits=chosen.edits,
        payer_class=chosen.payer_class,
        as_of=chosen.as_of,
        min_disposition=chosen.min_disposition,
        adopts=chosen.adopts,
        policy_state=chosen.policy_state,
        remit=chosen.remit,
        columns=columns,
        reference=tables_used,
    )
    own = tables_used.payers.notes if chosen.payers else ()
    _make(session, output)
    checked.findings.write.parquet(f"{output}/findings")
    checked.not_checked.write.parquet(f"{output}/not_checked")
    checked.claims.write.parquet(f"{output}/claims")
    checked.faults.write.parquet(f"{output}/faults")
    counts = {**checked.summary(), "notes": [*chosen.notes, *own, *checked.notes]}
    summary = session.createDataFrame([(json.dumps(counts, ensure_ascii=False),)], "value string")
    summary.coalesce(1).write.text(f"{output}/summary")
    faults = checked.faults.collect()
    checked.close()
    tell(f"{output}: {counts_text(counts)}", err=True)
    for fault in faults:
        tell(
            f"cleanclaim: {counted(fault['rows'], 'row')} not checked: {fault['message']}", err=True
        )
    if faults or chosen.left_out:
        return COULD_NOT_RUN
    return CLEAN if set(counts["findings_by_disposition"]) <= {"info"} else FINDINGS


def _together(session: SparkSession, inputs: Sequence[str], history: Sequence[str]) -> Tables:
    """The tables of all inputs and of the history; the claims of several inputs are numbered consecutively."""
    from pyspark.sql import functions as fn  # noqa: PLC0415

    read = [(_read(session, path), False) for path in inputs]
    read += [(_read(session, path), True) for path in history]
    if len(read) == 1:
        return read[0][0]
    next_key = 0
    for tables, is_history in read:
        if not {"claim_key", "patient_key"} <= set(tables["claims"].columns):
            raise ConfigError([f"several inputs, or a history, must be data sets: {_EXPECTED}"])
        last = tables["claims"].agg(fn.max("claim_key")).collect()[0][0]
        for name, frame in tables.items():
            moved = frame.withColumn("claim_key", fn.col("claim_key") + fn.lit(next_key))
            if name == "claims" and is_history:
                moved = moved.withColumn("is_history", fn.lit(True))  # noqa: FBT003 - a value
            tables[name] = moved
        next_key += int(last or 0) + 1
        if is_history:  # syntax faults of earlier files were reported with them
            tables.pop("syntax_faults", None)
    every = [tables for tables, _ in read]
    return {
        name: reduce(
            lambda one, other: one.unionByName(other, allowMissingColumns=True),
            [tables[name] for tables in every if name in tables],
        )
        for name in TABLES
        if any(name in tables for tables in every)
    }


def _read(session: SparkSession, folder: str) -> Tables:
    found: Tables = {}
    for name in TABLES:
        for place in (f"{folder}/{name}", f"{folder}/{name}.parquet"):
            if _exists(session, place):
                found[name] = session.read.parquet(place)
                break
    if not {"claims", "lines"} <= set(found):
        raise UnreadableFile(f"{folder} isn't a data set: {_EXPECTED}")
    return found


def _exists(session: SparkSession, place: str) -> bool:
    """Whether a place exists, on any file system."""
    _, system, path = _on_hadoop(session, place)
    return bool(system.exists(path))


def _make(session: SparkSession, place: str) -> None:
    """Make a folder that only its owner can read, on any file system."""
    hadoop, system, path = _on_hadoop(session, place)
    system.mkdirs(path, hadoop.permission.FsPermission("700"))


def _on_hadoop(session: SparkSession, place: str) -> tuple[Any, Any, Any]:
    """Hadoop's file system package, the file system of a place, and its path there."""
    machine: Any = session.sparkContext._jvm  # noqa: SLF001 - Spark's way to Hadoop's file systems
    context: Any = session.sparkContext._jsc  # noqa: SLF001
    hadoop = machine.org.apache.hadoop.fs
    path = hadoop.Path(place)
    return hadoop, path.getFileSystem(context.hadoopConfiguration()), path
