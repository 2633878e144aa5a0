"""What a resample holds, read off running sums, against a list of its customers."""

import numpy as np
import pytest

from crmkit.kernels.groups import lorenz
from crmkit.typing import FloatArray, IntArray

GAINS = np.array([90.0, 40.0, 40.0, 12.0, 7.0, 1.5])
MIXED = np.array([90.0, 40.0, 7.0, 0.0, -3.0, -20.0])
LOSSES = np.array([-1.0, -1.0, -4.0])
SHARES = np.array([0.0, 0.01, 0.2, 0.5, 0.77, 1.0])


def _times(size: int) -> list[IntArray]:
    rng = np.random.default_rng(size)
    drawn = list(rng.multinomial(size, np.full(size, 1 / size), size=12))
    ends = np.zeros(size, dtype=np.int64)
    ends[0] = ends[-1] = 3
    return [*drawn, np.ones(size, dtype=np.int64), ends]


def _weights(size: int, *, alike: bool) -> FloatArray:
    if alike:
        return np.broadcast_to(np.float64(1.0), (size,))
    return np.array([2.0, 1.0, 3.0, 0.5, 1.0, 4.0])[:size]


@pytest.mark.parametrize("x", [GAINS, MIXED, LOSSES])
@pytest.mark.parametrize("alike", [True, False])
def test_the_coefficient_of_a_resample_is_that_of_its_pairs(
    x: FloatArray, *, alike: bool
) -> None:
    w = _weights(x.size, alike=alike)
    measured = lorenz.gini_of_draws(x, w)
    for times in _times(x.size):
        mass = times * w
        apart = np.abs(x[:, None] - x)
        gross = mass @ np.abs(x)
        known = mass @ apart @ mass / (2 * mass.sum() * gross)
        assert measured(times) == pytest.approx(known, rel=1e-12, abs=1e-15)
        assert lorenz.gini(x, mass) == pytest.approx(known, rel=1e-12, abs=1e-15)


def test_a_resample_that_holds_nothing_has_no_coefficient() -> None:
    measured = lorenz.gini_of_draws(np.array([3.0, 0.0]), np.ones(2))
    assert np.isnan(measured(np.array([0, 2])))
    assert measured(np.array([1, 1])) == 0.5


@pytest.mark.parametrize("x", [GAINS, MIXED, LOSSES])
@pytest.mark.parametrize("alike", [True, False])
def test_the_curve_of_a_resample_is_read_at_each_share(
    x: FloatArray, *, alike: bool
) -> None:
    w = _weights(x.size, alike=alike)
    read = lorenz.top_of_draws(x, w, SHARES)
    for times in _times(x.size):
        mass = times * w
        customers = np.concatenate([[0.0], np.cumsum(mass)])
        value = np.concatenate([[0.0], np.cumsum(mass * x)])
        # Customers who were not drawn are no step of the curve.
        drawn = np.append(0, 1 + np.flatnonzero(mass))
        known = np.interp(SHARES * customers[-1], customers[drawn], value[drawn])
        found, peak = read(times)
        np.testing.assert_allclose(found, known, rtol=1e-12, atol=1e-12)
        assert peak == pytest.approx(value.max(), rel=1e-12)
        every = lorenz.top_value(*lorenz.curve(x, mass), SHARES)
        np.testing.assert_allclose(every, known, rtol=1e-12, atol=1e-12)


def test_the_point_where_customers_and_value_add_up_to_one_is_on_the_curve() -> None:
    for x, w in ((GAINS, np.ones(6)), (GAINS, _weights(6, alike=False))):
        customers, value = lorenz.curve(x, w)
        p = lorenz.even_point(customers, value)
        y = np.interp(p, customers / customers[-1], value / value[-1])
        assert p + y == pytest.approx(1.0, rel=1e-13)
        for part in (0.05, 0.5, 0.9, 0.999):
            target = part * value[-1]
            many = lorenz.customers_for(customers, value, target)
            assert np.interp(many, customers, value) == pytest.approx(target, rel=1e-13)
    # Where a customer's end is that point, it is the end.
    customers, value = lorenz.curve(np.array([8.0, 1.0, 1.0, 0.0, 0.0]), np.ones(5))
    assert lorenz.even_point(customers, value) == pytest.approx(0.2, rel=1e-13)
    assert lorenz.customers_for(customers, value, 8.0) == 1.0


