"""Purchases as a sum over tosses: right, or left to the quadrature."""

import mpmath
import numpy as np
import pytest

from crmkit.kernels.purchases import beta_geometric_future as future
from crmkit.kernels.purchases.counted_tosses import log_purchases

TINY, HUGE = 1e-6, 1e4


def by_hypergeometric(pace: float, k: float, a: float, b: float) -> float:
    """Return the logarithm of the value from its closed form, with 60 digits."""
    with mpmath.workdps(60):
        c, k_, a_, b_ = (mpmath.mpf(value) for value in (pace, k, a, b))
        left = mpmath.hyp2f1(k_, a_ - 1, a_ + b_ - 1, -c)
        return float(mpmath.log((a_ + b_ - 1) / (a_ - 1) * (1 - left)))


@pytest.mark.parametrize("pace", [1e-9, 1e-3, 0.2, 0.9])
@pytest.mark.parametrize("k", [0.01, 0.8, 12.0])
@pytest.mark.parametrize(("a", "b"), [(0.79, 2.43), (TINY, 3), (40, TINY), (3, HUGE)])
def test_the_sum_is_the_closed_form(pace: float, k: float, a: float, b: float) -> None:
    found = log_purchases(*(np.array([value]) for value in (pace, k, a, b)))
    expected = by_hypergeometric(pace, k, a, b)
    assert found[0] == pytest.approx(expected, rel=2e-14, abs=2e-14)


def test_without_departures_all_purchases_of_the_time_come() -> None:
    pace, k = np.array([0.3, 0.7]), np.array([2.0, 9.0])
    found = log_purchases(pace, k, np.full(2, 1e-300), np.ones(2))
    np.testing.assert_allclose(np.exp(found), k * pace, rtol=1e-14)


def test_a_sum_of_many_terms_is_left_to_the_quadrature() -> None:
    pace, k = np.array([0.9, 5.0, 0.1]), np.array([30.0, 30.0, 2000.0])
    found = log_purchases(pace, k, np.ones(3), np.full(3, 2.0))
    assert np.isnan(found).tolist() == [False, True, True]


@pytest.mark.parametrize("k", [1e5, 1e9, 1e15])
@pytest.mark.parametrize("pace", [1e-6, 0.2, 1.0, 1e4])
def test_very_many_purchases_overflow_nowhere(k: float, pace: float) -> None:
    found = log_purchases(*(np.array([value]) for value in (pace, k, 0.8, 2.4)))
    assert np.isnan(found[0]) == (k * pace > 100)


def test_both_sides_of_the_switch_meet() -> None:
    horizon = np.linspace(20.0, 120.0, 201)
    x, T = np.full(201, 25.0), np.full(201, 60.0)
    now = future.Now(frequency=x, T=T, first_toss=0, r=0.25, alpha=4.4, a=0.8, b=2.4)
    by_sum = np.isfinite(
        log_purchases(horizon / 64.4, x + 0.25, np.full(201, 0.8), x + 2.4)
    )
    found = future.purchases(0.0, horizon, now)
    expected = [
        np.exp(by_hypergeometric(each / 64.4, 25.25, 0.8, 27.4)) for each in horizon
    ]
    assert 20 < by_sum.sum() < 180
    np.testing.assert_allclose(found, expected, rtol=3e-14)


def test_a_row_alone_has_the_bits_it_has_among_others() -> None:
    rng = np.random.default_rng(3)
    rows = [np.exp(rng.uniform(low, 2, 300)) for low in (-9, -3, -3, -3)]
    among = log_purchases(*rows)
    alone = [log_purchases(*(column[[at]] for column in rows))[0] for at in range(300)]
    np.testing.assert_array_equal(among, alone)
