"""Which rows of a table meet each of many tests, with as little work as the rows need.

Most tests are conditions joined by "and", and in most batches most tests fail on their first conditions: there is no claim of that kind, or no such
code. So tests are taken apart. A condition that several tests share is worked out once, and what is left of a test only if some row has met all of its
earlier conditions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Marks = npt.NDArray[np.bool_]
_OFTEN: Final = 3
"""A condition that so many tests share is worked out first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Tests, taken apart.

    Attributes:
        conditions: the distinct conditions, each named by its number.
        rounds: by the name of a test, its conditions in the order in which they are worked out: what many tests share, one more, the rest.
    """

    conditions: tuple[pl.Expr, ...]
    rounds: dict[str, tuple[tuple[int, ...], ...]]


def plan_of(tests: Mapping[str, pl.Expr]) -> Plan:
    """Take tests apart."""
    distinct = _Distinct()
    of_test = {
        name: dict.fromkeys(distinct.number_of(part) for part in conditions_of(test))
        for name, test in tests.items()
    }
    uses = Counter(number for numbers in of_test.values() for number in numbers)
    rounds = {
        name: _rounds(sorted(numbers, key=distinct.length_of), uses)
        for name, numbers in of_test.items()
    }
    named = (condition.alias(str(n)) for n, condition in enumerate(distinct.conditions))
    return Plan(tuple(named), rounds)


def conditions_of(test: pl.Expr) -> list[pl.Expr]:
    """The conditions that a test joins by "and"; the test itself if it joins none.

    Where the whole is false instead of null, its conditions may be null as well: such a row meets neither.
    """
    bare = test.meta.undo_aliases()
    inputs = bare.meta.pop()
    if len(inputs) != 2:
        return [bare]
    last, first = inputs
    if (first & last).meta.eq(bare):
        return [*conditions_of(first), *conditions_of(last)]
    if first.fill_null(value=False).meta.eq(bare):
        return conditions_of(first)
    return [bare]


def _rounds(numbers: list[int], uses: Counter[int]) -> tuple[tuple[int, ...], ...]:
    shared = [number for number in numbers if uses[number] >= _OFTEN]
    own = [number for number in numbers if uses[number] < _OFTEN]
    rounds = (shared, own[:1], own[1:])
    return tuple(tuple(one) for one in rounds if one)


class _Distinct:
    """Numbers the distinct conditions."""

    def __init__(self) -> None:
        self.conditions: list[pl.Expr] = []
        self._by_text: dict[str, list[int]] = {}
        self._lengths: list[int] = []

    def number_of(self, condition: pl.Expr) -> int:
        """The number of a condition, which equal ones share. Its text may leave out values, so equal texts are compared."""
        text = str(condition)
        alike = self._by_text.setdefault(text, [])
        for number in alike:
            if self.conditions[number].meta.eq(condition):
                return number
        alike.append(len(self.conditions))
        self.conditions.append(condition)
        self._lengths.append(len(text))
        return alike[-1]

    def length_of(self, number: int) -> int:
        """The length of a condition's text: short ones are likely to be quick."""
        return self._lengths[number]


def met(frame: pl.DataFrame, plan: Plan) -> dict[str, Marks]:
    """The rows that meet each test; a row that doesn't tell (null) doesn't meet it.

    Args:
        frame: the rows, at least one.
        plan: the tests.

    Returns:
        For each test that some row meets, by name, whether each row does.

    Raises:
        PolarsError: a condition can't be worked out.
        TypeError: a condition is neither true nor false.
    """
    known: dict[int, Marks] = {}
    so_far: dict[str, Marks | None] = dict.fromkeys(plan.rounds)
    for turn in range(max((len(rounds) for rounds in plan.rounds.values()), default=0)):
        asked = {name: plan.rounds[name][turn] for name in so_far if turn < len(plan.rounds[name])}
        wanted = {number for numbers in asked.values() for number in numbers} - known.keys()
        known |= _worked_out(frame, plan, sorted(wanted))
        for name, numbers in asked.items():
            marks = so_far.pop(name)
            both = [known[number] for number in numbers] + ([] if marks is None else [marks])
            joined = np.logical_and.reduce(both) if len(both) > 1 else both[0]
            if joined.any():
                so_far[name] = joined
    return {name: marks for name in plan.rounds if (marks := so_far.get(name)) is not None}


def _worked_out(frame: pl.DataFrame, plan: Plan, numbers: list[int]) -> dict[int, Marks]:
    found = frame.select(plan.conditions[number] for number in numbers)
    return {number: _marks(found[str(number)], frame.height) for number in numbers}


def _marks(column: pl.Series, height: int) -> Marks:
    """A condition's column as marks, with one value for all rows repeated."""
    if column.dtype not in {pl.Boolean, pl.Null}:
        raise TypeError(f"a condition is {column.dtype} instead of true or false")
    marks = (
        column.cast(pl.Boolean).fill_null(value=False).to_numpy()
        if column.null_count()
        else column.to_numpy()
    )
    return marks if len(marks) == height else np.broadcast_to(marks, height)
