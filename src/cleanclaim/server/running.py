"""The jobs that wait, worked on one after the other, each in a process of its own.

When the service starts, jobs that were interrupted go on where they stopped.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from cleanclaim.server import work
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import JOBS
from cleanclaim.server.guards import LOG
from cleanclaim.server.settings import ServerSettings
from cleanclaim.server.worklist import intake
from cleanclaim.storage.durable import make_private_folder

Found = TypeVar("Found")
QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"
OPEN: Final = (QUEUED, RUNNING)
_SWEEP: Final = 60.0
_GRACE: Final = 5.0
_AGAIN: Final = 5.0
"""How long jobs wait after the database or the disk has failed."""
_MOST_TRIES: Final = 3
"""How often a job whose process dies is begun."""


class Runner:
    """Works on the jobs that wait, and knows the one that runs.

    Args:
        settings: what the operator decided.
        database: where the jobs' states are kept.
        purge: deletes results whose time is over; called every minute.
    """

    def __init__(
        self, settings: ServerSettings, database: Database, purge: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._database = database
        self._purge = purge
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._running: str | None = None

    def start(self) -> None:
        """Begin to work on jobs, those of an earlier run first."""
        make_private_folder(self._settings.jobs)
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; the job that runs goes on when the service starts again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._end_process()

    def wake(self) -> None:
        """Look for jobs now: one was added."""
        self._wake.set()

    async def end(self, job_id: str) -> None:
        """End a job's process if it runs."""
        if self._running == job_id:
            await self._end_process()

    async def _work(self) -> None:
        """Work on jobs for ever; a database or disk that fails only makes it wait."""
        while True:
            try:
                await _finished_in_thread(self._resume)
                await self._work_through()
            except (sa.exc.SQLAlchemyError, OSError) as error:
                LOG.warning("jobs wait: %s", type(error).__name__)
                await asyncio.sleep(_AGAIN)

    def _resume(self) -> None:
        """Take up jobs that were interrupted."""
        with self._database.writing() as connection:
            connection.execute(JOBS.update().where(JOBS.c.state == RUNNING).values(state=QUEUED))

    async def _work_through(self) -> None:
        swept = 0.0
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() - swept >= _SWEEP or not swept:
                swept = loop.time()
                await _finished_in_thread(self._purge)
            job_id = await _finished_in_thread(self._next)
            if job_id is not None:
                await self._run(job_id)
                continue
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _SWEEP)

    def _next(self) -> str | None:
        with self._database.writing() as connection:
            query = sa.select(JOBS.c.id).where(JOBS.c.state == QUEUED).order_by(JOBS.c.created)
            job_id: str | None = connection.scalar(query.limit(1))
            if job_id is not None:
                connection.execute(JOBS.update().where(JOBS.c.id == job_id).values(state=RUNNING))
        return job_id

    async def _run(self, job_id: str) -> None:
        folder = self._settings.jobs / job_id
        self._running = job_id
        try:
            tries = 0 if (folder / work.SUMMARY).exists() else _MOST_TRIES
            for _ in range(tries):
                status = await self._once(folder)
                if status in {0, 1} or not await _finished_in_thread(self._is_running, job_id):
                    break
        finally:
            self._running = None
        await _finished_in_thread(self._finish, job_id, folder)

    async def _once(self, folder: Path) -> int:
        """Run a job's process to its end."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cleanclaim.server.work", cwd=folder,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return await self._process.wait()
        finally:
            if self._process is not None and self._process.returncode is None:
                await self._end_process()
            self._process = None

    async def _end_process(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _is_running(self, job_id: str) -> bool:
        with self._database.reading() as connection:
            return connection.scalar(sa.select(JOBS.c.state).where(JOBS.c.id == job_id)) == RUNNING

    def _finish(self, job_id: str, folder: Path) -> None:
        """Write down how a job ended; one that was cancelled meanwhile stays so."""
        now = datetime.now(UTC)
        found = work.content_of(folder / work.SUMMARY)
        failed = work.content_of(folder / work.ERROR)
        with self._database.writing() as connection:
            query = sa.select(JOBS).where(JOBS.c.id == job_id, JOBS.c.state == RUNNING)
            row = connection.execute(query).mappings().first()
            if row is None:
                return
            is_kept = row["is_batch"] and found is not None
            hours = self._settings.keep_days * 24 if is_kept else self._settings.keep_hours
            values: dict[str, Any] = {"finished": now, "expires": now + timedelta(hours=hours)}
            if found is not None:
                left_out = intake.take_in(connection, dict(row), folder, now) if is_kept else 0
                values |= {"state": DONE, "summary": json.dumps(found | {"left_out": left_out})}
            else:
                why = failed["detail"] if failed else f"its process ended {_MOST_TRIES} times before it was done"  # fmt: skip
                values |= {"state": FAILED, "error": why}
            connection.execute(JOBS.update().where(JOBS.c.id == job_id).values(**values))
        if not is_kept:
            with suppress(OSError):
                (folder / work.UPLOAD).unlink()


async def _finished_in_thread(work: Callable[..., Found], *arguments: Any) -> Found:
    """Do something in a thread; if this is cancelled, only after it is done, so that no connection is left open."""
    task = asyncio.ensure_future(run_in_threadpool(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
