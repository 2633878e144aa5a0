"""The Pareto/NBD: buyers who may leave at any moment.

Schmittlein, Morrison and Colombo (1987), "Counting your customers: who are they and
what will they do next?", Management Science 33. While there, a customer buys at a rate
that is gamma distributed (shape ``r``, rate ``alpha``) and leaves at a rate that is
gamma distributed (shape ``s``, rate ``beta``).

A history is ``frequency`` (repeat purchases), ``recency`` (time of the last one) and
``T`` (time observed), each counted from the first purchase.
"""

import numpy as np
from scipy.special import expit

from ...typing import FloatArray
from ..base.cells import per_distinct
from ..base.special import (
    Numbers,
    digamma_difference,
    log1p_exp,
    log_gamma_ratio,
    log_mixed_with_zero,
)
from . import pareto_future, pareto_odds
from .pareto_counts import window_means
from .pareto_likelihood import objective
from .pareto_odds import log_odds_dead, log_window_of
from .pareto_sample import sample_customers, sample_purchase_times

__all__ = [
    "discounted_expected_purchases",
    "expected_purchases",
    "expected_purchases_new_customer",
    "gradient",
    "log_likelihood",
    "log_pmf",
    "log_pmf_new_customer",
    "log_probability_alive",
    "objective",
    "posterior_mean_dropout",
    "posterior_mean_rate",
    "probability_alive",
    "probability_alive_after",
    "sample_customers",
    "sample_purchase_times",
    "start_values",
    "variance_of_purchases",
]


def log_likelihood(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the log-likelihood of each customer's history.

    Notes
    -----
    The NBD's, times the chance that the death process alone leaves the customer there,
    times one over the probability of being active.
    """
    odds = log_odds_dead(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    value = (
        per_distinct(lambda count: log_gamma_ratio(r, count), frequency)
        - r * np.log1p(T / alpha)
        - frequency * np.log(alpha + T)
        - s * np.log1p(T / beta)
        + log1p_exp(odds)
    )
    # No purchase is all but certain after a short time: 1 - something.
    waited = np.where(frequency == 0, T, 0.0)
    bought = r * np.exp(log_window_of(waited, k=s, A=beta, s=r, B=alpha))
    rare = (frequency == 0) & (bought < 0.5)
    return np.where(rare, np.log1p(-np.where(rare, bought, 0.0)), value)


def gradient(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return each customer's gradient on ``log(r, alpha, s, beta)``, one row each."""
    odds = log_odds_dead(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    dead, since, k = expit(odds), T - recency, r + frequency
    A, B = alpha + recency, beta + recency
    means = window_means(width=since, k=k, A=A, s=np.full(k.shape, s), B=B)
    rises = per_distinct(lambda count: digamma_difference(r, count), frequency)
    by_r = r * (np.log1p(since / A) - means[:, 0])
    by_alpha = k * (alpha / A) * (means[:, 1] - since / (alpha + T))
    by_s = 1.0 + s * (np.log1p(since / B) - means[:, 2])
    by_beta = (beta / B) * ((s + 1.0) * means[:, 3] - s * since / (beta + T) - 1.0)
    return np.stack(
        [
            r * (rises - np.log1p(T / alpha)) + dead * by_r,
            (r * T - frequency * alpha) / (alpha + T) + dead * by_alpha,
            dead * by_s - s * np.log1p(T / beta),
            s * T / (beta + T) + dead * by_beta,
        ],
        axis=1,
    )


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters to start a fit from, in the unit of time of the data."""
    rate = float(weights @ frequency) / float(weights @ T)
    tenure = float(weights @ T) / float(weights.sum())
    return np.log([0.5, 0.5 / rate, 0.5, 0.5 * tenure])


def log_probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the logarithm of the probability of being active at ``T``."""
    odds = log_odds_dead(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    return -log1p_exp(odds)


def probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the probability of being active at ``T``.

    It is 1 where ``recency`` equals ``T``: who just bought is there.
    """
    return pareto_odds.probability_alive(
        frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta
    )


def probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the probability of being active at ``T + elapsed``."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    return alive * np.exp(-s * np.log1p(elapsed / (beta + T)))


def expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    start: Numbers,
    end: Numbers,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the expected purchases in ``(T + start, T + end]``.

    Without an end (infinity) it is finite for ``s > 1`` only, and infinite otherwise.
    """
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    rate = (r + frequency) / (alpha + T)
    return alive * rate * pareto_future.time_alive(start, end, s=s, B=beta + T)


def discounted_expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    log_rate: Numbers,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return expected purchases in ``(T, T + horizon]``, worth ``exp(-log_rate t)``."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    rate = (r + frequency) / (alpha + T)
    time = pareto_future.discounted_time_alive(horizon, log_rate, s=s, B=beta + T)
    return alive * rate * time


def variance_of_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the variance of the purchases in ``(T, T + horizon]``."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    k, A, B = r + frequency, alpha + T, beta + T
    mean = alive * k / A * pareto_future.time_alive(0.0, horizon, s=s, B=B)
    pairs = 2.0 * (k / A) * ((k + 1.0) / A)
    pairs = pairs * pareto_future.elapsed_time_alive(horizon, s=s, B=B)
    return alive * pairs + mean * (1.0 - mean)


def expected_purchases_new_customer(
    t: Numbers,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the expected repeat purchases of a new customer in ``(0, t]``."""
    return r / alpha * pareto_future.time_alive(0.0, t, s=s, B=beta)


def log_pmf_new_customer(
    n: Numbers,
    t: Numbers,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the log probability of ``n`` repeat purchases in ``(0, t]``."""
    return pareto_future.log_pmf(n, t, k=r, A=alpha, s=s, B=beta)


def log_pmf(
    n: Numbers,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the log probability of ``n`` purchases in ``(T, T + horizon]``."""
    here = pareto_future.log_pmf_at(
        n, horizon, frequency, T, r=r, alpha=alpha, s=s, beta=beta
    )
    odds = log_odds_dead(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    return log_mixed_with_zero(here, n, log_odds_zero=odds)


def posterior_mean_rate(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the mean of each customer's purchase rate, given the history."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    k = r + frequency
    ratio = _dead_ratio(recency, T, k, k + 1.0, alpha=alpha, s=(s, s), beta=beta)
    # Of a customer who died at u the mean is k / (alpha + u), averaged over u.
    return k * (alive / (alpha + T) + (1.0 - alive) * ratio / (alpha + recency))


def posterior_mean_dropout(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the mean of each customer's rate of leaving, given the history."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, s=s, beta=beta)
    k = r + frequency
    ratio = _dead_ratio(recency, T, k, k, alpha=alpha, s=(s, s + 1.0), beta=beta)
    dead = (1.0 - alive) * ratio * (s + 1.0) / (beta + recency)
    return alive * s / (beta + T) + dead


def _dead_ratio(
    recency: FloatArray,
    T: FloatArray,
    k: FloatArray,
    other_k: FloatArray,
    *,
    alpha: float,
    s: tuple[float, float],
    beta: float,
) -> FloatArray:
    """Return how the window shrinks from one pair of exponents to the other."""
    A, B = alpha + recency, beta + recency
    since = T - recency
    some = np.where(since > 0, since, 1.0)
    plain = log_window_of(some, k=k, A=A, s=s[0], B=B)
    ratio: FloatArray = np.exp(log_window_of(some, k=other_k, A=A, s=s[1], B=B) - plain)
    return ratio
