"""Kano's questionnaire: from two answers about a feature to what it is to a customer.

Kano et al. (1984); coefficients of Berger et al. (1993); Fong's test (1996).
"""

from typing import Final

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["CATEGORIES", "TABLE", "better", "category", "fong_margin", "worse"]

# One-dimensional, attractive, must-be, indifferent, reverse, questionable.
CATEGORIES: Final = ("M", "O", "A", "I", "R", "Q")
_M, _O, _A, _I, _R, _Q = range(6)

# Rows: how would you feel if the feature were there; columns: if it were not.
# Like, must be, neutral, live with, dislike.
TABLE: Final = np.array(
    [
        [_Q, _A, _A, _A, _O],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _R, _R, _R, _Q],
    ]
)
_ONE_SIDED_95: Final = 1.65  # as Fong prints it


def category(functional: IntArray, dysfunctional: IntArray) -> IntArray:
    """Return the place in ``CATEGORIES`` of answers 0 (like) to 4 (dislike)."""
    return TABLE[functional, dysfunctional]


def better(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how many the feature pleases, (A + O), of (A + O + M + I)."""
    served = counts[..., :4].sum(axis=-1)
    return counts[..., _A] + counts[..., _O], served


def worse(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how many its absence annoys, (O + M), of (A + O + M + I)."""
    served = counts[..., :4].sum(axis=-1)
    return counts[..., _O] + counts[..., _M], served


def fong_margin(first: FloatArray, second: FloatArray, n: FloatArray) -> FloatArray:
    """Return how far the two largest counts must differ to be told apart."""
    both = first + second
    return np.asarray(_ONE_SIDED_95 * np.sqrt(both * (2 * n - both) / (2 * n)))
