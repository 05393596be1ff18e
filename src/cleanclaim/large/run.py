"""The straight line through a run of any size: gather, check by groups of patients, give out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.derived.claims import pairs_together
from cleanclaim.engine.check import Checked, check
from cleanclaim.large.fingerprint import identity_of
from cleanclaim.large.gather import Gathering
from cleanclaim.large.job import Job, Read
from cleanclaim.large.journal import Journal, opened
from cleanclaim.large.parts import Large, write_part
from cleanclaim.large.spill import Spill, groups, write_piece
from cleanclaim.model import Batch, concat
from cleanclaim.pipeline import check_read, pairs_of, prepare, reported
from cleanclaim.read import FileRead
from cleanclaim.report.result import Report
from cleanclaim.threads import in_turn


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
            report = check_read(
                concat(batch for batch, _ in held),
                files,
                job.reference,
                job.edits,
                job.settings,
                earlier=job.earlier,
                progress=job.progress,
            )
            yield replace(report, failures=(*job.broken, *report.failures))
            return
        begun = chain(held, batches)
    with opened(folder, identity_of(job), job.tell) as journal:
        yield _on_disk(job, journal, begun, files)


def _all_held(batches: Iterator[Read], held: list[Read], job: Job) -> bool:
    """Read as many claims as are held in memory; whether that was all. A past that is counted for all patients is worked through on disk."""
    if job.history and job.counts_pairs and job.plan.in_memory < sys.maxsize:
        return False
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
    gathering = partial(Gathering, journal=journal, progress=job.progress)
    of_inputs = partial(gathering, inputs=job.inputs, read=job.read)
    if not job.looks_across:
        keep = partial(_check_read, job, journal)
        checked = of_inputs(
            kind="part", keep=keep, at_once=job.plan.at_once, workers=job.plan.workers
        )
        return _result(job, journal, checked.files(batches, files))
    keep = partial(_spill, job, journal)
    current = of_inputs(kind="piece", keep=keep, at_once=job.plan.at_rest)
    files = current.files(batches, files)
    spill = _spilled(journal, "piece")
    past, past_files = None, []
    if job.history:
        earlier = gathering(
            inputs=job.history,
            read=partial(job.read_earlier, patients=spill.patients()),
            kind="past",
            keep=partial(_spill_past, job, journal),
            at_once=job.plan.at_rest,
            first_key=int(spill.claims().sum()),
        )
        past_files = earlier.files(None, [])
        past = _spilled(journal, "past")
    known = _Known(any(entry.claims for entry in past_files), _pairs(job, past))
    _check_groups(job, journal, spill, past, known)
    return _result(job, journal, [*files, *past_files])


@dataclass(frozen=True, slots=True)
class _Known:
    """What every group knows of the earlier claims of all patients: whether there are any, and what they show."""

    has_history: bool
    pairs: pl.DataFrame | None


def _pairs(job: Job, past: Spill | None) -> pl.DataFrame | None:
    if past is None or not job.counts_pairs or not past.pieces:
        return None
    ranges = groups(past.claims(), job.plan.at_once)
    return pairs_together([pairs_of(past.load(*some), job.reference) for some in ranges])


def _spill(job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any]) -> None:
    ready = prepare(batch, job.settings)
    journal.commit("piece", number, lambda folder: write_piece(ready, folder), record)


def _spill_past(
    job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any]
) -> None:
    ready = prepare(batch, job.settings)
    journal.commit("past", number, lambda folder: write_piece(ready, folder), record)


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
        job.earlier.notes,
        job.broken,
    )


def _check_groups(
    job: Job, journal: Journal, spill: Spill, past: Spill | None, known: _Known
) -> None:
    counts = spill.claims()
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
        batch = replace(batch, has_history=known.has_history, history_pairs=known.pairs)
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
    failures = [failure.to_dict() for failure in checked.failures]
    journal.commit(
        "part", number, lambda folder: write_part(told, folder), {**record, "failures": failures}
    )
