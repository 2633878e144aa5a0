"""Special functions at their seams: where one formula hands over to the next."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.base import special


@pytest.mark.parametrize("z", [9.999, 10.0, 10.001])
def test_ratios_of_gamma_functions_are_products(z: float) -> None:
    steps = np.arange(7.0)
    found = special.log_gamma_ratio(z, 7.0)
    assert float(found) == pytest.approx(np.log(z + steps).sum(), rel=1e-14)
    rise = special.digamma_difference(z, 7.0)
    assert float(rise) == pytest.approx((1 / (z + steps)).sum(), rel=1e-13)


def test_a_small_step_from_a_large_argument_keeps_its_digits() -> None:
    found = special.digamma_difference(1e8, 1.0)
    assert float(found) == pytest.approx(1e-8, rel=1e-13, abs=0)


def test_nothing_is_added_by_no_step() -> None:
    z = np.array([1e-3, 1.0, 1e6])
    assert special.log_gamma_ratio(z, 0.0).tolist() == [0.0, 0.0, 0.0]
    assert special.digamma_difference(z, 0.0).tolist() == [0.0, 0.0, 0.0]
    assert special.log_beta_ratio(z, z, 0.0).tolist() == [0.0, 0.0, 0.0]


def test_the_logarithm_of_one_plus_an_exponential_has_no_limits() -> None:
    found = special.log1p_exp(np.array([-1e6, -50.0, 0.0, 1e6]))
    np.testing.assert_allclose(found, [0.0, np.exp(-50.0), np.log(2.0), 1e6])
    assert special.log1p_exp(np.array([-np.inf])).tolist() == [0.0]


@given(
    r=st.floats(0.01, 20.0), alpha=st.floats(0.01, 100.0), t=st.floats(0.001, 1000.0)
)
def test_counts_and_tails_of_the_negative_binomial_agree(
    r: float, alpha: float, t: float
) -> None:
    n = np.arange(0.0, 12.0)
    tail = np.exp(special.log_negative_binomial_tail(n, t, r=r, alpha=alpha))
    one = np.exp(special.log_negative_binomial(n, t, r=r, alpha=alpha))
    np.testing.assert_allclose(tail[:-1] - tail[1:], one[:-1], rtol=1e-6, atol=1e-14)
    assert tail[0] == 1.0


def test_a_tail_far_below_the_smallest_number_has_its_logarithm() -> None:
    found = special.log_negative_binomial_tail(500.0, 1e-3, r=1.0, alpha=1.0)
    assert float(found) == pytest.approx(500 * np.log(1e-3 / 1.001), rel=1e-12)


def test_in_no_time_nothing_is_bought_for_sure() -> None:
    n = np.array([0.0, 1.0])
    for log in (special.log_negative_binomial, special.log_negative_binomial_tail):
        assert log(n, 0.0, r=0.5, alpha=3.0).tolist() == [0.0, -np.inf]


def test_mixing_with_certainty_of_zero() -> None:
    log_pmf = np.log(np.array([0.3, 0.3, 1.0]))
    odds = np.array([0.0, 0.0, -np.inf])
    found = special.log_mixed_with_zero(
        log_pmf, np.array([0.0, 2.0, 0.0]), log_odds_zero=odds
    )
    np.testing.assert_allclose(np.exp(found), [0.65, 0.15, 1.0], rtol=1e-15)
