"""The BG/BB: purchases at numbered opportunities, and leaving between them.

Fader, Hardie and Shang (2010), "Customer-base analysis in a discrete-time
noncontractual setting", Marketing Science 29. While there, a customer buys at each
opportunity with a chance that is beta distributed (``alpha``, ``beta``); before each
opportunity the customer leaves with a chance that is beta distributed (``gamma``,
``delta``).

A history is ``frequency`` (opportunities used after the first purchase), ``recency``
(number of the last one used) and ``T`` (opportunities there were), whole numbers; ``T``
may differ between customers.
"""

import numpy as np
from scipy.special import expit

from ...typing import FloatArray, IntArray
from ..base.cells import group, per_cell
from ..base.special import Numbers, log_beta_ratio, log_mixed_with_zero
from . import bg_bb_likelihood
from .bg_bb_likelihood import gradient, objective
from .bg_bb_periods import log_pmf_given_shape, pairs_there, periods

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
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the log-likelihood of each customer's history (equation 5 of the paper).

    It is that of one ordering of the purchases, not of the count.
    """
    shares = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    return np.logaddexp(*shares)


def start_values(
    frequency: FloatArray, T: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters to start a fit from."""
    # One start serves all data: opportunities have no unit of time to follow.
    del frequency, T, weights
    return np.log([1.0, 1.0, 0.5, 3.0])


def log_probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the logarithm of the probability of being active at ``T``."""
    there, left = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    return there - np.logaddexp(there, left)


def probability_alive(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the probability of being active at opportunity ``T``.

    It is 1 where the last opportunity was used. The paper states it for the opportunity
    after that: ``probability_alive_after`` with ``elapsed=1``.
    """
    there, left = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    return expit(there - left)


def probability_alive_after(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    elapsed: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the probability of being active at opportunity ``T + elapsed``."""
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    return alive * np.exp(log_beta_ratio(gamma, delta + T, elapsed))


def expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    start: Numbers,
    end: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the expected purchases at opportunities ``T + start + 1 .. T + end``.

    Without an end (infinity) it is finite for ``gamma > 1`` only, else infinite.
    """
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    chance = (alpha + frequency) / (alpha + beta + T)
    return alive * chance * periods(start, end, 0.0, gamma, delta + T)


def discounted_expected_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    log_rate: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the expected purchases, each worth ``exp(-log_rate j)`` at ``T + j``."""
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    chance = (alpha + frequency) / (alpha + beta + T)
    return alive * chance * periods(0.0, horizon, log_rate, gamma, delta + T)


def variance_of_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the variance of the purchases at the next ``horizon`` opportunities."""
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    used, both = alpha + frequency, alpha + beta + T
    mean = alive * used / both * periods(0.0, horizon, 0.0, gamma, delta + T)
    pairs = 2.0 * (used / both) * ((used + 1.0) / (both + 1.0))
    pairs = pairs * per_cell(pairs_there, horizon=horizon, gamma=gamma, delta=delta + T)
    return alive * pairs + mean * (1.0 - mean)


def expected_purchases_new_customer(
    t: Numbers,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the expected purchases of a new customer at ``t`` opportunities."""
    return alpha / (alpha + beta) * periods(0.0, t, 0.0, gamma, delta)


def log_pmf_new_customer(
    n: Numbers,
    t: Numbers,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the log probability of ``n`` purchases at ``t`` opportunities."""
    return per_cell(
        log_pmf_given_shape, n=n, t=t, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )


def log_pmf(
    n: Numbers,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    horizon: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the log probability of ``n`` purchases at the next ``horizon`` ones."""
    there, left = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    here = per_cell(
        log_pmf_given_shape,
        n=n,
        t=horizon,
        alpha=alpha + frequency,
        beta=beta + T - frequency,
        gamma=gamma,
        delta=delta + T,
    )
    return log_mixed_with_zero(here, n, log_odds_zero=left - there)


def posterior_mean_rate(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the mean of each customer's probability of using an opportunity."""
    # A chance p more in the likelihood: one purchase more with as many seen.
    raised = _log_shares(
        frequency, recency, T, alpha=alpha + 1.0, beta=beta, gamma=gamma, delta=delta
    )
    plain = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    ratio: FloatArray = np.exp(np.logaddexp(*raised) - np.logaddexp(*plain))
    return alpha / (alpha + beta) * ratio


def posterior_mean_dropout(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the mean of each customer's probability of leaving."""
    raised = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma + 1.0, delta=delta
    )
    plain = _log_shares(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    ratio: FloatArray = np.exp(np.logaddexp(*raised) - np.logaddexp(*plain))
    return gamma / (gamma + delta) * ratio


def sample_customers(
    size: int,
    rng: np.random.Generator,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw new customers: chance of buying, chance of leaving, active opportunities."""
    chance, dropout = rng.beta(alpha, beta, size), rng.beta(gamma, delta, size)
    return chance, dropout, _lifetimes(dropout, rng)


def sample_purchase_times(
    chance: FloatArray,
    lifetime: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the opportunities used, up to ``T``: number of the customer, and which."""
    seen = np.minimum(lifetime, T).astype(np.int64)
    customer = np.repeat(np.arange(seen.size), seen)
    ends = np.cumsum(seen)
    which = 1.0 + np.arange(customer.size) - np.repeat(ends - seen, seen)
    used = rng.random(customer.size) < chance[customer]
    return customer[used].astype(np.int64), which[used].astype(np.float64)


def _log_shares(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the log-likelihood of being there and of having left, once per cell."""
    rows = np.broadcast_arrays(frequency, recency, T)
    cells = group([row.ravel() for row in rows], inverse=True)
    assert cells.inverse is not None  # noqa: S101 - asked for in the line above
    there, left = bg_bb_likelihood.log_shares(
        *cells.columns, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    shape = rows[0].shape
    return there[cells.inverse].reshape(shape), left[cells.inverse].reshape(shape)


def _lifetimes(dropout: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw how many opportunities each customer is there for."""
    waits = rng.standard_exponential(dropout.shape)
    inside = (dropout > 0) & (dropout < 1)
    pace = -np.log1p(-np.where(inside, dropout, 0.5))
    certain = np.where(dropout > 0, 0.0, np.inf)
    return np.where(inside, np.floor(waits / pace), certain)
