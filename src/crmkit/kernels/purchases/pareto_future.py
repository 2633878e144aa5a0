"""The future of a Pareto/NBD customer who is still there.

Given the history and that the customer is still there, the purchase rate is gamma
distributed with ``k = r + frequency`` and ``A = alpha + T``, the rate of leaving with
``s`` and ``B = beta + T``, and the two are independent.
"""

import numpy as np
from scipy.special import gammaln

from ...typing import FloatArray, IntArray
from ..base.cells import per_cell
from ..base.gauss_legendre import gauss_legendre
from ..base.interpolation import by_count_and_time
from ..base.special import Numbers, log_gamma_ratio, log_negative_binomial
from .beta_expectation import log_beta_expectation
from .discounted_power import discounted_decay

__all__ = [
    "discounted_time_alive",
    "elapsed_time_alive",
    "log_pmf",
    "log_pmf_at",
    "time_alive",
]

_TAIL = 45.0


def time_alive(start: Numbers, end: Numbers, *, s: float, B: Numbers) -> FloatArray:
    """Return the mean time alive between ``start`` and ``end``.

    Notes
    -----
    The integral of ``(1 + u/B)^-s``, continuous through ``s = 1``. Without end it is
    finite for ``s > 1`` only.
    """
    start, end, B = (np.asarray(value, np.float64) for value in (start, end, B))
    growth = np.log1p((end - start) / (B + start))
    fallen = np.exp(-s * np.log1p(start / B))
    return (B + start) * fallen * _decayed(growth, s - 1.0)


def discounted_time_alive(
    horizon: Numbers, log_rate: Numbers, *, s: float, B: Numbers
) -> FloatArray:
    """Return the integral of ``exp(-log_rate u) (1 + u/B)^-s`` up to ``horizon``."""
    return per_cell(_discounted, horizon=horizon, log_rate=log_rate, s=s, B=B)


def elapsed_time_alive(horizon: Numbers, *, s: float, B: Numbers) -> FloatArray:
    """Return the integral of ``u (1 + u/B)^-s`` up to ``horizon``.

    Notes
    -----
    Gauss-Legendre in ``log(1 + u/B)``, where the integrand is a sum of exponentials;
    the closed form cancels for a short horizon and is 0/0 at ``s = 1`` and ``s = 2``.
    """
    horizon, B = (np.asarray(value, np.float64) for value in (horizon, B))
    span = np.log1p(horizon / B)
    if s > 2.0:  # from where on the integrand falls
        span = np.minimum(span, _TAIL / (s - 2.0))
    nodes, weights = gauss_legendre(40)
    total = np.zeros(span.shape)
    for node, weight in zip(nodes, weights, strict=True):
        y = 0.5 * (node + 1.0) * span
        total += 0.5 * weight * np.expm1(y) * np.exp((1.0 - s) * y)
    return B * B * span * total


def log_pmf(
    n: Numbers, t: Numbers, *, k: Numbers, A: Numbers, s: float, B: Numbers
) -> FloatArray:
    """Return the log probability of ``n`` purchases within ``t``.

    Notes
    -----
    Either the customer is there all the time and buys ``n`` times, or leaves at some
    earlier moment and has bought ``n`` times by then. The second is an integral of
    positive terms: an expectation over a beta-distributed share of ``t``.
    """
    return per_cell(_log_pmf, n=n, t=t, k=k, A=A, s=s, B=B)


def log_pmf_at(
    n: Numbers,
    t: Numbers,
    x: FloatArray,
    T: FloatArray,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
) -> FloatArray:
    """Return the log probability of ``n`` purchases within ``t`` after ``x`` in ``T``.

    One number within one horizon is a smooth function of ``T``, read from a series.
    """

    def of_rows(x: FloatArray, T: FloatArray) -> FloatArray:
        same = (np.full(x.shape, np.asarray(value, np.float64)) for value in (n, t))
        count, horizon = same
        spread = np.full(x.shape, s)
        return _log_pmf(n=count, t=horizon, k=r + x, A=alpha + T, s=spread, B=beta + T)

    one = np.ndim(n) == 0 and np.ndim(t) == 0 and np.all(np.asarray(t) > 0)
    if one and x.shape == T.shape == (T.size,):
        return by_count_and_time(of_rows, x, T, scale=min(alpha, beta))
    return log_pmf(n, t, k=r + x, A=alpha + T, s=s, B=beta + T)


def _discounted(
    *, horizon: FloatArray, log_rate: FloatArray, s: FloatArray, B: FloatArray
) -> FloatArray:
    result = np.empty(horizon.shape)
    plain, none = log_rate == 0, horizon == 0
    if np.any(plain):
        result[plain] = time_alive(0.0, horizon[plain], s=float(s[0]), B=B[plain])
    result[none] = 0.0
    some = ~plain & ~none
    result[some] = discounted_decay(
        s[some], 1.0 / B[some], log_rate[some], horizon[some]
    )
    return result


def _log_pmf(
    *,
    n: FloatArray,
    t: FloatArray,
    k: FloatArray,
    A: FloatArray,
    s: FloatArray,
    B: FloatArray,
) -> FloatArray:
    result = np.where(n > 0, -np.inf, 0.0)
    some = t > 0
    n, t, k, A, s, B = (value[some] for value in (n, t, k, A, s, B))

    def given(share: FloatArray, rows: IntArray) -> FloatArray:
        passed = share * t[rows, None]
        return -(k + n)[rows, None] * np.log1p(passed / A[rows, None]) - (
            s[rows, None] + 1.0
        ) * np.log1p(passed / B[rows, None])

    steepness = k + n + s + 1.0
    died_after = log_beta_expectation(
        given,
        n + 1.0,
        np.ones(n.shape),
        bend=-np.log((k + n) * t / A + (s + 1.0) * t / B),
        steepness=steepness,
    )
    died_after += (
        log_gamma_ratio(k, n) - gammaln(n + 2.0) + n * np.log(t / A) + np.log(s * t / B)
    )
    stayed = log_negative_binomial(n, t, r=k, alpha=A) - s * np.log1p(t / B)
    result[some] = np.logaddexp(stayed, died_after)
    return result


def _decayed(growth: FloatArray, pace: float) -> FloatArray:
    """Return the integral of ``exp(-pace y)`` over ``y`` from 0 to ``growth``."""
    if pace == 0:
        return growth
    return -np.expm1(-pace * growth) / pace
