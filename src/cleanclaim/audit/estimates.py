"""What a sample says of its population, and how large a sample must be: the formulas of RAT-STATS.

RAT-STATS is the statistical software of the Office of Inspector General, HHS. Means and totals use
the t-distribution in a simple sample and the normal one in a stratified sample; both have the
finite population correction. Rates of errors in a simple sample have exact (hypergeometric) limits.

Source: OIG, RAT-STATS user guide and companion manual (variable and attribute appraisals, sample
size determination); W. G. Cochran, Sampling Techniques, 3rd edition, chapters 2, 4, 5 and 9A.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cleanclaim.audit.statistics import (
    exact_limits,
    mean,
    normal_quantile,
    t_quantile,
    variance,
)

CONFIDENCE: Final = 0.90
"""Two-sided: its lower limit is what OIG recovers."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate for a population.

    Attributes:
        point: the estimate.
        standard_error: of the estimate; None if the limits are exact.
        lower: the lower limit of the two-sided interval.
        upper: the upper limit.
        confidence: of the interval.
        sample: the number of units in the sample.
        population: the number of units in the population.
        method: how it was made.
    """

    point: float
    standard_error: float | None
    lower: float
    upper: float
    confidence: float
    sample: int
    population: int
    method: str

    @property
    def precision(self) -> float | None:
        """Half of the interval as a share of the estimate; None for an estimate of zero."""
        return (self.upper - self.lower) / 2 / abs(self.point) if self.point else None


def total_of_simple(
    values: Sequence[float], population: int, confidence: float = CONFIDENCE
) -> Estimate:
    """The total of a population, from a simple random sample of it.

    Args:
        values: the value of each unit in the sample.
        population: how many units there are.
        confidence: of the interval.
    """
    count = len(values)
    _check(count, population)
    error = population * math.sqrt(variance(values) / count * (1 - count / population))
    return _estimate(
        population * mean(values), error, _t(count - 1, confidence), confidence, count, population, "simple random sample, t"
    )  # fmt: skip


def total_of_strata(
    strata: Sequence[tuple[Sequence[float], int]], confidence: float = CONFIDENCE
) -> Estimate:
    """The total of a population, from a stratified random sample of it.

    Args:
        strata: for each stratum the value of each of its units in the sample, and how many units it has.
        confidence: of the interval.
    """
    for values, size in strata:
        _check(len(values), size)
    point = math.fsum(size * mean(values) for values, size in strata)
    squares = math.fsum(
        size * size * (1 - len(values) / size) * variance(values) / len(values)
        for values, size in strata
    )
    z = normal_quantile((1 + confidence) / 2)
    drawn, population = sum(len(values) for values, _ in strata), sum(size for _, size in strata)
    return _estimate(point, math.sqrt(squares), z, confidence, drawn, population, "stratified random sample, z")  # fmt: skip


def total_of_pps(
    values: Sequence[float],
    probabilities: Sequence[float],
    population: int,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The total of a population, from draws with replacement and probability proportional to size (Hansen and Hurwitz).

    Args:
        values: the value of the unit of each draw.
        probabilities: the probability with which a draw takes that unit.
        population: how many units there are.
        confidence: of the interval.
    """
    count = len(values)
    _check(count, None)
    ratios = [value / chance for value, chance in zip(values, probabilities, strict=True)]
    error = math.sqrt(variance(ratios) / count)
    return _estimate(
        mean(ratios), error, _t(count - 1, confidence), confidence, count, population, "probability proportional to size, t"
    )  # fmt: skip


def rate_of_simple(
    errors: int, sample: int, population: int, confidence: float = CONFIDENCE
) -> Estimate:
    """The share of a population's units in error, from a simple random sample, with exact limits."""
    _check(sample, population)
    lower, upper = exact_limits(errors, sample, population, confidence)
    return Estimate(errors / sample, None, lower / population, upper / population, confidence, sample, population, "simple random sample, exact")  # fmt: skip


def _check(count: int, population: int | None) -> None:
    if count < 1:
        raise ValueError("an estimate needs a unit in the sample")
    if population is not None and count > population:
        raise ValueError(f"a sample of {count} from a population of {population}")


def _t(degrees: int, confidence: float) -> float:
    return t_quantile((1 + confidence) / 2, degrees) if degrees else math.inf


def _estimate(  # noqa: PLR0917 - in the order of an estimate's fields
    point: float,
    error: float,
    critical: float,
    confidence: float,
    sample: int,
    population: int,
    method: str,
) -> Estimate:
    """With an infinite critical value (a sample of one) nothing is known of the error, unless there can be none."""
    half = 0.0 if sample == population else critical * error if sample > 1 else math.inf
    return Estimate(point, error, point - half, point + half, confidence, sample, population, method)  # fmt: skip


def size_for_total(
    average: float,
    deviation: float,
    population: int,
    precision: float,
    confidence: float = CONFIDENCE,
) -> int:
    """The size of a simple sample that estimates a total within a share of itself.

    Args:
        average: the mean of a probe sample.
        deviation: its standard deviation.
        population: how many units there are.
        precision: half of the interval as a share of the estimate, such as 0.25.
        confidence: of the interval.
    """
    if average == 0:
        raise ValueError("the mean of the probe is zero: a share of it can't be reached")
    z = normal_quantile((1 + confidence) / 2)
    wanted = (z * deviation / (precision * abs(average))) ** 2
    return _corrected(wanted, population)


def size_for_rate(
    rate: float, half_width: float, population: int, confidence: float = CONFIDENCE
) -> int:
    """The size of a simple sample that estimates a rate of errors within some points.

    Args:
        rate: the rate that is expected; 0.5 if nothing is known.
        half_width: half of the interval, such as 0.05.
        population: how many units there are.
        confidence: of the interval.
    """
    z = normal_quantile((1 + confidence) / 2)
    return _corrected(z * z * rate * (1 - rate) / half_width**2, population)


def _corrected(wanted: float, population: int) -> int:
    """A size with the finite population correction, rounded up."""
    return min(population, max(2, math.ceil(wanted / (1 + wanted / population) - 1e-9)))


def sizes_by_stratum(strata: Sequence[tuple[int, float]], size: int) -> list[int]:
    """How a sample is divided over strata: by their size times their deviation (Neyman), at least two from each that has two.

    Args:
        strata: the number of units of each, and the standard deviation of its values.
        size: the size of the whole sample.
    """
    weights = [count * deviation for count, deviation in strata]
    if not any(weights):
        weights = [float(count) for count, _ in strata]
    least = [min(2, count) for count, _ in strata]
    sizes = list(least)
    left = size - sum(sizes)
    while left > 0:
        open_ = [n for n, (count, _) in enumerate(strata) if sizes[n] < count and weights[n] > 0]
        open_ = open_ or [n for n, (count, _) in enumerate(strata) if sizes[n] < count]
        if not open_:
            break
        whole = sum(weights)
        behind = max(open_, key=lambda n: (size * weights[n] / whole - sizes[n], -n))
        sizes[behind] += 1
        left -= 1
    return sizes
