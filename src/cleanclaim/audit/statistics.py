"""Quantiles and exact limits, from the standard library alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Final

_STEPS: Final = 200
"""Enough halvings for a double's precision."""


def normal_quantile(probability: float) -> float:
    """The value that a standard normal variable is below with a probability."""
    return NormalDist().inv_cdf(probability)


def t_quantile(probability: float, degrees: int) -> float:
    """The value that a variable with Student's t-distribution is below with a probability.

    Args:
        probability: between 0.5 and 1.
        degrees: degrees of freedom, at least 1.
    """
    if degrees < 1:
        raise ValueError("a t-distribution needs at least one degree of freedom")
    high = 1.0
    while t_below(high, degrees) < probability:
        high *= 2
    return _bisected(lambda value: t_below(value, degrees) < probability, 0.0, high)


def t_below(value: float, degrees: int) -> float:
    """The probability that a variable with Student's t-distribution is below a value of at least 0."""
    return 1 - _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + value * value)) / 2


def _bisected(is_below: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function, by its continued fraction (Lentz's method)."""
    if x in {0.0, 1.0}:
        return x
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    result = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            change = c * d
            result *= change
        if abs(change - 1) < 1e-15:
            break
    return result


def at_most(found: int, drawn: int, marked: int, population: int) -> float:
    """The hypergeometric probability that a sample without replacement has at most `found` marked units."""
    return sum(_exactly(k, drawn, marked, population) for k in range(max(0, drawn - (population - marked)), found + 1))  # fmt: skip


def _exactly(found: int, drawn: int, marked: int, population: int) -> float:
    if found > marked or drawn - found > population - marked or found < 0:
        return 0.0
    return math.exp(
        _log_choose(marked, found)
        + _log_choose(population - marked, drawn - found)
        - _log_choose(population, drawn)
    )


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def exact_limits(found: int, drawn: int, population: int, confidence: float) -> tuple[int, int]:
    """The exact two-sided limits for how many units of a population are marked.

    The upper limit is the largest number for which the sample would have so few, and the lower limit
    the smallest for which it would have so many, with more than half of 1 - confidence.

    Args:
        found: marked units in the sample.
        drawn: the sample's size.
        population: the population's size.
        confidence: such as 0.90.
    """
    tail = (1 - confidence) / 2
    most = population - (drawn - found)
    low, high = found, most  # marked counts that the sample itself allows
    upper = _last(lambda marked: at_most(found, drawn, marked, population) > tail, low, high)
    if found == 0:
        return 0, upper
    lower = _first(lambda marked: 1 - at_most(found - 1, drawn, marked, population) > tail, low, high)  # fmt: skip
    return lower, upper


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The last number for which a test holds that holds up to some number."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first number for which a test holds that holds from some number on."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of none."""
    return math.fsum(values) / len(values) if values else 0.0


def variance(values: Sequence[float]) -> float:
    """The sample variance (divided by n - 1); 0 of fewer than two."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two raters; None if there is nothing to agree on, or both always say the same one thing.

    Args:
        pairs: what each rater said of each case.
    """
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(one == other for one, other in pairs) / count
    words = {word for pair in pairs for word in pair}
    by_chance = sum(
        sum(one == word for one, _ in pairs) * sum(other == word for _, other in pairs)
        for word in words
    ) / (count * count)
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)
