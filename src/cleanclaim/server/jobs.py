"""Jobs: large inputs, stored as they arrive and checked one after the other (`running.py`).

A job's input and results are files in its folder, which only their owner can read. The database says
in which state it is.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from cleanclaim.report.formats import format_of
from cleanclaim.server import audit, work
from cleanclaim.server.access.principals import Principal, service
from cleanclaim.server.choices import Choices
from cleanclaim.server.database import Database, aware
from cleanclaim.server.database.schema import JOBS
from cleanclaim.server.problems import Problem, busy, disk_full
from cleanclaim.server.running import (
    CANCELLED,
    DONE,
    EXPIRED,
    FAILED,
    OPEN,
    QUEUED,
    RUNNING,
    Runner,
)
from cleanclaim.server.settings import ServerSettings
from cleanclaim.server.worklist import intake
from cleanclaim.storage.durable import PRIVATE, make_private_folder, system_errors, write_private
from cleanclaim.text.escaping import visible

_MOST_WHOLE: Final = 50_000_000
"""The largest input of a job whose format needs the whole report in memory."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Batch:
    """What makes a job a batch: people work on its findings.

    Attributes:
        name: what people call it, such as the name of its file.
        replaces: the batch whose claims are checked again.
    """

    name: str = ""
    replaces: str | None = None


