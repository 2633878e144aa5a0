from math import comb, gamma

import numpy as np
import pytest

from crmkit.kernels.value.dirichlet_multinomial import Counts, fit, log_likelihood
from crmkit.typing import IntArray


def counts_of(table: IntArray) -> Counts:
    customer, category = np.nonzero(table)
    return Counts(category, table[customer, category], table.sum(axis=1))


def test_two_categories_are_the_beta_binomial() -> None:
    # Beta-binomial mass of 2 of 3 at (1.5, 2.5), less the multinomial coefficient,
    # which does not depend on the concentration.
    a, b = 1.5, 2.5

    def beta(x: float, y: float) -> float:
        return gamma(x) * gamma(y) / gamma(x + y)

    mass = beta(a + 2, b + 1) / beta(a, b)
    data = counts_of(np.array([[2, 1]]))
    value = log_likelihood(np.array([a, b]), data)[0]
    assert value == pytest.approx(np.log(mass), rel=1e-14)
    everything = sum(
        comb(3, n) * np.exp(log_likelihood(np.array([a, b]), counts_of(each))[0])
        for n in range(4)
        for each in [np.array([[n, 3 - n]])]
    )
    assert everything == pytest.approx(1.0, rel=1e-13)


def test_the_derivatives_are_those_of_the_value(rng: np.random.Generator) -> None:
    data = counts_of(
        rng.integers(0, 6, (30, 4)) + np.eye(4, dtype=int)[rng.integers(0, 4, 30)]
    )
    alpha = np.array([0.4, 1.3, 2.2, 0.9])
    _, gradient, hessian = log_likelihood(alpha, data)
    step = 1e-6
    for at in range(4):
        up, down = alpha.copy(), alpha.copy()
        up[at] += step
        down[at] -= step
        above, below = log_likelihood(up, data), log_likelihood(down, data)
        slope = (above[0] - below[0]) / (2 * step)
        assert slope == pytest.approx(gradient[at], rel=1e-6, abs=1e-6)
        bend = (above[1] - below[1]) / (2 * step)
        np.testing.assert_allclose(bend, hessian[at], rtol=1e-6, atol=1e-6)


def test_the_concentration_of_a_simulated_base_is_found(
    rng: np.random.Generator,
) -> None:
    alpha = np.array([0.5, 1.0, 2.5])
    shares = rng.dirichlet(alpha, 20_000)
    table = np.array(
        [
            rng.multinomial(n, p)
            for n, p in zip(rng.poisson(6, 20_000), shares, strict=True)
        ]
    )
    optimum = fit(counts_of(table))
    assert optimum.converged
    np.testing.assert_allclose(np.exp(optimum.parameters), alpha, rtol=0.05)


def test_customers_who_are_all_alike_do_not_send_it_to_infinity() -> None:
    optimum = fit(counts_of(np.tile([1, 1], (50, 1))))
    assert optimum.converged
    assert np.isfinite(optimum.parameters).all()
