"""Products ``z (z + 1) ... (z + n - 1)`` of many customers, with their derivatives.

A count ``n`` of purchases or coins enters every likelihood as ``gamma(z + n) /
gamma(z)``, which is such a product. Its factors are shared: the one of step ``j`` is
there for each customer with more than ``j``. So a million customers need one term per
step, and plain logarithms where a difference of special functions would lose digits.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from scipy.special import zeta

from ...typing import FloatArray
from ..base.cells import Cells, group
from ..base.special import digamma_difference, log_beta_ratio, log_gamma_ratio

__all__ = ["BetaRising", "Rising", "beta_rising", "rising", "trigamma"]

Rising: TypeAlias = Callable[[float], tuple[float, float, float]]
BetaRising: TypeAlias = Callable[
    [float, float], tuple[float, tuple[float, float], tuple[float, float, float]]
]

_MOST_STEPS = 100_000  # beyond, by special functions of the distinct counts


def rising(counts: FloatArray, weights: FloatArray) -> Rising:
    """Prepare the weighted sum of ``log(gamma(z + n) / gamma(z))``.

    Returns
    -------
    Rising
        Maps ``z`` to the sum and its first and second derivative by ``z``.
    """
    if _too_many(counts):
        return partial(_rising_by_count, group((counts,), weights))
    beyond, steps = _by_step(counts, weights)

    def sums(z: float) -> tuple[float, float, float]:
        factor = z + steps
        inverse = 1.0 / factor
        return (
            float(beyond @ np.log(factor)),
            float(beyond @ inverse),
            -float(beyond @ (inverse * inverse)),
        )

    return sums


def beta_rising(counts: FloatArray, weights: FloatArray) -> BetaRising:
    """Prepare the weighted sum of ``log(B(a, b + n) / B(a, b))``: ``n`` coins survived.

    Returns
    -------
    BetaRising
        Maps ``a`` and ``b`` to the sum, its derivatives by ``a`` and ``b``, and its
        second derivatives by ``a a``, ``a b`` and ``b b``.
    """
    if _too_many(counts):
        return partial(_beta_rising_by_count, group((counts,), weights))
    beyond, steps = _by_step(counts, weights)

    def sums(
        a: float, b: float
    ) -> tuple[float, tuple[float, float], tuple[float, float, float]]:
        survived = b + steps
        ratio = a / survived
        alone, both = 1.0 / survived, 1.0 / (a + survived)
        crossed = float(beyond @ (both * both))
        return (
            -float(beyond @ np.log1p(ratio)),
            (-float(beyond @ both), float(beyond @ (ratio * both))),
            (crossed, crossed, -float(beyond @ (ratio * both * (alone + both)))),
        )

    return sums


def trigamma(z: FloatArray | float) -> FloatArray:
    """Return the derivative of the digamma function at ``z > 0``."""
    return np.asarray(zeta(2.0, z))


def _too_many(counts: FloatArray) -> bool:
    return bool(counts.size and counts.max() > _MOST_STEPS)


def _by_step(counts: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the weight of those with more than ``j``, and ``j`` itself."""
    by_count = np.bincount(counts.astype(np.int64), weights, minlength=1)
    beyond = np.cumsum(by_count[::-1], dtype=np.float64)[::-1][1:]
    return np.ascontiguousarray(beyond), np.arange(beyond.size, dtype=np.float64)


def _rising_by_count(cells: Cells, z: float) -> tuple[float, float, float]:
    (counts,), weights = cells.columns, cells.weights
    return (
        float(weights @ log_gamma_ratio(z, counts)),
        float(weights @ digamma_difference(z, counts)),
        float(weights @ (trigamma(z + counts) - trigamma(z))),
    )


def _beta_rising_by_count(
    cells: Cells, a: float, b: float
) -> tuple[float, tuple[float, float], tuple[float, float, float]]:
    _, both, both_slope = _rising_by_count(cells, a + b)
    _, alone, alone_slope = _rising_by_count(cells, b)
    return (
        float(cells.weights @ log_beta_ratio(a, b, cells.columns[0])),
        (-both, alone - both),
        (-both_slope, -both_slope, alone_slope - both_slope),
    )
