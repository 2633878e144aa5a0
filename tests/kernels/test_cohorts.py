"""Cohort formulas: three states, pooled and chained curves, mix and rate."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.groups import cohorts


def test_a_cell_in_the_future_is_not_observable() -> None:
    seen = cohorts.observable(3, 2)  # the third period is in progress
    assert seen.tolist() == [
        [True, True, False],
        [True, False, False],
        [False, False, False],
    ]


def test_a_triangle_adds_up_by_age() -> None:
    found = cohorts.triangle(
        np.array([0, 0, 1]), np.array([0, 2, 2]), np.array([5.0, 3.0, 2.0]), 3
    )
    assert found.tolist() == [[5, 0, 3], [0, 2, 0], [0, 0, 0]]


def test_pooled_retention_is_a_ratio_of_sums_on_a_common_set() -> None:
    active = np.array([[100.0, 50, 40], [300, 90, 0], [1000, 0, 0]])
    counted, of = cohorts.pooled(active, cohorts.observable(3, 3))
    assert counted.tolist() == [1400, 140, 40]
    assert of.tolist() == [1400, 400, 100]


def test_a_mixture_of_constant_customers_shows_rising_retention() -> None:
    # Two thirds stay with .9, one third with .6 (mean .80): cohort retention rises.
    ages = np.arange(6)
    active = 2 / 3 * 0.9**ages + 1 / 3 * 0.6**ages
    rate, curve, _ = cohorts.chained(active[None, :] * 900, np.ones((1, 6), bool))
    # Published to four digits.
    assert rate[1:].round(4).tolist() == [0.8, 0.825, 0.8455, 0.8613, 0.873]
    assert curve == pytest.approx(active, rel=1e-14)


def test_a_chained_rate_compares_the_same_cohorts() -> None:
    # At age 2 only the first cohort counts, below the line as above it: 20 of 40, and
    # not of the 40 and the 10 of a cohort that has not lived through that age.
    active = np.array([[100.0, 40, 20], [50, 10, 0], [30, 0, 0]])
    rate, curve, error = cohorts.chained(active, cohorts.observable(3, 3))
    assert rate.tolist() == [1, 50 / 150, 20 / 40]
    assert curve == pytest.approx([1, 1 / 3, 1 / 6], rel=1e-15)
    greenwood = 100 / (50 * 150) + 20 / (20 * 40)
    assert error[2] == pytest.approx(np.sqrt(greenwood) / 6, rel=1e-14)


def test_the_chained_error_is_greenwoods() -> None:
    # Leukemia, 6-MP arm, without censoring between: 21, then 18, 17 at risk.
    active = np.array([[21.0, 18, 17]])
    _, curve, error = cohorts.chained(active, np.ones((1, 3), bool))
    assert error[0] == 0  # all customers are there at age 0
    variance = curve[2] ** 2 * (3 / (21 * 18) + 1 / (18 * 17))
    assert error[2] == pytest.approx(np.sqrt(variance), rel=1e-14)
    # Without censoring Greenwood's is the binomial error.
    assert error[2] == pytest.approx(np.sqrt(17 / 21 * 4 / 21 / 21), rel=1e-14)


def test_no_error_where_customers_come_back() -> None:
    _, curve, error = cohorts.chained(
        np.array([[10.0, 4, 6, 5]]), np.ones((1, 4), bool)
    )
    assert curve == pytest.approx([1, 0.4, 0.6, 0.5], rel=1e-14)
    assert np.isnan(error).tolist() == [False, False, True, True]


def test_an_extinct_cohort_has_no_rate_and_no_warning() -> None:
    rate, curve, error = cohorts.chained(
        np.array([[10.0, 0, 0]]), np.ones((1, 3), bool)
    )
    assert curve[1] == 0
    assert error[1] == 0
    assert np.isnan(rate[2])


def test_no_rate_where_customers_come_back_to_a_cohort_without_any() -> None:
    active = np.array([[2.0, 0.0, 1.0, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rate, curve, error = cohorts.chained(active, np.ones_like(active, dtype=bool))
    np.testing.assert_array_equal(rate, [1.0, 0.0, np.nan, 1.0])
    np.testing.assert_array_equal(curve, [1.0, 0.0, np.nan, np.nan])
    np.testing.assert_array_equal(error, [0.0, 0.0, np.nan, np.nan])


def test_mix_and_rate_add_up_to_the_change(rng: np.random.Generator) -> None:
    w1, w2 = rng.dirichlet(np.ones(6), 2)
    r1, r2 = rng.uniform(size=(2, 6))
    mix, rate = cohorts.mix_and_rate((w1, r1), (w2, r2))
    assert mix.sum() + rate.sum() == pytest.approx(w2 @ r2 - w1 @ r1, rel=1e-12)


def test_equal_rates_leave_mix_only(rng: np.random.Generator) -> None:
    w1, w2 = rng.dirichlet(np.ones(4), 2)
    r = rng.uniform(size=4)
    _, rate = cohorts.mix_and_rate((w1, r), (w2, r))
    assert np.all(rate == 0)


def test_mix_and_rate_of_each_segment_by_hand() -> None:
    # Two segments, shares .25/.75 to .75/.25, rates .8/.4 to .77/.38; overall .5 to
    # .6725, .58625 between. Growing is good for the better segment only.
    first = np.array([0.25, 0.75]), np.array([0.8, 0.4])
    second = np.array([0.75, 0.25]), np.array([0.77, 0.38])
    mix, rate = cohorts.mix_and_rate(first, second)
    assert mix == pytest.approx([0.5 * 0.19875, -0.5 * -0.19625], rel=1e-14)
    assert rate == pytest.approx([0.5 * -0.03, 0.5 * -0.02], rel=1e-14)


def test_mix_and_rate_turn_round_with_time(rng: np.random.Generator) -> None:
    first, second = ((rng.dirichlet(np.ones(5)), rng.uniform(size=5)) for _ in range(2))
    there = cohorts.mix_and_rate(first, second)
    back = cohorts.mix_and_rate(second, first)
    for one, other in zip(there, back, strict=True):
        assert one == pytest.approx(-other, rel=1e-13)


@given(st.lists(st.lists(st.integers(-99, 99), min_size=1, max_size=6), min_size=1))
def test_climbs_add_up_to_the_square_of_all_so_far(spent: list[list[int]]) -> None:
    turn = np.concatenate([np.arange(len(one)) for one in spent])
    found = cohorts.climbs(turn, np.concatenate(spent).astype(np.float64))
    ends = np.cumsum([len(one) for one in spent])
    starts = ends - [len(one) for one in spent]
    for one, start, end in zip(spent, starts, ends, strict=True):
        assert np.cumsum(found[start:end]).tolist() == (np.cumsum(one) ** 2).tolist()
