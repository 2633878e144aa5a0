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
from scipy.special import expit, gammaln

from ..typing import FloatArray, IntArray
from . import bg_bb_likelihood
from .beta_expectation import log_beta_expectation
from .bg_bb_likelihood import gradient, objective
from .cells import group, per_cell
from .newton import Derivatives
from .special import (
    Numbers,
    log_beta_ratio,
    log_gamma_ratio,
    log_mixed_with_zero,
)

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


def start_values() -> FloatArray:
    """Return log-parameters to start a fit from; there is no unit of time."""
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
    """Return the logarithm of the probability to be there at opportunity ``T``."""
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
    """Return the probability to be there still at opportunity ``T``.

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
    """Return the probability to be there at opportunity ``T + elapsed``."""
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
    """Return the purchases to expect at opportunities ``T + start + 1 .. T + end``.

    Without an end (infinity) it is finite for ``gamma > 1`` only, else infinite.
    """
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    chance = (alpha + frequency) / (alpha + beta + T)
    return alive * chance * _periods(start, end, 0.0, gamma, delta + T)


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
    """Return the purchases to expect, each worth ``exp(-log_rate j)`` at ``T + j``."""
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    chance = (alpha + frequency) / (alpha + beta + T)
    return alive * chance * _periods(0.0, horizon, log_rate, gamma, delta + T)


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
    mean = alive * used / both * _periods(0.0, horizon, 0.0, gamma, delta + T)
    pairs = 2.0 * (used / both) * ((used + 1.0) / (both + 1.0))
    pairs = pairs * per_cell(_pairs, horizon=horizon, gamma=gamma, delta=delta + T)
    return alive * pairs + mean * (1.0 - mean)


def expected_purchases_new_customer(
    t: Numbers,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> FloatArray:
    """Return the purchases to expect of a new customer at ``t`` opportunities."""
    return alpha / (alpha + beta) * _periods(0.0, t, 0.0, gamma, delta)


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
        _log_pmf, n=n, t=t, alpha=alpha, beta=beta, gamma=gamma, delta=delta
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
        _log_pmf,
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
    """Return the mean of each customer's chance to use an opportunity."""
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
    """Return the mean of each customer's chance to leave before an opportunity."""
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
    """Draw new customers: chance to buy, chance to leave, opportunities there for."""
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


def sample_future_purchases(
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
    rng: np.random.Generator,
    *,
    horizon: Numbers,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> IntArray:
    """Draw the number of purchases at the next ``horizon`` opportunities."""
    alive = probability_alive(
        frequency, recency, T, alpha=alpha, beta=beta, gamma=gamma, delta=delta
    )
    there = rng.random(alive.shape) < alive
    chance = rng.beta(alpha + frequency, beta + T - frequency)
    lifetime = _lifetimes(rng.beta(gamma, delta + T), rng)
    seen = np.minimum(lifetime, horizon).astype(np.int64)
    return there * rng.binomial(seen, chance)


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


def _periods(
    start: Numbers, end: Numbers, log_rate: Numbers, gamma: Numbers, delta: Numbers
) -> FloatArray:
    """Return the mean of the sum of ``exp(-log_rate j)`` over periods there."""
    return per_cell(
        _periods_there,
        start=start,
        end=end,
        log_rate=log_rate,
        gamma=gamma,
        delta=delta,
    )


def _periods_there(
    *,
    start: FloatArray,
    end: FloatArray,
    log_rate: FloatArray,
    gamma: FloatArray,
    delta: FloatArray,
) -> FloatArray:
    """Sum a geometric series, and take its mean over the chance to leave.

    The sum of ``z^j`` for ``z = (1 - p) exp(-log_rate)``, from ``start + 1`` to
    ``end``, is ``z^(start+1) (1 - z^m) / (1 - z)``; the power of ``1 - p`` in front
    makes ``delta`` larger. Without end and discount the mean is closed.
    """
    result = np.zeros(start.shape)
    first = start + 1.0
    lead = np.exp(log_beta_ratio(gamma, delta, first) - log_rate * first)
    ever = np.isinf(end) & (log_rate <= 0)
    ends = ever & (gamma > 1) & (log_rate == 0)
    above = np.where(ends, gamma - 1.0, 1.0)
    result[ever] = np.inf
    result = np.where(ends, lead * ((above + delta + first) / above), result)
    some = ~ever & (end > start)
    rate, count = log_rate[some], (end - start)[some]

    def given(chance: FloatArray, rows: slice) -> FloatArray:
        # Past 1 - 1e-16 the series is its first term, as it is at 1 - 1e-16.
        log_z = np.log1p(-np.minimum(chance, 1.0 - 1e-16)) - rate[rows, None]
        whole = np.expm1(np.where(log_z == 0, 1.0, log_z))
        part = np.expm1(np.where(log_z == 0, 1.0, log_z) * count[rows, None])
        return np.log(np.where(log_z == 0, count[rows, None], part / whole))

    result[some] = lead[some] * np.exp(
        log_beta_expectation(
            given,
            gamma[some],
            (delta + first)[some],
            bend=-np.log(np.minimum(count, 1.0 / np.maximum(rate, 1e-300))),
            steepness=np.where(rate < 0, count, 1.0),
        )
    )
    return result


def _pairs(*, horizon: FloatArray, gamma: FloatArray, delta: FloatArray) -> FloatArray:
    """Sum ``(j - 1)`` times the chance to be there at ``j``, up to ``horizon``."""
    total = np.zeros(horizon.shape)
    for j in range(2, int(horizon.max(initial=0.0)) + 1):
        there = (j - 1) * np.exp(log_beta_ratio(gamma, delta, float(j)))
        total += np.where(j <= horizon, there, 0.0)
    return total


def _log_pmf(
    *,
    n: FloatArray,
    t: FloatArray,
    alpha: FloatArray,
    beta: FloatArray,
    gamma: FloatArray,
    delta: FloatArray,
) -> FloatArray:
    """Add up, over the opportunities a customer may have had, the beta-binomial."""
    possible = n <= t
    seen = np.maximum(t, n)
    total = _log_beta_binomial(n, seen, alpha, beta) + log_beta_ratio(
        gamma, delta, seen
    )
    for j in range(int(n.min(initial=0.0)), int(t.max(initial=0.0))):
        left = (
            _log_beta_binomial(n, np.maximum(float(j), n), alpha, beta)
            + log_beta_ratio(gamma, delta, float(j))
            + np.log(gamma / (gamma + delta + j))
        )
        total = np.where((n <= j) & (j < t), np.logaddexp(total, left), total)
    return np.where(possible, total, -np.inf)


def _log_beta_binomial(
    n: FloatArray, t: FloatArray, alpha: FloatArray, beta: FloatArray
) -> FloatArray:
    ways = gammaln(t + 1.0) - gammaln(n + 1.0) - gammaln(t - n + 1.0)
    return (
        ways
        + log_gamma_ratio(alpha, n)
        + log_gamma_ratio(beta, t - n)
        - log_gamma_ratio(alpha + beta, t)
    )


def _lifetimes(dropout: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw how many opportunities each customer is there for."""
    waits = rng.standard_exponential(dropout.shape)
    inside = (dropout > 0) & (dropout < 1)
    pace = -np.log1p(-np.where(inside, dropout, 0.5))
    certain = np.where(dropout > 0, 0.0, np.inf)
    return np.where(inside, np.floor(waits / pace), certain)
