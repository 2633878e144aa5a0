"""NBD: gamma-distributed rates and no dropout (Ehrenberg 1959).

The baseline of the models with dropout, which all tend to it as dropout vanishes. Its
formulas take the arguments of the other models, so that one set of methods serves all.

Symbols: ``x`` repeat purchases by ``T``, ``t_x`` the last of them; ``r``, ``alpha``.
``recency`` never matters: without dropout a silence tells only through ``T``.
"""

import numpy as np

from ...typing import FloatArray
from ..base.newton import Objective
from ..base.special import Numbers, log_gamma_ratio, log_negative_binomial
from .nbd_terms import nbd_terms

__all__ = [
    "discounted_expected_purchases",
    "expected_purchases",
    "expected_purchases_new_customer",
    "log_likelihood",
    "log_pmf",
    "log_pmf_new_customer",
    "log_probability_alive",
    "log_probability_alive_after",
    "objective",
    "posterior_mean_dropout",
    "posterior_mean_rate",
    "probability_alive",
    "probability_alive_after",
    "start_values",
    "variance_of_purchases",
]


def log_likelihood(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, *, r: float, alpha: float
) -> FloatArray:
    """Return the log-likelihood of the purchase times."""
    del recency
    return (
        log_gamma_ratio(r, frequency)
        - r * np.log1p(T / alpha)
        - frequency * np.log(alpha + T)
    )


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted log-likelihood and its derivatives on log-parameters."""
    del recency
    terms = nbd_terms(frequency, T, weights)
    return lambda log_parameters: terms(*np.exp(log_parameters).tolist())


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters with the mean rate of the data and a shape of 1."""
    rate = float(weights @ frequency) / float(weights @ T)
    return np.array([0.0, -np.log(rate)])


def probability_alive(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, *, r: float, alpha: float
) -> FloatArray:
    """Return 1 for each customer: there is no dropout."""
    del recency, T, r, alpha
    return np.ones(frequency.shape)


def log_probability_alive(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, *, r: float, alpha: float
) -> FloatArray:
    """Return 0 for each customer, the logarithm of 1."""
    del recency, T, r, alpha
    return np.zeros(frequency.shape)


def probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
) -> FloatArray:
    """Return 1 for each customer, however much later."""
    del elapsed
    return probability_alive(frequency, recency, T, r=r, alpha=alpha)


def log_probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
) -> FloatArray:
    """Return 0 for each customer, however much later."""
    del elapsed
    return log_probability_alive(frequency, recency, T, r=r, alpha=alpha)


def posterior_mean_rate(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, *, r: float, alpha: float
) -> FloatArray:
    """Return the mean of each customer's purchase rate, given the history."""
    del recency
    return (r + frequency) / (alpha + T)


def posterior_mean_dropout(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, *, r: float, alpha: float
) -> FloatArray:
    """Return 0 for each customer: there is no dropout."""
    return log_probability_alive(frequency, recency, T, r=r, alpha=alpha)


def expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    start: Numbers,
    end: Numbers,
    r: float,
    alpha: float,
) -> FloatArray:
    """Return the expected purchases in ``(T + start, T + end]``, given the history."""
    rate = posterior_mean_rate(frequency, recency, T, r=r, alpha=alpha)
    return rate * np.subtract(end, start)


def discounted_expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: float,
    log_rate: float,
    r: float,
    alpha: float,
) -> FloatArray:
    """Return the expected purchases in ``(T, T + horizon]``, discounted to ``T``.

    Infinite over an infinite horizon, unless there is a positive ``log_rate``.
    """
    # Buyers who never leave and are not discounted buy without end.
    if np.isinf(horizon) and log_rate <= 0:
        return np.full(frequency.shape, np.inf)
    # expm1 keeps the digits of a small rate that 1 - exp would cancel.
    paid = -np.expm1(-log_rate * horizon) / log_rate if log_rate else horizon
    return posterior_mean_rate(frequency, recency, T, r=r, alpha=alpha) * paid


def variance_of_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
) -> FloatArray:
    """Return the variance of the purchases in ``(T, T + horizon]``.

    That of a negative binomial: its mean, plus its mean squared over the shape.
    """
    rate = posterior_mean_rate(frequency, recency, T, r=r, alpha=alpha)
    # The variance of a Poisson count, and that of the gamma rate it counts at.
    return rate * horizon * (1.0 + horizon / (alpha + T))


def log_pmf(
    n: Numbers,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
) -> FloatArray:
    """Return the log-probability of ``n`` purchases in ``(T, T + horizon]``.

    Negative binomial, with the gamma distribution of the rate that the history leaves.
    """
    del recency
    return log_negative_binomial(n, horizon, r=r + frequency, alpha=alpha + T)


def expected_purchases_new_customer(
    t: Numbers, *, r: float, alpha: float
) -> FloatArray:
    """Return the expected repeat purchases of a new customer in ``(0, t]``."""
    return np.asarray(t, np.float64) * (r / alpha)


def log_pmf_new_customer(
    n: Numbers, t: Numbers, *, r: float, alpha: float
) -> FloatArray:
    """Return the log-probability of ``n`` repeat purchases in ``(0, t]``."""
    return log_negative_binomial(n, t, r=r, alpha=alpha)
