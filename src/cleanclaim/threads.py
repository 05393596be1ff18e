"""Run work in threads and return the results in order, without running far ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """The results of work on items, in their order.

    Much of the work runs outside Python's lock. An item is taken only when a thread is free for it,
    which limits how many are in memory.

    Args:
        work: runs in a thread.
        items: taken one by one, in this thread.
        workers: how many run at the same time.

    Yields:
        What `work` returned. If it raised an error, the error is raised here after the work in
        progress has ended.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            while len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
