"""Differences and logarithms of special functions, without cancellation or overflow."""

from typing import TypeAlias

import numpy as np
from scipy.special import betainc, betaincc, digamma, gammaln

from ...typing import FloatArray

Numbers: TypeAlias = FloatArray | float

__all__ = [
    "Numbers",
    "digamma_difference",
    "log1p_exp",
    "log_beta_ratio",
    "log_gamma_ratio",
    "log_mixed_with_zero",
    "log_negative_binomial",
    "log_negative_binomial_tail",
]

# Stirling's series of log gamma and of digamma (Abramowitz and Stegun 6.1.40, 6.3.18):
# from 10 upwards the terms left out are below 1e-15.
_LOG_GAMMA_SERIES = (
    1 / 12,
    -1 / 360,
    1 / 1260,
    -1 / 1680,
    1 / 1188,
    -691 / 360360,
    1 / 156,
)
_DIGAMMA_SERIES = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
_LARGE = 10.0
_SMALLEST_TAIL = 1e-280


def log1p_exp(exponent: FloatArray) -> FloatArray:
    """Return ``log(1 + exp(exponent))`` for an exponent of any size."""
    return np.maximum(exponent, 0.0) + np.log1p(np.exp(-np.abs(exponent)))


def log_gamma_ratio(z: Numbers, n: Numbers) -> FloatArray:
    """Return ``log(gamma(z + n) / gamma(z))`` for ``z > 0`` and ``n >= 0``.

    Notes
    -----
    From ``z = 10`` it is the difference of Stirling's series, term by term, so that
    nothing is lost where ``z`` is large and ``n`` small.
    """
    z, n = np.asarray(z, np.float64), np.asarray(n, np.float64)
    large = np.maximum(z, _LARGE)
    stirling = (
        (large - 0.5) * np.log1p(n / large)
        + n * (np.log(large + n) - 1.0)
        + _series(_LOG_GAMMA_SERIES, large + n)
        - _series(_LOG_GAMMA_SERIES, large)
    )
    small = np.minimum(z, _LARGE)
    return np.where(z < _LARGE, gammaln(small + n) - gammaln(small), stirling)


def digamma_difference(z: Numbers, n: Numbers) -> FloatArray:
    """Return ``digamma(z + n) - digamma(z)`` for ``z > 0`` and ``n >= 0``."""
    z, n = np.asarray(z, np.float64), np.asarray(n, np.float64)
    large = np.maximum(z, _LARGE)
    asymptotic = (
        np.log1p(n / large)
        + 0.5 * (n / large) / (large + n)
        - _series(_DIGAMMA_SERIES, large + n) / (large + n)
        + _series(_DIGAMMA_SERIES, large) / large
    )
    small = np.minimum(z, _LARGE)
    return np.where(z < _LARGE, digamma(small + n) - digamma(small), asymptotic)


def log_beta_ratio(a: Numbers, b: Numbers, n: FloatArray | float) -> FloatArray:
    """Return ``log(B(a, b + n) / B(a, b))``: ``n`` further draws all survived.

    Notes
    -----
    ``a`` and ``n`` may change places. Counting the smaller one up keeps the difference
    of two logarithms small, however large the other is.
    """
    few, many = np.minimum(a, n), np.maximum(a, n)
    return log_gamma_ratio(b, few) - log_gamma_ratio(np.add(b, many), few)


def log_negative_binomial(
    n: Numbers, t: Numbers, *, r: Numbers, alpha: Numbers
) -> FloatArray:
    """Return the log probability of ``n`` purchases in ``t`` without dropout.

    Notes
    -----
    The negative binomial of Ehrenberg (1959): a Poisson count whose rate is gamma
    distributed with shape ``r`` and rate ``alpha``.
    """
    n, t, r, alpha = (np.asarray(value, np.float64) for value in (n, t, r, alpha))
    # At n = 0 and t = 0 the last factor is 0 * log(0), which stands for 1.
    share = np.where(n > 0, t / (alpha + t), 1.0)
    return (
        log_gamma_ratio(r, n)
        - gammaln(n + 1.0)
        - r * np.log1p(t / alpha)
        + n * _log_or_minus_infinity(share)
    )


def log_negative_binomial_tail(
    n: Numbers, t: Numbers, *, r: Numbers, alpha: Numbers
) -> FloatArray:
    """Return the log probability of ``n`` purchases or more in ``t``.

    Notes
    -----
    The regularised incomplete beta function of ``t / (alpha + t)`` with parameters
    ``n`` and ``r``; where that underflows, its first term times the continued fraction
    of the rest (Abramowitz and Stegun 26.5.8).
    """
    n, t, r, alpha = (
        np.asarray(value, np.float64) for value in np.broadcast_arrays(n, t, r, alpha)
    )
    counts = np.maximum(n, 1.0)
    seen, rest = t / (alpha + t), alpha / (alpha + t)
    few = seen <= rest
    tail = np.where(few, betainc(counts, r, seen), betaincc(r, counts, rest))
    fewer = np.where(few, betaincc(counts, r, seen), betainc(r, counts, rest))
    likely = tail > 0.5
    result = np.where(
        likely, np.log1p(-np.where(likely, fewer, 0.0)), _log_or_minus_infinity(tail)
    )
    deep = (tail < _SMALLEST_TAIL) & (t > 0)
    if np.any(deep):
        result[deep] = log_negative_binomial(
            counts[deep], t[deep], r=r[deep], alpha=alpha[deep]
        ) + np.log(_tail_over_first_term(counts[deep], r[deep], seen[deep]))
    return np.where(n > 0, result, 0.0)


def log_mixed_with_zero(
    log_pmf: FloatArray, n: Numbers, *, log_odds_zero: FloatArray
) -> FloatArray:
    """Return the log probability of ``n`` when with some odds ``n`` is 0 anyway.

    Near certainty of 0 the result is ``log1p`` of what is missing, so that its own
    relative error stays small.
    """
    log_share = -log1p_exp(log_odds_zero)
    missing = np.exp(log_share) * np.expm1(np.minimum(log_pmf, 0.0))
    sure = missing > -0.5  # either branch is accurate around a half
    at_zero = np.where(
        sure,
        np.log1p(np.where(sure, missing, 0.0)),
        np.logaddexp(-log1p_exp(-log_odds_zero), log_share + log_pmf),
    )
    return np.where(np.asarray(n) > 0, log_share + log_pmf, at_zero)


def _tail_over_first_term(n: FloatArray, r: FloatArray, z: FloatArray) -> FloatArray:
    """Sum ``(n + r)_i / (n + 1)_i z^i``; only called where the ratio is below 1."""
    term = np.ones_like(z)
    total = np.ones_like(z)
    step = 0.0
    while np.any(term > np.finfo(np.float64).eps * 1e-2 * total):
        term = term * z * (n + r + step) / (n + 1.0 + step)
        total = total + term
        step += 1.0
    return total


def _log_or_minus_infinity(share: FloatArray) -> FloatArray:
    positive = share > 0
    return np.where(positive, np.log(np.where(positive, share, 1.0)), -np.inf)


def _series(coefficients: tuple[float, ...], z: FloatArray) -> FloatArray:
    """Sum ``c_1 / z + c_2 / z^3 + ...``."""
    square = 1.0 / (z * z)
    total = coefficients[-1] * square
    for coefficient in coefficients[-2:0:-1]:
        total = (total + coefficient) * square
    return (total + coefficients[0]) / z
