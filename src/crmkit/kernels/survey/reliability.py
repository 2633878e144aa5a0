"""Reliability of several items: Cronbach's alpha and the first component."""

import numpy as np

from ...typing import FloatArray

__all__ = ["cronbach_alpha", "first_component"]

_ROUNDING = 1e-9


def cronbach_alpha(X: FloatArray) -> float:
    """Return k / (k - 1) (1 - sum of item variances / variance of their sum)."""
    k = X.shape[1]
    total = X.sum(axis=1).var(ddof=1)
    return float(k / (k - 1) * (1 - X.var(axis=0, ddof=1).sum() / total))


def first_component(X: FloatArray) -> FloatArray | None:
    """Return the loadings of the first principal component, their sizes summing to 1.

    None where two components explain as much, so that neither is the first.
    """
    explained, axes = np.linalg.eigh(np.corrcoef(X, rowvar=False))
    if explained[-1] - explained[-2] <= _ROUNDING:
        return None
    # Rounding leaves a size, and a sign, where an item has no part.
    axis = np.where(np.abs(axes[:, -1]) > _ROUNDING, axes[:, -1], 0.0)
    total = axis.sum()
    ahead = total if abs(total) > _ROUNDING else axis[np.flatnonzero(axis)[0]]
    loadings: FloatArray = np.copysign(1.0, ahead) * axis / np.abs(axis).sum()
    return loadings
