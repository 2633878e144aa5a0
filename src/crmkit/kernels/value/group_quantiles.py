"""Quantiles within groups, by one sort."""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["group_quantiles"]


def group_quantiles(
    value: FloatArray, group: IntArray, groups: int, quantile: float
) -> FloatArray:
    """Return the quantile of each group, interpolated linearly; none may be empty."""
    order = np.lexsort((value, group))
    ranked = value[order]
    size = np.bincount(group, minlength=groups)
    start = np.cumsum(size) - size
    place = quantile * (size - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, size - 1)
    below, above = ranked[start + low], ranked[start + high]
    found: FloatArray = below + (place - low) * (above - below)
    return found
