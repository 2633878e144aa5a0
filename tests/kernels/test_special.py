"""Special functions at their seams: where one formula hands over to the next."""

import mpmath
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


@pytest.mark.parametrize("r", [0.3, 1.0, 3.7])
@pytest.mark.parametrize(("n", "t"), [(500.0, 1e-3), (40.0, 1e-8), (900.0, 0.7)])
def test_a_deep_tail_has_the_digits_of_its_logarithm(
    n: float, t: float, r: float
) -> None:
    alpha = 1.3
    found = float(special.log_negative_binomial_tail(n, t, r=r, alpha=alpha))
    with mpmath.workdps(40):
        share = mpmath.mpf(t) / (mpmath.mpf(alpha) + t)
        tail = mpmath.betainc(n, mpmath.mpf(r), 0, share, regularized=True)
        known = float(mpmath.log(tail))
    assert found == pytest.approx(known, rel=1e-13, abs=0)
    # Its first term alone is farther off.
    first = special.log_negative_binomial(n, t, r=r, alpha=alpha)
    assert float(first) < known


def test_the_sum_of_a_deep_tail_is_that_of_the_hypergeometric_series() -> None:
    n, r, z = np.array([3.0, 20.0, 7.5]), np.array([0.4, 6.0, 2.0]), 0.6
    found = special._tail_over_first_term(n, r, np.full(3, z))
    for at in range(3):
        known = float(mpmath.hyp2f1(n[at] + r[at], 1, n[at] + 1, z))
        assert found[at] == pytest.approx(known, rel=1e-14)


@pytest.mark.parametrize("odds", [-60.0, -3.0, 0.0, 3.0, 60.0])
@pytest.mark.parametrize("log_pmf", [-55.0, -2.0, -1e-9])
def test_a_mixture_has_the_digits_of_its_smaller_side(
    odds: float, log_pmf: float
) -> None:
    found = special.log_mixed_with_zero(
        np.full(2, log_pmf), np.array([0.0, 1.0]), log_odds_zero=np.full(2, odds)
    )
    with mpmath.workdps(60):
        share = 1 / (1 + mpmath.exp(odds))
        zero = float(mpmath.log(1 - share + share * mpmath.exp(log_pmf)))
        other = float(mpmath.log(share) + log_pmf)
    assert found[0] == pytest.approx(zero, rel=1e-13, abs=0)
    assert found[1] == pytest.approx(other, rel=1e-13, abs=0)


@pytest.mark.parametrize("z", [10.0, 10.25, 10.5, 11.0, 14.0])
@pytest.mark.parametrize("n", [0.5, 1.0, 2.0, 4.5])
def test_the_series_of_stirling_are_exact_to_rounding(z: float, n: float) -> None:
    with mpmath.workdps(40):
        above, below = mpmath.mpf(z) + n, mpmath.mpf(z)
        ratio = float(mpmath.loggamma(above) - mpmath.loggamma(below))
        rise = float(mpmath.digamma(above) - mpmath.digamma(below))
    found = special.log_gamma_ratio(z, n)
    assert float(found) == pytest.approx(ratio, rel=1.5e-15, abs=0)
    found = special.digamma_difference(z, n)
    assert float(found) == pytest.approx(rise, rel=1.5e-15, abs=0)
