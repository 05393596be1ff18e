"""Workers under watch: processes that try seed after seed, and are ended and replaced when one takes too long, too much memory, or the process with it."""

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
"""How what is told of an input begins that ended its worker."""
_LOOK: Final = 0.1
_TELL: Final = 0.5
_WARM: Final = 20
"""Inputs after which a worker's own memory is what it stands at."""
_START: Final = 120.0
"""Seconds that a worker may take to start."""
_PAGE: Final = resource.getpagesize()
_NOTHING: Final = -1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may take: seconds, and megabytes of memory of the process that works on it."""

    seconds: float = 30.0
    megabytes: int = 2_500


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed that failed, and how."""

    seed: int
    what: str


@dataclass(slots=True)
class Tally:
    """What came of the seeds tried.

    Attributes:
        tried: how many.
        failures: those that failed.
        slowest: the seconds and seed of the slowest that was not ended.
        largest: the memory, in megabytes, at which a worker stood highest, and the seed that brought it there.
        renewed: workers that were replaced for what they had grown to between inputs.
    """

    tried: int = 0
    failures: list[Failure] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[int, int] = (0, 0)
    renewed: int = 0

    def add(self, other: Tally) -> None:
        """Take in another's."""
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
    """A worker: tells its tally from time to time, and what it is at by shared memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target = make(*arguments)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tally, told = Tally(), time.monotonic()
    for count, seed in enumerate(seeds):
        if count == _WARM:
            gc.collect()
            gc.freeze()
        before = _megabytes()
        started = time.monotonic()
        now[1] = started  # before the seed, by which it is looked at
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
        if ended - told > _TELL or what is not None or is_full or seed == seeds[-1]:
            pipe.send((tally, seed, is_full))
            tally, told = Tally(), ended
        if is_full:
            break


def _resident(process: int | None) -> int:
    """Megabytes that a process has in memory now; 0 where it is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:  # noqa: PTH123 - read ten times a second
            return int(file.read().split()[1]) * _PAGE >> 20
    except (OSError, IndexError):
        return 0


class _Worker:
    """A worker as its watcher sees it."""

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

    def told(self) -> Iterator[Tally]:
        """What it told since it was asked last."""
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
        """What it takes too much of; None for nothing."""
        seed, started = int(self._now[0]), self._now[1]
        at_work = time.monotonic() - (started if seed != _NOTHING else self._began)
        most = self.limits.seconds if seed != _NOTHING else _START
        if (seed != _NOTHING or not self.is_ready) and at_work > most:
            return f"{ENDED[0]}: still at it after {most:g} s"
        if _resident(self.process.pid) > self.limits.megabytes:
            return f"{ENDED[1]}: more than {self.limits.megabytes} MB"
        return None

    def seed_at_work(self) -> int:
        """The seed it is at, or was at last."""
        seed = int(self._now[0])
        return seed if seed != _NOTHING else self.seeds[min(self.done, len(self.seeds) - 1)]

    def is_started(self) -> bool:
        """Whether it ever was at a seed."""
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
    """Try seeds in processes under watch.

    Args:
        make: makes a worker's target; picklable by name.
        arguments: what `make` is given.
        seeds: the seeds, which the processes share out among them.
        limits: what one input may take.
        jobs: so many processes.
        tell: told the whole tally now and then, and the first seed that is not done.

    Returns:
        What came of all of them; a seed that hangs, takes too much memory or ends its process is a failure, and the others go on.
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
    """What a worker told is added up; it goes on, another takes its place, or its seeds are done."""
    was_alive = worker.process.is_alive()
    for tally in worker.told():
        whole.add(tally)
    if worker.done == len(worker.seeds):
        worker.end()
        return None
    what = worker.excess()
    if was_alive and what is None:
        return worker
    at = worker.seeds.index(worker.seed_at_work())
    worker.end()
    for tally in worker.told():  # what was on its way
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
