"""Gamma-gamma: published numbers, limits, and refusing to call infinity a number.

Published: Fader and Hardie (2013) for CDNOW, 946 repeat buyers.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.purchases import gamma_gamma

CDNOW = {"p": 6.25, "q": 3.74, "v": 15.44}

positive = st.floats(0.05, 50.0)


def test_expected_spend_of_published_customers() -> None:
    found = gamma_gamma.expected_spend(
        np.array([2.0, 1.0, 7.0, 0.0]), np.array([22.35, 11.77, 73.74, 0.0]), **CDNOW
    )
    np.testing.assert_allclose(found, [24.6637, 18.9169, 71.4697, 35.2190], atol=5e-5)
    assert gamma_gamma.mean_spend(**CDNOW) == pytest.approx(35.2190, abs=5e-5)


def test_nothing_seen_says_nothing() -> None:
    x, m = np.zeros(1), np.array([123.0])
    assert gamma_gamma.log_likelihood(x, m, **CDNOW).tolist() == [0.0]
    assert gamma_gamma.gradient(x, m, **CDNOW).tolist() == [[0.0, 0.0, 0.0]]
    expected = gamma_gamma.expected_spend(x, m, **CDNOW)
    assert expected[0] == gamma_gamma.mean_spend(**CDNOW)


@pytest.mark.parametrize("q", [0.5, 1.0])
def test_an_infinite_mean_is_infinite_and_not_negative(q: float) -> None:
    heavy = {**CDNOW, "q": q}
    assert gamma_gamma.mean_spend(**heavy) == np.inf
    found = gamma_gamma.expected_spend(np.array([0.0, 3.0]), np.full(2, 20.0), **heavy)
    assert found[0] == np.inf
    assert np.isfinite(found[1])


@given(p=positive, q=st.floats(1.01, 50.0), v=positive, m=st.floats(1e-3, 1e6))
def test_the_expectation_lies_between_what_was_seen_and_the_population(
    p: float, q: float, v: float, m: float
) -> None:
    shape = {"p": p, "q": q, "v": v}
    x = np.array([1.0, 10.0, 1e9])
    found = gamma_gamma.expected_spend(x, np.full(3, m), **shape)
    ends = sorted([m, gamma_gamma.mean_spend(**shape)])
    assert np.all(found >= ends[0] * (1 - 1e-12))
    assert np.all(found <= ends[1] * (1 + 1e-12))
    assert found[2] == pytest.approx(m, rel=1e-3)


@given(p=positive, q=positive, v=positive, m=st.floats(1e-3, 1e6), c=positive)
def test_another_currency_moves_the_likelihood_by_its_logarithm(
    p: float, q: float, v: float, m: float, c: float
) -> None:
    x, one = np.array([4.0]), np.array([m])
    here = gamma_gamma.log_likelihood(x, one, p=p, q=q, v=v)
    there = gamma_gamma.log_likelihood(x, one * c, p=p, q=q, v=v * c)
    np.testing.assert_allclose(there, here - np.log(c), rtol=1e-11, atol=1e-11)


def test_the_total_is_the_sum_with_its_derivatives() -> None:
    rng = np.random.default_rng(11)
    x = rng.integers(1, 20, 20_000).astype(float)
    m = rng.lognormal(3.0, 1.0, x.size)
    weights = rng.integers(1, 4, x.size).astype(float)
    at = np.log([5.0, 3.0, 18.0])
    objective = gamma_gamma.objective(x, m, weights)
    value, slope, bend = objective(at)
    shape = dict(zip("pqv", np.exp(at).tolist(), strict=True))
    each = gamma_gamma.log_likelihood(x, m, **shape)
    slopes = gamma_gamma.gradient(x, m, **shape)
    assert value == pytest.approx(float(weights @ each), rel=1e-12)
    np.testing.assert_allclose(slope, weights @ slopes, rtol=1e-9)
    step = 1e-5
    for i in range(3):
        move = step * np.eye(3)[i]
        rise = (objective(at + move)[1] - objective(at - move)[1]) / (2 * step)
        np.testing.assert_allclose(bend[i], rise, rtol=1e-6, atol=1e-2)


def test_draws_have_the_mean_and_variance_they_should() -> None:
    rng = np.random.default_rng(5)
    x, m = np.full(200_000, 4.0), np.full(200_000, 30.0)
    rates = gamma_gamma.sample_rates(x, m, rng, **CDNOW)
    means = CDNOW["p"] / rates
    expected = gamma_gamma.expected_spend(x, m, **CDNOW)[0]
    variance = gamma_gamma.variance_of_mean_spend(x, m, **CDNOW)[0]
    assert means.mean() == pytest.approx(expected, rel=2e-3)
    assert means.var() == pytest.approx(variance, rel=3e-2)
    totals = gamma_gamma.sample_amounts(x, rates, rng, p=CDNOW["p"])
    assert totals.mean() == pytest.approx(4 * expected, rel=3e-3)


@pytest.mark.parametrize("q", [1.01, 1.5, 1.999, 2.0, 2.01, 2.5, 3.0, 7.0])
def test_a_mean_and_a_variance_are_finite_from_1_and_from_2(q: float) -> None:
    """The own mean is p times an inverse gamma variable of shape q and scale v."""
    p, v, none = 0.8, 15.0, np.zeros(1)
    mean = p * v / (q - 1)
    assert gamma_gamma.mean_spend(p=p, q=q, v=v) == pytest.approx(mean, rel=1e-14)
    found = gamma_gamma.expected_spend(none, none, p=p, q=q, v=v)
    assert found[0] == pytest.approx(mean, rel=1e-14)
    spread = gamma_gamma.variance_of_mean_spend(none, none, p=p, q=q, v=v)
    known = mean**2 / (q - 2) if q > 2 else np.inf
    assert spread[0] == pytest.approx(known, rel=1e-13)
    # Two occasions of 9.0 add 1.6 to the shape and 18.0 to the scale.
    two, paid = np.array([2.0]), np.array([9.0])
    found = gamma_gamma.expected_spend(two, paid, p=p, q=q, v=v)
    mean = p * (v + 18.0) / (q + 0.6)
    assert found[0] == pytest.approx(mean, rel=1e-14)
    spread = gamma_gamma.variance_of_mean_spend(two, paid, p=p, q=q, v=v)
    known = mean**2 / (q - 0.4)
    assert spread[0] == pytest.approx(known, rel=1e-13)


@pytest.mark.parametrize("x", [1.0, 2.0, 4.0])
def test_a_mean_of_nothing_has_the_density_of_its_shape(x: float) -> None:
    """Near 0 the density is a power of p x - 1: infinite, a number, or 0."""
    q, v = 3.7, 15.4
    for shape, known in [
        (0.99, np.inf),
        (1.0, np.log(q * x / v)),  # of a Lomax variable at 0, times x
        (1.01, -np.inf),
        (1.99, -np.inf),
        (2.01, -np.inf),
    ]:
        found = gamma_gamma.log_likelihood(
            np.full(1, x), np.zeros(1), p=shape / x, q=q, v=v
        )
        assert found[0] == pytest.approx(known, rel=1e-13, abs=0)
