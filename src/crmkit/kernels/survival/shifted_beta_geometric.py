"""Shifted-beta-geometric: each customer keeps or drops at every renewal.

Fader and Hardie (2007), "How to project customer retention", Journal of Interactive
Marketing 21. Each customer leaves at a renewal with their own probability theta, drawn
from a beta distribution (a, b). No single probability changes; the retention rate of a
cohort rises because those with a high theta leave first.

The likelihood needs only, for each renewal t, how many were lost and how many were
kept: P(lost at t | kept until t - 1) = a / (a + b + t - 1), for any mixture of cohorts,
censoring and delayed entry.
"""

import numpy as np

from ...typing import FloatArray
from ..base.newton import Derivatives
from ..base.special import log_beta_ratio

__all__ = [
    "discounted_lifetime",
    "discounted_residual_lifetime",
    "expected_residual_lifetime",
    "log_likelihood_sums",
    "log_survival",
    "pmf",
    "retention",
]

_LONG = 1e6


def log_likelihood_sums(
    renewal: FloatArray,
    lost: FloatArray,
    kept: FloatArray,
    *,
    log_parameters: FloatArray,
) -> Derivatives:
    """Return the log-likelihood, its gradient and Hessian in (log a, log b).

    ``renewal`` counts from 1. Appendix B of the paper, gathered by renewal.
    """
    a, b = np.exp(log_parameters)
    stay = b + renewal - 1
    both = a + stay
    n = lost + kept
    value = lost @ np.log(a / both) + kept @ np.log(stay / both)
    by_a = lost.sum() / a - np.sum(n / both)
    by_b = np.sum(kept / stay) - np.sum(n / both)
    shared = np.sum(n / both**2)
    aa = shared - lost.sum() / a**2
    bb = shared - np.sum(kept / stay**2)
    gradient = np.array([a * by_a, b * by_b])
    hessian = np.array([[a * a * aa, a * b * shared], [a * b * shared, b * b * bb]])
    return float(value), gradient, hessian + np.diag(gradient)


def retention(renewal: FloatArray, *, a: float, b: float) -> FloatArray:
    """Return r(t) = (b + t - 1) / (a + b + t - 1), equation 8."""
    stay = b + renewal - 1
    return stay / (a + stay)


def log_survival(renewals: FloatArray, *, a: float, b: float) -> FloatArray:
    """Return ln S(t) at whole t, as the running sum of ln r (equation 6).

    Where the sum would be long it is the logarithm of B(a, b + t) / B(a, b).
    """
    if renewals.max(initial=0.0) > _LONG:
        return log_beta_ratio(a, b, renewals)
    last = int(renewals.max(initial=0.0))
    # ln r = -ln(1 + a / (b + t - 1)) keeps all digits when a is small beside b.
    steps = -np.log1p(a / (b + np.arange(last)))
    curve = np.concatenate(([0.0], np.cumsum(steps)))
    return np.asarray(curve[renewals.astype(np.int64)], dtype=np.float64)


def pmf(renewal: FloatArray, *, a: float, b: float) -> FloatArray:
    """Return P(T = t), the share lost at renewal t (equation 5)."""
    hazard = a / (a + b + renewal - 1)
    return hazard * np.exp(log_survival(renewal - 1, a=a, b=b))


def expected_residual_lifetime(
    renewals: FloatArray, *, a: float, b: float
) -> FloatArray:
    """Return sum over t >= 1 of S(n + t) / S(n): (b + n) / (a - 1), if a > 1."""
    if a <= 1:
        return np.full(renewals.shape, np.inf)
    return (b + renewals) / (a - 1)


def discounted_lifetime(*, a: float, b: float, discount_rate: float) -> float:
    """Return DEL, sum over t >= 0 of S(t) / (1 + d)^t, for a new customer.

    It is 2F1(1, b; a + b; 1 / (1 + d)).
    """
    return float(_gauss(a, np.array([b]), 1 / (1 + discount_rate))[0])


def discounted_residual_lifetime(
    renewals: FloatArray, *, a: float, b: float, discount_rate: float
) -> FloatArray:
    """Return DERL just before the next renewal, given ``renewals`` made.

    Fader and Hardie (2010), "Customer-base valuation in a contractual setting", their
    equation 6: the posterior of theta is beta (a, b + n), and the value is
    (b + n) / (a + b + n) 2F1(1, b + n + 1; a + b + n + 1; 1 / (1 + d)).
    """
    distinct, place = np.unique(b + renewals, return_inverse=True)
    series = _gauss(a, distinct + 1, 1 / (1 + discount_rate))
    value = distinct / (a + distinct) * series
    # Before NumPy 2 the places are flat, whatever the shape was.
    return np.asarray(value[place.reshape(renewals.shape)], dtype=np.float64)


def _gauss(a: float, b: FloatArray, z: float) -> FloatArray:
    """Return 2F1(1, b; a + b; z), 0 < z < 1, by the continued fraction of Gauss.

    All its coefficients are positive, and it converges as fast as
    ((1 - sqrt(1 - z)) / (1 + sqrt(1 - z)))^2 per step, whatever a and b.
    """
    c = a + b
    depth = int(np.ceil(20 / np.sqrt(1 - z))) + 30
    rest = np.ones_like(b)
    for m in range(depth, 0, -1):
        even = m / (c + 2 * m - 1) * ((a + m - 1) / (c + 2 * m - 2))
        rest = 1 - even * z / rest
        # At m = 1 the ratio (c + m - 2) / (c + 2 m - 3) is 1, also where c is 1.
        ratio = (c + m - 2) / (c + 2 * m - 3) if m > 1 else 1.0
        rest = 1 - ratio * (b + m - 1) / (c + 2 * m - 2) * z / rest
    return 1 / rest
