"""Work in turn: results in order, no more items taken than are worked on, and failures told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from cleanclaim.threads import in_order


def test_results_are_in_the_order_of_the_items() -> None:
    def work(n: int) -> int:
        time.sleep(0.002 * (5 - n % 5))
        return n * n

    assert list(in_order(work, range(20), 3)) == [n * n for n in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_more_is_taken_than_is_worked_on(workers: int) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for n in range(10):
            taken += 1
            yield n

    for given, _ in enumerate(in_order(lambda n: n, items(), workers), 1):
        assert taken <= given + workers


def test_a_failure_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda n: 1 / n, [2, 1, 0, 1], 2))


def test_nothing_to_do() -> None:
    assert list(in_order(str, [], 2)) == []