class Jobs:
    """All jobs, and the one that runs.

    Args:
        settings: what the operator decided.
        database: where their states are kept.
    """

    def __init__(self, settings: ServerSettings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._runner = Runner(settings, database, self.purge)

    def start(self) -> None:
        """Begin to work on jobs, those of an earlier run first."""
        self._runner.start()

    async def stop(self) -> None:
        """Stop; the job that runs goes on when the service starts again."""
        await self._runner.stop()

    def new_folder(self) -> tuple[str, Path]:
        """A new job's id, and its folder for the upload.

        Raises:
            Problem: too many jobs wait, or the disk is full.
        """
        with self._database.reading() as connection:
            waiting = connection.scalar(sa.select(sa.func.count()).where(JOBS.c.state.in_(OPEN)))
        if (waiting or 0) >= self._settings.limits.waiting_jobs:
            raise busy(60)
        job_id = uuid.uuid4().hex
        folder = self.folder(job_id)
        try:
            make_private_folder(folder)
        except OSError:
            raise disk_full() from None
        return job_id, folder

    def folder(self, job_id: str) -> Path:
        """A job's folder."""
        return self._settings.jobs / job_id

    async def submit(
        self,
        who: Principal,
        choices: Choices,
        wanted: str,
        parts: AsyncIterator[bytes],
        idempotency_key: str | None = None,
        *,
        batch: Batch | None = None,
    ) -> dict[str, Any]:
        """Store an upload as it arrives, and add its job.

        Args:
            who: who asks.
            choices: how the claims are judged.
            wanted: the format of the report.
            parts: the upload.
            idempotency_key: with one that was used before, the answer is the earlier job.
            batch: what makes it a batch.

        Returns:
            The job.

        Raises:
            Problem: the upload is empty or too large for the format, the disk is full, too many jobs wait, or the key was used for another request.
        """
        places = self._settings
        store, lock = (None if path is None else str(path.absolute()) for path in (places.store, places.lock))  # fmt: skip
        task = work.Task(choices, wanted, store, lock, places.edits, is_batch=batch is not None)
        if batch is not None and batch.replaces is not None:
            await run_in_threadpool(self.batch, who, batch.replaces)
        job_id, folder = await run_in_threadpool(self.new_folder)
        try:
            size, digest = await _stored(parts, folder / work.UPLOAD)
            _check_size(wanted, size, is_batch=task.is_batch)
            given = {"size": size, "digest": digest, "idempotency_key": idempotency_key, "is_batch": task.is_batch}  # fmt: skip
            if batch is not None:
                given |= {"name": _named(batch.name), "replaces": batch.replaces}
            job, is_new = await run_in_threadpool(self._added, who, job_id, task, given)
        except BaseException:  # a client that leaves while it sends cancels this too
            self.forget(job_id)
            raise
        if is_new:
            self._runner.wake()
        return job

    def _added(
        self, who: Principal, job_id: str, task: work.Task, given: Mapping[str, Any]
    ) -> tuple[dict[str, Any], bool]:
        """Add a job whose upload is in its folder.

        Args:
            who: who asks.
            job_id: its id.
            task: what to do.
            given: `size` and `digest` of the upload, the `idempotency_key` or None, and what a batch has.

        Returns:
            The job, and whether it is new; with a key that was used before, it is the earlier one.

        Raises:
            Problem: the key was used for another input or other options.
        """
        folder, options = self.folder(job_id), task.text()
        with system_errors(folder):
            write_private(folder / work.TASK, options.encode())
        with self._database.writing() as connection:
            if given["idempotency_key"] and (earlier := self._earlier(connection, who, given["idempotency_key"])):  # fmt: skip
                self.forget(job_id)
                if (earlier["digest"], earlier["options"]) != (given["digest"], options):
                    raise Problem(422, "idempotency", "this Idempotency-Key was used for another request")  # fmt: skip
                return self._shown(earlier), False
            row: dict[str, Any] = {
                "id": job_id,
                "organization": who.organization,
                "owner": who.id,
                "state": QUEUED,
                "format": task.format,
            }
            row |= {"options": options, "created": datetime.now(UTC), **given}
            connection.execute(JOBS.insert().values(**row))
            audit.record(connection, who, "job added", job_id)
        return self.get(who, job_id), True

    def get(self, who: Principal, job_id: str) -> dict[str, Any]:
        """A job as the API shows it.

        Raises:
            Problem: there is no such job that this caller may see.
        """
        return self._shown(self._row(who, job_id))

    def listed(self, who: Principal, most: int = 1000) -> list[dict[str, Any]]:
        """The jobs that one may see, the newest first."""
        query = sa.select(JOBS).where(seen_by(who)).order_by(JOBS.c.created.desc()).limit(most)
        with self._database.reading() as connection:
            return [self._shown(dict(row)) for row in connection.execute(query).mappings()]

    def batches(self, who: Principal) -> list[dict[str, Any]]:
        """The finished batches that one may see, the newest first: id, name, day and what each replaces, without their summaries."""
        columns = [JOBS.c[name] for name in ("id", "name", "created", "replaces")]
        query = sa.select(*columns).where(seen_by(who), JOBS.c.is_batch, JOBS.c.state == DONE)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(JOBS.c.created.desc()).limit(1000)).mappings()
            return [dict(row) | {"created": _moment(row["created"])} for row in rows]

    def results(self, who: Principal, job_id: str) -> tuple[Path, str]:
        """The folder of a finished job's results, and the report's format.

        Raises:
            Problem: there is no such job, or it has no results.
        """
        row = self._row(who, job_id)
        if row["state"] in OPEN:
            raise Problem(409, "state", "the job isn't done", headers={"Retry-After": "1"})
        if row["state"] != DONE:
            raise Problem(410, "state", f"the job has no results: it is {row['state']}")
        with self._database.writing() as connection:
            audit.record(connection, who, "results seen", job_id)
        return self.folder(job_id), row["format"]

    def batch(self, who: Principal, job_id: str) -> dict[str, Any]:
        """A batch whose findings people work on; as the API shows it, with the `choices` of its check.

        Raises:
            Problem: there is no such batch of this caller, or it isn't done.
        """
        row = self._row(who, job_id)
        if not row["is_batch"]:
            raise Problem(409, "batch", "this job isn't a batch: its claims aren't kept")
        if row["state"] != DONE:
            raise Problem(409, "state", f"the batch has no results: it is {row['state']}")
        return self._shown(row) | {"choices": work.Task.of(row["options"]).choices}

    async def remove(self, who: Principal, job_id: str) -> None:
        """Cancel a job, or delete its results.

        Raises:
            Problem: there is no such job that this caller may see.
        """
        await run_in_threadpool(self._ended, who, job_id)
        await self._runner.end(job_id)
        self.forget(job_id)

    def _ended(self, who: Principal, job_id: str) -> None:
        row = self._row(who, job_id)
        state = CANCELLED if row["state"] in OPEN else EXPIRED
        with self._database.writing() as connection:
            connection.execute(JOBS.update().where(JOBS.c.id == job_id).values(state=state, finished=datetime.now(UTC)))  # fmt: skip
            intake.forget(connection, [job_id])
            audit.record(connection, who, "job removed", job_id)

    def forget(self, job_id: str) -> None:
        """Delete a job's files."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def counts(self, organization: str | None = None) -> dict[str, int]:
        """How many jobs of an organization, or of all, are in each state."""
        query = sa.select(JOBS.c.state, sa.func.count().label("count")).group_by(JOBS.c.state)
        if organization is not None:
            query = query.where(JOBS.c.organization == organization)
        with self._database.reading() as connection:
            return {row.state: row[1] for row in connection.execute(query)}

    def purge(self, now: datetime | None = None, who: Principal | None = None) -> int:
        """Delete results whose time is over, and folders that no job has.

        Args:
            now: the moment at which it is judged whether their time is over.
            who: who asks, for the organization's results; None for the service itself, for all.

        Returns:
            The number of jobs that lost their results.
        """
        now = now or datetime.now(UTC)
        with self._database.writing() as connection:
            over = sa.and_(JOBS.c.state.in_((DONE, FAILED)), JOBS.c.expires <= now)
            if who is not None:
                over = sa.and_(over, JOBS.c.organization == who.organization)
            found = list(connection.execute(sa.select(JOBS.c.id, JOBS.c.organization).where(over)))
            ids = [row.id for row in found]
            connection.execute(JOBS.update().where(JOBS.c.id.in_(ids)).values(state=EXPIRED))
            intake.forget(connection, ids)
            for row in found:
                audit.record(
                    connection, who or service(row.organization), "results deleted", row.id
                )
            kept = set(connection.scalars(sa.select(JOBS.c.id).where(JOBS.c.state.in_((*OPEN, DONE, FAILED)))))  # fmt: skip
        for folder in self._settings.jobs.iterdir() if self._settings.jobs.is_dir() else ():
            if folder.name in ids or (folder.name not in kept and _is_old(folder)):
                self.forget(folder.name)
        return len(ids)

    def _earlier(
        self, connection: sa.Connection, who: Principal, key: str
    ) -> dict[str, Any] | None:
        query = sa.select(JOBS).where(JOBS.c.owner == who.id, JOBS.c.idempotency_key == key)
        row = connection.execute(query).mappings().first()
        return dict(row) if row else None

    def _row(self, who: Principal, job_id: str) -> dict[str, Any]:
        with self._database.reading() as connection:
            query = sa.select(JOBS).where(JOBS.c.id == job_id, seen_by(who))
            row = connection.execute(query).mappings().first()
        if row is None:
            raise Problem(404, "job", "there is no such job")
        return dict(row)

    def _shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": row["id"], "state": row["state"], "format": row["format"], "bytes": row["size"],
            "created": _moment(row["created"]), "finished": _moment(row["finished"]), "expires": _moment(row["expires"]),
            "error": row["error"], "name": row["name"], "is_batch": bool(row["is_batch"]), "replaces": row["replaces"],
        }  # fmt: skip
        shown["progress"] = work.content_of(self.folder(row["id"]) / work.PROGRESS) if row["state"] == RUNNING else None  # fmt: skip
        shown.update(json.loads(row["summary"] or '{"summary": null, "not_read": []}'))
        return shown


def seen_by(who: Principal) -> sa.ColumnElement[bool]:
    """Which jobs one may see."""
    own = JOBS.c.organization == who.organization
    return own if who.sees_all_jobs else sa.and_(own, JOBS.c.owner == who.id)


def _moment(given: datetime | None) -> str | None:
    return None if given is None else aware(given).isoformat(timespec="seconds")


def _is_old(folder: Path) -> bool:
    """Whether a folder isn't one to which an upload is still being written."""
    try:
        return datetime.now(UTC).timestamp() - folder.stat().st_mtime > 3600
    except OSError:
        return False


