"""Small requests that arrive at about the same time are checked together.

One run of the engine costs much more than one claim in it: a lone claim takes 30 times as long as a
claim among a hundred. A request waits only while a run is under way, and at most `_LINGER` for others
if there were others lately, so a lone request doesn't wait at all. Without that wait, those who are
answered and those who waited meanwhile would take turns, in runs of half the size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from cleanclaim.server.checkers import Checkers
from cleanclaim.server.checking import Asked
from cleanclaim.server.problems import Problem

_MOST: Final = 256
"""The most requests in one run."""
_LINGER: Final = 0.04
"""The most seconds to wait for as many requests as there were lately."""
_PAUSE: Final = 0.004
"""Seconds without a new request after which no more are waited for."""

_Waiting = tuple[Asked, asyncio.Future[bytes]]


class Together:
    """Collects small requests and checks them in runs.

    Args:
        checkers: check the runs.
        counted: called with the size of each run.
    """

    def __init__(self, checkers: Checkers, counted: Callable[[int], None]) -> None:
        self._checkers = checkers
        self._counted = counted
        self._free = asyncio.Semaphore(checkers.at_once)
        self._runs: set[asyncio.Task[None]] = set()
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._crowd = 1

    def start(self) -> None:
        """Begin to take requests."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; requests that still wait are cancelled."""
        for task in (self._task, *self._runs):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        while not self._queue.empty():
            self._queue.get_nowait()[1].cancel()

    def answer(self, asked: Asked) -> Awaitable[bytes]:
        """The answer to a request, when it is ready.

        Raises:
            Problem: the claim can't be read, or an option isn't valid.
        """
        ready: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((asked, ready))
        return ready

    async def _work(self) -> None:
        left: list[_Waiting] = []
        while True:
            waiting = left or [await self._queue.get()]
            await self._free.acquire()
            await self._linger(len(waiting))
            while not self._queue.empty() and len(waiting) < _MOST:
                waiting.append(self._queue.get_nowait())
            kind = waiting[0][0].kind
            run = [one for one in waiting if one[0].kind == kind and not one[1].done()]
            left = [one for one in waiting if one[0].kind != kind]
            self._begin(run)
            self._crowd = len(run) + len(left)

    async def _linger(self, waiting: int) -> None:
        """Wait until as many requests are there as there were lately, but not long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _LINGER
        there = waiting + self._queue.qsize()
        while there < min(self._crowd, _MOST) and loop.time() < until:
            await asyncio.sleep(_PAUSE)
            before, there = there, waiting + self._queue.qsize()
            if there == before:
                return

    def _begin(self, run: list[_Waiting]) -> None:
        if not run:
            self._free.release()
            return
        task = asyncio.create_task(self._run(run))
        self._runs.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._runs.discard(task)
        self._free.release()

    async def _run(self, run: list[_Waiting]) -> None:
        self._counted(len(run))
        try:
            found = await self._checkers.answers([asked for asked, _ in run])
        except asyncio.CancelledError:
            for _, ready in run:
                ready.cancel()
            raise
        for (_, ready), body in zip(run, found, strict=True):
            if ready.done():  # the client has gone
                continue
            if isinstance(body, Problem):
                ready.set_exception(body)
            else:
                ready.set_result(body)
