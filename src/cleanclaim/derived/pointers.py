"""Which diagnoses lines point at."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model import Batch
from cleanclaim.model.arrays import NO_DAY, Days, Ints, days
from cleanclaim.model.expressions import POINTERS
from cleanclaim.model.keys import MOST_NUMBERS, found_in, keys_of, unpivoted, whole_numbers


class Pointers:
    """The pointers of a batch's lines, resolved.

    Attributes:
        batch: the plain tables.
        rows: for each pointer as sent, the row of its line.
        positions: its position on the line, less one.
        numbers: the diagnosis number that it names.
        at: the row of that diagnosis, -1 if the claim has no such diagnosis.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.rows, self.positions, self.numbers = unpivoted(batch.lines, POINTERS)
        self.at = self._diagnosis_rows()

    def _diagnosis_rows(self) -> Ints:
        diagnoses = self.batch.diagnoses
        known = keys_of(diagnoses) * MOST_NUMBERS + whole_numbers(diagnoses["diagnosis_number"])
        keys = keys_of(self.batch.lines)[self.rows]
        wanted = self.numbers.to_numpy()
        at = found_in(known, keys * MOST_NUMBERS + wanted)
        return np.where((wanted > 0) & (wanted < MOST_NUMBERS), at, -1)

    @cached_property
    def _met(self) -> tuple[Ints, Ints]:
        """For each pointer that meets a diagnosis: the row of the line and of the diagnosis."""
        there = self.at >= 0
        return self.rows[there], self.at[there]

    def counts(self) -> Ints:
        """For each diagnosis how many pointers name it."""
        return np.bincount(self._met[1], minlength=self.batch.diagnoses.height)

    def days(self) -> tuple[pl.Series, pl.Series]:
        """For each diagnosis the first and last day of the lines that point at it; null if there are none."""
        lines, at = self._met
        count = self.batch.diagnoses.height
        found = []
        for column, choose, worst in (
            ("from_date", np.minimum, np.int32(2**31 - 1)),
            ("to_date", np.maximum, NO_DAY),
        ):
            day = days(self.batch.lines[column])[lines]
            there = day != NO_DAY
            best = np.full(count, worst, dtype=np.int32)
            choose.at(best, at[there], day[there])
            found.append(_dates(best, best == worst))
        return found[0], found[1]


def _dates(numbers: Days, missing: npt.NDArray[np.bool_]) -> pl.Series:
    """Days as numbers as a column of dates, null if they are missing."""
    return pl.Series(np.where(missing, np.datetime64("NaT"), numbers.astype("datetime64[D]")))
