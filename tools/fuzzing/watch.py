"""Worker processes that try one seed after another, and a watchdog that replaces them if needed.

A worker is ended and replaced if it takes too long or too much memory, or if its process dies.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final

Target = Callable[[int], str | None]
Make = Callable[..., Target]
ENDED: Final = ("a hang", "memory", "the process ended")
"""The first words of failures that ended their worker."""
_LOOK: Final = 0.1
_TELL: Final = 0.5
_WARM: Final = 20
"""Number of inputs after which a worker's memory is stable."""
_START: Final = 120.0
"""Seconds that a worker may take to start."""
_PAGE: Final = resource.getpagesize()
_NOTHING: Final = -1


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for one input: seconds, and megabytes of memory for its process."""

    seconds: float = 30.0
    megabytes: int = 2_500


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed that failed, and how."""

    seed: int
    what: str


@dataclass(slots=True)
class Tally:
    """The results of the seeds tried.

    Attributes:
        tried: how many.
        failures: those that failed.
        slowest: the seconds and seed of the slowest one that wasn't ended.
        largest: the peak memory of a worker, in megabytes, and the seed that reached it.
        renewed: workers that were replaced because they had grown between inputs.
    """

    tried: int = 0
    failures: list[Failure] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[int, int] = (0, 0)
    renewed: int = 0

    def add(self, other: Tally) -> None:
        """Add another tally."""
        self.tried += other.tried
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)
        self.renewed += other.renewed


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _work(
    make: Make, arguments: Sequence[Any], seeds: range, now: Any, pipe: Connection, most: int
) -> None:
    """A worker: sends its tally from time to time, and shows its current seed in shared memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target = make(*arguments)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tally, sent = Tally(), time.monotonic()
    for count, seed in enumerate(seeds):
        if count == _WARM:
            gc.collect()
            gc.freeze()
        before = _megabytes()
        started = time.monotonic()
        now[1] = started  # before the seed, which triggers the check
        now[0] = seed
        what = target(seed)
        ended = time.monotonic()
        now[0] = _NOTHING
        after = _megabytes()
        tally.tried += 1
        if what is not None:
            tally.failures.append(Failure(seed, what))
        tally.slowest = max(tally.slowest, (ended - started, seed))
        if after > before:
            tally.largest = max(tally.largest, (after, seed))
        is_full = _resident(os.getpid()) > most // 2
        if ended - sent > _TELL or what is not None or is_full or seed == seeds[-1]:
            pipe.send((tally, seed, is_full))
            tally, sent = Tally(), ended
        if is_full:
            break


def _resident(process: int | None) -> int:
    """A process's current memory in megabytes; 0 if the process is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:  # noqa: PTH123 - read ten times a second
            return int(file.read().split()[1]) * _PAGE >> 20
    except (OSError, IndexError):
        return 0


class _Worker:
    """A worker as seen by its watcher."""

    def __init__(self, make: Make, arguments: Sequence[Any], seeds: range, limits: Limits) -> None:
        context = multiprocessing.get_context("spawn")
        self.seeds = seeds
        self.limits = limits
        self.done = 0
        self._now = context.Array("d", [_NOTHING, 0.0], lock=False)
        self.pipe, child = context.Pipe(duplex=False)
        self._began = time.monotonic()
        self.is_ready = False
        self.process: BaseProcess = context.Process(
            target=_work,
            args=(make, arguments, seeds, self._now, child, limits.megabytes),
            daemon=True,
        )
        self.process.start()
        child.close()

    def tallies(self) -> Iterator[Tally]:
        """The tallies it has sent since the last call."""
        try:
            while self.pipe.poll():
                tally, seed, is_full = self.pipe.recv()
                self.done = self.seeds.index(seed) + 1
                self.is_ready = True
                tally.renewed = int(is_full)
                yield tally
        except (EOFError, OSError):
            return

    def excess(self) -> str | None:
        """The limit it exceeds; None if there is none."""
        seed, started = int(self._now[0]), self._now[1]
        at_work = time.monotonic() - (started if seed != _NOTHING else self._began)
        most = self.limits.seconds if seed != _NOTHING else _START
        if (seed != _NOTHING or not self.is_ready) and at_work > most:
            return f"{ENDED[0]}: still running after {most:g} s"
        if _resident(self.process.pid) > self.limits.megabytes:
            return f"{ENDED[1]}: more than {self.limits.megabytes} MB"
        return None

    def seed_at_work(self) -> int:
        """Its current or last seed."""
        seed = int(self._now[0])
        return seed if seed != _NOTHING else self.seeds[min(self.done, len(self.seeds) - 1)]

    def is_started(self) -> bool:
        """Whether it has started a seed."""
        return self.is_ready or int(self._now[0]) != _NOTHING

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.join()


def watched(
    make: Make,
    arguments: Sequence[Any],
    seeds: range,
    limits: Limits,
    *,
    jobs: int = 1,
    tell: Callable[[Tally, int], None] = lambda _tally, _next: None,
) -> Tally:
    """Try seeds in watched processes.

    Args:
        make: makes a worker's target; picklable by name.
        arguments: the arguments of `make`.
        seeds: the seeds, which the processes divide among themselves.
        limits: the limits for one input.
        jobs: how many processes.
        tell: called with the whole tally from time to time, and the first seed that isn't done.

    Returns:
        The results of all seeds. A seed that hangs, takes too much memory or kills its process is a
        failure, and the others continue.
    """
    whole = Tally()
    workers = [
        _Worker(make, arguments, seeds[n::jobs], limits) for n in range(min(jobs, len(seeds)))
    ]
    try:
        while workers:
            wait([worker.pipe for worker in workers], timeout=_LOOK)
            workers = [next_ for worker in workers if (next_ := _looked_at(worker, make, arguments, whole))]  # fmt: skip
            tell(whole, min((w.seeds[w.done] for w in workers), default=seeds.stop))
    finally:
        for worker in workers:
            worker.end()
    return whole


def _looked_at(
    worker: _Worker, make: Make, arguments: Sequence[Any], whole: Tally
) -> _Worker | None:
    """Collect a worker's tallies; keep it, replace it, or end it if its seeds are done."""
    was_alive = worker.process.is_alive()
    for tally in worker.tallies():
        whole.add(tally)
    if worker.done == len(worker.seeds):
        worker.end()
        return None
    what = worker.excess()
    if was_alive and what is None:
        return worker
    at = worker.seeds.index(worker.seed_at_work())
    worker.end()
    for tally in worker.tallies():  # what was still in the pipe
        whole.add(tally)
    if not worker.is_started():
        raise RuntimeError(f"a worker does not start: {what or _ended(worker.process.exitcode)}")
    first = worker.done
    if what is not None or worker.process.exitcode != 0 or was_alive:
        ending = what or f"{ENDED[2]}: {_ended(worker.process.exitcode)}"
        whole.add(Tally(at - first + 1, [Failure(worker.seeds[at], ending)]))
        first = at + 1
    rest = worker.seeds[first:]
    return _Worker(make, arguments, rest, worker.limits) if rest else None


def _ended(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
