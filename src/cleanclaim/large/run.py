"""The straight line through a run of any size: gather, check by groups of patients, give out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.engine import Checked, check
from cleanclaim.large.gather import Gathering
from cleanclaim.large.identity import identity_of
from cleanclaim.large.job import Job, Read
from cleanclaim.large.journal import Journal, opened
from cleanclaim.large.parts import Large, write_part
from cleanclaim.large.spill import Spill, groups, write_piece
from cleanclaim.model import Batch, concat
from cleanclaim.pipeline import check_read, prepare, reported
from cleanclaim.read import FileRead
from cleanclaim.report.result import Report
from cleanclaim.turns import in_turn


@contextmanager
def run(job: Job, folder: Path | None = None) -> Iterator[Report | Large]:
    """Check claims in any number.

    Args:
        job: what is asked.
        folder: where the run keeps its work, so that it can be gone on with after it was stopped; None for a temporary folder. It is gone when
            the run has ended well.

    Yields:
        The result: in memory where the claims are few, else on disk until the end of the `with` block.

    Raises:
        ConfigError: another run works in the folder.
    """
    files: list[FileRead] = []
    begun: Iterable[Read] | None = None
    if folder is None or not folder.exists():
        held: list[Read] = []
        batches = job.read(files)
        if _all_held(batches, held, job):
            yield check_read(
                concat(batch for batch, _ in held),
                files,
                job.reference,
                job.edits,
                job.settings,
                history=job.history,
                progress=job.progress,
            )
            return
        begun = chain(held, batches)
    with opened(folder, identity_of(job), job.tell) as journal:
        yield _on_disk(job, journal, begun, files)


def _all_held(batches: Iterator[Read], held: list[Read], job: Job) -> bool:
    """Read as many claims as are held in memory; whether that was all."""
    claims = 0
    for batch, files_begun in batches:
        held.append((batch, files_begun))
        claims += batch.claims.height
        job.progress("reading", claims, None)
        if claims > job.plan.in_memory:
            return False
    return True


def _on_disk(
    job: Job, journal: Journal, batches: Iterable[Read] | None, files: list[FileRead]
) -> Large:
    if not job.looks_across:
        keep = partial(_check_read, job, journal)
        checked = Gathering(job, journal, "part", keep, job.plan.at_once, job.plan.workers)
        return _result(job, journal, checked.files(batches, files))
    current = Gathering(
        job, journal, "piece", partial(_spill, job, journal, "piece"), job.plan.at_rest
    )
    files = current.files(batches, files)
    spill = _spilled(journal, "piece")
    past = None
    if job.history:
        first_key = int(spill.claims().sum())
        earlier = Gathering(
            job,
            journal,
            "past",
            partial(_spill, job, journal, "past"),
            job.plan.at_rest,
            first_key=first_key,
        )
        files = [*files, *earlier.files(None, [])]
        past = _spilled(journal, "past")
    _check_groups(job, journal, spill, past)
    return _result(job, journal, files)


def _spill(
    job: Job, journal: Journal, kind: str, number: int, batch: Batch, record: dict[str, Any]
) -> None:
    ready = prepare(batch, job.settings)
    journal.commit(kind, number, lambda folder: write_piece(ready, folder), record)


def _spilled(journal: Journal, kind: str) -> Spill:
    return Spill([folder for _, folder, _ in journal.done(kind)])


def _check_read(
    job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any]
) -> None:
    _commit_part(job, journal, number, prepare(batch, job.settings), record)


def _result(job: Job, journal: Journal, files: Sequence[FileRead]) -> Large:
    done = journal.done("part")
    return Large(
        tuple(folder for _, folder, _ in done),
        tuple(record for _, _, record in done),
        tuple(files),
        job.edits,
    )


def _check_groups(job: Job, journal: Journal, spill: Spill, past: Spill | None) -> None:
    counts = spill.claims()
    has_history = past is not None and bool(past.claims().any())
    ranges = groups(counts, job.plan.at_once)
    done = {number for number, _, _ in journal.done("part")}
    total = int(counts.sum())
    claims = sum(int(counts[slice(*ranges[number])].sum()) for number in done)

    def work(number: int) -> int:
        batch = spill.load(*ranges[number])
        lines = batch.lines.height
        count = batch.claims.height
        if past is not None:
            batch = _with_past(batch, past.load(*ranges[number]))
        batch = replace(batch, has_history=has_history)
        _commit_part(job, journal, number, batch, {"claims": count, "lines": lines})
        return count

    left = (number for number in range(len(ranges)) if number not in done)
    for count in in_turn(work, left, job.plan.workers):
        claims += count
        job.progress("checking", claims, claims / max(total, 1))


def _with_past(batch: Batch, past: Batch) -> Batch:
    """Claims with the earlier ones of the same patients."""
    mine = past.claims.join(batch.claims.select("patient_key"), on="patient_key", how="semi")
    mine = mine.with_columns(pl.lit(value=True).alias("is_history"))
    own = mine.select("claim_key")
    frames = {
        name: frame.join(own, on="claim_key", how="semi")
        for name, frame in past.frames().items()
        if name != "syntax_faults"
    }
    return concat([batch, Batch.of({**frames, "claims": mine})])


def _commit_part(
    job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any]
) -> None:
    checked = check(batch, job.reference, job.edits)
    told = Checked(reported(checked.findings, job.settings), checked.not_checked)
    journal.commit("part", number, lambda folder: write_part(told, folder), record)
