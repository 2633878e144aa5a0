"""Correlations of weighted pairs, and the test of a rank correlation."""

import numpy as np
from scipy.special import stdtr

from ...typing import FloatArray

__all__ = ["correlation", "rank_correlation", "rank_p_value"]


def correlation(first: FloatArray, second: FloatArray, weights: FloatArray) -> float:
    """Return Pearson's correlation."""
    total = weights.sum()
    one, two = (each - weights @ each / total for each in (first, second))
    together = float(weights @ (one * two))
    apart = float(np.sqrt((weights @ one**2) * (weights @ two**2)))
    return float(np.clip(together / apart, -1, 1)) if apart > 0 else 0.0


def rank_correlation(
    first: FloatArray, second: FloatArray, weights: FloatArray
) -> float:
    """Return Spearman's correlation, equal values sharing their mean rank."""
    return correlation(_ranks(first, weights), _ranks(second, weights), weights)


def rank_p_value(ranked: float, n: float) -> float:
    """Return the chance of a rank correlation as far from 0 if there is none."""
    degrees = n - 2
    if degrees <= 0:
        return 1.0
    t = abs(ranked) * np.sqrt(degrees / max(1 - ranked**2, 1e-300))
    return float(2 * stdtr(degrees, -t))


def _ranks(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Rank values from 1 upwards, each as often as its weight."""
    _, place = np.unique(values, return_inverse=True)
    counts = np.bincount(place, weights)
    mean = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(mean[place], dtype=np.float64)
