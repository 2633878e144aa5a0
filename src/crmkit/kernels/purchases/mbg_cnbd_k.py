"""The MBG/CNBD-k: regular buyers who may leave after each purchase, the first too.

Reutterer, Platzer and Schroder (2021), "Leveraging purchase regularity for predicting
customer behavior the easy way", International Journal of Research in Marketing 38. It
is the MBG/NBD with ``k`` random steps to each purchase, of which only the last one is
seen: the larger ``k``, the more even the times between purchases. Expectations are sums
of positive terms, exact, where the paper has an approximation.

A history is ``frequency`` (repeat purchases), ``recency`` (time of the last one) and
``T`` (time observed), each counted from the first purchase. ``r / alpha`` is the mean
rate of steps: purchases come at a ``k``-th of it.
"""

import numpy as np

from ...typing import FloatArray
from ..base.newton import Objective
from ..base.special import Numbers, log1p_exp, log_mixed_with_zero
from . import erlang_future, erlang_likelihood
from .erlang_phase import Phase, phase_of
from .erlang_sample import (
    sample_active_times,
    sample_customers,
    sample_purchase_times,
)

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
    "regularity_log_likelihood",
    "sample_active_times",
    "sample_customers",
    "sample_purchase_times",
    "start_values",
    "variance_of_purchases",
]

regularity_log_likelihood = erlang_likelihood.regularity_log_likelihood


def log_likelihood(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log-likelihood of each frequency and recency.

    At ``k = 1`` it is that of the MBG/NBD.
    """
    return erlang_likelihood.log_likelihood(
        frequency, recency, T, k=int(k), r=r, alpha=alpha, a=a, b=b
    )


def objective(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    weights: FloatArray,
    *,
    k: int,
) -> Objective:
    """Prepare the weighted log-likelihood and its derivatives on log-parameters.

    The parameters are ``r``, ``alpha``, ``a`` and ``b``; ``k`` is fixed.
    """
    return erlang_likelihood.objective(frequency, recency, T, weights, k=int(k))


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray, *, k: int
) -> FloatArray:
    """Return log-parameters to start a fit from, in the unit of time of the data."""
    rate = k * float(weights @ frequency) / float(weights @ T)
    return np.log([0.5, 0.5 / rate, 1.0, 3.0])


def log_probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the logarithm of the probability that each customer is active at ``T``."""
    return -log1p_exp(
        erlang_likelihood.log_odds_dead(
            frequency, recency, T, k=int(k), r=r, alpha=alpha, a=a, b=b
        )
    )


def probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the probability that each customer is active at ``T``."""
    return np.exp(
        log_probability_alive(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    )


def probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the probability that each customer is active at ``T + elapsed``."""
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    return phase.mean(erlang_future.survival(elapsed, buyer))


def log_probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the logarithm of the probability to be active at ``T + elapsed``."""
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    with np.errstate(divide="ignore"):  # a chance too small for a number
        return phase.log_mean(np.log(erlang_future.survival(elapsed, buyer)))


def expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    start: Numbers,
    end: Numbers,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the expected purchases in ``(T + start, T + end]``, given the history.

    Without an end (infinity) it is finite for ``a > 1`` only, and infinite otherwise.
    """
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    until = erlang_future.purchases(end, buyer)
    if np.any(np.asarray(start) > 0):
        before = erlang_future.purchases(start, buyer)
        # Rounding must not make a window negative, nor an endless one unknown.
        until = np.where(np.isinf(until), until, np.maximum(until - before, 0.0))
    return phase.mean(until)


def discounted_expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    log_rate: Numbers,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the expected purchases in ``(T, T + horizon]``, each discounted to ``T``.

    A purchase at ``T + t`` counts ``exp(-log_rate t)``.
    """
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    return phase.mean(erlang_future.discounted(horizon, log_rate, buyer))


def variance_of_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the variance of the purchases in ``(T, T + horizon]``."""
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    mean = phase.mean(erlang_future.purchases(horizon, buyer))
    pairs = phase.mean(erlang_future.pairs(horizon, buyer))
    return pairs + mean * (1.0 - mean)


def expected_purchases_new_customer(
    t: Numbers,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the expected repeat purchases of a new customer in ``(0, t]``."""
    time = np.asarray(t, np.float64)
    zero = np.zeros(time.shape)
    buyer, phase = _now(zero, zero, zero, k=k, r=r, alpha=alpha, a=a, b=b)
    # Before any silence the first phase has all the weight.
    return phase.mean(erlang_future.purchases(time, buyer))


def log_pmf_new_customer(
    n: Numbers,
    t: Numbers,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log probability of ``n`` repeat purchases in ``(0, t]``."""
    count, time = np.broadcast_arrays(np.asarray(n, np.float64), t)
    zero = np.zeros(count.shape)
    # One coin fewer than a customer with no repeat purchase has survived.
    buyer = erlang_future.RegularBuyer(
        frequency=zero, T=zero, k=int(k), r=r, alpha=alpha, a=a, b=b - 1.0
    )
    return erlang_future.log_pmf(count, time, count + 1.0, buyer)[..., 0]


def log_pmf(
    n: Numbers,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the log probability of ``n`` purchases in ``(T, T + horizon]``."""
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    here = phase.log_mean_if_alive(erlang_future.log_pmf(n, horizon, n, buyer))
    return log_mixed_with_zero(here, n, log_odds_zero=phase.log_odds_dead)


def posterior_mean_rate(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the mean purchase rate of each customer, given the history.

    It is a ``k``-th of the rate of steps.
    """
    buyer, phase = _now(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    shape = r + buyer.k * frequency
    here = (shape[..., None] + np.arange(float(buyer.k))) / (alpha + T)[..., None]
    gone = (1.0 - phase.alive) * shape / (alpha + recency)
    return (phase.mean(here) + gone) / buyer.k


def posterior_mean_dropout(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> FloatArray:
    """Return the mean of each customer's probability to leave at a purchase."""
    alive = probability_alive(frequency, recency, T, k=k, r=r, alpha=alpha, a=a, b=b)
    return (a + 1.0 - alive) / (a + b + frequency + 1.0)


def _now(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    k: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> tuple[erlang_future.RegularBuyer, Phase]:
    """Return the customers if they are there, and how likely that is in each phase."""
    buyer = erlang_future.RegularBuyer(
        frequency=frequency, T=T, k=int(k), r=r, alpha=alpha, a=a, b=b
    )
    return buyer, phase_of(frequency, recency, T, k=int(k), r=r, alpha=alpha, a=a, b=b)
