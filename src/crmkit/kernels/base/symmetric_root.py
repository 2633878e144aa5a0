"""The root of a covariance, for draws that are the same on every processor."""

import numpy as np

from ...typing import FloatArray

__all__ = ["symmetric_root"]


def symmetric_root(covariance: FloatArray) -> FloatArray:
    """Return the symmetric matrix whose square is a covariance.

    The axes of a covariance may point either way, as the processor has it, and of
    equal ones any turn is as good. The symmetric root is the same for all of them, so
    draws that are multiplied by it are too. Negative curvature, from rounding, is 0.
    """
    curvature, axes = np.linalg.eigh(covariance)
    root: FloatArray = (axes * np.sqrt(np.maximum(curvature, 0.0))) @ axes.T
    return root
