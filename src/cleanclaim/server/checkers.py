"""Processes that check small requests, so that answering requests and checking claims don't share one interpreter.

Each set of processes belongs to one state of the reference and the edits. When that is replaced, a new set
is started; the former one ends after its last run. Until a set has loaded its tables, the service's own
process checks.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from cleanclaim.server import child
from cleanclaim.server.checking import Asked, answers
from cleanclaim.server.engine import Held
from cleanclaim.server.guards import LOG
from cleanclaim.server.problems import Problem, internal
from cleanclaim.server.settings import ServerSettings

Answers = list[bytes | Problem]


class _Pool:
    """Processes for one state of the reference and the edits."""

    def __init__(self, settings: ServerSettings, held: Held) -> None:
        self.held = held
        count = settings.checkers
        needed = ServerSettings(store=settings.store, lock=settings.lock, edits=settings.edits)
        self._executor = ProcessPoolExecutor(
            count, get_context("spawn"), child.begin, (pickle.dumps(needed),)
        )
        self._loading: list[Future[str]] = [
            self._executor.submit(child.digest) for _ in range(count)
        ]
        for loading in self._loading:
            loading.add_done_callback(self._tell_failure)

    @property
    def is_ready(self) -> bool:
        """Whether it has loaded its tables, and the same ones as the service's own process."""
        if not all(loading.done() for loading in self._loading):
            return False
        return all(
            loading.exception() is None and loading.result() == self.held.digest
            for loading in self._loading
        )

    def _tell_failure(self, loading: Future[str]) -> None:
        if loading.cancelled():
            return
        if loading.exception() is not None:
            LOG.warning("a process that checks claims can't load its tables; the service checks itself")  # fmt: skip
        elif loading.result() != self.held.digest:
            LOG.warning("the tables have changed since the service loaded them; it checks itself until it loads them again")  # fmt: skip

    async def loaded(self) -> None:
        """Wait until it has loaded its tables, or can't."""
        waiting = [asyncio.wrap_future(loading) for loading in self._loading]
        await asyncio.gather(*waiting, return_exceptions=True)

    async def answers(self, several: Sequence[Asked]) -> Answers:
        """The answers to small requests of one kind.

        Raises:
            BrokenProcessPool: a process has ended.
        """
        given = [(asked.claims, asked.choices, asked.format) for asked in several]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, child.check, given)

    def close(self) -> None:
        """End after the runs under way."""
        self._executor.shutdown(wait=False)


class Checkers:
    """Checks runs of small requests, in processes if the operator wants any.

    Args:
        settings: what the operator decided.
        executor: threads of the service's own process, which check while no process can.
        present: gives the present state of the reference and the edits.
    """

    def __init__(
        self, settings: ServerSettings, executor: Executor, present: Callable[[], Held]
    ) -> None:
        self._settings = settings
        self._executor = executor
        self._present = present
        self._pool: _Pool | None = None

    @property
    def at_once(self) -> int:
        """How many runs take place at the same time."""
        return max(self._settings.checkers, 1)

    @property
    def has_processes(self) -> bool:
        """Whether there are processes that have loaded their tables."""
        return self._pool is not None and self._pool.is_ready

    def start(self) -> None:
        """Start processes for the present state, unless they are there."""
        held = self._present()
        if self._settings.checkers and (self._pool is None or self._pool.held is not held):
            self.stop()
            self._pool = _Pool(self._settings, held)

    def stop(self) -> None:
        """End the processes after the runs under way."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    async def answers(self, several: Sequence[Asked]) -> Answers:
        """The answers to small requests of one kind."""
        self.start()
        pool = self._pool
        if pool is None or not pool.is_ready or pool.held is not several[0].held:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, answers, several)
        try:
            return await pool.answers(several)
        except BrokenProcessPool:
            LOG.warning("a process that checks claims has ended; a new one is started")
        if self._pool is pool:
            self.stop()
        if len(several) == 1:
            return [internal()]  # tried again, it might end the next process, too
        return [one for asked in several for one in await self._again(asked)]

    async def _again(self, asked: Asked) -> Answers:
        """The answer to one of several requests whose process has ended: in a new process, since it may be the one that ended it."""
        self.start()
        if self._pool is not None:
            await self._pool.loaded()
        return await self.answers([asked])
