"""The pipeline: read → prepare → check → report. Start here.

Every caller runs it: the command line, `cleanclaim.check` and the workers of a cluster. If the
claims fit the plan, they stay in memory from start to finish. Otherwise they are put on disk by
patient and checked group by group (`cleanclaim.large`). Only this module makes that choice.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from cleanclaim.engine.groups import CLAIMS_AT_ONCE, whole_patients
from cleanclaim.engine.trial import sound
from cleanclaim.failures import merge_failures
from cleanclaim.job import Job, Read
from cleanclaim.large import Groups, Large, check_on_disk, journal_of, put_on_disk
from cleanclaim.look_back import Known, with_past
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, notes_of
from cleanclaim.report.result import Report
from cleanclaim.settings import prepare
from cleanclaim.threads import in_order
from cleanclaim.verdicts import Judged, together

_AT_THE_SAME_TIME: Final = 2
"""How many groups are checked at the same time; Polars' threads use the other processors."""


@contextmanager
def run(job: Job, folder: Path | None = None) -> Iterator[Report | Large]:
    """Check any number of claims.

    Args:
        job: what to do.
        folder: where to keep the work, so that an interrupted run can resume; None for a temporary
            folder. It is removed when the run ends successfully.

    Yields:
        The result: in memory if the claims fit, else on disk until the end of the `with` block.

    Raises:
        ConfigError: another run is using the folder.
    """
    job = _with_sound_edits(job)
    files: list[FileRead] = []
    started: Iterable[Read] | None = None
    if folder is None or not folder.exists():
        held: list[Read] = []
        batches = job.read(files)
        counts_all = job.counts_pairs and bool(job.history)  # they don't fit in memory
        if not counts_all and _fit(job, batches, held, job.plan.in_memory):
            yield _checked_in_memory(job, held, files)
            return
        started = chain(held, batches)
    with journal_of(job, folder) as journal:
        yield check_on_disk(job, journal, started, files)


def run_whole(job: Job) -> Report:
    """Check any number of claims in memory, for callers that need all of them at once. See `run`."""
    job = _with_sound_edits(job)
    files: list[FileRead] = []
    held: list[Read] = []
    _fit(job, job.read(files), held, sys.maxsize)
    return _checked_in_memory(job, held, files)


@contextmanager
def in_groups(job: Job) -> Iterator[Groups]:
    """Read any number of claims into groups, for callers that need the claims themselves; `reported` checks a group.

    Yields:
        The groups, which last until the end of the `with` block.
    """
    job = _with_sound_edits(job)
    files: list[FileRead] = []
    held: list[Read] = []
    batches = job.read(files)
    if _fit(job, batches, held, job.plan.in_memory):
        yield Groups(files, _ready(job, held, files), None)
        return
    with journal_of(job, None) as journal:
        gathered = put_on_disk(job, journal, chain(held, batches), files)
        yield Groups(gathered.files, None, gathered)


def _with_sound_edits(job: Job) -> Job:
    """The job without edits that can't be right, which the report names."""
    edits, failures = sound(job.edits, job.reference)
    return replace(job, edits=edits, broken=(*job.broken, *failures)) if failures else job


def _fit(
    job: Job, batches: Iterator[Read], held: list[Read], most: int, doing: str = "reading"
) -> bool:
    """Read batches into `held`; False if they hold more than `most` claims, and reading stopped."""
    claims = 0
    for batch, files_begun in batches:
        held.append((batch, files_begun))
        claims += batch.claims.height
        job.progress(doing, claims, None)
        if claims > most:
            return False
    return True


def _checked_in_memory(job: Job, held: Iterable[Read], files: list[FileRead]) -> Report:
    return reported(job, _ready(job, held, files), files)


def _ready(job: Job, held: Iterable[Read], files: list[FileRead]) -> Batch:
    """Claims in memory with their earlier ones, ready to be checked."""
    current = concat(batch for batch, _ in held)
    return prepare(_looked_back(job, current, files), job.settings, job.reference)


def reported(job: Job, batch: Batch, files: list[FileRead]) -> Report:
    """Check claims in memory that are ready to be checked: prepared, with their earlier ones."""
    found = together(list(_checked(job, batch)))
    return Report(
        batch,
        found.findings,
        found.not_checked,
        found.claims,
        tuple(files),
        job.edits,
        (*job.earlier.notes, *notes_of(files)),
        job.reference,
        merge_failures([*job.broken, *found.failures]),
    )


def _looked_back(job: Job, current: Batch, files: list[FileRead]) -> Batch:
    """Combine the claims with their patients' earlier ones, whose files are added to `files`."""
    if not job.history:
        return current
    past_files: list[FileRead] = []
    patients = current.claims["patient_key"].unique()
    held: list[Read] = []
    batches = job.read_earlier(past_files, current.claims.height, patients)
    _fit(job, batches, held, sys.maxsize, doing="reading history")
    past = concat(batch for batch, _ in held)
    files += past_files
    known = Known.of((past.days, current.days), [past], job.reference, counts=job.counts_pairs)
    return with_past(current, past, known)


def _checked(job: Job, batch: Batch) -> Iterator[Judged]:
    """Check each group of patients."""
    claims = batch.claims.height
    if claims <= CLAIMS_AT_ONCE:
        yield job.check(batch)
        return

    def work(group: Batch) -> tuple[int, Judged]:
        return group.claims.height, job.check(group)

    done = 0
    for count, found in in_order(work, whole_patients(batch), _AT_THE_SAME_TIME):
        done += count
        job.progress("checking", done, done / claims)
        yield found
