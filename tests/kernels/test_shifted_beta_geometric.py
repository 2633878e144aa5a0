"""Shifted-beta-geometric and beta-discrete-Weibull: published fits and identities."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.base.newton import Optimum, maximise
from crmkit.kernels.survival import beta_discrete_weibull as bdw
from crmkit.kernels.survival import shifted_beta_geometric as sbg
from crmkit.kernels.survival.life_table import (
    cohort_life_table,
    discounted_residual,
    life_table,
)
from crmkit.typing import FloatArray

# Fader and Hardie (2007), table 1, as survivors of 1000.
REGULAR = np.array([1000, 631, 468, 382, 326, 289, 262, 241], float)
HIGH_END = np.array([1000, 869, 743, 653, 593, 551, 517, 491], float)

positive = st.floats(0.05, 50)


def _fit(*survivors: FloatArray) -> Optimum:
    table = cohort_life_table(list(survivors))
    customers = sum(curve[0] for curve in survivors)

    def mean(at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value, gradient, hessian = sbg.log_likelihood_sums(*table, log_parameters=at)
        return value / customers, gradient / customers, hessian / customers

    return maximise(mean, np.zeros(2), tolerance=1e-12, max_iterations=50)


@pytest.mark.parametrize(
    ("survivors", "a", "b", "log_likelihood"),
    [
        (REGULAR, 0.7041, 1.1820, -1680.265),
        (HIGH_END, 0.6681, 3.8061, -1611.158),
        (REGULAR[:5], 0.7637, 1.2958, -1401.559),
    ],
)
def test_the_published_fits_are_the_optimum(
    survivors: FloatArray, a: float, b: float, log_likelihood: float
) -> None:
    top = _fit(survivors)
    assert top.converged
    found = np.exp(top.parameters)
    np.testing.assert_allclose(found, [a, b], atol=5e-5)
    assert top.value * 1000 == pytest.approx(log_likelihood, abs=5e-4)


def test_the_published_hold_out_is_reached() -> None:
    for survivors, share in [(REGULAR, 0.1700), (HIGH_END, 0.3780)]:
        a, b = np.exp(_fit(survivors).parameters)
        S = np.exp(sbg.log_survival(np.array([12.0]), a=a, b=b))
        assert S[0] == pytest.approx(share, abs=5e-5)


def test_the_published_retention_rates() -> None:
    renewal = np.arange(1.0, 5)
    a, b = np.exp(_fit(REGULAR).parameters)
    np.testing.assert_allclose(
        sbg.retention(renewal, a=a, b=b), [0.6267, 0.7560, 0.8188, 0.8559], atol=5e-5
    )
    a, b = np.exp(_fit(REGULAR[:5]).parameters)
    np.testing.assert_allclose(
        sbg.retention(renewal, a=a, b=b), [0.6292, 0.7504, 0.8119, 0.8491], atol=5e-5
    )


# Fader and Hardie (2010): two cases that share a mean retention of 0.80.
@pytest.mark.parametrize(
    ("a", "b", "published", "new"),
    [
        (3.80, 15.20, [3.310, 3.451, 3.587, 3.717, 3.842, 3.963], 4.0089),
        (0.067, 0.267, [7.671, 9.455, 9.851, 10.056, 10.189, 10.283], 7.9735),
    ],
)
def test_the_published_residual_lifetimes(
    a: float, b: float, published: list[float], new: float
) -> None:
    n = np.arange(6.0)
    found = sbg.discounted_residual_lifetime(n, a=a, b=b, discount_rate=0.1)
    np.testing.assert_allclose(found, published, atol=6e-4)
    found_new = sbg.discounted_lifetime(a=a, b=b, discount_rate=0.1)
    assert found_new == pytest.approx(new, abs=6e-5)


def test_customers_all_alike_have_the_residual_lifetime_of_one_rate() -> None:
    # Fader and Hardie (2010) set a constant retention of 0.80 beside both: 2.933.
    found = sbg.discounted_residual_lifetime(
        np.array([0.0, 5.0]), a=2e11, b=8e11, discount_rate=0.1
    )
    np.testing.assert_allclose(found, 0.8 * 1.1 / 0.3, rtol=1e-9)
    assert found[0] == pytest.approx(2.933, abs=5e-4)


def test_the_lifetimes_of_the_two_published_products() -> None:
    for a, b, value in [(0.704, 1.182, 3.6951), (0.668, 3.806, 5.9226)]:
        found = sbg.discounted_lifetime(a=a, b=b, discount_rate=0.1)
        assert found == pytest.approx(value, abs=5e-5)


@given(a=positive, b=positive)
def test_survival_falls_retention_rises_and_the_pmf_sums_to_what_is_lost(
    a: float, b: float
) -> None:
    t = np.arange(0.0, 40)
    S = np.exp(sbg.log_survival(t, a=a, b=b))
    r = sbg.retention(t[1:], a=a, b=b)
    assert S[0] == 1
    assert np.all(np.diff(S) < 0)
    assert np.all(np.diff(r) > 0)
    np.testing.assert_allclose(np.cumprod(r), S[1:], rtol=1e-12)
    lost = np.cumsum(sbg.pmf(t[1:], a=a, b=b))
    np.testing.assert_allclose(lost, 1 - S[1:], rtol=1e-10)


@given(a=positive, b=positive, rate=st.floats(0.001, 0.5), n=st.integers(0, 30))
def test_the_residual_lifetime_is_its_sum(
    a: float, b: float, rate: float, n: int
) -> None:
    terms = 40_000
    curve = sbg.log_survival(np.arange(0.0, n + terms + 1), a=a, b=b)
    tenure = np.array([float(n)])
    summed = discounted_residual(curve, tenure, terms=terms, discount=1 / (1 + rate))
    closed = sbg.discounted_residual_lifetime(tenure, a=a, b=b, discount_rate=rate)
    np.testing.assert_allclose(closed, summed, rtol=1e-10)


@pytest.mark.parametrize("a", [1e-3, 0.3, 1.0, 2.0, 40.0, 1e4])
@pytest.mark.parametrize("b", [1e-3, 1.0, 7.5, 1e4])
@pytest.mark.parametrize("rate", [1e-4, 0.1, 3.0])
def test_residual_lifetimes_to_many_digits(a: float, b: float, rate: float) -> None:
    found = sbg.discounted_residual_lifetime(
        np.array([3.0]), a=a, b=b, discount_rate=rate
    )
    with mpmath.workdps(40):
        z = 1 / (1 + mpmath.mpf(rate))
        exact = (
            (mpmath.mpf(b) + 3)
            / (mpmath.mpf(a) + b + 3)
            * mpmath.hyp2f1(1, mpmath.mpf(b) + 4, mpmath.mpf(a) + b + 4, z)
        )
    assert found[0] == pytest.approx(float(exact), rel=1e-9)


def test_the_undiscounted_residual_lifetime_is_the_mean_of_a_pareto_tail() -> None:
    tenure = np.array([0.0, 4.0])
    found = sbg.expected_residual_lifetime(tenure, a=3.0, b=2.0)
    curve = sbg.log_survival(np.arange(0.0, 300_000), a=3.0, b=2.0)
    summed = [np.exp(curve[n + 1 :] - curve[n]).sum() for n in (0, 4)]
    np.testing.assert_allclose(found, summed, rtol=1e-8)
    for a in (1.01, 1.9, 2.0):
        found = sbg.expected_residual_lifetime(tenure, a=a, b=2.5)
        np.testing.assert_allclose(found, [2.5 / (a - 1), 6.5 / (a - 1)], rtol=1e-14)
    for a in (0.99, 1.0):
        endless = sbg.expected_residual_lifetime(tenure, a=a, b=2.0)
        assert np.isinf(endless).all()


@given(a=positive, b=positive)
def test_a_weibull_shape_of_one_is_the_geometric(a: float, b: float) -> None:
    t = np.arange(1.0, 20)
    np.testing.assert_allclose(
        bdw.log_survival(t, a=a, b=b, c=1.0), sbg.log_survival(t, a=a, b=b), rtol=1e-9
    )
    table = cohort_life_table([HIGH_END])
    at = np.log([a, b])
    one = sbg.log_likelihood_sums(*table, log_parameters=at)
    other = bdw.log_likelihood_sums(*table, log_parameters=np.append(at, 0.0))
    assert other[0] == pytest.approx(one[0], rel=1e-10)
    np.testing.assert_allclose(other[1][:2], one[1], rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(other[2][:2, :2], one[2], rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "c"),
    [(0.7, 1.2, 3.0), (0.2, 1.2e6, 3.0), (6.0, 3e5, 2.6), (40, 0.01, 1)],
)
@pytest.mark.parametrize("t", [1.0, 72.0, 1e3, 1e5, 1e6, 3e7])
def test_a_long_future_keeps_its_digits(a: float, b: float, c: float, t: float) -> None:
    found = bdw.log_survival(np.array([t]), a=a, b=b, c=c)[0]
    with mpmath.workdps(60):
        A, B, u = mpmath.mpf(a), mpmath.mpf(b), mpmath.mpf(t) ** mpmath.mpf(c)
        exact = (
            mpmath.loggamma(B + u)
            - mpmath.loggamma(A + B + u)
            + mpmath.loggamma(A + B)
            - mpmath.loggamma(B)
        )
    # Of a chance near 1 the logarithm is told to the last digit of the chance.
    assert found == pytest.approx(float(exact), rel=1e-11, abs=1e-14)
    if c == 1 and t <= 1e6:
        other = sbg.log_survival(np.array([t]), a=a, b=b)[0]
        assert other == pytest.approx(float(exact), rel=1e-11)


def test_a_future_without_end_is_no_running_sum_and_no_overflow() -> None:
    far = sbg.log_survival(np.array([0.0, 1e6, 1e6 + 1, 1e15]), a=0.7, b=1.2)
    near = sbg.log_survival(np.array([0.0, 1e6]), a=0.7, b=1.2)
    np.testing.assert_allclose(far[:2], near, rtol=1e-11)
    assert np.all(np.diff(far) < 0)
    gone = bdw.log_survival(np.array([0.0, 1.0, 1e3, 1e9]), a=0.7, b=1.2, c=60.0)
    assert gone[0] == 0
    assert np.all(np.isfinite(gone))
    assert np.all(np.diff(gone) <= 0)
    assert gone[2] < -200


@pytest.mark.parametrize("at", [[0.2, 0.5, 0.3], [-1.0, 1.0, -0.5], [1.5, 2.0, 0.0]])
def test_the_derivatives_agree_with_differences(at: list[float]) -> None:
    table = cohort_life_table([REGULAR, HIGH_END[:4]])
    point = np.array(at)
    for sums, parameters in [
        (sbg.log_likelihood_sums, point[:2]),
        (bdw.log_likelihood_sums, point),
    ]:
        _, gradient, hessian = sums(*table, log_parameters=parameters)
        for i in range(parameters.size):
            step = np.zeros(parameters.size)
            step[i] = 1e-5
            up = sums(*table, log_parameters=parameters + step)
            down = sums(*table, log_parameters=parameters - step)
            assert gradient[i] == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-6)
            np.testing.assert_allclose(
                hessian[i], (up[1] - down[1]) / 2e-5, rtol=1e-6, atol=1e-4
            )


def test_individuals_and_cohorts_are_one_likelihood() -> None:
    lost = -np.diff(REGULAR).astype(int)
    duration = np.concatenate(
        [np.repeat(np.arange(1, 8), lost), np.full(int(REGULAR[-1]), 7)]
    ).astype(float)
    event = np.arange(1000) < lost.sum()
    single = life_table(np.zeros(1000), duration, event, np.ones(1000))
    for one, other in zip(single, cohort_life_table([REGULAR]), strict=True):
        np.testing.assert_allclose(one, other)


def test_delayed_entry_divides_by_the_survival_until_then() -> None:
    table = life_table(
        np.array([2.0, 0.0]), np.array([5.0, 3.0]), np.array([True, False]), np.ones(2)
    )
    value = sbg.log_likelihood_sums(*table, log_parameters=np.log([0.7, 1.2]))[0]
    by_hand = (
        np.log(sbg.pmf(np.array([5.0]), a=0.7, b=1.2))
        - sbg.log_survival(np.array([2.0]), a=0.7, b=1.2)
        + sbg.log_survival(np.array([3.0]), a=0.7, b=1.2)
    )
    assert value == pytest.approx(float(by_hand[0]), rel=1e-12)


@pytest.mark.parametrize("c", [0.6, 1.0, 1.7])
def test_a_weibull_retention_is_the_share_of_those_who_were_there(c: float) -> None:
    t = np.array([1.0, 2.0, 3.0, 7.0, 40.0])
    a, b = 0.8, 2.3
    with mpmath.workdps(40):
        powers = [(mpmath.mpf(x) ** c, mpmath.mpf(x - 1) ** c) for x in t.tolist()]
        known = [
            float(mpmath.beta(a, b + now) / mpmath.beta(a, b + before))
            for now, before in powers
        ]
        whole = [
            float(mpmath.log(mpmath.beta(a, b + now) / mpmath.beta(a, b)))
            for now, _ in powers
        ]
    np.testing.assert_allclose(bdw.retention(t, a=a, b=b, c=c), known, rtol=1e-13)
    np.testing.assert_allclose(bdw.log_survival(t, a=a, b=b, c=c), whole, rtol=1e-12)
    if c == 1:
        plain = sbg.retention(t, a=a, b=b)
        np.testing.assert_allclose(plain, known, rtol=1e-13)
        total = sbg.pmf(t, a=a, b=b)
        np.testing.assert_allclose(
            total, np.exp(sbg.log_survival(t - 1, a=a, b=b)) * (1 - plain), rtol=1e-12
        )


def test_customers_of_no_whole_period_faced_no_renewal() -> None:
    none = np.zeros(2)
    renewal, lost, kept = life_table(none, none, np.zeros(2, bool), np.ones(2))
    assert (renewal.size, lost.size, kept.size) == (0, 0, 0)