def _named(name: str) -> str | None:
    """A file's name without its folder, as text that a database can store."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip()[:_LONGEST_NAME]
    return visible(plain) or None


def _check_size(wanted: str, size: int, *, is_batch: bool) -> None:
    if not size:
        raise Problem(422, "claims", "the body is empty")
    if is_batch and size > _MOST_WHOLE:
        raise Problem(422, "size", f"batches are inputs of up to {_MOST_WHOLE:,} bytes; check larger ones as a job (POST /v1/jobs)")  # fmt: skip
    if format_of(wanted).is_whole and size > _MOST_WHOLE:
        raise Problem(422, "size", f"{wanted} reports are for inputs of up to {_MOST_WHOLE:,} bytes; use parquet, jsonl, csv or json")  # fmt: skip


async def _stored(parts: AsyncIterator[bytes], path: Path) -> tuple[int, str]:
    """Write an upload to a file as it arrives: its size and hash.

    Raises:
        Problem: the disk is full.
    """
    size, digest = 0, hashlib.sha256()
    try:
        with path.open("xb") as out:
            path.chmod(PRIVATE)
            async for part in parts:
                size += len(part)
                digest.update(part)
                await run_in_threadpool(out.write, part)
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        raise disk_full() from None
    return size, digest.hexdigest()
