"""Bias, error, ranking and calibration of predictions against outcomes."""

import numpy as np

from ...typing import FloatArray

__all__ = ["deciles", "mean_absolute_error", "ranking_gini", "relative_bias"]


def relative_bias(predicted: FloatArray, actual: FloatArray) -> float | None:
    """Return how much too high the total was, as a share; None if nothing happened."""
    total = float(actual.sum())
    return float(predicted.sum()) / total - 1 if total else None


def mean_absolute_error(predicted: FloatArray, actual: FloatArray) -> float:
    """Return the mean distance between prediction and outcome."""
    return float(np.mean(np.abs(predicted - actual)))


def ranking_gini(predicted: FloatArray, actual: FloatArray) -> float | None:
    """Return how well predictions rank: 1 as a perfect order would, 0 as chance does.

    The area between the concentration curve of the outcome, customers ordered by
    prediction, and the diagonal, over the same area for the perfect order. Customers of
    equal prediction share their outcomes evenly.
    """
    best = _concentration(actual, actual)
    return _concentration(predicted, actual) / best if best > 0 else None


def deciles(
    predicted: FloatArray, actual: FloatArray
) -> tuple[tuple[float, float], ...]:
    """Return mean prediction and mean outcome of each tenth, the lowest first.

    Customers of equal prediction share their outcomes evenly.
    """
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, 10) if part.size]
    shared = _shared(predicted, actual)
    return tuple(
        (float(predicted[part].mean()), float(shared[part].mean())) for part in parts
    )


def _concentration(score: FloatArray, actual: FloatArray) -> float:
    total = float(actual.sum())
    if not total:
        return 0.0
    ordered = _shared(score, actual)[np.argsort(score, kind="stable")]
    rank = np.arange(1, ordered.size + 1)
    return float(2 * (rank @ ordered) / (ordered.size * total) - 1 - 1 / ordered.size)


def _shared(score: FloatArray, actual: FloatArray) -> FloatArray:
    """Give customers of equal score the mean of their outcomes."""
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    mean = np.bincount(place, actual) / counts
    return np.asarray(mean[place], dtype=np.float64)