def test_a_gain_is_more_than_the_rounding_of_its_parts() -> None:
    assert not lorenz.is_gain(0.1 + 0.2 - 0.3, 0.6)
    assert lorenz.is_gain(1e-9, 100.0)
    assert not lorenz.is_gain(1e-11, 100.0)
    assert not lorenz.is_gain(0.0, 0.0)


def test_the_highest_point_stands_where_gains_end() -> None:
    customers, value = lorenz.curve(MIXED, np.array([2.0, 1.0, 3.0, 0.5, 1.0, 4.0]))
    assert lorenz.peak(customers, value) == (6.0, 241.0)
    assert lorenz.gains_and_losses(MIXED, np.full(6, 2.0)).tolist() == [
        [180.0, 80.0, 14.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 6.0, 40.0],
        [0.0, 0.0, 0.0, 0.0, 2.0, 2.0],
        [2.0] * 6,
    ]


@pytest.mark.parametrize("alike", [True, False])
def test_equal_values_are_one_with_the_weight_of_all(*, alike: bool) -> None:
    w = _weights(6, alike=alike)
    x, mass = lorenz.tie_groups(GAINS, w)
    assert x.tolist() == [90.0, 40.0, 12.0, 7.0, 1.5]
    assert mass.tolist() == [w[0], w[1] + w[2], *w[3:]]
    apart = np.array([5.0, 4.0, 3.0])
    assert lorenz.tie_groups(apart, w[:3])[0] is apart
    double = np.broadcast_to(np.float64(2.0), (6,))
    assert lorenz.tie_groups(GAINS, double)[1].tolist() == [2.0, 4.0, 2.0, 2.0, 2.0]
    ranked, carried = lorenz.descending(
        np.array([1.0, 3.0, 3.0]), np.array([1, 2.0, 5])
    )
    assert (ranked.tolist(), carried.tolist()) == ([3.0, 3.0, 1.0], [5.0, 2.0, 1.0])


def test_the_highest_customer_counts_where_the_first_share_is_beyond_her() -> None:
    read = lorenz.top_of_draws(GAINS, np.ones(6), np.array([0.5, 1.0]))
    value, peak = read(np.ones(6, dtype=np.int64))
    assert value.tolist() == [170.0, 190.5]
    assert peak == 190.5


@pytest.mark.parametrize("x", [GAINS, MIXED])
def test_the_unit_of_value_moves_no_share_of_a_resample(x: FloatArray) -> None:
    w, unit = np.ones(6), 2.0**-30
    of_whole, of_small = (lorenz.gini_of_draws(each, w) for each in (x, unit * x))
    whole, small = (lorenz.top_of_draws(each, w, SHARES) for each in (x, unit * x))
    for times in _times(6):
        assert of_small(times) == pytest.approx(of_whole(times), rel=1e-12, abs=1e-15)
        value, peak = whole(times)
        found, highest = small(times)
        np.testing.assert_allclose(found, unit * value, rtol=1e-12, atol=0)
        assert highest == unit * peak


def test_one_customer_alone_holds_all_of_it() -> None:
    x, twice = np.array([5.0]), np.array([2])
    for w in (np.broadcast_to(np.float64(1.0), (1,)), np.array([3.0])):
        assert lorenz.gini_of_draws(x, w)(twice) == 0
        value, peak = lorenz.top_of_draws(x, w, np.array([0.5, 1.0]))(twice)
        assert value.tolist() == [5 * w[0], 10 * w[0]]
        assert peak == 10 * w[0]
