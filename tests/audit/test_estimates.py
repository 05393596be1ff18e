"""Estimates and sizes against published and hand-computed results."""

from __future__ import annotations

import math

import pytest

from cleanclaim.audit import estimates, statistics
from cleanclaim.audit.estimates import (
    rate_of_simple,
    size_for_rate,
    size_for_total,
    sizes_by_stratum,
    total_of_pps,
    total_of_simple,
    total_of_strata,
)


@pytest.mark.parametrize(
    ("probability", "degrees", "expected"),
    [(0.95, 1, 6.3138), (0.95, 10, 1.8125), (0.95, 29, 1.6991), (0.975, 5, 2.5706), (0.95, 99, 1.6604), (0.90, 30, 1.3104)],
)  # fmt: skip
def test_quantiles_of_t_are_those_of_printed_tables(
    probability: float, degrees: int, expected: float
) -> None:
    assert statistics.t_quantile(probability, degrees) == pytest.approx(expected, abs=5e-5)


def test_quantiles_of_t_approach_those_of_the_normal_distribution() -> None:
    assert statistics.normal_quantile(0.95) == pytest.approx(1.644854, abs=5e-7)  # RAT-STATS' value
    assert statistics.t_quantile(0.95, 10**6) == pytest.approx(1.644854, abs=5e-5)


def test_probabilities_of_samples_by_hand() -> None:
    # 2 of 5 marked, 2 drawn: none in 3/10, at most one in 9/10 of the samples
    assert statistics.at_most(0, 2, 2, 5) == pytest.approx(0.3)
    assert statistics.at_most(1, 2, 2, 5) == pytest.approx(0.9)
    assert statistics.at_most(2, 2, 2, 5) == pytest.approx(1.0)


def test_exact_limits_by_hand() -> None:
    # 10 units, 5 drawn, none in error. With 3 marked: C(7,5)/C(10,5) = 21/252 = 0.083 > 0.05;
    # with 4 marked: C(6,5)/C(10,5) = 6/252 = 0.024.
    assert statistics.exact_limits(0, 5, 10, 0.90) == (0, 3)
    # and all in error: 7 to 10 marked
    assert statistics.exact_limits(5, 5, 10, 0.90) == (7, 10)


def test_exact_limits_have_the_tails_that_they_promise() -> None:
    lower, upper = statistics.exact_limits(7, 50, 600, 0.90)
    assert statistics.at_most(7, 50, upper, 600) > 0.05 >= statistics.at_most(7, 50, upper + 1, 600)
    assert 1 - statistics.at_most(6, 50, lower, 600) > 0.05 >= 1 - statistics.at_most(6, 50, lower - 1, 600)  # fmt: skip


def test_a_whole_population_leaves_no_doubt() -> None:
    assert statistics.exact_limits(3, 10, 10, 0.90) == (3, 3)
    known = total_of_simple([1.0, 2.0, 4.0], 3)
    assert (known.point, known.lower, known.upper) == (7, 7, 7)


PETITIONS = {42: 23, 41: 4, 36: 1, 32: 1, 29: 1, 27: 2, 23: 1, 19: 1, 16: 2, 15: 2, 14: 1, 11: 1, 10: 1, 9: 1, 7: 1, 6: 3, 5: 2, 4: 1, 3: 1}  # fmt: skip
"""Signatures on the sheets of a petition, and on how many of the 50 sheets drawn from 676."""


