"""McNemar's test (1947): do two yes-or-no answers of the same units differ."""

import numpy as np
from scipy.special import bdtr, chdtrc

from ...typing import FloatArray

__all__ = ["chi_square", "exact_p"]


def chi_square(
    gained: FloatArray, lost: FloatArray, *, corrected: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the statistic and its p-value; Edwards (1948) corrected for continuity."""
    moved = np.asarray(gained + lost, dtype=np.float64)
    distance = np.abs(gained - lost)
    if corrected:
        distance = np.maximum(distance - 1, 0.0)
    none = np.zeros(moved.shape)
    statistic = np.divide(distance**2, moved, out=none, where=moved > 0)
    return np.asarray(statistic), np.asarray(chdtrc(1, statistic), dtype=np.float64)


def exact_p(gained: FloatArray, lost: FloatArray) -> FloatArray:
    """Return the two-sided exact p-value: of those who moved, half each way."""
    moved = np.asarray(gained + lost, dtype=np.float64)
    # The binomial distribution is symmetric, so both tails are twice the shorter one.
    tail = bdtr(np.minimum(gained, lost), moved.astype(np.int64), 0.5)
    return np.asarray(np.minimum(1.0, 2 * tail), dtype=np.float64)
