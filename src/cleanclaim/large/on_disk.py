"""Check claims on disk: gather them by patient, check group by group, return the parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cleanclaim.job import Job, Read
from cleanclaim.large.gather import Gathering
from cleanclaim.large.journal import Journal
from cleanclaim.large.parts import Large, write_part
from cleanclaim.large.spill import Spill, groups, write_piece
from cleanclaim.look_back import Known, with_past
from cleanclaim.model import Batch
from cleanclaim.model.spans import from_json
from cleanclaim.read import FileRead, notes_of
from cleanclaim.settings import prepare
from cleanclaim.threads import in_order


def check_on_disk(
    job: Job, journal: Journal, batches: Iterable[Read] | None, files: list[FileRead]
) -> Large:
    """Check claims group by group, with everything on disk.

    Args:
        job: what to do.
        journal: saves the work; what an earlier run finished isn't done again.
        batches: batches from a read that has already started; None to start reading.
        files: filled as the inputs are read.

    Returns:
        The result, which lasts as long as the journal's folder.
    """
    if not job.looks_across:
        checked = Gathering(
            inputs=job.inputs,
            read=job.read,
            kind="part",
            keep=partial(_check_read, job, journal),
            at_once=job.plan.at_once,
            workers=job.plan.workers,
            journal=journal,
            progress=job.progress,
        )
        return _result(job, journal, checked.files(batches, files))
    gathered = put_on_disk(job, journal, batches, files)
    _check_groups(job, journal, gathered)
    return _result(job, journal, gathered.files)


@dataclass(frozen=True)
class Gathered:
    """Claims on disk by patient, with their earlier ones.

    Attributes:
        spill: the claims.
        past: the earlier claims; None without any.
        known: what all patients' claims show.
        ranges: the groups of patients.
        files: every file that was read.
    """

    spill: Spill
    past: Spill | None
    known: Known
    ranges: list[tuple[int, int]]
    files: list[FileRead]

    def load(self, number: int) -> Batch:
        """The claims of a group."""
        return self.spill.load(*self.ranges[number])

    def with_earlier(self, number: int, batch: Batch) -> Batch:
        """The claims of a group with their earlier ones, ready to be checked."""
        earlier = Batch.of({}) if self.past is None else self.past.load(*self.ranges[number])
        return with_past(batch, earlier, self.known)


def put_on_disk(
    job: Job, journal: Journal, batches: Iterable[Read] | None, files: list[FileRead]
) -> Gathered:
    """Put claims on disk by patient, and the earlier claims of these patients."""
    gathering = partial(Gathering, journal=journal, progress=job.progress)
    keep = partial(_spill, job, journal, kind="piece")
    current = gathering(inputs=job.inputs, read=job.read, kind="piece", keep=keep, at_once=job.plan.at_rest)  # fmt: skip
    files = current.files(batches, files)
    spill = _spilled(journal, "piece")
    past, past_files = None, []
    if job.history:
        earlier = gathering(
            inputs=job.history,
            read=partial(job.read_earlier, patients=spill.patients()),
            kind="past",
            keep=partial(_spill, job, journal, kind="past"),
            at_once=job.plan.at_rest,
            first_key=int(spill.claims().sum()),
        )
        past_files = earlier.files(None, [])
        past = _spilled(journal, "past")
    known = _known(job, journal, past)
    ranges = groups(spill.claims(), job.plan.at_once)
    return Gathered(spill, past, known, ranges, [*files, *past_files])


def _known(job: Job, journal: Journal, past: Spill | None) -> Known:
    """What all patients' claims show."""
    records = (record for kind in ("piece", "past") for _, _, record in journal.finished(kind))
    days = (from_json(record["covered"]) for record in records)
    ranges = groups(past.claims(), job.plan.at_once) if past and past.pieces else []
    parts = (past.load(*some) for some in ranges) if past else ()
    return Known.of(days, parts, job.reference, counts=job.counts_pairs)


def _spill(
    job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any], *, kind: str
) -> None:
    ready = prepare(batch, job.settings, job.reference)
    journal.commit(kind, number, lambda folder: write_piece(ready, folder), record)


def _spilled(journal: Journal, kind: str) -> Spill:
    return Spill([folder for _, folder, _ in journal.finished(kind)])


def _check_read(
    job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any]
) -> None:
    _commit_part(job, journal, number, prepare(batch, job.settings, job.reference), record)


def _result(job: Job, journal: Journal, files: Sequence[FileRead]) -> Large:
    done = journal.finished("part")
    return Large(
        tuple(folder for _, folder, _ in done),
        tuple(record for _, _, record in done),
        tuple(files),
        job.edits,
        (*job.earlier.notes, *notes_of(files)),
        job.broken,
    )


def _check_groups(job: Job, journal: Journal, gathered: Gathered) -> None:
    counts, ranges = gathered.spill.claims(), gathered.ranges
    done = {number for number, _, _ in journal.finished("part")}
    total = int(counts.sum())
    claims = sum(int(counts[slice(*ranges[number])].sum()) for number in done)

    def work(number: int) -> int:
        batch = gathered.load(number)
        count, lines = batch.claims.height, batch.lines.height
        ready = gathered.with_earlier(number, batch)
        _commit_part(job, journal, number, ready, {"claims": count, "lines": lines})
        return count

    left = (number for number in range(len(ranges)) if number not in done)
    for count in in_order(work, left, job.plan.workers):
        claims += count
        job.progress("checking", claims, claims / max(total, 1))


def _commit_part(
    job: Job, journal: Journal, number: int, batch: Batch, record: dict[str, Any]
) -> None:
    judged = job.check(batch)
    failures = [failure.to_dict() for failure in judged.failures]
    journal.commit(
        "part", number, lambda folder: write_part(judged, folder), {**record, "failures": failures}
    )
