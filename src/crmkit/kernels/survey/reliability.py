"""Reliability of several items: Cronbach's alpha and the first component."""

import numpy as np

from ...typing import FloatArray

__all__ = ["cronbach_alpha", "first_component"]


def cronbach_alpha(X: FloatArray) -> float:
    """Return k / (k - 1) (1 - sum of item variances / variance of their sum)."""
    k = X.shape[1]
    total = X.sum(axis=1).var(ddof=1)
    return float(k / (k - 1) * (1 - X.var(axis=0, ddof=1).sum() / total))


def first_component(X: FloatArray) -> FloatArray:
    """Return the loadings of the first principal component, summing to 1."""
    axes = np.linalg.eigh(np.corrcoef(X, rowvar=False))[1]
    loadings: FloatArray = axes[:, -1] / axes[:, -1].sum()
    return loadings