def test_the_petition_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cochran, Sampling Techniques, section 2.8: the total is 19,888, and with t = 1.28 its limits are 18,107 and 21,669."""
    values = [float(value) for value, count in PETITIONS.items() for _ in range(count)]
    assert (len(values), sum(values), sum(v * v for v in values)) == (50, 1471, 54497)
    assert statistics.variance(values) == pytest.approx(229.0, abs=0.05)
    monkeypatch.setattr(estimates, "t_quantile", lambda *_: 1.28)
    total = total_of_simple(values, 676, 0.80)
    assert total.point == pytest.approx(19888, abs=0.5)
    assert total.lower == pytest.approx(18107, abs=2)  # the book rounds on its way
    assert total.upper == pytest.approx(21669, abs=2)


def test_a_simple_sample_by_hand() -> None:
    # mean 10, s² = (100+0+100)/2 = 100, N = 30: SE = 30·√(100/3·0.9) = 164.3168, t(2) = 2.919986
    total = total_of_simple([0.0, 10.0, 20.0], 30)
    assert total.point == 300
    assert total.standard_error == pytest.approx(164.3168, abs=1e-4)
    assert total.lower == pytest.approx(300 - 2.919986 * 164.3168, abs=1e-3)
    assert total.upper == pytest.approx(300 + 2.919986 * 164.3168, abs=1e-3)


def test_a_stratified_sample_by_hand() -> None:
    # means 1, 10; s² 2, 50; N 20, 10; n 2, 2:
    # 20·1 + 10·10 = 120; variance 400·0.9·2/2 + 100·0.8·50/2 = 360 + 2000 = 2360
    total = total_of_strata([([0.0, 2.0], 20), ([5.0, 15.0], 10)])
    assert total.point == 120
    assert total.standard_error == pytest.approx(math.sqrt(2360))
    assert total.lower == pytest.approx(120 - 1.644854 * math.sqrt(2360), abs=1e-3)
    assert (total.sample, total.population) == (4, 30)


def test_a_textbook_stratified_sample() -> None:
    """Strata of 20, 9 and 12 units with 5, 3 and 4 drawn, means 1.6, 2.8 and 0.6, variances 3.3, 4.0 and 2.2.

    The published total is 64.4 and its variance 322.8.
    """
    strata = [
        ([0.0, 0.0, 1.0, 3.0, 4.0], 20),  # mean 1.6, s² 3.3
        ([0.8, 2.8, 4.8], 9),  # mean 2.8, s² 4.0
        ([-0.6845233, -0.6845233, 1.8845233, 1.8845233], 12),  # mean 0.6, s² 2.2
    ]
    assert [statistics.variance(values) for values, _ in strata] == pytest.approx([3.3, 4.0, 2.2], abs=1e-3)  # fmt: skip
    total = total_of_strata(strata)
    assert total.point == pytest.approx(64.4)
    assert total.standard_error is not None
    assert total.standard_error**2 == pytest.approx(322.8, abs=0.05)


def test_a_sample_by_size_by_hand() -> None:
    # y/p: 10/0.1 = 100, 30/0.2 = 150: mean 125, s² = 1250, SE = √(1250/2) = 25
    total = total_of_pps([10.0, 30.0], [0.1, 0.2], 8)
    assert (total.point, total.standard_error) == (125, 25)
    assert total.lower == pytest.approx(125 - 6.313752 * 25, abs=1e-3)


def test_a_value_that_is_proportional_to_size_is_known_at_once() -> None:
    total = total_of_pps([5.0, 10.0, 20.0], [0.05, 0.1, 0.2], 10)
    assert (total.point, total.lower, total.upper) == pytest.approx((100, 100, 100))


def test_a_rate_by_hand() -> None:
    rate = rate_of_simple(0, 5, 10)
    assert (rate.point, rate.lower, rate.upper) == (0, 0, 0.3)


@pytest.mark.parametrize("count", [0, 4])
def test_samples_that_cannot_be(count: int) -> None:
    with pytest.raises(ValueError, match="sample"):
        total_of_simple([1.0] * count, 3)


def test_one_unit_says_nothing_of_its_error() -> None:
    assert total_of_simple([5.0], 10).lower == -math.inf


def test_sizes_by_hand() -> None:
    # rate 0.5 ± 0.05: 1.644854²·0.25/0.0025 = 270.55; of 1,000: 270.55/1.27055 = 212.9
    assert size_for_rate(0.5, 0.05, 10**9) == 271
    assert size_for_rate(0.5, 0.05, 1000) == 213
    # mean 100, deviation 50, within 10%: (1.644854·50/10)² = 67.64
    assert size_for_total(100, 50, 10**9, 0.10) == 68
    assert size_for_total(100, 50, 50, 0.10) == 29
    assert size_for_rate(0.0, 0.05, 1000) == 2
    with pytest.raises(ValueError, match="zero"):
        size_for_total(0, 1, 10, 0.1)


def test_a_sample_is_divided_by_size_and_deviation() -> None:
    assert sizes_by_stratum([(100, 1.0), (100, 3.0)], 40) == [10, 30]
    assert sizes_by_stratum([(100, 0.0), (100, 0.0)], 40) == [20, 20]
    assert sizes_by_stratum([(3, 100.0), (100, 1.0)], 40) == [3, 37]
    assert sizes_by_stratum([(1, 1.0), (1, 1.0)], 40) == [1, 1]


def test_kappa_of_a_textbook() -> None:
    """50 proposals: both yes 20, both no 15, and 5 and 10 apart. Agreement 0.7, by chance 0.5: kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert statistics.kappa(pairs) == pytest.approx(0.4)
    assert statistics.kappa([]) is None
    assert statistics.kappa([("y", "y")] * 3) is None


def test_a_sample_of_differences_by_hand() -> None:
    """Two strata of 100 and 50 claims. Means 10 and 10, variances 200 and 200; squares of the error 100² · .96 · 200/4 = 480,000 and 50² · .96 · 200/2 = 240,000."""
    found = total_of_strata([([0, 10, 0, 30], 100), ([20, 0], 50)])
    assert found.point == 1_500
    assert found.standard_error == pytest.approx(720_000**0.5)
    assert (found.lower, found.upper) == pytest.approx((1_500 - 1.644854 * 848.5281, 1_500 + 1.644854 * 848.5281), abs=0.01)  # fmt: skip


def test_three_draws_by_size_by_hand() -> None:
    """30/.3, 0/.1 and 10/.2: mean 50, variance 2,500; t of two degrees 2.919986."""
    found = total_of_pps([30, 0, 10], [0.3, 0.1, 0.2], 60)
    assert (found.point, found.lower) == pytest.approx((50, 50 - 2.919986 * (2_500 / 3) ** 0.5), abs=1e-4)  # fmt: skip
