"""Work done several at a time, its results in order, and no more begun than is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_turn(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """The results of work on items, in their order.

    Much of the work runs outside Python's lock. An item is taken when it can be begun or is the next, so that memory holds no more of them.

    Args:
        work: done in a thread.
        items: taken one by one, in this thread.
        workers: so many at the same time.

    Yields:
        What `work` returned; what it raised is raised here, when what was begun has ended.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            while len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
