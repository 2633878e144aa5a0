"""Limits of a ratio of two means, and of two rates.

Fieller (1954) for a ratio of normal estimates; Katz et al. (1978) for a ratio of rates;
Newcombe (1998) for a difference of rates. Arrays of any shape.
"""

import numpy as np

from ...typing import FloatArray
from ..base.intervals import normal_quantile, wilson

__all__ = ["fieller", "newcombe", "rate_ratio_limits"]


def fieller(
    top: FloatArray,
    bottom: FloatArray,
    *,
    top_variance: FloatArray,
    bottom_variance: FloatArray,
    covariance: FloatArray,
    quantile: FloatArray | float,
) -> tuple[FloatArray, FloatArray]:
    """Return the ratios r with |top - r bottom| within ``quantile`` standard errors.

    The limits are infinite where the bottom may be 0: then no finite interval has the
    stated confidence.
    """
    x, y = np.sqrt(top_variance), np.sqrt(bottom_variance)
    product = x * y
    none = np.zeros(np.broadcast(covariance, product).shape)
    correlation = np.divide(covariance, product, out=none, where=product > 0)
    correlation = np.clip(correlation, -1.0, 1.0)
    # A limit is the ratio plus a step. The textbook roots of the quadratic equation
    # subtract squares of the means, which hides errors that are small beside them.
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, pull = top / bottom, y * quantile / np.abs(bottom)
        away = y * ratio - correlation * x
        rest = x * np.sqrt((1 - correlation) * (1 + correlation))
        narrow = (1 - pull) * (1 + pull)
        bounded = narrow > 0
        safe = np.where(bounded, narrow, 1.0)
        middle = ratio + pull * away * quantile / np.abs(bottom) / safe
        reach = quantile / np.abs(bottom) / safe
        reach = reach * np.hypot(away, np.sqrt(safe) * rest)
    return (
        np.where(bounded, middle - reach, -np.inf),
        np.where(bounded, middle + reach, np.inf),
    )


def newcombe(
    k: FloatArray, n: FloatArray, k2: FloatArray, n2: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of k/n - k2/n2 from the Wilson limits of both (method 10)."""
    p, q = k / n, k2 / n2
    (low, high), (low2, high2) = (
        wilson(k, n, level=level),
        wilson(k2, n2, level=level),
    )
    return (
        p - q - np.hypot(p - low, high2 - q),
        p - q + np.hypot(high - p, q - low2),
    )


def rate_ratio_limits(
    k: FloatArray, n: FloatArray, k2: FloatArray, n2: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of (k/n) / (k2/n2) on the scale of its logarithm.

    0 and infinity where a count is 0, since its logarithm is not known.
    """
    known = (k > 0) & (k2 > 0)
    x, y = np.where(known, k, 1.0), np.where(known, k2, 1.0)
    error = np.sqrt(np.maximum(1 / x - 1 / n + 1 / y - 1 / n2, 0.0))
    ratio = (x / n) / (y / n2)
    reach = np.exp(normal_quantile(level) * error)
    return np.where(known, ratio / reach, 0.0), np.where(known, ratio * reach, np.inf)
