"""P-values adjusted for all tests, also those whose p-value was never computed."""

import numpy as np

from ...kernels.base.intervals import benjamini_hochberg
from ...typing import FloatArray

__all__ = ["adjusted"]


def adjusted(p: FloatArray, *, tests: int) -> FloatArray:
    """Return Benjamini and Hochberg's adjustment when ``tests`` were made in all.

    The others have a p-value of 1, which is the most: the error is on the safe side.
    """
    more = tests / max(p.size, 1)
    return np.asarray(np.minimum(benjamini_hochberg(p * more), 1.0))
