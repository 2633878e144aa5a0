"""Opportunities of a BG/BB customer: how many there will be, and how many are used.

Fader, Hardie and Shang (2010), "Customer-base analysis in a discrete-time
noncontractual setting", Marketing Science 29. Everything here is a mean over the beta
distribution (``gamma``, ``delta``) of the probability of leaving.
"""

import numpy as np
from scipy.special import gammaln

from ...typing import FloatArray, IntArray
from ..base.cells import per_cell
from ..base.special import Numbers, log_beta_ratio, log_gamma_ratio
from .beta_expectation import log_beta_expectation

__all__ = ["log_pmf_given_shape", "pairs_there", "periods"]

_AT_ONCE = 2**14  # cells of a table that stays in the cache


def periods(
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
    """Sum a geometric series, and take its mean over the chance of leaving.

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

    def given(chance: FloatArray, rows: IntArray) -> FloatArray:
        # Past 1 - 1e-16 the series is its first term, as it is at 1 - 1e-16.
        log_z = np.log1p(-np.minimum(chance, 1.0 - 1e-16)) - rate[rows, None]
        whole = np.expm1(np.where(log_z == 0, 1.0, log_z))
        part = np.expm1(log_z * count[rows, None])
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


def pairs_there(
    *, horizon: FloatArray, gamma: FloatArray, delta: FloatArray
) -> FloatArray:
    """Sum ``(j - 1)`` times the chance of being active at ``j``, up to ``horizon``."""
    total = np.zeros(horizon.shape)
    for j in range(2, int(horizon.max(initial=0.0)) + 1):
        there = (j - 1) * np.exp(log_beta_ratio(gamma, delta, float(j)))
        total += np.where(j <= horizon, there, 0.0)
    return total


def log_pmf_given_shape(
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
    first, last = int(n.min(initial=0.0)), int(t.max(initial=0.0))
    step = max(_AT_ONCE // max(n.size, 1), 1)  # a loop of single ones takes 20x as long
    for start in range(first, last, step):
        periods = np.arange(start, min(start + step, last), dtype=np.float64)
        j, *rows = np.broadcast_arrays(
            periods, *(part[:, None] for part in (n, t, alpha, beta, gamma, delta))
        )
        n_, t_, alpha_, beta_, gamma_, delta_ = rows
        left = (
            _log_beta_binomial(n_, np.maximum(j, n_), alpha_, beta_)
            + log_beta_ratio(gamma_, delta_, j)
            + np.log(gamma_ / (gamma_ + delta_ + j))
        )
        left = np.where((n_ <= j) & (j < t_), left, -np.inf)
        total = np.logaddexp(total, np.logaddexp.reduce(left, axis=1))
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
