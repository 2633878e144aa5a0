"""Intervals and tests: shares, means, resampling, many comparisons.

Wilson (1927) and Clopper & Pearson (1934) for a share; Student (1908) for a mean, from
sums alone; the percentile bootstrap over units drawn with their multiplicity; Holm
(1979) and Benjamini & Hochberg (1995) for several p-values at once. Counts may be
arrays of any shape.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri, stdtrit

from ...typing import FloatArray, IntArray

__all__ = [
    "benjamini_hochberg",
    "bonferroni",
    "bootstrap",
    "clopper_pearson",
    "holm",
    "mean_limits",
    "normal_quantile",
    "percentile_interval",
    "two_sided_p",
    "wilson",
]

_SPREAD = 1e-12  # of the mean square: below it, sums of squares are rounding

Statistic = Callable[[IntArray], FloatArray]


def normal_quantile(level: float) -> float:
    """Return z with probability ``level`` between -z and z."""
    return float(-ndtri((1 - level) / 2))


def two_sided_p(z: FloatArray) -> FloatArray:
    """Return the probability that a standard normal is further from 0 than ``z``."""
    return np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def wilson(
    successes: FloatArray, trials: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits where the score test of the share just rejects."""
    k = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    upper = _wilson_upper(k, n, level)
    return 1 - _wilson_upper(n - k, n, level), upper


def _wilson_upper(k: FloatArray, n: FloatArray, level: float) -> FloatArray:
    z2 = normal_quantile(level) ** 2
    half = np.sqrt(z2 * (k * (n - k) / n + z2 / 4))
    # At k = n the formula is 1 up to rounding; a share has no limit above 1.
    return np.asarray(np.where(k == n, 1.0, (k + z2 / 2 + half) / (n + z2)))


def clopper_pearson(
    successes: FloatArray, trials: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits whose exact binomial tails are each half of 1 - level."""
    k = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    tail = (1 - level) / 2
    lower = betaincinv(np.maximum(k, 1), n - k + 1, tail)
    upper = betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail)
    return np.where(k == 0, 0.0, lower), np.where(k == n, 1.0, upper)


def mean_limits(
    total: FloatArray,
    squares: FloatArray,
    count: FloatArray,
    *,
    level: float,
    signed: bool,
) -> tuple[FloatArray, FloatArray]:
    """Return Student's limits of a mean, from a total and a sum of squares.

    Unless the values are ``signed``, the limits are those of the logarithm of the mean,
    by the delta method: then none is below 0, and a long upper tail is missed less
    often. NaN where fewer than two values, or no difference between them, tell nothing
    of the spread.
    """
    with np.errstate(all="ignore"):
        mean = total / count
        variance = squares / count - mean**2
        known = (count > 1) & (variance > _SPREAD * squares / count)
        error = np.sqrt(np.where(known, variance, np.nan) / (count - 1))
        reach = stdtrit(np.maximum(count - 1, 1.0), (1 + level) / 2) * error
        if signed:
            lower, upper = mean - reach, mean + reach
        else:
            lower, upper = mean / np.exp(reach / mean), mean * np.exp(reach / mean)
    finite = np.isfinite(lower) & np.isfinite(upper)
    return np.where(finite, lower, np.nan), np.where(finite, upper, np.nan)


def bootstrap(
    statistic: Statistic, *, units: int, resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Return ``statistic`` on resamples: it is told how often each unit was drawn.

    A unit is a row, or a customer with all of its rows: the caller decides.
    """
    return np.array(
        [
            statistic(np.bincount(rng.integers(units, size=units), minlength=units))
            for _ in range(resamples)
        ],
        dtype=np.float64,
    )


def by_content(rows: Sequence[FloatArray]) -> Callable[[IntArray], IntArray]:
    """Prepare to hand draws to rows by what they hold: their order leaves no trace.

    ``rows`` are the columns that tell one unit from another.
    """
    order = np.lexsort(tuple(rows))

    def placed(drawn: IntArray) -> IntArray:
        times = np.empty_like(drawn)
        times[order] = drawn
        return times

    return placed


def percentile_interval(
    draws: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits that leave half of 1 - level of the draws on each side."""
    tail = (1 - level) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail], axis=0)
    return lower, upper


def bonferroni(p: FloatArray) -> FloatArray:
    """Return p-values fit for being the smallest of several."""
    return np.minimum(1.0, p * p.size)


def holm(p: FloatArray) -> FloatArray:
    """Return p-values that hold the chance of any false discovery (step-down)."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * (p.size - np.arange(p.size))
    return _in_place_of(order, np.minimum(1.0, np.maximum.accumulate(steps)))


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Return p-values that hold the share of false discoveries (step-up)."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * p.size / np.arange(1, p.size + 1)
    rising = np.minimum.accumulate(steps[::-1])[::-1]
    return _in_place_of(order, np.minimum(1.0, rising))


def _in_place_of(order: IntArray, values: FloatArray) -> FloatArray:
    result = np.empty_like(values)
    result[order] = values
    return result
