"""Intervals of shares, the bootstrap and corrected p-values."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.kernels.base import intervals


def test_the_wilson_interval_is_the_published_one() -> None:
    # 42 of 100: .327984, .517935 by Wilson's formula (1927).
    lower, upper = intervals.wilson(np.array(42.0), np.array(100.0), level=0.95)
    assert lower == pytest.approx(0.327984, abs=5e-7)
    assert upper == pytest.approx(0.517935, abs=5e-7)


def test_a_wilson_limit_solves_the_score_equation() -> None:
    z = intervals.normal_quantile(0.9)
    for limit in intervals.wilson(np.array(7.0), np.array(31.0), level=0.9):
        distance = abs(7 / 31 - limit)
        assert distance == pytest.approx(z * np.sqrt(limit * (1 - limit) / 31), 1e-12)


def test_the_clopper_pearson_interval_is_the_published_one() -> None:
    lower, upper = intervals.clopper_pearson(np.array(42), np.array(100), level=0.95)
    assert lower == pytest.approx(0.321986, abs=5e-7)
    assert upper == pytest.approx(0.522881, abs=5e-7)


def test_a_clopper_pearson_limit_has_the_exact_binomial_tail() -> None:
    lower, upper = intervals.clopper_pearson(np.array(3), np.array(20), level=0.9)
    assert stats.binom.sf(2, 20, lower) == pytest.approx(0.05, rel=1e-11)
    assert stats.binom.cdf(3, 20, upper) == pytest.approx(0.05, rel=1e-11)


@pytest.mark.parametrize("method", [intervals.wilson, intervals.clopper_pearson])
def test_no_and_all_successes_end_at_the_border(method: Any) -> None:
    lower, upper = method(np.array([0, 10]), np.array([10, 10]), level=0.95)
    assert lower[0] == 0
    assert upper[1] == 1
    assert 0 < upper[0] < 1
    assert upper[0] == pytest.approx(1 - lower[1], rel=1e-12)


@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.5, 0.999))
def test_an_interval_mirrors_when_success_and_failure_swap(
    n: int, k: int, level: float
) -> None:
    k = min(k, n)
    for method in (intervals.wilson, intervals.clopper_pearson):
        lower, upper = method(np.array(k), np.array(n), level=level)
        mirrored = method(np.array(n - k), np.array(n), level=level)
        assert 0 <= lower <= k / n <= upper <= 1
        assert 1 - mirrored[1] == pytest.approx(lower, abs=1e-12)


def test_the_bootstrap_draws_as_many_units_as_there_are() -> None:
    draws = intervals.bootstrap(
        lambda weight: np.array([weight.sum(), weight @ np.arange(5.0)]),
        units=5,
        resamples=200,
        rng=np.random.default_rng(1),
    )
    assert draws.shape == (200, 2)
    assert set(draws[:, 0]) == {5.0}
    assert draws[:, 1].std() == pytest.approx(np.sqrt(5 * 2), rel=0.15)


def test_the_bootstrap_repeats_itself_with_its_seed() -> None:
    first, second = (
        intervals.bootstrap(
            lambda weight: weight @ np.arange(7.0),
            units=7,
            resamples=20,
            rng=np.random.default_rng(3),
        )
        for _ in range(2)
    )
    assert (first == second).all()


def test_percentile_limits_leave_half_the_rest_on_each_side() -> None:
    draws = np.arange(101.0).reshape(-1, 1) * [1.0, 2.0]
    lower, upper = intervals.percentile_interval(draws, level=0.9)
    assert lower.tolist() == pytest.approx([5, 10])
    assert upper.tolist() == pytest.approx([95, 190])


P_VALUES = [0.01, 0.04, 0.03, 0.005, 0.5]


def test_holm_multiplies_by_what_is_left() -> None:
    exact = [Fraction(4, 100), Fraction(9, 100), Fraction(9, 100), Fraction(25, 1000)]
    got = intervals.holm(np.array(P_VALUES))
    assert got.tolist() == pytest.approx([*map(float, exact), 0.5], rel=1e-14)


def test_false_discovery_agrees_with_scipy() -> None:
    got = intervals.benjamini_hochberg(np.array(P_VALUES))
    assert got == pytest.approx(stats.false_discovery_control(P_VALUES), rel=1e-14)


def test_bonferroni_multiplies_by_the_number_of_tests() -> None:
    got = intervals.bonferroni(np.array(P_VALUES))
    assert got.tolist() == pytest.approx([0.05, 0.2, 0.15, 0.025, 1.0], rel=1e-14)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_corrections_keep_the_order_and_never_make_a_p_value_smaller(
    values: list[float],
) -> None:
    p = np.array(values)
    false_discovery = intervals.benjamini_hochberg(p)
    family = intervals.holm(p)
    assert (p <= false_discovery + 1e-15).all()
    assert (false_discovery <= family + 1e-15).all()
    assert (family <= intervals.bonferroni(p) + 1e-15).all()
    assert (np.diff(family[np.argsort(p, kind="stable")]) >= 0).all()


def test_a_two_sided_p_value_counts_both_tails() -> None:
    p = intervals.two_sided_p(np.array([-1.959963984540054, 0.0]))
    assert p.tolist() == pytest.approx([0.05, 1.0], rel=1e-12)


SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])  # Student (1908)


def limits_of(x: Any, *, level: float = 0.95, signed: bool) -> tuple[float, float]:
    sums = (np.array(value) for value in (x.sum(), (x**2).sum(), float(x.size)))
    lower, upper = intervals.mean_limits(*sums, level=level, signed=signed)
    return float(lower), float(upper)


def test_limits_of_a_mean_are_the_published_ones() -> None:
    # R's t.test of these ten differences: 0.7001142, 2.4598858.
    lower, upper = limits_of(SLEEP, signed=True)
    assert lower == pytest.approx(0.7001142, abs=5e-8)
    assert upper == pytest.approx(2.4598858, abs=5e-8)


def test_limits_of_amounts_are_those_of_a_logarithm() -> None:
    mean, error = SLEEP.mean(), stats.sem(SLEEP)
    wide = stats.t.ppf(0.95, 9) * error / mean
    lower, upper = limits_of(SLEEP, level=0.9, signed=False)
    assert np.log(lower / mean) == pytest.approx(-wide, rel=1e-12)
    assert np.log(upper / mean) == pytest.approx(wide, rel=1e-12)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize(
    "values",
    [
        [7.0],
        [0.0, 0.0, 0.0],
        [0.1] * 6,
        [19.99] * 7,
        [1e200, 2e200],
        [0.1, 0.1 + 1e-12],
    ],
)
def test_without_a_spread_there_are_no_limits(
    values: list[float], *, signed: bool
) -> None:
    with np.errstate(over="ignore"):
        assert np.isnan(limits_of(np.array(values), signed=signed)).all()


def test_limits_too_far_to_be_written_are_none() -> None:
    assert np.isnan(limits_of(np.array([0.0, 1.0]), level=0.9999, signed=False)).all()


@given(
    values=st.lists(st.floats(0, 1e6), min_size=2, max_size=40),
    level=st.floats(0.5, 0.99),
    signed=st.booleans(),
)
def test_limits_lie_about_the_mean(
    *, values: list[float], level: float, signed: bool
) -> None:
    x = np.round(values, 2)
    lower, upper = limits_of(x, level=level, signed=signed)
    if np.isnan(lower):
        return
    assert lower < x.mean() < upper
    assert signed or lower >= 0
    wider = limits_of(x, level=(1 + level) / 2, signed=signed)
    assert np.isnan(wider[0]) or wider[0] < lower < upper < wider[1]
    scaled = limits_of(x * 8, level=level, signed=signed)
    assert scaled == pytest.approx((8 * lower, 8 * upper), rel=1e-9, abs=1e-6)
