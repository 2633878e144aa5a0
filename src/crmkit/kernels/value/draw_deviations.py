"""Deviations of draws from their mean."""

import numpy as np

from ...typing import FloatArray

__all__ = ["draw_deviations"]


def draw_deviations(draws: FloatArray, *, axis: int = 0) -> FloatArray:
    """Return by how much each draw misses the mean, as wide as chance makes draws.

    Deviations from the mean of a few draws are too small, because the mean follows
    them; they are widened so that their mean square is the unbiased variance.
    """
    count = draws.shape[axis]
    missed: FloatArray = draws - draws.mean(axis=axis, keepdims=True)
    missed *= np.sqrt(count / (count - 1))
    return missed
