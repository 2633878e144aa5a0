"""The MBG/NBD: buyers who may leave after each purchase, the first one too.

Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models
for customer base analysis", International Journal of Research in Marketing 24. It is
the BG/NBD with one more toss of the coin, right after the first purchase.

A history is ``frequency`` (repeat purchases), ``recency`` (time of the last one) and
``T`` (time observed), each counted from the first purchase.
"""

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.newton import Derivatives, Objective
from ..base.special import Numbers, log1p_exp, log_mixed_with_zero
from . import beta_geometric_future, beta_geometric_likelihood, beta_geometric_sample

__all__ = [
    "discounted_expected_purchases",
    "expected_purchases",
    "expected_purchases_new_customer",
    "gradient",
    "log_likelihood",
    "log_likelihood_sums",
    "log_pmf",
    "log_pmf_new_customer",
    "log_probability_alive",
    "objective",
    "posterior_mean_dropout",
    "posterior_mean_rate",
    "probability_alive",
    "probability_alive_after",
    "sample_customers",
    "sample_future_purchases",
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
    a: float,
    b: float,
) -> FloatArray:
    """Return the log-likelihood of each customer's history.

    That of the BG/NBD with one coin more survived.
    """
    return beta_geometric_likelihood.log_likelihood(
        frequency, recency, T, frequency + 1.0, r=r, alpha=alpha, a=a, b=b
    )


def gradient(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return each customer's gradient on ``log(r, alpha, a, b)``, one row each."""
    return beta_geometric_likelihood.gradient(
        frequency, recency, T, frequency + 1.0, r=r, alpha=alpha, a=a, b=b
    )


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted log-likelihood and its derivatives on log-parameters."""
    return beta_geometric_likelihood.objective(
        frequency, recency, T, frequency + 1.0, weights
    )


def log_likelihood_sums(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    weights: FloatArray,
    *,
    log_parameters: FloatArray,
) -> Derivatives:
    """Return the weighted log-likelihood, its gradient and Hessian, once.

    A fit asks many times: ``objective`` does the part that does not change only once.
    """
    return objective(frequency, recency, T, weights)(log_parameters)


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters to start a fit from, in the unit of time of the data."""
    rate = float(weights @ frequency) / float(weights @ T)
    return np.log([0.5, 0.5 / rate, 1.0, 3.0])


def log_probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the logarithm of the probability of being active at ``T``."""
    return -log1p_exp(_log_odds_dead(frequency, recency, T, r=r, alpha=alpha, a=a, b=b))


def probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the probability of being active at ``T``.

    It is below 1 at ``frequency = 0``: some leave right after the first purchase.
    """
    return beta_geometric_likelihood.probability_alive(
        frequency, recency, T, frequency + 1.0, r=r, alpha=alpha, a=a, b=b
    )


def probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the probability of being active at ``T + elapsed``."""
    return probability_alive(
        frequency, recency, T, r=r, alpha=alpha, a=a, b=b
    ) * beta_geometric_future.survival(
        elapsed, _now(frequency, T, r=r, alpha=alpha, a=a, b=b)
    )


def expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    start: Numbers,
    end: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the expected purchases in ``(T + start, T + end]``.

    Without an end (infinity) it is finite for ``a > 1`` only, and infinite otherwise.
    """
    return probability_alive(
        frequency, recency, T, r=r, alpha=alpha, a=a, b=b
    ) * beta_geometric_future.purchases(
        start, end, _now(frequency, T, r=r, alpha=alpha, a=a, b=b)
    )


def discounted_expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    log_rate: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return expected purchases in ``(T, T + horizon]``, worth ``exp(-log_rate t)``."""
    return probability_alive(
        frequency, recency, T, r=r, alpha=alpha, a=a, b=b
    ) * beta_geometric_future.discounted_purchases(
        horizon, log_rate, _now(frequency, T, r=r, alpha=alpha, a=a, b=b)
    )


def variance_of_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the variance of the purchases in ``(T, T + horizon]``."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    now = _now(frequency, T, r=r, alpha=alpha, a=a, b=b)
    mean = alive * beta_geometric_future.purchases(0.0, horizon, now)
    pairs = beta_geometric_future.purchases_factorial_moment(horizon, now)
    return alive * pairs + mean * (1.0 - mean)


def expected_purchases_new_customer(
    t: Numbers,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the expected repeat purchases of a new customer in ``(0, t]``."""
    return (
        b
        / (a + b)
        * beta_geometric_future.purchases(
            0.0, t, _now(0.0, 0.0, r=r, alpha=alpha, a=a, b=b)
        )
    )


def log_pmf_new_customer(
    n: Numbers,
    t: Numbers,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log probability of ``n`` repeat purchases in ``(0, t]``."""
    return beta_geometric_future.log_pmf(n, t, np.add(n, 1.0), k=r, A=alpha, a=a, b=b)


def log_pmf(
    n: Numbers,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log probability of ``n`` purchases in ``(T, T + horizon]``."""
    now = _now(frequency, T, r=r, alpha=alpha, a=a, b=b)
    here = beta_geometric_future.log_pmf_at(n, horizon, now)
    odds = _log_odds_dead(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    return log_mixed_with_zero(here, n, log_odds_zero=odds)


def posterior_mean_rate(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the mean of each customer's purchase rate, given the history."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    shape = r + frequency
    return shape * (alive / (alpha + T) + (1.0 - alive) / (alpha + recency))


def posterior_mean_dropout(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the mean of each customer's probability of leaving at a purchase."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    return (a + 1.0 - alive) / (a + b + frequency + 1.0)


def sample_customers(
    size: int,
    rng: np.random.Generator,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw new customers: purchase rate, probability of leaving, lifetime."""
    rate = beta_geometric_sample.sample_rates(
        np.full(size, r), np.full(size, alpha), rng
    )
    dropout = beta_geometric_sample.sample_chances(
        np.full(size, a), np.full(size, b), rng
    )
    lifetime = beta_geometric_sample.sample_lifetimes(rate, dropout, rng)
    return rate, dropout, np.where(rng.random(size) < dropout, 0.0, lifetime)


def sample_purchase_times(
    rate: FloatArray,
    dropout: FloatArray,
    lifetime: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the repeat purchases in ``(0, T]``: number of the customer, and time."""
    return beta_geometric_sample.sample_times(rate, dropout, lifetime, T, rng)


def sample_future_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
    *,
    horizon: Numbers,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> IntArray:
    """Draw the number of purchases in ``(T, T + horizon]``, given the history."""
    alive = probability_alive(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
    there = rng.random(alive.shape) < alive
    rate = beta_geometric_sample.sample_rates(r + frequency, alpha + T, rng)
    chance = beta_geometric_sample.sample_chances(
        np.full(alive.shape, a), b + frequency + 1.0, rng
    )
    lifetime = beta_geometric_sample.sample_lifetimes(rate, chance, rng)
    within = np.broadcast_to(np.asarray(horizon, np.float64), alive.shape)
    return there * beta_geometric_sample.sample_counts(
        rate, chance, lifetime, within, rng
    )


def _now(
    frequency: Numbers, T: Numbers, *, r: float, alpha: float, a: float, b: float
) -> beta_geometric_future.Now:
    return beta_geometric_future.Now(
        frequency=frequency, T=T, first_toss=1, r=r, alpha=alpha, a=a, b=b
    )


def _log_odds_dead(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    return beta_geometric_likelihood.log_odds_dead(
        frequency, recency, T, frequency + 1.0, r=r, alpha=alpha, a=a, b=b
    )
